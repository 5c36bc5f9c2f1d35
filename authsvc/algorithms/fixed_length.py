"""Signatures of two numbers: of full length in JOSE, in DER where libraries make and check them.

RFC 7518 section 3.4 has r and s one after the other, 32 octets each on a curve of 256 bits; RFC
3279 section 2.2.3 (and GM/T 0009 section 7.3) two INTEGERs in a SEQUENCE.
"""

from cryptography.exceptions import InvalidSignature

COORDINATE = 32


def fixed_length(der: bytes) -> bytes:
    """From DER: two short INTEGERs, each without zeros but the one that says it is no negative."""
    ends = 4 + der[3]
    r, s = der[4:ends][-COORDINATE:], der[ends + 2 :][-COORDINATE:]
    return r.rjust(COORDINATE, b"\0") + s.rjust(COORDINATE, b"\0")


def der_signature(signature: bytes) -> bytes:
    """To DER; InvalidSignature for any other length than two numbers have.

    (Instead of the s of ES256 it may have n - s, which is as good: so nothing may ever be keyed on
    the text of a token.)
    """
    if len(signature) != 2 * COORDINATE:
        raise InvalidSignature
    both = _der_integer(signature[:COORDINATE]) + _der_integer(signature[COORDINATE:])
    return b"\x30%c%b" % (len(both), both)


def _der_integer(number: bytes) -> bytes:
    """X.690 section 8.3: no zero in front but the one that says that a number is not negative."""
    if number[0] > 0x7F:
        return b"\x02\x21\x00" + number
    if number[0] == 0:
        number = number.lstrip(b"\x00")
        if not number or number[0] > 0x7F:
            number = b"\x00" + number
    return b"\x02%c%b" % (len(number), number)
