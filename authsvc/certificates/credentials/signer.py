"""Who signs credentials: a key of the ring, its certificate, and the root above it.

The root is for credentials alone. Were it that of the devices, then whoever believes all that
chains to it would believe a credential that a person signed with their own device's key.

All that is issued on one day must look alike, so what signs follows from the day: the key that was
current when it began, and one certificate, which the first process that needs it puts into the
directory and every other one takes from there. It renews itself. So another algorithm signs from
the first midnight at which its key was there.

The key has two certificates, one for each trade: what is signed as JSON (SD-JWT VC, status lists)
and what is signed as CBOR (mdoc). What the one is for is not believed under the other, and no
signature of one trade reads as one of the other: a JWS is over ASCII, a COSE signature over CBOR.

A key of SM2 has no certificate (cryptography makes none), and is found by its name alone.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Protocol

import msgspec
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from authsvc.algorithms import ES256
from authsvc.algorithms.sm2_key import SM2PublicKey
from authsvc.certificates.authority import signed_by
from authsvc.certificates.credentials.compact_jws import compact
from authsvc.certificates.credentials.signer_profile import (
    COUNTRY,
    SIGNER_RENEWAL,
    SIGNER_VALIDITY,
    document_signer_certificate,
    signer_certificate,
)
from authsvc.certificates.errors import AuthorityExpired
from authsvc.certificates.profile import SignerKey, authority_certificate
from authsvc.keyring import KeyRing, KeyRingBroken, SigningKey

ROOT_PURPOSE = "credential-ca"
PURPOSE = "credential"
DOCUMENTS = "document-signer"
_ROOT_NAME = "authority"
_KID_SHOWN = 12

_log = structlog.get_logger()


@dataclass(frozen=True)
class Identity:
    """What signs at a moment, and its certificate in DER; the anchor goes by another way.

    A key of SM2 has no certificate.
    """

    key: SigningKey
    certificate: bytes | None

    @property
    def chain(self) -> tuple[str, ...]:
        """The member `x5c`: no anchor in it (HAIP 1.0); empty without a certificate."""
        if self.certificate is None:
            return ()
        return (base64.b64encode(self.certificate).decode("ascii"),)


class _Certify(Protocol):
    def __call__(
        self,
        public_key: SignerKey,
        *,
        issuer: x509.Certificate,
        url: str,
        begins: datetime,
    ) -> x509.CertificateBuilder: ...


TRADES: Mapping[str, _Certify] = {
    PURPOSE: signer_certificate,
    DOCUMENTS: document_signer_certificate,
}
"""What each trade's certificate is; the names are folders of the key directory."""


