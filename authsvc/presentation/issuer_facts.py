"""What has to be known of the issuer, its keys and its status lists: fetched when it is due.

The issuer learns that this verifier exists and how often it looks, never what it looks for: keys
come all at once, and a list is one for a million certificates. What is due is said by the library
(`KnownIssuer`); nothing that a wallet sends makes us ask oftener.
"""

import asyncio
from datetime import datetime
from typing import Protocol

from authsvc.verify.errors import KeyUnknown
from authsvc.verify.known_issuer import KnownIssuer
from authsvc.verify.presentation import (
    Answer,
    PresentationRequest,
    PresentationVerifier,
    VerifiedAnswer,
)
from authsvc.verify.statuses.errors import StatusTooOld, StatusUnknown
from authsvc.web.errors import FetchFailed, FetchRefused
from authsvc.web.fetched import Fetched

# Either document; the issuer has one for each address.
_ACCEPTED = "application/json, application/statuslist+jwt"


class Fetches(Protocol):
    """Whoever gets what lies at an address (`authsvc.web.fetcher.Fetcher`)."""

    async def get(self, url: str, *, accept: str) -> Fetched:
        """What lies there; FetchRefused, FetchFailed."""
        ...


class IssuerFacts:
    """Verifies answers by what is known of one issuer now, and fetches what is not."""

    def __init__(self, *, issuer: str, sector: str, fetcher: Fetches) -> None:
        self._known = KnownIssuer(issuer)
        self._verifier = PresentationVerifier(issuer=issuer, keys=self._known, sector=sector)
        self._fetcher = fetcher
        self._one_at_a_time = asyncio.Lock()

    async def verify(
        self, answer: Answer, request: PresentationRequest, *, now: datetime
    ) -> VerifiedAnswer:
        """As `PresentationVerifier.verify`; what cannot be fetched is not known, and refused."""
        await self._refresh(now)
        try:
            return self._verify(answer, request, now)
        except (KeyUnknown, StatusUnknown, StatusTooOld):
            # Each says that something was missing, and had it written down as wanted.
            await self._refresh(now)
        return self._verify(answer, request, now)

    def _verify(
        self, answer: Answer, request: PresentationRequest, now: datetime
    ) -> VerifiedAnswer:
        return self._verifier.verify(answer, request, now=now, statuses=self._known.statuses)

    async def _refresh(self, now: datetime) -> None:
        async with self._one_at_a_time:
            await self._known.arefresh(self._fetch, now=now)

    async def _fetch(self, address: str) -> bytes | None:
        try:
            return (await self._fetcher.get(address, accept=_ACCEPTED)).body
        except (FetchFailed, FetchRefused):
            return None
