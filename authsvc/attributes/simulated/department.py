"""The desk of the simulated department, and what it answers to the service."""

import threading
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from authsvc.algorithms import RS256
from authsvc.attributes import messages
from authsvc.attributes.catalogue import CATEGORIES, PURPOSES, Kind
from authsvc.attributes.department import attested, card_proof
from authsvc.attributes.messages import AttestationClaims, LinkClaims, QueryClaims
from authsvc.attributes.reading import read
from authsvc.attributes.simulated.errors import (
    AttributeRefused,
    CardNotGood,
    CodeUnknown,
    MessageRefused,
    NobodyLinked,
    RecordUnknown,
)
from authsvc.attributes.simulated.records import Asked, Record, Records, Waiting
from authsvc.clock import Clock, SystemClock
from authsvc.identifiers import b64url, new_code, new_digits
from authsvc.keyring import KeyDirectory, SigningKey
from authsvc.keyring.signing import new_private_key

# A day is enough to come home from a counter.
_CODE_LIVES = timedelta(days=1)
_KEYS, _KEY, _DESK = "signing", "rs256-1", "desk"

ServiceKeys = Callable[[], Awaitable[Mapping[str, Any]]]
"""Asks the service for its published keys (RFC 7517)."""

CardCheck = Callable[[str, str], Awaitable[bool]]
"""Asks the document register whether a card, by kind and number, is good."""

_Claims = TypeVar("_Claims", QueryClaims, LinkClaims)


