"""Wallets, and somebody who reads what they hold without a line of ours."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import ECKey

from authsvc.certificates import Certificates
from authsvc.certificates.credentials import (
    KINDS,
    CredentialStatusLists,
    Format,
    Platform,
    Statement,
    Wanted,
)
from authsvc.certificates.status_list import StatusList
from authsvc.keyring import KeyRing
from authsvc.storage import Database
from authsvc.subscribers import Subscriber, SubscriberStatus
from tests.certificates.makers import DOCUMENT, new_key

GROWN_UP = Statement(
    birth_date=date(1990, 1, 1),
    document_class="resident_identity_card",
    assurance="chip-and-face",
    attributes={
        "residence_province": "650000",
        "residence_city": "659000",
        "residence_permit_city": "440300",
        "residence_permit_until": "2031-06",
    },
    attested_by="https://residence.example",
)
LASTING = KINDS["verified-person"]
BRIEF = KINDS["verified-person-brief"]
AT_PLATFORM = KINDS["verified-person-at-platform"]
MDOC = KINDS["verified-person-mdoc"]
MDOC_BRIEF = KINDS["verified-person-mdoc-brief"]
SD_JWTS = [kind for kind in KINDS.values() if kind.format is Format.SD_JWT]


def somebody(keyring: KeyRing, now: datetime, subscriber_id: UUID | None = None) -> Subscriber:
    """A person who opted in."""
    return Subscriber(
        id=subscriber_id or uuid4(),
        person_digest=b"p" * 32,
        status=SubscriberStatus.ACTIVE,
        credentials_valid_from=now,
        enrolled_at=now,
        data_key=keyring.sealer.new_data_key(context="a person's")[0],
    )


def wanted(count: int = 1, *platforms: Platform) -> list[Wanted]:
    """A new key for each."""
    each: Sequence[Platform | None] = platforms or [None] * count
    return [Wanted(new_key().public_key(), platform) for platform in each]


def unpadded(text: str) -> bytes:
    """What is behind base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Read:
    """An SD-JWT as RFC 9901 section 7.1 takes it apart, all of it disclosed."""

    header: dict[str, Any]
    payload: dict[str, Any]
    disclosed: dict[str, Any]
    salts: list[str]

    @property
    def place(self) -> tuple[str, int]:
        """Where its status is."""
        told = self.payload["status"]["status_list"]
        return told["uri"], told["idx"]


def verify(token: str, key: Any) -> jws.CompactSignature:
    """A JWS whose signature is right."""
    registry = jws.JWSRegistry(algorithms=["ES256"])
    registry.max_header_length = 4096  # There is a certificate in it.
    return jws.deserialize_compact(token, ECKey.import_key(key), registry=registry)


def read(credential: str, key: dict[str, str]) -> Read:
    """Verifies by joserfc, and matches each disclosure to its digest."""
    token, *disclosures, end = credential.split("~")
    assert end == ""
    verified = verify(token, key)
    payload = json.loads(verified.payload)
    assert payload["_sd_alg"] == "sha-256"
    digests = [
        base64.urlsafe_b64encode(hashlib.sha256(each.encode()).digest()).rstrip(b"=").decode()
        for each in disclosures
    ]
    assert payload["_sd"] == sorted(digests)
    opened = [json.loads(unpadded(each)) for each in disclosures]
    return Read(
        header=dict(verified.headers()),
        payload=payload,
        disclosed={name: value for _, name, value in opened},
        salts=[salt for salt, _, _ in opened],
    )


@dataclass(frozen=True)
class Issuer:
    """Issues to people in a database, each batch in a transaction of its own, and reads it."""

    certificates: Certificates
    database: Database
    lists: CredentialStatusLists

    async def issue(
        self, person: Subscriber, *, now: datetime, kind=LASTING, count: int = 1, **more: Any
    ) -> list[str]:
        """A batch; what is not named is a grown-up's on a document without an end."""
        given: dict[str, Any] = {
            "statement": GROWN_UP,
            "wanted": wanted(count),
            "document_digest": DOCUMENT,
            "document_valid_until": None,
        } | more
        async with self.database.transaction() as tx:
            return await self.certificates.credentials.issue(
                tx, person, kind=kind, now=now, **given
            )

    def key(self, kid: str, *, now: datetime) -> Any:
        """The published key with this id."""
        published = json.loads(self.certificates.credentials.issuer_metadata(now=now))
        [found] = [key for key in published["jwks"]["keys"] if key["kid"] == kid]
        return found

    def read(self, credential: str, *, now: datetime) -> Read:
        """A credential, by the key that its issuer publishes."""
        kid = json.loads(unpadded(credential.partition(".")[0]))["kid"]
        return read(credential, self.key(kid, now=now))

    async def read_batch(self, person: Subscriber, *, now: datetime, **more: Any) -> list[Read]:
        """A new batch, read."""
        return [self.read(each, now=now) for each in await self.issue(person, now=now, **more)]

    async def status(self, of: Read, *, now: datetime) -> int:
        """The status as the list of its issuer has it at this moment."""
        uri, index = of.place
        where, _, number = uri.rpartition("/")
        assert where == f"{self.certificates.credentials.issuer}/credentials/status-lists"
        token = (await self.lists.current(int(number), now=now)).token.decode()
        header = json.loads(unpadded(token.partition(".")[0]))
        verified = verify(token, self.key(header["kid"], now=now))
        claims = json.loads(verified.payload)
        assert (header["typ"], claims["sub"]) == ("statuslist+jwt", uri)
        assert claims["exp"] - claims["iat"] == timedelta(days=4).total_seconds()
        assert claims["ttl"] == 30
        told = claims["status_list"]
        return StatusList.read(told["lst"], bits=told["bits"])[index]


def first_certificate(header: dict[str, Any]) -> x509.Certificate:
    """The certificate that a credential or a list carries."""
    [encoded] = header["x5c"]
    return x509.load_der_x509_certificate(base64.b64decode(encoded, validate=True))


def another_curve() -> ec.EllipticCurvePublicKey:
    """A key that no credential is for."""
    return new_key(ec.SECP384R1()).public_key()
