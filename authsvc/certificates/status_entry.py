"""Where a certificate stands in a status list, how it is chosen, and how the certificate says so.

An index is drawn at random, so that it tells neither who was before nor how many there are; a list
that is about half full is left, so that drawing stays quick. It is drawn before the signature,
because it must be in what is signed: a reference that a holder could choose would be another's.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat import asn1

# How many certificates a list has room for: its bytes are 256 KiB, compressed far less.
SIZE = 1 << 20
# If all of so many are taken, about every second one is.
DRAWN = 16

# In the arc of UUIDs (ITU-T X.667), where nobody has to be asked.
REFERENCE = x509.ObjectIdentifier("2.25.114659619633373803479063230785366529200")


@dataclass(frozen=True)
class StatusEntry:
    """The place of one certificate: the number of its list, and the index in it."""

    number: int
    index: int


@dataclass(frozen=True)
class StatusReference:
    """The same as the world is told (Token Status List, section 6): the list's URI, the index."""

    uri: str
    idx: int

    def extension(self) -> x509.UnrecognizedExtension:
        """The reference in a certificate: SEQUENCE { uri IA5String, idx INTEGER }, in DER."""
        value = _Reference(uri=asn1.IA5String(self.uri), idx=self.idx)
        return x509.UnrecognizedExtension(REFERENCE, asn1.encode_der(value))


@asn1.sequence
class _Reference:
    uri: asn1.IA5String
    idx: int


def draw() -> list[int]:
    """Some indices, each as likely as any other."""
    return [secrets.randbelow(SIZE) for _ in range(DRAWN)]


def first_free(number: int, drawn: list[int], *, taken: Collection[int]) -> StatusEntry:
    """The first of the drawn ones that is free; the next list is begun if none is."""
    for index in drawn:
        if index not in taken:
            return StatusEntry(number, index)
    return StatusEntry(number + 1, drawn[0])
