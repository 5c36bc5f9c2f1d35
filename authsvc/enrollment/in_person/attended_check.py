"""Four eyes: two agents of one counter, and neither of them alone.

    1  both statements are genuine, fresh, and about this enrollment
    2  they are of two agents at one counter, about the document that the enrollment has
    3  neither agent states more than a person can look at
    4  both are used up

Then the applicant is the holder. One agent is enough to refuse.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from authsvc.enrollment.in_person.errors import (
    FourEyesMissing,
    StatementRefused,
    TooManyAttendedChecks,
)
from authsvc.enrollment.in_person.statements import Act, Document, Statement, Statements
from authsvc.storage import Ephemeral

# Ours: looking at a face and a document takes two minutes at the fastest. Whoever has an agent's
# key and a colleague's makes thirty people an hour up, and is seen in the log.
CHECKS_AN_HOUR = 30
_CHECKS = "agent-checks"
_HOUR = timedelta(hours=1)

_log = structlog.get_logger()


@dataclass(frozen=True)
class Attended:
    """What a counter has found. `station` and `agents` stand in the person's own log."""

    is_holder: bool
    has_device: bool
    station: str
    agents: tuple[str, ...]


class AttendedCheck:
    """Asks nobody: the agents have said it."""

    def __init__(self, statements: Statements, ephemeral: Ephemeral) -> None:
        self._statements = statements
        self._ephemeral = ephemeral

    async def read(
        self, tokens: Sequence[str], *, enrollment: str, document: Document, now: datetime
    ) -> Attended:
        """What the statements come to; StatementRefused, FourEyesMissing, TooManyAttendedChecks."""
        # 1
        said = [
            await self._statements.read(token, enrollment=enrollment, now=now) for token in tokens
        ]
        # 2
        if any(each.document != document for each in said):
            raise StatementRefused(field="statements", log="about another document")
        _require_agreement(said)
        # 3
        for agent in {each.agent.id for each in said}:
            if await self._ephemeral.count(_CHECKS, agent, window=_HOUR) > CHECKS_AN_HOUR:
                raise TooManyAttendedChecks(retry_after=int(_HOUR.total_seconds()))
        # 4
        for each in said:
            await self._statements.use(each)
        found = Attended(
            is_holder=said[0].act is not Act.REFUSED,
            has_device=all(each.has_device for each in said),
            station=said[0].agent.station,
            agents=tuple(each.agent.id for each in said),
        )
        # Who states how much is the operator's to watch; of whom is not written here.
        _log.info("attended_check", agents=" ".join(found.agents), reason=said[0].act.value)
        return found


def _require_agreement(said: Sequence[Statement]) -> None:
    acts = [each.act for each in said]
    if acts == [Act.REFUSED]:
        return
    if sorted(act.value for act in acts) != [Act.COMPARED.value, Act.CONFIRMED.value]:
        raise FourEyesMissing(field="statements", log="not one who compared and one who confirmed")
    first, second = said
    if first.agent.id == second.agent.id or first.agent.station != second.agent.station:
        raise FourEyesMissing(field="statements", log="one agent, or two counters")
    if first.has_device != second.has_device:
        raise StatementRefused(field="statements", log="they differ about the device")
