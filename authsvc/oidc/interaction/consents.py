"""What a person has just said yes to: kept, written in their own log, told to their phone."""

from collections.abc import Mapping

import msgspec

from authsvc.oidc.grants import Grant, Grants
from authsvc.oidc.interaction.identity_question import read_answer
from authsvc.oidc.interaction.turn import Turn
from authsvc.oidc.interaction.visitor import Visitor
from authsvc.storage import Database
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Alerts, Entry
from authsvc.web.forwarded import network_of


class Consents:
    """Keeps them."""

    def __init__(
        self, *, database: Database, grants: Grants, activity: ActivityLog, alerts: Alerts
    ) -> None:
        self._database = database
        self._grants = grants
        self._activity = activity
        self._alerts = alerts

    async def keep(
        self, turn: Turn, visitor: Visitor, approval: Mapping[str, str] | None
    ) -> Visitor:
        """The visitor as they are now, with what they allowed.

        `approval` is the form in which they said so; None where that was before a guardian was
        waited for, and there no box was shown.
        """
        request = turn.interaction.request
        async with self._database.transaction() as tx:
            grant, earlier = await self._grants.remember(
                tx,
                visitor.subscriber,
                client_id=request.client_id,
                scopes=request.scopes,
                claims=request.claim_names,
                identity=None if approval is None else read_answer(approval, request, visitor),
                now=turn.now,
            )
            visitor = msgspec.structs.replace(visitor, grant=grant)
            news = _news(grant, earlier)
            for kind in news:
                allowed = Entry(
                    kind=kind,
                    at=turn.now,
                    client_id=request.client_id,
                    scopes=visitor.scopes_of(request, now=turn.now),
                    network=network_of(turn.http.client),
                )
                await self._activity.write(tx, visitor.subscriber, allowed)
        # One message is enough: the graver one.
        for kind in news[-1:]:
            await self._alerts.tell(visitor.subscriber, kind, now=turn.now)
        return visitor


def _news(grant: Grant, earlier: Grant | None) -> list[ActivityKind]:
    """What was not allowed before, the gravest last."""
    news = [] if earlier is not None else [ActivityKind.PLATFORM_ALLOWED]
    word, known = grant.identity, None if earlier is None else earlier.identity
    goes_on = word is not None and known is not None and known.goes_on_in(word)
    if word is not None and word.allowed and not goes_on:
        news.append(ActivityKind.IDENTITY_ALLOWED)
    return news
