"""What an agent states of an applicant: a JWT (RFC 7519) of this profile, signed by the agent.

    typ         agent-statement+jwt
    iss, aud    the agent's id; our issuer
    iat, jti    now; random, once
    enrollment  the id of the enrollment, which the applicant's screen or the counter's shows
    act         "compared": I hold the document, and its holder stands before me
                "confirmed": I have looked as well, and it is so
                "refused": I hold the document, and somebody else stands before me
    document    {"kind", "document_number"}: the one in the agent's hand
    device      whether the applicant has a phone of their own, which goes on by itself

Only a good signature makes it a statement: until then no member is believed but `iss`, which says
whose key to try.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import msgspec

from authsvc.clients.errors import ForeignTokenRefused
from authsvc.clients.registered_claims import is_numeric_date
from authsvc.clients.signed import read_signed, unverified_claims
from authsvc.enrollment.in_person.agents import Agent, Agents
from authsvc.enrollment.in_person.errors import StatementRefused
from authsvc.storage import Ephemeral

TYPE = "agent-statement+jwt"
# The second agent may be serving somebody else when the first is done.
GOOD_FOR = timedelta(minutes=15)
_FUTURE = timedelta(seconds=60)
# A statement is about 400 octets.
_LONGEST = 4096
_ALGORITHMS = ("ES256", "Ed25519")
# 128 bits in base64url are 22 characters.
_JTI = range(22, 129)
_USED = "agent-statement"


class Act(Enum):
    """What an agent says they have done."""

    COMPARED = "compared"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Document(msgspec.Struct, frozen=True):
    """The document in an agent's hand."""

    kind: str
    document_number: str

    def __repr__(self) -> str:
        return "Document(…)"


class _Claims(msgspec.Struct, frozen=True):
    iss: str
    aud: str
    iat: float
    jti: str
    enrollment: str
    act: Act
    document: Document
    device: bool = True


@dataclass(frozen=True)
class Statement:
    """A genuine one, of an agent who is active, about this enrollment."""

    agent: Agent
    act: Act
    document: Document = field(repr=False)
    has_device: bool
    jti: str = field(repr=False)


class Statements:
    """Reads statements."""

    def __init__(self, agents: Agents, ephemeral: Ephemeral, *, issuer: str) -> None:
        self._agents = agents
        self._ephemeral = ephemeral
        self._issuer = issuer

    async def read(self, token: str, *, enrollment: str, now: datetime) -> Statement:
        """The statement; StatementRefused, whose log says why."""
        agent = await self._signer(token)
        try:
            signed = read_signed(
                token,
                [agent.jwk],
                algorithms=_ALGORITHMS,
                typs=frozenset({TYPE}),
                longest=_LONGEST,
            )
        except ForeignTokenRefused:
            raise StatementRefused(field="statements", log="not signed by the agent") from None
        said = _read(signed.claims)
        if said.aud != self._issuer or said.enrollment != enrollment:
            raise StatementRefused(field="statements", log="for another service or enrollment")
        age = now.timestamp() - said.iat
        if not -_FUTURE.total_seconds() <= age <= GOOD_FOR.total_seconds():
            raise StatementRefused(field="statements", log="old, or of the future")
        return Statement(agent, said.act, said.document, said.device, said.jti)

    async def use(self, statement: Statement) -> None:
        """Each once; StatementRefused for one that was used."""
        name = f"{statement.agent.id}:{statement.jti}"
        if not await self._ephemeral.claim(_USED, name, lifetime=GOOD_FOR + 2 * _FUTURE):
            raise StatementRefused(field="statements", log="used before")

    async def _signer(self, token: str) -> Agent:
        try:
            claimed = unverified_claims(token, longest=_LONGEST).get("iss")
        except ForeignTokenRefused:
            raise StatementRefused(field="statements", log="not a JWT") from None
        agent = await self._agents.find(claimed) if isinstance(claimed, str) else None
        if agent is None or not agent.is_active:
            raise StatementRefused(field="statements", log="of nobody who is an agent")
        return agent


def _read(claims: Mapping[str, Any]) -> _Claims:
    try:
        said = msgspec.convert(claims, _Claims)
    except msgspec.ValidationError:
        raise StatementRefused(field="statements", log="a claim is missing") from None
    if not is_numeric_date(said.iat) or len(said.jti) not in _JTI:
        raise StatementRefused(field="statements", log="iat or jti")
    return said
