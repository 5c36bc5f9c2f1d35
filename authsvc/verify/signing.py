"""What a platform signs itself: a compact JWS (RFC 7515) by a key on P-256."""

from collections.abc import Mapping
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from authsvc.identifiers import b64url

ALGORITHM = "ES256"
# RFC 7518 section 3.4: octets of each of the two numbers.
_NUMBER = 32


def signed(
    header: Mapping[str, Any], claims: Mapping[str, Any], *, key: ec.EllipticCurvePrivateKey
) -> str:
    """The three parts; `alg` comes first in the header."""
    members = {"alg": ALGORITHM, **header}
    signing_input = ".".join(b64url(msgspec.json.encode(part)) for part in (members, claims))
    der = key.sign(signing_input.encode("ascii"), ec.ECDSA(hashes.SHA256()))
    raw = b"".join(number.to_bytes(_NUMBER, "big") for number in decode_dss_signature(der))
    return f"{signing_input}.{b64url(raw)}"
