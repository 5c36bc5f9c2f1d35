"""The root of an issuer as a platform keeps it: fetched when the first mdoc is shown, and again.

Keys by name (`/.well-known/jwt-vc-issuer`) are of no use for an mdoc, which brings a certificate.
Whoever has the root by another way hands it over, and nothing is fetched.
"""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from authsvc.verify.errors import KeySetRefused, KeyUnknown, SignerRefused
from authsvc.verify.jws import DatedKey
from authsvc.verify.keys import KEPT, LOOKED_FOR
from authsvc.verify.mdoc.verifier import DocumentSigners, certified_signers


class KnownSigners:
    """Knows who signs mdocs of one issuer. It may be used by many threads at once.

    A root that was asked for and is not there is remembered as wanted.
    """

    def __init__(self, issuer: str, *, anchors: Sequence[x509.Certificate] = ()) -> None:
        self.address = f"{issuer}/ca/credentials.cer"
        self._issuer = issuer
        self._is_given = bool(anchors)
        self._signers: DocumentSigners | None = None
        if anchors:
            self._signers = certified_signers(issuer=issuer, anchors=anchors)
        self._got_at: datetime | None = None
        self._is_wanted = False

    def key_of(self, chain: Sequence[bytes], *, now: datetime) -> DatedKey:
        """The key behind the certificates of an mdoc; SignerRefused, KeyUnknown without a root."""
        if self._signers is None:
            self._is_wanted = True
            raise KeyUnknown
        try:
            return self._signers.key_of(chain, now=now)
        except SignerRefused:
            # Perhaps there is another root by now. It is looked for once a minute, not for each.
            self._is_wanted = True
            raise

    def take(self, certificate: bytes, *, now: datetime) -> None:
        """Takes the root, in DER, in the place of the one before; KeySetRefused."""
        try:
            root = x509.load_der_x509_certificate(certificate)
        except (ValueError, x509.InvalidVersion):
            raise KeySetRefused(log="no certificate") from None
        self._signers = certified_signers(issuer=self._issuer, anchors=[root])
        self._got_at, self._is_wanted = now, False

    def due(self, *, now: datetime) -> tuple[str, ...]:
        """The address of the root, if it is to be fetched."""
        if self._is_given:
            return ()
        if self._got_at is None:
            return (self.address,) if self._is_wanted else ()
        kept_for = LOOKED_FOR if self._is_wanted else KEPT
        return (self.address,) if now - self._got_at >= kept_for else ()
