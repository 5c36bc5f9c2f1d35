"""The text of a compact JWS (RFC 7515 section 7.1), read strictly: one spelling, one reading."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from authsvc.identifiers import from_b64url
from authsvc.verify.errors import TokenMalformed

T = TypeVar("T")

# The longest token of the service is about 12 kB; nothing longer than this is even parsed.
LONGEST = 16_384

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_decode_array = msgspec.json.Decoder(list[Any]).decode
_encode = msgspec.json.Encoder().encode


def parts(token: str, *, longest: int = LONGEST) -> tuple[bytes, bytes, bytes, bytes]:
    """Header and payload as they stand there, what is signed, and the signature; TokenMalformed."""
    # Counted before anything is decoded.
    if len(token) > longest or token.count(".") != 2:
        raise TokenMalformed(log="too long, or not of three parts")
    try:
        signed, _, signature = token.encode("ascii").rpartition(b".")
    except UnicodeEncodeError:
        raise TokenMalformed(log="not ASCII") from None
    header, _, payload = signed.partition(b".")
    return header, payload, signed, octets(signature)


def octets(text: bytes) -> bytes:
    """The octets behind base64url without padding; TokenMalformed for any other spelling."""
    try:
        return from_b64url(text)
    except ValueError:
        raise TokenMalformed(log="not base64url") from None


def members(text: bytes) -> dict[str, Any]:
    """The members of the one JSON object in `text`, none of them twice; TokenMalformed."""
    return _read(_decode, text)


def elements(text: bytes) -> list[Any]:
    """The elements of the one JSON array in `text`, no member in them twice; TokenMalformed."""
    return _read(_decode_array, text)


def _read(decode: Callable[[bytes], T], text: bytes) -> T:
    try:
        found = decode(text)
        # What is spelt as we would spell it says nothing twice. Anything else is read again by a
        # slower reader, which sees the members of one name.
        if _encode(found) != text:
            json.loads(text, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise TokenMalformed(log="not such JSON, or a member is repeated") from None
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a member is repeated")
