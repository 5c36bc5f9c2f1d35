"""What we encrypt to a client: a compact JWE (RFC 7516) to one of its public keys.

We only ever encrypt. Nothing from outside is decrypted anywhere in this service, so that there is
no padding to ask about (RFC 3218), nothing to inflate, and no password to stretch: RSA1_5, PBES2
and `dir` are not spoken. `zip` is, where the reader asks for it and nobody else has a part in what
is compressed, so that its length tells nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from joserfc import jwe

from authsvc.clients.client import Encryption
from authsvc.clients.errors import ClientKeyMissing, ClientKeyRefused
from authsvc.clients.public_jwk import PublicJWK, read_public_jwk

_ECDH = frozenset({"P-256", "P-384", "P-521", "X25519"})

# RFC 7518 sections 4.1 and 5.1.
KEY_MANAGEMENT = ("RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
DEFLATE = "DEF"
CONTENT_ENCRYPTION = ("A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM")

# RFC 7517 section 4.3: what a public key is there for with these.
_ENCRYPT = frozenset({"encrypt", "wrapKey", "deriveKey", "deriveBits"})


def encrypt(
    payload: bytes,
    *,
    jwks: Sequence[Mapping[str, Any]],
    encryption: Encryption,
    content_type: str | None,
    compressed: bool = False,
) -> str:
    """`payload` as a compact JWE to one of `jwks`; `content_type` is "JWT" around a signed one.

    `compressed` by DEFLATE before it is encrypted (RFC 7516 section 4.1.3).

    Of several keys one that says it is for this goes before one that says nothing, and an earlier
    one before a later. Raises ClientKeyMissing, also for an algorithm that is not spoken.
    """
    if encryption.alg not in KEY_MANAGEMENT or encryption.enc not in CONTENT_ENCRYPTION:
        raise ClientKeyMissing(log="an encryption algorithm that is not spoken")
    found = sorted(_fitting(jwks, encryption.alg), key=_says_little)
    if not found:
        raise ClientKeyMissing(log=f"no key for {encryption.alg}")
    header = {"alg": encryption.alg, "enc": encryption.enc}
    if found[0].kid is not None:
        header["kid"] = found[0].kid
    if content_type is not None:
        header["cty"] = content_type
    algorithms = [encryption.alg, encryption.enc]
    if compressed:
        header["zip"] = DEFLATE
        algorithms.append(DEFLATE)
    return jwe.encrypt_compact(header, payload, found[0].key, algorithms=algorithms)


def _fitting(jwks: Sequence[Mapping[str, Any]], alg: str) -> Iterator[PublicJWK]:
    for jwk in jwks:
        try:
            found = read_public_jwk(jwk)
        except ClientKeyRefused:
            continue
        fits = found.kty == "RSA" if alg == KEY_MANAGEMENT[0] else found.crv in _ECDH
        if fits and found.alg in (None, alg) and found.is_for("enc", _ENCRYPT):
            yield found


def _says_little(jwk: PublicJWK) -> int:
    return (jwk.use is None) + (jwk.alg is None)
