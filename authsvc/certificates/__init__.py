"""What do we attest, and does it still hold?

In: a certificate request (PKCS #10) for a key that was made on a person's device. Out: an X.509
device certificate (RFC 5280), and at any later moment the answer whether it still holds: by OCSP
(RFC 6960), by CRL, by a status list (Token Status List) that tells nobody which certificate was
looked up, or by `verify_presented` for the rooms above.

A certificate says "the holder of this key is one real, verified person" and nothing else: its
subject is a random pseudonym, made for this one certificate, so that two certificates of one
person cannot be told from those of two. One key is certified once, for one person, for ever.

What a wallet carries is made in the chamber `credentials`; whatever withdraws or releases
certificates by person or document reaches it.

The room knows a person only as a `subscriber_id` and a document only as a keyed digest; it must
not know names, numbers, or why a certificate was withdrawn beyond the RFC's reason. Of platforms
it learns what it signs for one of them, and keeps nothing.
"""

from authsvc.certificates.authority import CertificateAuthority
from authsvc.certificates.certificates import Certificates
from authsvc.certificates.crl import RevocationList
from authsvc.certificates.ocsp import OCSPResponder
from authsvc.certificates.records import Certificate, VerifiedCertificate
from authsvc.certificates.request import CertificateRequest, parse_request
from authsvc.certificates.standings import Standings
from authsvc.certificates.status import RevocationReason, Standing, Status
from authsvc.certificates.status_entry import StatusReference

__all__ = [
    "Certificate",
    "CertificateAuthority",
    "CertificateRequest",
    "Certificates",
    "OCSPResponder",
    "RevocationList",
    "RevocationReason",
    "Standing",
    "Standings",
    "Status",
    "StatusReference",
    "VerifiedCertificate",
    "parse_request",
]
