"""Strict application/x-www-form-urlencoded: raw bytes in, single values out.

The WHATWG URL standard section 5.1, as RFC 6749 appendix B uses it, read without mercy: every
percent sign introduces two hexadecimal digits, what they spell is UTF-8, no parameter occurs
twice (RFC 6749 section 3.1). Nothing is cached: a form carries passwords and client secrets.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote_to_bytes

from authsvc.web.errors import (
    ContentTypeRefused,
    FormTooLarge,
    MalformedForm,
    RepeatedField,
    TooManyFields,
)

FORM = "application/x-www-form-urlencoded"

MAX_FIELDS = 64
"""The longest honest request, an OpenID authorization request with every extension we speak, has
about 30 parameters; twice that leaves room for parameters we ignore."""

MAX_FORM = 128 * 1024
"""The longest honest form, an authorization request whose state and nonce are as long as may be
and of four-byte characters, has about 70 kB. Decoding costs time, and everybody else waits."""

_NAMEABLE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}\Z")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def read_form(body: bytes, content_type: str | None) -> dict[str, str]:
    """The parameters of a form body; an empty value is present and empty.

    Raises ContentTypeRefused, FormTooLarge, MalformedForm, RepeatedField, TooManyFields.
    """
    require_content_type(content_type, FORM)
    return single_values(decode_pairs(body))


def read_query(query: str | bytes) -> dict[str, str]:
    """The parameters of a raw query string, by the same rules as a form."""
    return single_values(decode_pairs(query.encode("latin-1") if isinstance(query, str) else query))


def omit_empty(fields: Mapping[str, str]) -> dict[str, str]:
    """OAuth's reading: a parameter without a value was not sent (RFC 6749 section 3.1)."""
    return {name: value for name, value in fields.items() if value}


def decode_pairs(raw: bytes) -> list[tuple[str, str]]:
    """Names and values in order, decoded. Raises FormTooLarge, MalformedForm, TooManyFields."""
    if len(raw) > MAX_FORM:
        raise FormTooLarge
    if raw.count(b"&") >= MAX_FIELDS:
        raise TooManyFields
    # Latin-1 keeps every byte; what is not ASCII is put back before it is read as UTF-8.
    text = raw.decode("latin-1")
    plain = text.isascii() and "\0" not in text
    pairs = []
    for part in text.split("&"):
        if part:
            name, _, value = part.partition("=")
            if plain and "%" not in part and "+" not in part:
                pairs.append((name, value))
            else:
                pairs.append((_decode(name), _decode(value)))
    return pairs


def single_values(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The pairs as a mapping. Raises RepeatedField."""
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name in fields:
            # A name is presented too: only one that looks like a parameter's is repeated.
            raise RepeatedField(field=name if _NAMEABLE.match(name) else None)
        fields[name] = value
    return fields


def require_content_type(content_type: str | None, wanted: str) -> None:
    """Accept the wanted type, with no charset or UTF-8. Raises ContentTypeRefused."""
    kind, _, parameters = (content_type or "").partition(";")
    if kind.strip().lower() != wanted:
        raise ContentTypeRefused
    name, _, value = parameters.strip().rstrip(";").partition("=")
    if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in _UTF8:
        raise ContentTypeRefused


_UTF8 = frozenset({"utf-8", "utf8"})


def _decode(text: str) -> str:
    if "%" in text and _BAD_ESCAPE.search(text):
        raise MalformedForm
    raw = text.replace("+", " ").encode("latin-1")
    try:
        decoded = (unquote_to_bytes(raw) if b"%" in raw else raw).decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedForm from None
    # NOTE: no parameter of any protocol we speak holds U+0000, and PostgreSQL cannot store it.
    if "\0" in decoded:
        raise MalformedForm
    return decoded
