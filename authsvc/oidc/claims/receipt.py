"""A receipt: what a platform shows an auditor, to prove without identities that it did its duty.

It says that some real person, verified in this way, signed in this strongly at this platform on
this day, and allowed it; not who. The platform ties it to one of its accounts by a `reference`:
SHA-256 of 32 random octets and its own name for the account. We learn nothing of that, and whoever
finds the receipt learns nothing of the account; the platform opens it for an auditor.

It is signed as credentials are, with the certificate in it: keys of tokens are published for an
hour longer than they sign, and this must be good for years.
"""

from datetime import datetime, timedelta

import msgspec

from authsvc.certificates.credentials.kinds import floor
from authsvc.certificates.credentials.signer import CredentialSigner
from authsvc.identifiers import new_token

TYPE = "verification-receipt+jwt"
# That of credentials that hold for weeks. The duty is one of a day; the second would let two
# platforms, or one and whoever has our storage, find who was at both.
GRAIN = timedelta(days=1)
_JTI_BYTES = 16


class Receipt(msgspec.Struct, frozen=True):
    """The claims, all of them. No subject, and nothing that two receipts of one person share."""

    iss: str
    aud: str
    iat: int
    acr: str
    assurance: str
    reference: str
    jti: str


class Receipts:
    """Writes receipts in the name of one issuer. Nothing is kept of them."""

    def __init__(self, *, issuer: str, signer: CredentialSigner) -> None:
        self._issuer = issuer
        self._signer = signer

    def write(
        self, *, client_id: str, acr: str, assurance: str, reference: str, now: datetime
    ) -> str:
        """The receipt of a sign-in at this client, a JWS; AuthorityExpired."""
        day = floor(now, GRAIN)
        claims = Receipt(
            iss=self._issuer,
            aud=client_id,
            iat=int(day.timestamp()),
            acr=acr,
            assurance=assurance,
            reference=reference,
            jti=new_token(_JTI_BYTES),
        )
        return self._signer.sign(claims, typ=TYPE, issued_at=day)
