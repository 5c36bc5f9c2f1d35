"""What a platform keeps of an issuer, so that it need not ask: keys, status lists, revocations.

    issuer = KnownIssuer("https://id.example")
    issuer.refresh(fetch, now=…)               # every minute, or whenever there is a network
    verifier = CredentialVerifier(issuer=issuer.name, keys=issuer, types=…)
    verifier.verify(presentation, audience=…, nonce=…, now=…, statuses=issuer.statuses)

How to fetch is the platform's own affair: `fetch` takes an address and gives the body of a good
answer, or None if there is none. What it brings is signed, or comes by TLS from the issuer itself.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec
from cryptography import x509

from authsvc.verify.errors import (
    KeySetRefused,
    KeyUnknown,
    RevocationListRefused,
    TokenMalformed,
    TokenRefused,
)
from authsvc.verify.jws import DatedKey
from authsvc.verify.keys import KEPT, LOOKED_FOR, VerificationKeys
from authsvc.verify.mdoc.known_signers import KnownSigners
from authsvc.verify.revocations import KnownRevocations
from authsvc.verify.statuses.known import KnownStatuses
from authsvc.verify.statuses.status_token import StatusListVerifier

Fetch = Callable[[str], bytes | None]
AsyncFetch = Callable[[str], Awaitable[bytes | None]]


class _Aggregation(msgspec.Struct, frozen=True):
    status_lists: tuple[str, ...]


class KnownIssuer:
    """Knows the newest keys and status lists that it was given. It may be used by many threads.

    It can be the `keys` of a verifier, which then goes by the newest ones, and `document_signers`
    the `signers` of one of mdocs. `algorithms` are those that status lists may be signed with, as
    the certificates. `metadata` is what was read last, to be kept over a restart, as
    `statuses.tokens()` and `revocations.lists()` are. With `anchors`, `revocations` is for the
    verifier that goes by them, too.
    """

    def __init__(
        self,
        issuer: str,
        *,
        anchors: Sequence[x509.Certificate] = (),
        algorithms: Collection[str] = ("ES256",),
    ) -> None:
        self.name = issuer
        self.metadata: bytes | None = None
        self.document_signers = KnownSigners(issuer, anchors=anchors)
        lists = StatusListVerifier(
            issuer=issuer,
            keys=self,
            anchors=anchors,
            revocations=self.revocations,
            algorithms=algorithms,
        )
        self.statuses = KnownStatuses(lists)
        self._keys: VerificationKeys | None = None
        self._got_at: datetime | None = None
        self._met_unknown = False

    @property
    def metadata_address(self) -> str:
        """Where the keys are (SD-JWT VC section 4.1): before the path of the issuer, if any."""
        parts = urlsplit(self.name)
        path = "/.well-known/jwt-vc-issuer" + parts.path.removesuffix("/")
        return urlunsplit((parts.scheme, parts.netloc, path, "", ""))

    @property
    def revocations(self) -> KnownRevocations:
        """Which signers are believed no more: by the anchors, or by the root that was fetched."""
        return self.document_signers.revocations

    @property
    def revocations_address(self) -> str:
        """Where the list of them is, as their certificates say."""
        return self.document_signers.revocations_address

    def take_keys(self, document: bytes, *, now: datetime) -> None:
        """Takes the keys of an answer from `metadata_address`; KeySetRefused."""
        self._keys = VerificationKeys.from_issuer_metadata(document, issuer=self.name)
        self.metadata, self._got_at, self._met_unknown = document, now, False

    def want_lists(self, document: bytes) -> None:
        """Has every list fetched that the issuer names (Token Status List, section 9.3).

        `document` is what lies at its `status_list_aggregation_endpoint`. Whoever has all of them
        tells nobody, by fetching one, that they met somebody. TokenMalformed. What is not below the
        issuer's own address is passed over: the document is not signed.
        """
        try:
            found = msgspec.json.decode(document, type=_Aggregation).status_lists
        except (msgspec.DecodeError, RecursionError):
            raise TokenMalformed(log="no list of status lists") from None
        for address in found:
            if address.startswith(self.name + "/"):
                self.statuses.want(address)

    def key_of(self, header: Mapping[str, Any], *, now: datetime) -> DatedKey:
        """The key that a header names, now; HeaderRefused, KeyUnknown."""
        if self._keys is None:
            raise KeyUnknown
        try:
            found = self._keys.key_of(header, now=now)
        except KeyUnknown:
            self._met_unknown = True
            raise
        # Never remembered by who asks: the next set may be without it.
        return DatedKey(found.key, begins=float("inf"))

    def refresh(self, fetch: Fetch, *, now: datetime) -> tuple[str, ...]:
        """Fetches what is due. The addresses that gave nothing, or nothing good, come back.

        What was known of these stays, and gets older.
        """
        due = self._due(now)
        return tuple(each for each in due if not self._take(each, fetch(each), now=now))

    async def arefresh(self, fetch: AsyncFetch, *, now: datetime) -> tuple[str, ...]:
        """As `refresh`, waiting for each answer."""
        due = self._due(now)
        return tuple([each for each in due if not self._take(each, await fetch(each), now=now)])

    def _due(self, now: datetime) -> Iterator[str]:
        """Keys come first: the lists may be signed by a new one, or by one that is revoked."""
        if self._got_at is None:
            yield self.metadata_address
        else:
            kept_for = LOOKED_FOR if self._met_unknown else KEPT
            if now - self._got_at >= kept_for:
                yield self.metadata_address
        yield from self.document_signers.due(now=now)
        yield from self.statuses.due(now=now)

    def _take(self, address: str, answer: bytes | None, *, now: datetime) -> bool:
        if answer is None:
            return False
        try:
            if address == self.metadata_address:
                self.take_keys(answer, now=now)
                return True
            if self.document_signers.take(address, answer, now=now):
                return True
            # A list that is good, and not the one that was wanted, is taken all the same.
            return self.statuses.add(answer, now=now).uri == address
        except (KeySetRefused, RevocationListRefused, TokenRefused):
            return False