class CredentialSigner:
    """The signing identities of one issuer, `url`."""

    def __init__(self, keyring: KeyRing, *, url: str) -> None:
        self.keys = keyring.credentials
        self._root_key = keyring.credential_ca
        self._directory = keyring.directory
        self._url = url
        self._algorithm = keyring.rules.credential_signing_alg
        self._root: x509.Certificate | None = None
        self._certificates: dict[tuple[str, str], x509.Certificate] = {}

    def at(self, issued_at: datetime, *, trade: str = PURPOSE) -> Identity:
        """Who signs what is issued at this (rounded) moment; AuthorityExpired.

        `trade` is PURPOSE, or DOCUMENTS for mdocs.
        """
        key = self.keys.current(self.algorithm(issued_at), now=issued_at)
        if isinstance(key.public_key(), SM2PublicKey):
            return Identity(key, None)
        day = _day_of(issued_at)
        certificate = self._certificates.get((trade, key.kid))
        if certificate is None or not _fresh(certificate, day):
            certificate = self._kept(trade, key, day) or self._renewed(trade, key, day)
            self._certificates[trade, key.kid] = certificate
        return Identity(key, certificate.public_bytes(serialization.Encoding.DER))

    def algorithm(self, moment: datetime) -> str:
        """What is signed with on the day of a moment: as was set, if a key was there for it.

        If not, ES256 goes on; but where that is as new as the other, nothing goes on.
        """
        day = _day_of(moment)
        begun = self.keys.has_begun(self._algorithm, now=day)
        return self._algorithm if begun or not self.keys.has_begun(ES256, now=day) else ES256

    def sign(self, claims: msgspec.Struct, *, typ: str, issued_at: datetime) -> str:
        """A JWS that anybody can verify who knows the root, as long as there is one (`x5c`)."""
        identity = self.at(issued_at)
        header: dict[str, object] = {
            "alg": identity.key.alg,
            "typ": typ,
            "kid": identity.key.kid,
        }
        if identity.chain:
            header["x5c"] = identity.chain
        return compact(header, claims, key=identity.key)

    def root(self, *, now: datetime) -> x509.Certificate:
        """The anchor that a verifier of credentials trusts; made if there is none yet."""
        if self._root is None:
            made = authority_certificate(
                self._root_key.public_key(),
                title="Online credentials",
                country=COUNTRY,
                now=now,
            ).sign(self._root_key, hashes.SHA256())
            self._root = self._found_root() or self._first(
                ROOT_PURPOSE, _ROOT_NAME, made, find=self._found_root
            )
        return self._root

    def _found_root(self) -> x509.Certificate | None:
        public = self._root_key.public_key()
        for found in self._directory.certificates(ROOT_PURPOSE):
            if found.public_key() == public and signed_by(found, found):
                return found
        return None

    def _kept(self, trade: str, key: SigningKey, day: datetime) -> x509.Certificate | None:
        root, public = self.root(now=day), key.public_key()
        ours = [
            found
            for found in self._directory.certificates(trade)
            if found.public_key() == public and signed_by(found, root) and _fresh(found, day)
        ]
        return max(ours, key=lambda found: found.not_valid_before_utc, default=None)

    def _renewed(self, trade: str, key: SigningKey, day: datetime) -> x509.Certificate:
        public, root = key.public_key(), self.root(now=day)
        if not isinstance(public, SignerKey):
            raise KeyRingBroken(log="a credential key of the wrong type")
        if not root.not_valid_before_utc <= day + SIGNER_VALIDITY <= root.not_valid_after_utc:
            raise AuthorityExpired(log="the root of credentials must be renewed")
        made = TRADES[trade](public, issuer=root, url=self._url, begins=day).sign(
            self._root_key, hashes.SHA256()
        )
        name = f"{day:%Y%m%d}-{key.kid[:_KID_SHOWN]}"
        return self._first(trade, name, made, find=lambda: self._kept(trade, key, day))

    def _first(
        self,
        purpose: str,
        name: str,
        made: x509.Certificate,
        *,
        find: Callable[[], x509.Certificate | None],
    ) -> x509.Certificate:
        """What was made, or what another process has put there first."""
        try:
            self._directory.create_certificate(purpose, name, made)
            self._clear_away(purpose, made.not_valid_before_utc)
        except KeyRingBroken:
            # A read-only key directory costs each worker a certificate of its own: what they issue
            # can be told apart by it.
            _log.warning("credential_certificate_not_saved")
            return made
        return find() or made

    def _clear_away(self, purpose: str, moment: datetime) -> None:
        """What has ended; each name begins with the day on which its certificate does."""
        over = f"{moment - SIGNER_VALIDITY:%Y%m%d}"
        for name in self._directory.names(purpose, ".crt") if purpose in TRADES else ():
            if name < over:
                self._directory.destroy_certificate(purpose, name)


def _day_of(moment: datetime) -> datetime:
    """The beginning of its day (UTC)."""
    return datetime.combine(moment.astimezone(UTC).date(), time(), tzinfo=UTC)


def _fresh(certificate: x509.Certificate, day: datetime) -> bool:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return begins <= day and day + SIGNER_RENEWAL <= ends
