"""The text of a compact JWS (RFC 7515 section 7.1), read strictly: one spelling, one reading."""

import json
from typing import Any

import msgspec

from authsvc.verify.errors import TokenMalformed

# The longest token of the service is about 12 kB; nothing longer than this is even parsed.
LONGEST = 16_384

# From base64url to base64 (RFC 4648 section 5); whatever is not of the first becomes what is not of
# the second, "+", "/" and "=" included.
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_RENAMED = dict(zip(b"-_", b"+/", strict=True))
_TO_BASE64 = bytes(
    _RENAMED.get(octet, octet if octet in _ALPHABET else ord("!")) for octet in range(256)
)
# What is missing to whole groups of four, and to a JSON string; which last characters leave no
# stray bits.
_END = (b'"', b'!"', b'=="', b'="')
_LAST = (_ALPHABET, b"", _ALPHABET[::16], _ALPHABET[::4])

# The base64 inside msgspec takes a third of the time of the one in Python's library.
_from_base64 = msgspec.json.Decoder(bytes).decode
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


def parts(token: str) -> tuple[bytes, bytes, bytes, bytes]:
    """Header and payload as they stand there, what is signed, and the signature; TokenMalformed."""
    # Counted before anything is decoded.
    if len(token) > LONGEST or token.count(".") != 2:
        raise TokenMalformed(log="too long, or not of three parts")
    try:
        signed, _, signature = token.encode("ascii").rpartition(b".")
    except UnicodeEncodeError:
        raise TokenMalformed(log="not ASCII") from None
    header, _, payload = signed.partition(b".")
    return header, payload, signed, octets(signature)


def octets(text: bytes) -> bytes:
    """The octets behind base64url without padding; TokenMalformed for any other spelling."""
    rest = len(text) % 4
    if text and text[-1] not in _LAST[rest]:
        raise TokenMalformed(log="not base64url")
    try:
        return _from_base64(b'"' + text.translate(_TO_BASE64) + _END[rest])
    except ValueError:
        raise TokenMalformed(log="not base64url") from None


def members(text: bytes) -> dict[str, Any]:
    """The members of the one JSON object in `text`, none of them twice; TokenMalformed."""
    try:
        found = _decode(text)
        # What is spelt as we would spell it says nothing twice. Anything else is read again by a
        # slower reader, which sees the members of one name.
        if _encode(found) != text:
            json.loads(text, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise TokenMalformed(log="not a JSON object, or a member is repeated") from None
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a member is repeated")
