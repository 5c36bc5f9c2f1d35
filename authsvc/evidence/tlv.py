"""BER-TLV as chips store it (ISO/IEC 7816-4 section 5.2.2), read by DER's rule: one spelling.

A tag is an int of one byte (0x61) or two (0x5F0E). Lengths are definite and as short as can be.
Everything that does not follow is a ChipFileMalformed.
"""

from collections.abc import Iterator

from authsvc.evidence.errors import ChipFileMalformed

# Four length octets reach 4 GiB; no chip comes near, and the container has its own bound.
_MAX_LENGTH_OCTETS = 4
# A CMS object with its certificate is about twelve deep.
_MAX_DEPTH = 32

_CONSTRUCTED = 0x20
_MORE_TAG = 0x1F
_LONG_FORM = 0x80


def read_fields(data: bytes) -> dict[int, bytes]:
    """The fields that stand side by side in `data`, by tag; a tag may stand there once."""
    fields: dict[int, bytes] = {}
    for tag, value in _walk(data):
        if tag in fields:
            raise ChipFileMalformed(log="a tag stands twice")
        fields[tag] = value
    return fields


def read_repeated(data: bytes) -> list[tuple[int, bytes]]:
    """The fields that stand side by side in `data`, in their order; a tag may stand there often."""
    return list(_walk(data))


def read_only_field(data: bytes, tag: int) -> bytes:
    """The value of the one field that `data` must be, with nothing after it."""
    fields = read_fields(data)
    if fields.keys() != {tag}:
        raise ChipFileMalformed(log="another tag was expected")
    return fields[tag]


def require_der(data: bytes, *, depth: int = 0) -> None:
    """Raises unless `data` is TLV all the way down, every length in its one DER spelling.

    Parsers differ on indefinite and padded lengths; behind this check they cannot.
    """
    if depth > _MAX_DEPTH:
        raise ChipFileMalformed(log="nested too deeply")
    for tag, value in _walk(data):
        if _first_octet(tag) & _CONSTRUCTED:
            require_der(value, depth=depth + 1)


def write_field(tag: int, value: bytes) -> bytes:
    """A field in DER's spelling."""
    return tag.to_bytes(2 if tag > 0xFF else 1, "big") + _length(len(value)) + value


def _walk(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        tag, at = _read_tag(data, at)
        length, at = _read_length(data, at)
        if length > len(data) - at:
            raise ChipFileMalformed(log="cut short")
        yield tag, data[at : at + length]
        at += length


def _read_tag(data: bytes, at: int) -> tuple[int, int]:
    tag = data[at]
    if tag & _MORE_TAG != _MORE_TAG:
        return tag, at + 1
    if at + 1 >= len(data):
        raise ChipFileMalformed(log="cut short")
    # Nothing here needs three octets.
    # NOTE: 5F0E and 5F10 spend two octets on numbers that fit into one; ISO/IEC 7816-6 has it so.
    if data[at + 1] >= 0x80:
        raise ChipFileMalformed(log="tag")
    return tag << 8 | data[at + 1], at + 2


def _read_length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise ChipFileMalformed(log="cut short")
    first = data[at]
    at += 1
    if first < _LONG_FORM:
        return first, at
    octets = data[at : at + (first & 0x7F)]
    if not 1 <= len(octets) <= _MAX_LENGTH_OCTETS or len(octets) != first & 0x7F:
        raise ChipFileMalformed(log="length")
    length = int.from_bytes(octets, "big")
    if octets[0] == 0 or length < _LONG_FORM:
        raise ChipFileMalformed(log="length is not minimal")
    return length, at + len(octets)


def _length(length: int) -> bytes:
    if length < _LONG_FORM:
        return bytes((length,))
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((_LONG_FORM | len(octets),)) + octets


def _first_octet(tag: int) -> int:
    return tag >> 8 if tag > 0xFF else tag
