"""Is this ID token genuine, and is it for me? What a platform asks, offline.

In: the service's JWK Set, and an ID token as it came from the token endpoint. Out: a
`VerifiedIDToken`, or a refusal that says which step it was (OpenID Connect Core 3.1.3.7, 3.1.3.8;
RFC 7515, RFC 8725).

    keys = VerificationKeys.from_jwks(document)
    verifier = IDTokenVerifier(issuer=…, client_id=…, keys=keys, algorithms=("ES256",))
    verified = verifier.verify(token, nonce=…, now=…)

This stands beside the house: it is for platforms, and the service does not use it. So it needs
nothing but cryptography and msgspec, touches no network and no file, and knows of the house only
how refusals and identifiers are spelt.
"""

from authsvc.verify.claims import VerifiedIDToken
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
    SignatureRefused,
    SignInTooOld,
    TokenExpired,
    TokenMalformed,
    TokenNotYetValid,
    TokenRefused,
)
from authsvc.verify.id_token import IDTokenVerifier
from authsvc.verify.keys import VerificationKeys

__all__ = [
    "AccessTokenRefused",
    "AlgorithmRefused",
    "AssuranceTooLow",
    "AudienceRefused",
    "AuthorizedPartyRefused",
    "HeaderRefused",
    "IDTokenVerifier",
    "IssuedInTheFuture",
    "IssuerRefused",
    "KeySetRefused",
    "KeyUnknown",
    "NonceRefused",
    "SignInTooOld",
    "SignatureRefused",
    "TokenExpired",
    "TokenMalformed",
    "TokenNotYetValid",
    "TokenRefused",
    "VerificationKeys",
    "VerifiedIDToken",
]
