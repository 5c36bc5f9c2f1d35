"""Which signers are believed no more: the revocation lists of the anchors (RFC 5280 section 5).

A chain shows that a signer was certified. That its key has not leaked since, the list of its anchor
shows, which is fetched like a status list: whenever it suits, and never because of a visitor.

    revocations = KnownRevocations(anchors)
    revocations.add(fetched, now=…)
    CredentialVerifier(issuer=…, anchors=anchors, revocations=revocations, …)

No news is not good news: without a list that holds now, no signer is believed by its chain. Who can
never fetch one says so (UNCHECKED_SIGNERS), and believes a key that leaked until its certificate
ends, 30 days at most.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from authsvc.verify.claims import LEEWAY
from authsvc.verify.errors import RevocationListRefused, SignerRevoked, SignerStatusUnknown

# One of ours has 300 octets, and 40 for each signer of the last 30 days whose key has leaked.
_LONGEST = 1 << 20
_KEYS = (ec.EllipticCurvePublicKey, rsa.RSAPublicKey, ed25519.Ed25519PublicKey)


class Revocations(Protocol):
    """Who knows whether the certificates of a chain were revoked."""

    def check(self, chain: Sequence[x509.Certificate], *, now: datetime) -> None:
        """From a signer to an anchor; SignerRevoked, SignerStatusUnknown."""


class _Unchecked:
    """Believes every signer until its certificate ends."""

    def check(self, chain: Sequence[x509.Certificate], *, now: datetime) -> None:
        """Nothing."""


UNCHECKED_SIGNERS: Revocations = _Unchecked()


@dataclass(frozen=True, repr=False)
class RevocationList:
    """A list that an anchor has signed; `der` is what was signed."""

    issuer: x509.Certificate
    signed_at: datetime
    next_at: datetime
    serials: frozenset[int] = field(repr=False)
    der: bytes


class KnownRevocations:
    """Knows the newest list of each anchor that it was given. It may be used by many threads."""

    def __init__(self, anchors: Sequence[x509.Certificate]) -> None:
        self._anchors = tuple(anchors)
        self._kept: dict[x509.Certificate, RevocationList] = {}

    def add(self, der: bytes, *, now: datetime) -> RevocationList:
        """Takes a list as it came; RevocationListRefused if it is no good one of an anchor.

        One that is older than what is there is passed over, so that nobody can bring back the time
        before a revocation. What is there afterwards comes back.
        """
        found = self._read(der)
        if found.signed_at > now + LEEWAY:
            raise RevocationListRefused(log="to come")
        known = self._kept.get(found.issuer)
        if known is not None and known.signed_at > found.signed_at:
            return known
        self._kept[found.issuer] = found
        return found

    def check(self, chain: Sequence[x509.Certificate], *, now: datetime) -> None:
        """From a signer to an anchor; SignerRevoked, SignerStatusUnknown."""
        for certificate, issuer in pairwise(chain):
            known = self._kept.get(issuer)
            if known is None or now >= known.next_at + LEEWAY:
                raise SignerStatusUnknown(log="no list" if known is None else "too old a list")
            if certificate.serial_number in known.serials:
                raise SignerRevoked

    def lists(self) -> tuple[bytes, ...]:
        """The lists as they came, to be added again after a restart."""
        return tuple(each.der for each in self._kept.values())

    def _read(self, der: bytes) -> RevocationList:
        if len(der) > _LONGEST:
            raise RevocationListRefused(log="too long")
        try:
            found = x509.load_der_x509_crl(der)
            issuer = self._issuer(found)
            # Section 5.2: one that is not understood may say that the list is of a part only, or
            # of changes (`deltaCRLIndicator`, `issuingDistributionPoint` are critical).
            if any(extension.critical for extension in found.extensions):
                raise RevocationListRefused(log="a critical extension")
            serials = frozenset(entry.serial_number for entry in found)
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension):
            raise RevocationListRefused(log="not a list in DER") from None
        if found.next_update_utc is None:
            raise RevocationListRefused(log="no end")
        return RevocationList(issuer, found.last_update_utc, found.next_update_utc, serials, der)

    def _issuer(self, found: x509.CertificateRevocationList) -> x509.Certificate:
        for anchor in self._anchors:
            key = anchor.public_key()
            if anchor.subject != found.issuer or not isinstance(key, _KEYS):
                continue
            try:
                if found.is_signature_valid(key):
                    return anchor
            except InvalidSignature:
                continue
        raise RevocationListRefused(log="signed by no anchor")
