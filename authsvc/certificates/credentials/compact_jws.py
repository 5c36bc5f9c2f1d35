"""A compact JWS (RFC 7515 section 7.1) by the key that signs credentials."""

from collections.abc import Mapping
from typing import Any

import msgspec

from authsvc.identifiers import b64url
from authsvc.keyring import SigningKey


def compact(
    header: Mapping[str, Any], claims: Mapping[str, Any] | msgspec.Struct, *, key: SigningKey
) -> str:
    """The three parts; header and claims are written in their order."""
    signing_input = ".".join(b64url(msgspec.json.encode(part)) for part in (header, claims))
    return f"{signing_input}.{b64url(key.sign(signing_input.encode('ascii')))}"
