"""Where departments will hang: claims that somebody else attests (OpenID Connect Core 5.6.2).

A department's claims are never ours: it signs what it says (an aggregated claim), or hands out a
place and a token where the platform asks it directly (a distributed one). We pass on what it
answers and keep nothing of it. Without a source nothing here has any effect.

A source knows people by a pseudonym of its own. What it signs speaks of the pseudonym that the
asking platform knows, so that two platforms cannot tell by its word that they speak of one person.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import structlog

from authsvc.clients import Client
from authsvc.errors import Text, Unavailable
from authsvc.oidc.claims.known_claims import NAMES, SIGN_IN, VERIFIED_CLAIMS
from authsvc.subscribers import Subscriber, Subscribers

_log = structlog.get_logger()

# What we say ourselves in an answer; a department's word never takes its place.
_OURS = frozenset({*NAMES, *SIGN_IN, VERIFIED_CLAIMS, "iss", "sub", "aud", "_claim_names"})


@dataclass(frozen=True)
class Question:
    """What a source is asked.

    `person` is the source's own pseudonym of the person, `subject` the one that the platform knows
    and that the answer must have as its `sub`; `names` are claims of the source.
    """

    person: str
    subject: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class AggregatedClaims:
    """A JWT that the source signed. It holds the claims that were asked for, and no other."""

    jwt: str = field(repr=False)


@dataclass(frozen=True)
class DistributedClaims:
    """Where the platform asks the source itself, with a token that the source made for that."""

    endpoint: str
    access_token: str = field(repr=False)


class ClaimSource(Protocol):
    """A department that attests claims."""

    @property
    def name(self) -> str:
        """Its key in `_claim_sources`."""
        ...

    @property
    def sector_identifier(self) -> str:
        """Whom its pseudonyms of people are for."""
        ...

    @property
    def claims(self) -> Mapping[str, Text]:
        """The names of what it attests, each with the sentence that people consent to."""
        ...

    @property
    def clients(self) -> Collection[str]:
        """The platforms that may ask for it."""
        ...

    async def attest(
        self, question: Question, *, now: datetime
    ) -> AggregatedClaims | DistributedClaims | None:
        """What it says of a person; None if it does not know them. Unavailable if it is away."""
        ...


class ClaimSources:
    """All sources, asked together. No two of them attest the same claim."""

    def __init__(self, sources: Sequence[ClaimSource] = (), *, subscribers: Subscribers) -> None:
        """ValueError if two sources share a name or a claim, or a claim is one of ours."""
        self._sources = tuple(sources)
        self._subscribers = subscribers
        names = [name for source in sources for name in source.claims]
        if len(names) != len(set(names)) or not _OURS.isdisjoint(names):
            raise ValueError("a claim is attested twice")
        if len(sources) != len({source.name for source in sources}):
            raise ValueError("two claim sources share a name")

    @property
    def types(self) -> tuple[str, ...]:
        """`claim_types_supported` (OpenID Connect Discovery 3)."""
        return ("normal", "aggregated", "distributed") if self._sources else ("normal",)

    @property
    def sentences(self) -> dict[str, Text]:
        """What people read, by the name of each claim."""
        return {name: text for source in self._sources for name, text in source.claims.items()}

    def known_to(self, client: Client) -> dict[str, Sequence[object]]:
        """The claims that a client may ask for. Which values they have, nobody here knows."""
        return {
            name: ()
            for source in self._sources
            if client.client_id in source.clients
            for name in source.claims
        }

    async def ask(
        self,
        subscriber: Subscriber,
        *,
        client: Client,
        subject: str,
        names: Collection[str],
        now: datetime,
    ) -> dict[str, Any]:
        """`_claim_names` and `_claim_sources` for claims that were asked for, or nothing.

        A source that is away is left out: claims are wishes, and UserInfo does not fail by them.
        """
        asked = [
            (source, wanted)
            for source in self._sources
            if client.client_id in source.clients
            and (wanted := tuple(name for name in source.claims if name in names))
        ]
        if not asked:
            return {}
        answers = await asyncio.gather(
            *(
                self._attest(source, subscriber, subject, wanted, now=now)
                for source, wanted in asked
            )
        )
        given = [
            (source.name, wanted, answer)
            for (source, wanted), answer in zip(asked, answers, strict=True)
            if answer is not None
        ]
        if not given:
            return {}
        return {
            "_claim_names": {name: source for source, wanted, _ in given for name in wanted},
            "_claim_sources": {source: _written(answer) for source, _, answer in given},
        }

    async def _attest(
        self,
        source: ClaimSource,
        subscriber: Subscriber,
        subject: str,
        names: tuple[str, ...],
        *,
        now: datetime,
    ) -> AggregatedClaims | DistributedClaims | None:
        person = self._subscribers.subject_for(subscriber, source.sector_identifier)
        try:
            return await source.attest(Question(person, subject, names), now=now)
        except Unavailable:
            _log.warning("claim_source_unavailable", kind=source.name)
            return None


def _written(answer: AggregatedClaims | DistributedClaims) -> dict[str, str]:
    if isinstance(answer, AggregatedClaims):
        return {"JWT": answer.jwt}
    return {"endpoint": answer.endpoint, "access_token": answer.access_token}
