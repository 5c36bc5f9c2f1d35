"""What a platform signs itself: a compact JWS (RFC 7515) by a key on P-256."""

from collections.abc import Mapping
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.algorithms import ALGORITHMS, ES256
from authsvc.identifiers import b64url


def signed(
    header: Mapping[str, Any], claims: Mapping[str, Any], *, key: ec.EllipticCurvePrivateKey
) -> str:
    """The three parts; `alg` comes first in the header."""
    members = {"alg": ES256, **header}
    signing_input = ".".join(b64url(msgspec.json.encode(part)) for part in (members, claims))
    signature = ALGORITHMS[ES256].signer(key)(signing_input.encode("ascii"))
    return f"{signing_input}.{b64url(signature)}"
