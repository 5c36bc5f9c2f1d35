"""What has to be known of the issuer, its keys and its status lists: fetched by the clock.

The issuer learns that this verifier exists and how often it looks, never what it looks for: keys
come all at once, and a list is one for a million certificates. Nor does it learn when somebody
comes, once a list is known: from then on it is fetched whenever it is due (`KnownIssuer`), by
whoever keeps the facts fresh. Where nobody does, they are looked after when they are needed.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

from authsvc.verify.errors import KeyUnknown, SignerStatusUnknown
from authsvc.verify.known_issuer import KnownIssuer
from authsvc.verify.presentation import (
    Answer,
    PresentationRequest,
    PresentationVerifier,
    VerifiedAnswer,
)
from authsvc.verify.statuses.errors import StatusTooOld, StatusUnknown
from authsvc.verify.statuses.status_token import LONGEST as LONGEST_LIST
from authsvc.web.errors import FetchFailed, FetchRefused
from authsvc.web.fetched import Fetched

# A list of the service is due half a minute after it was signed (`ttl`), and is handed out for as
# long; whoever looks so often whether it is due knows of a withdrawal within forty seconds. A card
# that is reported lost takes twenty more (the register's feed): a minute in all.
EVERY = timedelta(seconds=10)
_UNATTENDED = 2 * EVERY
# As long as one exchange may take (`Fetcher`): an issuer that is slower than that is away.
_PATIENCE_SECONDS = 5.0
# NOTE: a list of which a tenth was withdrawn is longer than a stranger's document may be
# (`Fetcher`); one that cannot be fetched has everybody refused who stands in it.
# What may be missing at once, each of which shows when it is there no more.
_THINGS = ("a new key", "the root of mdocs", "what it revoked", "a list")
# Any document; the issuer has one for each address.
_ACCEPTED = (
    "application/json, application/statuslist+jwt, application/pkix-cert, application/pkix-crl"
)


class Fetches(Protocol):
    """Whoever gets what lies at an address (`authsvc.web.fetcher.Fetcher`)."""

    async def get(self, url: str, *, accept: str, largest: int) -> Fetched:
        """What lies there; FetchRefused, FetchFailed."""
        ...


class IssuerFacts:
    """Verifies answers by what is known of one issuer now, and fetches what is not."""

    def __init__(
        self, *, issuer: str, sector: str, fetcher: Fetches, algorithms: tuple[str, ...]
    ) -> None:
        self._known = KnownIssuer(issuer, algorithms=algorithms)
        self._verifier = PresentationVerifier(
            issuer=issuer, keys=self._known, signers=self._known.document_signers, sector=sector
        )
        self._fetcher = fetcher
        self._one_at_a_time = asyncio.Lock()
        self._looked_at: datetime | None = None

    async def verify(
        self, answer: Answer, request: PresentationRequest, *, now: datetime
    ) -> VerifiedAnswer:
        """As `PresentationVerifier.verify`; what cannot be fetched is not known, and refused."""
        if not self._is_attended(now):
            await self._look(now)
        for _ in _THINGS:
            try:
                return self._verify(answer, request, now)
            except (KeyUnknown, SignerStatusUnknown, StatusUnknown, StatusTooOld):
                # Each says that something was missing, and had it written down as wanted.
                if not await self._look(now):
                    break
        return self._verify(answer, request, now)

    async def refresh(self, *, now: datetime) -> None:
        """Fetches what is due; what cannot be had gets older."""
        async with self._one_at_a_time:
            self._looked_at = now
            await self._known.arefresh(self._fetch, now=now)

    def _is_attended(self, now: datetime) -> bool:
        """Whether somebody looks just now, or did a moment ago."""
        looked_at = self._looked_at
        just_now = looked_at is not None and now - looked_at < _UNATTENDED
        return just_now or self._one_at_a_time.locked()

    async def _look(self, now: datetime) -> bool:
        """Fetches what is due, for somebody who waits; False if it took longer than they may.

        An issuer that does not answer holds up whoever needs its news, a moment, and nobody else.
        """
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self.refresh(now=now)
        except TimeoutError:
            return False
        return True

    def _verify(
        self, answer: Answer, request: PresentationRequest, now: datetime
    ) -> VerifiedAnswer:
        return self._verifier.verify(answer, request, now=now, statuses=self._known.statuses)

    async def _fetch(self, address: str) -> bytes | None:
        try:
            found = await self._fetcher.get(address, accept=_ACCEPTED, largest=LONGEST_LIST)
            return found.body
        except (FetchFailed, FetchRefused):
            return None
