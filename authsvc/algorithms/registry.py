"""The signature algorithms, a row for each.

One key, one algorithm (RFC 8725 section 3.1): a header chooses neither. What is not here (`none`,
HS256 and its like) cannot be said.
"""

from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes

from authsvc.algorithms import edwards, elliptic, rsa, sm2
from authsvc.algorithms.algorithm import Algorithm, PublicKey
from authsvc.identifiers import b64url

ES256 = "ES256"
EDDSA = "EdDSA"  # Ed25519 under the name that RFC 8037 gave it and clients know
RS256 = "RS256"
PS256 = "PS256"
SM2 = "SM2"

# Numbers in COSE: RFC 9053 sections 2.1 and 2.2, RFC 8812 section 2. SM2 has none: the draft asked
# for -48, which has been given to another since.
ALGORITHMS: Mapping[str, Algorithm] = MappingProxyType(
    {
        row.name: row
        for row in (
            Algorithm(
                ES256,
                elliptic.P256,
                hashes.SHA256,
                elliptic.signer,
                elliptic.verifier,
                cose=-7,
                cose_also=(-9,),  # RFC 9864 section 2.1: ESP256
            ),
            Algorithm(
                EDDSA,
                edwards.ED25519,
                hashes.SHA512,  # RFC 8032 section 5.1
                edwards.signer,
                edwards.verifier,
                cose=-8,
                also=("Ed25519",),  # RFC 9864 section 2.2: narrower; the one curve used here
                cose_also=(-19,),
            ),
            Algorithm(
                PS256, rsa.RSA, hashes.SHA256, rsa.signer(rsa.PSS), rsa.verifier(rsa.PSS), cose=-37
            ),
            Algorithm(
                RS256,
                rsa.RSA,
                hashes.SHA256,
                rsa.signer(rsa.PKCS1),
                rsa.verifier(rsa.PKCS1),
                cose=-257,
            ),
            Algorithm(
                SM2,
                sm2.SM2_CURVE,
                hashes.SM3,
                sm2.signer,
                sm2.verifier,
                ready=sm2.ready,
            ),
        )
    }
)
_REQUIRED = {row.keys.kty: row.keys.required for row in ALGORITHMS.values()}
_BY_NAME = {name: row.name for row in ALGORITHMS.values() for name in (row.name, *row.also)}


def canonical(alg: str) -> str:
    """The name that we use for what `alg` names; as it is, if it names nothing."""
    return _BY_NAME.get(alg, alg)


def of_jwk(jwk: Mapping[str, Any]) -> Algorithm:
    """The one algorithm of a JWK: what its type allows, and itself says if several do.

    LookupError, TypeError or ValueError if there is none.
    """
    kty, crv = jwk["kty"], jwk.get("crv")
    fitting = [
        row for row in ALGORITHMS.values() if row.keys.kty == kty and row.keys.crv in (None, crv)
    ]
    if "alg" in jwk:
        said = canonical(jwk["alg"])
        fitting = [row for row in fitting if row.name == said]
    if len(fitting) != 1:
        raise ValueError("no algorithm, or several")
    return fitting[0]


def of_public_key(key: object) -> tuple[Algorithm, PublicKey]:
    """A public key, and its one algorithm; ValueError if there is none, or several."""
    fitting = [row for row in ALGORITHMS.values() if row.keys.is_public(key)]
    if len(fitting) != 1 or not isinstance(key, PublicKey):
        raise ValueError("no algorithm, or several")
    return fitting[0], key


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """RFC 7638 with SHA-256, base64url, of a JWK; KeyError if it lacks what its type requires."""
    required = {name: jwk[name] for name in _REQUIRED[jwk["kty"]]}
    return b64url(sha256(msgspec.json.encode(required)).digest())


def public_jwk(alg: Algorithm, key: PublicKey) -> dict[str, str]:
    """A public key as its set has it (RFC 7517 section 4); `kid` is its thumbprint."""
    members = alg.public_members(key)
    return {**members, "kid": thumbprint(members), "alg": alg.name, "use": "sig"}
