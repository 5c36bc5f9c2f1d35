"""The few forms of DER (X.690) that certificates and signed data are made of."""

from collections.abc import Iterable
from datetime import datetime

from authsvc.evidence.tlv import write_field

NULL = b"\x05\x00"
TRUE = b"\x01\x01\xff"


def sequence(*parts: bytes) -> bytes:
    """SEQUENCE."""
    return write_field(0x30, b"".join(parts))


def set_of(parts: Iterable[bytes]) -> bytes:
    """SET OF, its members in DER's order."""
    return write_field(0x31, b"".join(sorted(parts)))


def integer(value: int) -> bytes:
    """INTEGER."""
    return write_field(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def octets(value: bytes) -> bytes:
    """OCTET STRING."""
    return write_field(0x04, value)


def bits(value: bytes, *, unused: int = 0) -> bytes:
    """BIT STRING."""
    return write_field(0x03, bytes((unused,)) + value)


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return write_field(0x06, b"".join(_arc(arc) for arc in (first * 40 + second, *rest)))


def printable(text: str) -> bytes:
    """PrintableString."""
    return write_field(0x13, text.encode("ascii"))


def utf8(text: str) -> bytes:
    """UTF8String."""
    return write_field(0x0C, text.encode("utf-8"))


def time(moment: datetime) -> bytes:
    """Time: UTCTime until 2049 (RFC 5280 section 4.1.2.5)."""
    if moment.year < 2050:
        return write_field(0x17, f"{moment:%y%m%d%H%M%SZ}".encode("ascii"))
    return write_field(0x18, general_time(moment))


def general_time(moment: datetime) -> bytes:
    """What stands in a GeneralizedTime."""
    return f"{moment:%Y%m%d%H%M%SZ}".encode("ascii")


def explicit(number: int, content: bytes) -> bytes:
    """A field under an explicit tag, or a constructed one under an implicit tag."""
    return write_field(0xA0 | number, content)


def implicit(number: int, content: bytes) -> bytes:
    """The content of a primitive field under an implicit tag."""
    return write_field(0x80 | number, content)


def _arc(value: int) -> bytes:
    septets = [value & 0x7F]
    while value := value >> 7:
        septets.append(0x80 | value & 0x7F)
    return bytes(reversed(septets))
