"""The root of an issuer as a platform keeps it: fetched when the first mdoc is shown, and again.

Keys by name (`/.well-known/jwt-vc-issuer`) are of no use for an mdoc, which brings a certificate.
Whoever has the root by another way hands it over, and it is not fetched. Either way the list of the
signers that it believes no more is fetched, as soon as there is a root.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptography import x509

from authsvc.verify.errors import KeySetRefused, KeyUnknown, SignerRefused
from authsvc.verify.jws import DatedKey
from authsvc.verify.keys import KEPT, LOOKED_FOR
from authsvc.verify.mdoc.verifier import DocumentSigners, certified_signers
from authsvc.verify.revocations import KnownRevocations


class KnownSigners:
    """Knows who signs mdocs of one issuer. It may be used by many threads at once.

    A root that was asked for and is not there is remembered as wanted. `revocations` are those of
    the root that is known.
    """

    def __init__(self, issuer: str, *, anchors: Sequence[x509.Certificate] = ()) -> None:
        below = issuer.removesuffix("/")
        self.address = f"{below}/ca/credentials.cer"
        self.revocations_address = f"{below}/crl/credentials.crl"
        self._issuer = issuer
        self._is_given = bool(anchors)
        self._got_at: datetime | None = None
        self._is_wanted = False
        self._anchors: tuple[x509.Certificate, ...] = ()
        self._signers: DocumentSigners | None = None
        self._got_list_at: datetime | None = None
        self.revocations = KnownRevocations(())
        if anchors:
            self._follow(tuple(anchors))

    def key_of(self, chain: Sequence[bytes], *, now: datetime) -> DatedKey:
        """The key behind the certificates of an mdoc.

        SignerRefused, SignerRevoked, SignerStatusUnknown; KeyUnknown without a root.
        """
        if self._signers is None:
            self._is_wanted = True
            raise KeyUnknown
        try:
            return self._signers.key_of(chain, now=now)
        except SignerRefused:
            # Perhaps there is another root by now. It is looked for once a minute, not for each.
            self._is_wanted = True
            raise

    def take(self, address: str, answer: bytes, *, now: datetime) -> bool:
        """Takes what lies at an address; False if nothing of this is there.

        KeySetRefused, RevocationListRefused.
        """
        if address == self.address:
            self.take_root(answer, now=now)
        elif address == self.revocations_address:
            self.revocations.add(answer, now=now)
            self._got_list_at = now
        else:
            return False
        return True

    def take_root(self, certificate: bytes, *, now: datetime) -> None:
        """Takes the root, in DER, in the place of the one before; KeySetRefused."""
        try:
            root = x509.load_der_x509_certificate(certificate)
        except (ValueError, x509.InvalidVersion):
            raise KeySetRefused(log="no certificate") from None
        if (root,) != self._anchors:
            self._follow((root,))
        self._got_at, self._is_wanted = now, False

    def due(self, *, now: datetime) -> Iterator[str]:
        """The addresses of what is to be fetched: the list after the root that has signed it."""
        if not self._is_given and self._is_root_due(now):
            yield self.address
        if self._anchors and (self._got_list_at is None or now - self._got_list_at >= KEPT):
            yield self.revocations_address

    def _is_root_due(self, now: datetime) -> bool:
        if self._got_at is None:
            return self._is_wanted
        return now - self._got_at >= (LOOKED_FOR if self._is_wanted else KEPT)

    def _follow(self, anchors: tuple[x509.Certificate, ...]) -> None:
        """From here on these are believed, and nothing is known yet of what they revoked."""
        self._anchors = anchors
        self.revocations = KnownRevocations(anchors)
        self._got_list_at = None
        self._signers = certified_signers(
            issuer=self._issuer, anchors=anchors, revocations=self.revocations
        )