class SimulatedDepartment:
    """A department in one directory. `url` is its name as an issuer; `service` whom it answers."""

    def __init__(
        self,
        kind: Kind,
        directory: Path,
        *,
        url: str,
        service: str,
        service_keys: ServiceKeys,
        clock: Clock | None = None,
    ) -> None:
        self.kind = kind
        self.url = url
        self._service = service
        self._service_keys = service_keys
        self._clock = clock or SystemClock()
        self._records = Records(directory)
        self._keys = KeyDirectory(directory / "keys")
        # What was taken within the last minutes, and until when it is remembered.
        self._taken: dict[str, float] = {}
        self._lock = threading.Lock()

    @cached_property
    def _key(self) -> SigningKey:
        """The key that signs; made when it is first needed."""
        self._keys.create_private_key(_KEYS, _KEY, lambda: new_private_key(RS256))
        return SigningKey(self._keys.private_key(_KEYS, _KEY), alg=RS256)

    @property
    def desk_token(self) -> str:
        """The bearer token of the desk, made at first use."""
        self._keys.create_secret(_DESK, "token")
        return b64url(self._keys.secret(_DESK, "token"))

    # The desk.

    def write(self, record_id: str | None, attributes: Mapping[str, str | bool]) -> Record:
        """A new record, or (by its id) an old one with these attributes changed.

        RecordUnknown, AttributeRefused.
        """
        for name, value in attributes.items():
            known = self.kind.attributes.get(name)
            if known is None or not known.takes(value):
                raise AttributeRefused(field=name)
        with self._records.changing() as records:
            if record_id is None:
                record = Record(id=_new_id(records))
            else:
                record = _found(records, record_id)
            changed = msgspec.structs.replace(
                record, attributes={**record.attributes, **attributes}
            )
            records[record.id] = changed
            return changed

    def remove(self, record_id: str, attribute: str) -> Record:
        """The record without an attribute, as where a permit has ended; RecordUnknown."""
        with self._records.changing() as records:
            record = _found(records, record_id)
            kept = {name: value for name, value in record.attributes.items() if name != attribute}
            records[record_id] = msgspec.structs.replace(record, attributes=kept)
            return records[record_id]

    def records(self) -> list[Record]:
        """Every record."""
        return list(self._records.all().values())

    def books(self) -> list[Asked]:
        """What the service has asked, oldest first."""
        return self._records.books()

    async def hand_out_code(
        self, record_id: str, *, card: tuple[str, str], is_good: CardCheck
    ) -> str:
        """A code for the person of a record who shows their card (kind and number) at the desk.

        The card's number is not kept, only a proof of it under the code. RecordUnknown,
        CardNotGood if the register does not have the card as good.
        """
        if not await is_good(*card):
            raise CardNotGood(field="document_number")
        code = new_code()
        waiting = Waiting(
            code_digest=_digest(code),
            proof=card_proof(code, *card),
            until=self._clock.now() + _CODE_LIVES,
        )
        with self._records.changing() as records:
            record = _found(records, record_id)
            records[record_id] = msgspec.structs.replace(record, waiting=waiting)
        return code

    # What the service asks.

    async def answer(self, message: str) -> str:
        """An attestation; MessageRefused, NobodyLinked."""
        claims = await self._read(message, messages.QUERY_TYPE, QueryClaims)
        query = claims.query
        known = set(self.kind.attributes)
        if (
            not set(query.attributes) <= known
            or query.purpose not in PURPOSES
            or query.category not in CATEGORIES
        ):
            raise MessageRefused(log="words")
        record = self._linked(query.person)
        now = self._clock.now()
        issued_at = messages.on_grain(now)
        said = AttestationClaims(
            iss=self.url,
            aud=messages.audience(query.category),
            iat=issued_at,
            exp=issued_at + int(messages.ATTESTED_FOR.total_seconds()),
        )
        values = {n: record.attributes[n] for n in query.attributes if n in record.attributes}
        answer = self._signed(attested(said, values))
        line = Asked(at=now, answer=answer, **msgspec.structs.asdict(query))
        self._records.write_down(line)
        return answer

    async def open_link(self, message: str) -> messages.Opened:
        """The proof of whose card a code was handed out upon; MessageRefused, CodeUnknown."""
        claims = await self._read(message, messages.LINK_TYPE, LinkClaims)
        _, waiting = self._waiting(self._records.all(), claims.code)
        return messages.Opened(waiting.proof)

    async def link(self, message: str) -> None:
        """The record of a code is the pseudonym's from now on; MessageRefused, CodeUnknown.

        A pseudonym is one record's: an earlier link of it ends.
        """
        claims = await self._read(message, messages.LINK_TYPE, LinkClaims)
        if claims.person is None:
            raise MessageRefused(log="nobody")
        with self._records.changing() as records:
            record, _ = self._waiting(records, claims.code)
            _forget(records, claims.person)
            records[record.id] = msgspec.structs.replace(
                record, pseudonym=claims.person, waiting=None
            )

    async def end_link(self, message: str) -> None:
        """No record is the pseudonym's any more; MessageRefused."""
        claims = await self._read(message, messages.LINK_TYPE, LinkClaims)
        with self._records.changing() as records:
            _forget(records, claims.person)

    def jwks(self) -> dict[str, Any]:
        """Its public keys (RFC 7517 section 5)."""
        return {"keys": [dict(self._key.public_jwk)]}

    def _linked(self, person: str) -> Record:
        for record in self._records.all().values():
            if record.pseudonym == person:
                return record
        raise NobodyLinked

    def _waiting(self, records: Mapping[str, Record], code: str | None) -> tuple[Record, Waiting]:
        wanted, now = _digest(code or ""), self._clock.now()
        for record in records.values():
            waiting = record.waiting
            if waiting is not None and waiting.code_digest == wanted and now < waiting.until:
                return record, waiting
        raise CodeUnknown(field="code")

    async def _read(self, message: str, typ: str, shape: type[_Claims]) -> _Claims:
        """A message of the service, for this department, of now, and new; MessageRefused."""
        jwks = await self._service_keys()
        try:
            payload = read(message, jwks=jwks, alg=messages.QUERY_ALG, typ=typ)
            claims = msgspec.json.decode(payload, type=shape)
        except ValueError:
            raise MessageRefused(log="not the service's") from None
        now, skew = self._clock.now().timestamp(), messages.SKEW.total_seconds()
        longest = messages.ASKED_FOR.total_seconds()
        is_ours = (claims.iss, claims.aud) == (self._service, self.url)
        is_of_now = claims.iat - skew <= now < claims.exp + skew
        if not is_ours or not is_of_now or not 0 < claims.exp - claims.iat <= longest:
            raise MessageRefused(log="not for us, or not of now")
        with self._lock:
            self._taken = {jti: until for jti, until in self._taken.items() if until > now}
            if claims.jti in self._taken:
                raise MessageRefused(log="not new")
            self._taken[claims.jti] = claims.exp + 2 * skew
        return claims

    def _signed(self, payload: bytes) -> str:
        header = {"alg": RS256, "kid": self._key.kid, "typ": messages.ATTESTATION_TYPE}
        parts = f"{b64url(msgspec.json.encode(header))}.{b64url(payload)}"
        return f"{parts}.{b64url(self._key.sign(parts.encode('ascii')))}"


def _found(records: Mapping[str, Record], record_id: str) -> Record:
    record = records.get(record_id)
    if record is None:
        raise RecordUnknown(field="record")
    return record


def _forget(records: dict[str, Record], person: str | None) -> None:
    for record in list(records.values()):
        if person is not None and record.pseudonym == person:
            records[record.id] = msgspec.structs.replace(record, pseudonym=None)


def _new_id(records: Mapping[str, Record]) -> str:
    """R for record; nobody can guess the next one."""
    while True:
        record_id = "R" + new_digits(10)
        if record_id not in records:
            return record_id


def _digest(code: str) -> str:
    return b64url(sha256(code.encode("utf-8")).digest())
