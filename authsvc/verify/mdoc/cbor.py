"""CBOR with one reading (RFC 8949), and data items that stay as they were encoded.

A digest and a signature are over octets, so an item within an item (tag 24) is kept with all of
them, from its tag on, and is never encoded anew.
"""

from collections.abc import Iterator
from typing import Any, TypeVar

import cbor2
import msgspec

from authsvc.identifiers import b64url
from authsvc.verify.mdoc.errors import MdocMalformed

# As long as an SD-JWT may be. Ours have 2 kB, the one of ISO/IEC 18013-5 annex D.4.1 has 4.
LONGEST = 65_536
# Nothing that is told about a person is nested more than a few deep.
_DEEPEST = 16

# RFC 8949 section 3.1: major types; and of additional information what has no argument.
_OCTETS, _TEXT, _ARRAY, _MAP, _TAG = 2, 3, 4, 5, 6
_IN_PLACE, _LARGEST = 24, 27
# Sections 3.4.1 and 3.4.5.1, and RFC 8943: all the tags that ISO/IEC 18013-5 has. A library would
# make others into objects of many kinds, and some of them tie knots.
_DATE_TIME, _ENCODED, _FULL_DATE = 0, 24, 1004
_TAGS = frozenset({_DATE_TIME, _ENCODED, _FULL_DATE})

_T = TypeVar("_T")


class Encoded:
    """A data item as it was encoded: `octets` with its tag, `content` without."""

    __slots__ = ("content", "octets")

    def __init__(self, octets: bytes, content: bytes) -> None:
        self.octets = octets
        self.content = content


class Dated:
    """A date as text, with a time (`has_time`) or without."""

    __slots__ = ("has_time", "text")

    def __init__(self, text: str, *, has_time: bool) -> None:
        self.text = text
        self.has_time = has_time


def decoded(octets: bytes) -> Any:
    """The one data item that these are, whole; MdocMalformed."""
    kept = iter([octets[span] for span in _spans(octets)])

    def encoded(content: Any, _: bool) -> Encoded:
        return Encoded(next(kept), content)

    def dated(*, has_time: bool) -> Any:
        def date(text: Any, _: bool) -> Dated:
            if not isinstance(text, str):
                raise TypeError("a date is text")
            return Dated(text, has_time=has_time)

        return date

    try:
        return cbor2.loads(
            octets,
            max_depth=_DEEPEST,
            allow_indefinite=False,
            allow_duplicate_keys=False,
            semantic_decoders={
                _ENCODED: encoded,
                _DATE_TIME: dated(has_time=True),
                _FULL_DATE: dated(has_time=False),
            },
        )
    except (cbor2.CBORDecodeError, TypeError, ValueError):
        raise MdocMalformed(log="no CBOR, or CBOR with two readings") from None


def shaped(value: Any, kind: type[_T]) -> _T:
    """What was decoded, as what it should be; MdocMalformed. Text is never taken for octets."""
    try:
        return msgspec.convert(value, kind, builtin_types=(bytes,))
    except msgspec.ValidationError:
        raise MdocMalformed(log="a member is missing, or of another kind") from None


def plain(value: Any) -> Any:
    """A value in terms of JSON (RFC 8949 section 6.1): octets become base64url."""
    if isinstance(value, bytes):
        return b64url(value)
    if isinstance(value, Encoded):
        return b64url(value.content)
    if isinstance(value, Dated):
        return value.text
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise MdocMalformed(log="a value that JSON has no word for")


def _spans(octets: bytes) -> Iterator[slice]:
    """Where items stay encoded, in their order. Every head is looked at before one is believed."""
    tagged_at = None
    for begins, major, argument, ends in _items(octets):
        if tagged_at is not None:
            if major != _OCTETS:
                raise MdocMalformed(log="an encoded item that is no octets")
            yield slice(tagged_at, ends)
        if major == _TAG and argument not in _TAGS:
            raise MdocMalformed(log="a tag that is not expected")
        tagged_at = begins if (major, argument) == (_TAG, _ENCODED) else None


def _items(octets: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Each item, those within others after them: where it begins, its head, where that ends.

    Of octets and text the content counts as part of the head.
    """
    if len(octets) > LONGEST:
        raise MdocMalformed(log="too long")
    at, left = 0, 1
    while left:
        # Each that is left has one octet at least.
        if left > len(octets) - at:
            raise MdocMalformed(log="shorter than it says")
        begins = at
        major, argument, at = _head(octets, at)
        if major in (_OCTETS, _TEXT):
            at += argument
        yield begins, major, argument, at
        left += _within(major, argument) - 1
    if at != len(octets):
        raise MdocMalformed(log="something behind the end")


def _within(major: int, argument: int) -> int:
    """How many items are directly within one."""
    return {_ARRAY: argument, _MAP: 2 * argument, _TAG: 1}.get(major, 0)


def _head(octets: bytes, at: int) -> tuple[int, int, int]:
    """The major type of an item, its argument, and where the head ends (section 3)."""
    major, information = octets[at] >> 5, octets[at] & 0x1F
    at += 1
    if information < _IN_PLACE:
        return major, information, at
    if information > _LARGEST:
        raise MdocMalformed(log="a length that is not said")
    ends = at + (1 << information - _IN_PLACE)
    return major, int.from_bytes(octets[at:ends], "big"), ends
