"""The form: an SD-JWT in compact serialization, as its issuer gives it to the holder (RFC 9901).

    <header>.<payload>.<signature>~<disclosure>~<disclosure>~…~

A disclosure is a salt, a name and a value (section 4.2.1); the payload has its digest alone
(4.2.4.1), among the others in the order of the digests, so that the place says nothing.
"""

import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.certificates.credentials.compact_jws import compact
from authsvc.identifiers import b64url
from authsvc.keyring import SigningKey

TYPE = "dc+sd-jwt"
DIGEST_ALGORITHM = "sha-256"
# Section 9.3: 128 bits, or what is hidden could be guessed from its digest.
_SALT_BYTES = 16
_COORDINATE_BYTES = 32


class Disclosure(NamedTuple):
    """One claim, ready to be shown or kept; `text` is what the holder gets."""

    text: str
    digest: str


def disclosures(claims: Mapping[str, object]) -> list[Disclosure]:
    """A disclosure for each claim, under a salt of its own."""
    salts = os.urandom(_SALT_BYTES * len(claims))
    made = []
    for place, (name, value) in enumerate(claims.items()):
        salt = b64url(salts[place * _SALT_BYTES : (place + 1) * _SALT_BYTES])
        text = b64url(msgspec.json.encode((salt, name, value)))
        made.append(Disclosure(text, b64url(sha256(text.encode("ascii")).digest())))
    return made


def holder_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """A P-256 key as the claim `cnf` names it (RFC 7800 section 3.2): its four members alone."""
    numbers = key.public_numbers()
    x, y = (b64url(n.to_bytes(_COORDINATE_BYTES, "big")) for n in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def signed(
    header: Mapping[str, object],
    shown: Mapping[str, object],
    hidden: Sequence[Disclosure],
    *,
    key: SigningKey,
) -> str:
    """The SD-JWT with all its disclosures. `shown` is the payload without what is hidden."""
    payload = {
        **shown,
        "_sd_alg": DIGEST_ALGORITHM,
        "_sd": sorted(each.digest for each in hidden),
    }
    return "~".join((compact(header, payload, key=key), *(each.text for each in hidden), ""))
