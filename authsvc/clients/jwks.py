"""A client's JWK Set (RFC 7517 section 5) as it may be registered: public keys, sound and not weak.

Keys of a type or curve that we do not speak are left out, as section 5 asks; a private or symmetric
key is refused, because whoever sends one has given it away.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authsvc.clients.errors import ClientKeyRefused, ClientMetadataInvalid
from authsvc.clients.public_jwk import PublicJWK, holds_secret, is_spoken, read_public_jwk

MOST_KEYS = 20
_MOST_CERTIFICATES = 5

# Which keys an algorithm takes (RFC 7518 sections 3.1 and 4.1; RFC 8037; RFC 9864).
_SIGNS = {"RS256": "RSA", "PS256": "RSA", "ES256": "P-256", "EdDSA": "Ed25519"}
_AGREES = frozenset({"P-256", "P-384", "P-521", "X25519"})


def read_jwks(document: object) -> dict[str, Any]:
    """The set, with the keys that we speak. ClientMetadataInvalid names the key at fault."""
    keys = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(keys, Sequence) or isinstance(keys, str | bytes):
        raise ClientMetadataInvalid(field="jwks", log="must be a JWK Set: an object with keys")
    if len(keys) > MOST_KEYS:
        raise ClientMetadataInvalid(field="jwks.keys", log=f"at most {MOST_KEYS} keys")
    found = [key for index, key in enumerate(keys) if _usable(key, f"jwks.keys[{index}]")]
    if not found:
        raise ClientMetadataInvalid(field="jwks.keys", log="holds no public key that we speak")
    _refuse_repeated_ids(found)
    return {"keys": found}


def can_sign(jwks: Mapping[str, Any], algorithms: Iterable[str]) -> bool:
    """Whether the set has a key that verifies one of these signature algorithms."""
    wanted = set(algorithms)
    return any(
        key.get("use", "sig") == "sig"
        and any(_kind(key) == _SIGNS[alg] and _named(key, alg) for alg in wanted)
        for key in jwks["keys"]
    )


def can_decrypt(jwks: Mapping[str, Any], alg: str) -> bool:
    """Whether the set has a key to encrypt to with this key management algorithm."""
    return any(
        key.get("use", "enc") == "enc"
        and key.get("alg", alg) == alg
        and (_kind(key) == "RSA" if alg.startswith("RSA") else _kind(key) in _AGREES)
        for key in jwks["keys"]
    )


def has_certificate(jwks: Mapping[str, Any]) -> bool:
    """Whether a key comes with its certificate (RFC 8705 section 2.2.2)."""
    return any("x5c" in key for key in jwks["keys"])


def _named(key: Mapping[str, Any], alg: str) -> bool:
    """Whether the key says this algorithm, or none. RFC 9864 has a second name for EdDSA."""
    named = key.get("alg", alg)
    return bool(named == alg or (alg == "EdDSA" and named == "Ed25519"))


def _kind(key: Mapping[str, Any]) -> str:
    return "RSA" if key["kty"] == "RSA" else str(key["crv"])


def _refuse_repeated_ids(keys: Sequence[Mapping[str, Any]]) -> None:
    ids = [key["kid"] for key in keys if "kid" in key]
    if len(ids) != len(set(ids)):
        raise ClientMetadataInvalid(field="jwks.keys", log="two keys of one kid")


def _usable(key: object, field: str) -> bool:
    """Whether we speak the key; ClientMetadataInvalid if it must not be registered."""
    if not isinstance(key, Mapping):
        raise ClientMetadataInvalid(field=field, log="must be an object")
    if holds_secret(key):
        raise ClientMetadataInvalid(
            field=field, log="public keys only: this one is private or symmetric; make a new one"
        )
    if not is_spoken(key):
        return False
    try:
        public = read_public_jwk(key)
    except ClientKeyRefused as error:
        raise ClientMetadataInvalid(field=field, log=error.log) from None
    if "x5c" in key:
        _check_certificates(key["x5c"], public, f"{field}.x5c")
    return True


def _check_certificates(x5c: object, public: PublicJWK, field: str) -> None:
    """Returns if the first certificate holds this very key (RFC 7517 section 4.7)."""
    if not isinstance(x5c, list) or not 0 < len(x5c) <= _MOST_CERTIFICATES:
        raise ClientMetadataInvalid(field=field, log="must be a list of one to five certificates")
    try:
        held = x509.load_der_x509_certificate(base64.b64decode(x5c[0], validate=True)).public_key()
    except (ValueError, TypeError, binascii.Error):
        raise ClientMetadataInvalid(field=field, log="not a certificate in base64") from None
    if _bytes_of(held) != _bytes_of(public.key.public_key):
        raise ClientMetadataInvalid(field=field, log="the certificate is for another key")


def _bytes_of(key: Any) -> bytes:
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return encoded
