"""The delegated OCSP signer (RFC 6960 4.2.2.2): a key, and a certificate that renews itself.

Within seven days of its end the certificate is made anew, in memory and in `keys/ocsp/`. Several
workers may do so at once: the key is one, each certificate is good by itself, the file is replaced
whole, and whoever finds that another was first takes what is there.
"""

from datetime import datetime

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.certificates.authority import CertificateAuthority
from authsvc.certificates.profile import RESPONDER_RENEWAL

PURPOSE = "ocsp"
_CERTIFICATE_NAME = "responder"


class OCSPIdentity:
    """Who signs OCSP responses at a given moment."""

    def __init__(self, authority: CertificateAuthority) -> None:
        self._authority = authority
        self._directory = authority.keyring.directory
        self._certificate: x509.Certificate | None = None
        self.key: ec.EllipticCurvePrivateKey = authority.keyring.ocsp

    def certificate(self, *, now: datetime) -> x509.Certificate:
        """The responder's certificate, good for another week at least."""
        if self._certificate is None or not _fresh(self._certificate, now=now):
            self._certificate = self._kept(now=now) or self._renewed(now=now)
        return self._certificate

    def _kept(self, *, now: datetime) -> x509.Certificate | None:
        """What is on file, if it is of this key and this authority, and still fresh."""
        public = self.key.public_key()
        for found in self._directory.certificates(PURPOSE):
            ours = found.public_key() == public and self._authority.has_signed(found)
            if ours and _fresh(found, now=now):
                return found
        return None

    def _renewed(self, *, now: datetime) -> x509.Certificate:
        made = self._authority.sign_responder(self.key.public_key(), now=now)
        try:
            self._directory.save_certificate(PURPOSE, _CERTIFICATE_NAME, made)
        except OSError as error:
            # A read-only key directory costs each worker a certificate of its own, nothing else.
            structlog.get_logger().warning("ocsp_certificate_not_saved", errno=error.errno)
        return made


def _fresh(certificate: x509.Certificate, *, now: datetime) -> bool:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return begins <= now < ends - RESPONDER_RENEWAL
