"""A department as the service sees it: asked under our signature, believed under its own.

Whatever goes wrong is DepartmentUnavailable: a doubtful answer must never become a yes.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

import msgspec

from authsvc.attributes import messages
from authsvc.attributes.catalogue import Kind
from authsvc.attributes.errors import DepartmentUnavailable, LinkCodeUnknown
from authsvc.attributes.messages import AttestationClaims, AttributeQuery
from authsvc.attributes.reading import read
from authsvc.identifiers import b64url, new_token
from authsvc.keyring import SigningKeys

_ATTESTED = frozenset(AttestationClaims.__struct_fields__)
# A department that rotates its keys has two or three; a key for each person would be a mark.
_MOST_KEYS = 4


class Transport(Protocol):
    """How a department is reached: over HTTP, or in process."""

    async def send(self, path: str, message: str) -> bytes | None:
        """What it answers to a signed message; None for 404. DepartmentUnavailable."""
        ...

    async def jwks(self, *, now: datetime) -> Mapping[str, Any]:
        """Its keys (RFC 7517 section 5). DepartmentUnavailable."""
        ...


@dataclass(frozen=True)
class Attestation:
    """What a department said: the JWT as it signed it, and what stands in it."""

    jwt: str = field(repr=False)
    values: Mapping[str, str | bool] = field(repr=False)


class Department:
    """One department, found at `url`, which is its name as an issuer, too."""

    def __init__(
        self, kind: Kind, *, url: str, service: str, keys: SigningKeys, transport: Transport
    ) -> None:
        self.kind = kind
        self.url = url
        self._service = service
        self._keys = keys
        self._transport = transport

    async def attest(self, query: AttributeQuery, *, now: datetime) -> Attestation | None:
        """What it says of somebody; None if it knows nobody by that pseudonym.

        An attribute that it has no value for is left out. DepartmentUnavailable.
        """
        claims = messages.QueryClaims(query=query, **self._members(now))
        answer = await self._transport.send("/queries", self._signed(claims, now=now))
        if answer is None:
            return None
        jwks = await self._transport.jwks(now=now)
        try:
            return self._verified(answer.decode("ascii"), jwks, query, now=now)
        except ValueError as error:
            raise DepartmentUnavailable(log=f"answer: {error}"[:80]) from None

    async def link(
        self, *, person: str, code: str, document: tuple[str, str], now: datetime
    ) -> None:
        """Lets it know the holder of a card (kind and number) by `person` from now on.

        It handed the code out to whoever showed that card. LinkCodeUnknown, DepartmentUnavailable.
        """
        opening = messages.LinkClaims(code=code, **self._members(now))
        answer = await self._transport.send("/links/opening", self._signed(opening, now=now))
        if answer is None:
            raise LinkCodeUnknown(field="code")
        try:
            opened = msgspec.json.decode(answer, type=messages.Opened)
        except ValueError:
            raise DepartmentUnavailable(log="not an opened link") from None
        if not hmac.compare_digest(opened.proof.encode(), card_proof(code, *document).encode()):
            raise LinkCodeUnknown(field="code")
        making = messages.LinkClaims(code=code, person=person, **self._members(now))
        if await self._transport.send("/links", self._signed(making, now=now)) is None:
            raise LinkCodeUnknown(field="code")

    async def unlink(self, *, person: str, now: datetime) -> None:
        """Lets it forget a pseudonym; nothing changes if it knows none. DepartmentUnavailable."""
        ending = messages.LinkClaims(person=person, **self._members(now))
        await self._transport.send("/links/ending", self._signed(ending, now=now))

    def _members(self, now: datetime) -> dict[str, Any]:
        issued_at = int(now.timestamp())
        return {
            "iss": self._service,
            "aud": self.url,
            "iat": issued_at,
            "exp": issued_at + int(messages.ASKED_FOR.total_seconds()),
            "jti": new_token(),
        }

    def _signed(self, claims: msgspec.Struct, *, now: datetime) -> str:
        query = isinstance(claims, messages.QueryClaims)
        typ = messages.QUERY_TYPE if query else messages.LINK_TYPE
        return messages.signed(claims, key=self._keys.current(messages.QUERY_ALG, now=now), typ=typ)

    def _verified(
        self, text: str, jwks: Mapping[str, Any], query: AttributeQuery, *, now: datetime
    ) -> Attestation:
        """The answer, if it says what it may and nothing that could be one person's alone."""
        if len(jwks.get("keys", ())) > _MOST_KEYS:
            raise ValueError("too many keys")
        payload = read(text, jwks=jwks, alg=messages.ATTESTATION_ALG, typ=messages.ATTESTATION_TYPE)
        members = msgspec.json.decode(payload, type=dict[str, Any])
        said = msgspec.convert(members, AttestationClaims)
        if said.iss != self.url or said.aud != messages.audience(query.category):
            raise ValueError("iss or aud")
        skew = messages.SKEW
        if said.iat not in {messages.on_grain(each) for each in (now - skew, now, now + skew)}:
            raise ValueError("iat")
        if said.exp != said.iat + int(messages.ATTESTED_FOR.total_seconds()):
            raise ValueError("exp")
        values = {name: value for name, value in members.items() if name not in _ATTESTED}
        if not set(values) <= set(query.attributes):
            raise ValueError("an attribute that was not asked for")
        if not all(self.kind.attributes[name].takes(value) for name, value in values.items()):
            raise ValueError("a value that there is not")
        # One spelling for one answer: white space and order could be marks, too.
        if payload != attested(said, values):
            raise ValueError("spelling")
        return Attestation(text, values)


def attested(said: AttestationClaims, values: Mapping[str, object]) -> bytes:
    """The one spelling of an answer: no white space, attributes by their names."""
    return msgspec.json.encode({**msgspec.structs.asdict(said), **dict(sorted(values.items()))})


def card_proof(code: str, kind: str, number: str) -> str:
    """That a code was handed out to the holder of a card, to whoever knows both already."""
    mac = hmac.digest(code.encode("utf-8"), f"{kind}\0{number}".encode(), sha256)
    return b64url(mac)
