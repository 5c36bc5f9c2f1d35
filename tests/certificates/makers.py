"""Requests, certificates and the openssl command, for the tests of this room."""

import asyncio
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from authsvc.certificates import (
    Certificate,
    CertificateAuthority,
    Certificates,
    RevocationReason,
    Standings,
    VerifiedCertificate,
    parse_request,
)
from authsvc.clock import Clock
from authsvc.storage import Database, Ephemeral
from authsvc.storage.ephemeral.memory import MemoryBackend
from tests.services import missing

DOCUMENT = b"d" * 32


def new_key(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    """A key made on a device."""
    return ec.generate_private_key(curve or ec.SECP256R1())


def request_builder(common_name: str = "a device") -> x509.CertificateSigningRequestBuilder:
    """A request that asks for nothing."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    return x509.CertificateSigningRequestBuilder(name)


def request_pem(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None,
    *,
    extensions: Sequence[x509.ExtensionType] = (),
    algorithm: hashes.SHA256 | hashes.SHA384 | None = None,
) -> bytes:
    """A signed request in PEM."""
    builder = request_builder()
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    signed = builder.sign(key or new_key(), algorithm or hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True)
class Desk:
    """Issues certificates in a database, each in a transaction of its own."""

    certificates: Certificates
    database: Database

    @classmethod
    def alone(cls, authority: CertificateAuthority, database: Database, clock: Clock) -> Self:
        """That of the only process there is."""
        keys = authority.keyring
        ephemeral = Ephemeral(MemoryBackend(clock), seals=keys.sealer, digests=keys.digests)
        return cls(Certificates(authority, Standings(database, ephemeral)), database)

    async def issue(
        self,
        *,
        now: datetime,
        subscriber_id: UUID | None = None,
        document_digest: bytes = DOCUMENT,
        request: bytes | None = None,
        document_valid_until: date | None = None,
    ) -> Certificate:
        """A certificate; everything that is not named is new."""
        async with self.database.transaction() as tx:
            return await self.certificates.issue(
                tx,
                subscriber_id=subscriber_id or uuid4(),
                document_digest=document_digest,
                request=parse_request(request or request_pem()),
                document_valid_until=document_valid_until,
                now=now,
            )

    async def revoke(self, reason: RevocationReason, *, now: datetime, **which: Any) -> int:
        """Holds or revokes; how many that changed."""
        async with self.database.transaction() as tx:
            return await self.certificates.revoke(tx, reason=reason, now=now, **which)

    async def release(self, **which: Any) -> int:
        """Releases a hold; how many certificates that changed."""
        async with self.database.transaction() as tx:
            return await self.certificates.release_hold(tx, **which)

    async def forget(self, subscriber_id: UUID, *, now: datetime) -> None:
        """Forgets somebody who leaves."""
        async with self.database.transaction() as tx:
            await self.certificates.forget(tx, subscriber_id=subscriber_id, now=now)

    async def find(self, serial: int) -> Certificate:
        """A certificate that is there."""
        async with self.database.reading() as tx:
            found = await self.certificates.find(tx, serial)
        assert found is not None
        return found

    async def verify(self, pem: bytes, *, now: datetime) -> VerifiedCertificate:
        """Presents a certificate."""
        async with self.database.reading() as tx:
            return await self.certificates.verify_presented(tx, pem, now=now)


def parsed(certificate: Certificate) -> x509.Certificate:
    """The certificate as cryptography reads it."""
    return x509.load_pem_x509_certificate(certificate.pem.encode())


def require_openssl() -> str:
    """The openssl command; skips the test, or fails it in CI, where there is none."""
    return shutil.which("openssl") or missing("no openssl command: its opinion was not asked")


async def openssl(*arguments: str | Path) -> str:
    """What openssl says, on both of its outputs, whether it is content or not."""
    command = require_openssl()

    def run() -> str:
        done = subprocess.run(
            [command, *arguments], capture_output=True, text=True, check=False, timeout=30
        )
        return f"{done.stdout}\n{done.stderr}"

    return await asyncio.to_thread(run)
