"""An issuer that does not exist, its keys, and ID tokens that joserfc made for it."""

from datetime import datetime
from typing import Any

from authsvc.verify import IDTokenVerifier, VerificationKeys, VerifiedIDToken
from tests.makers import NOW
from tests.oidc.jwt_makers import Key, private_key, signed

ISSUER = "https://id.example"
CLIENT = "platform-a"
NONCE = "nonce-1"
ALGORITHMS = ("ES256", "PS256", "RS256", "EdDSA", "Ed25519")

ISSUED = int(NOW.timestamp())


def published(key: Key, alg: str = "ES256", **members: Any) -> dict[str, Any]:
    """The JWK as an issuer publishes it: with its algorithm and its use."""
    return {**key.as_dict(private=False), "alg": alg, "use": "sig", **members}


def key_set(*jwks: dict[str, Any]) -> VerificationKeys:
    """A key set; that of one ES256 key without any."""
    return VerificationKeys.from_jwks({"keys": list(jwks or (published(private_key("ES256")),))})


def claims(**changes: Any) -> dict[str, Any]:
    """Those of a good ID token, changed, or (None) removed."""
    good = {
        "iss": ISSUER,
        "sub": "a pseudonym",
        "aud": CLIENT,
        "exp": ISSUED + 600,
        "iat": ISSUED,
        "auth_time": ISSUED - 60,
        "acr": "urn:authsvc:acr:aal1",
        "amr": ["pwd"],
        "nonce": NONCE,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def token(alg: str = "ES256", *, says: dict[str, Any] | None = None, **changes: Any) -> str:
    """A good ID token with other claims; `says` changes its header."""
    return signed(claims(**changes), private_key(alg), alg=alg, says=says)


def verifier(
    keys: VerificationKeys | None = None, *, algorithms: tuple[str, ...] = ("ES256",)
) -> IDTokenVerifier:
    """What a platform would have."""
    return IDTokenVerifier(
        issuer=ISSUER, client_id=CLIENT, keys=keys or key_set(), algorithms=algorithms
    )


def verified(
    text: str, *, nonce: str | None = NONCE, now: datetime = NOW, **asked: Any
) -> VerifiedIDToken:
    """What a platform learns that sent `NONCE` and is registered for ES256."""
    return verifier().verify(text, nonce=nonce, now=now, **asked)
