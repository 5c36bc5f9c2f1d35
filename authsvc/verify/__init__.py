"""Is what I was shown genuine, is it for me, does it still hold? What a platform asks, offline.

In: what the service has published (keys, anchors, status lists), and an ID token, an access token
or an online certificate as it came. Out: a verified thing, or a refusal that says at which step.

    keys = VerificationKeys.from_jwks(document)
    verifier = IDTokenVerifier(issuer=…, client_id=…, keys=keys, algorithms=("ES256",))
    verified = verifier.verify(token, nonce=…, now=…)

    id_token.py     ID tokens (OpenID Connect Core 3.1.3.7, 3.1.3.8)
    access/         access tokens (RFC 9068) with DPoP or a client certificate
    credentials/    online certificates (SD-JWT VC, RFC 9901) that their holders show
    printed.py      the same on paper, for who has no phone
    mdoc/           the same in another form (ISO/IEC 18013-5)
    statuses/       whether a certificate still holds (Token Status List)
    revocations.py  which signers are believed no more (RFC 5280)
    receipts/       receipts, by which a platform shows an auditor that it did its duty
    known_issuer.py what is kept of an issuer, and fetched again when it is due
    jws.py          the one way by which all of them are read (RFC 7515, RFC 8725)

This stands beside the house: it is for platforms, and the service does not use it. So it needs
nothing but cryptography, msgspec and cbor2, touches no network and no file, and knows of the house
only how refusals and identifiers are spelt.
"""

from authsvc.verify.access.access_token import AccessTokenVerifier, VerifiedAccessToken
from authsvc.verify.access.dpop import DPoPProof
from authsvc.verify.access.errors import (
    CertificateRefused,
    ProofForAnotherRequest,
    ProofForAnotherToken,
    ProofMalformed,
    ProofMissing,
    ProofNonceRefused,
    ProofTooOld,
    ProofUnexpected,
)
from authsvc.verify.claims import VerifiedIDToken
from authsvc.verify.credentials.errors import (
    AuthorityRefused,
    BindingAudienceRefused,
    BindingMalformed,
    BindingMissing,
    BindingNonceRefused,
    BindingSignatureRefused,
    BindingTooOld,
    DisclosureRefused,
    HolderKeyRefused,
    PresentationAltered,
    SectorRefused,
    TypeRefused,
)
from authsvc.verify.credentials.sd_jwt import SDJWT
from authsvc.verify.credentials.verified import VerifiedPresentation
from authsvc.verify.credentials.verifier import CredentialVerifier
from authsvc.verify.errors import (
    AccessTokenRefused,
    AlgorithmRefused,
    AssuranceTooLow,
    AudienceRefused,
    AuthorizedPartyRefused,
    HeaderRefused,
    IssuedInTheFuture,
    IssuerRefused,
    KeySetRefused,
    KeyUnknown,
    NonceRefused,
    RevocationListRefused,
    SignatureRefused,
    SignerRefused,
    SignerRevoked,
    SignerStatusUnknown,
    SignInTooOld,
    TokenExpired,
    TokenMalformed,
    TokenNotYetValid,
    TokenRefused,
)
from authsvc.verify.id_token import IDTokenVerifier
from authsvc.verify.keys import VerificationKeys
from authsvc.verify.known_issuer import KnownIssuer
from authsvc.verify.mdoc.errors import DeviceSignatureRefused, MdocMalformed
from authsvc.verify.mdoc.verified import VerifiedMdoc
from authsvc.verify.mdoc.verifier import MdocVerifier
from authsvc.verify.printed import (
    PINRefused,
    PINTriesUsedUp,
    PrintedVerifier,
    SheetTaken,
    VerifiedSheet,
)
from authsvc.verify.receipts.errors import (
    CounterfoilRefused,
    CounterfoilRepeated,
    ReferenceRefused,
    ReferenceRepeated,
)
from authsvc.verify.receipts.reference import new_salt, reference_of
from authsvc.verify.receipts.verified import VerifiedReceipt
from authsvc.verify.receipts.verifier import ReceiptVerifier
from authsvc.verify.receipts.writing import Evidence, PresentationReceipts, ReceiptRefused
from authsvc.verify.revocations import UNCHECKED_SIGNERS, KnownRevocations
from authsvc.verify.statuses.errors import (
    CredentialRevoked,
    CredentialSuspended,
    StatusTooOld,
    StatusUnknown,
)
from authsvc.verify.statuses.known import KnownStatuses
from authsvc.verify.statuses.status import Status, VerifiedStatusList
from authsvc.verify.statuses.status_token import StatusListVerifier

__all__ = [
    "SDJWT",
    "UNCHECKED_SIGNERS",
    "AccessTokenRefused",
    "AccessTokenVerifier",
    "AlgorithmRefused",
    "AssuranceTooLow",
    "AudienceRefused",
    "AuthorityRefused",
    "AuthorizedPartyRefused",
    "BindingAudienceRefused",
    "BindingMalformed",
    "BindingMissing",
    "BindingNonceRefused",
    "BindingSignatureRefused",
    "BindingTooOld",
    "CertificateRefused",
    "CounterfoilRefused",
    "CounterfoilRepeated",
    "CredentialRevoked",
    "CredentialSuspended",
    "CredentialVerifier",
    "DPoPProof",
    "DeviceSignatureRefused",
    "DisclosureRefused",
    "Evidence",
    "HeaderRefused",
    "HolderKeyRefused",
    "IDTokenVerifier",
    "IssuedInTheFuture",
    "IssuerRefused",
    "KeySetRefused",
    "KeyUnknown",
    "KnownIssuer",
    "KnownRevocations",
    "KnownStatuses",
    "MdocMalformed",
    "MdocVerifier",
    "NonceRefused",
    "PINRefused",
    "PINTriesUsedUp",
    "PresentationAltered",
    "PresentationReceipts",
    "PrintedVerifier",
    "ProofForAnotherRequest",
    "ProofForAnotherToken",
    "ProofMalformed",
    "ProofMissing",
    "ProofNonceRefused",
    "ProofTooOld",
    "ProofUnexpected",
    "ReceiptRefused",
    "ReceiptVerifier",
    "ReferenceRefused",
    "ReferenceRepeated",
    "RevocationListRefused",
    "SectorRefused",
    "SheetTaken",
    "SignInTooOld",
    "SignatureRefused",
    "SignerRefused",
    "SignerRevoked",
    "SignerStatusUnknown",
    "Status",
    "StatusListVerifier",
    "StatusTooOld",
    "StatusUnknown",
    "TokenExpired",
    "TokenMalformed",
    "TokenNotYetValid",
    "TokenRefused",
    "TypeRefused",
    "VerificationKeys",
    "VerifiedAccessToken",
    "VerifiedIDToken",
    "VerifiedMdoc",
    "VerifiedPresentation",
    "VerifiedReceipt",
    "VerifiedSheet",
    "VerifiedStatusList",
    "new_salt",
    "reference_of",
]
