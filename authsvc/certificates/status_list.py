"""A status list as bytes (Token Status List, section 4): one status for each index, packed.

Nothing here knows a certificate or a store. Whoever packs a list says which statuses are not VALID;
that is what packing costs. Compressing costs the size of the list, and is done piece by piece: of a
list of a hundred million entries nothing is in memory twice.
"""

import base64
import zlib
from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Self

from authsvc.identifiers import from_b64url

_WIDTHS = (1, 2, 4, 8)
_PIECE = 1 << 16


class TokenStatus(IntEnum):
    """The registered values (section 7.1)."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2


class StatusList:
    """`size` statuses of `bits` bits each; every one is VALID until something else is said."""

    def __init__(self, size: int, *, bits: int = 2) -> None:
        if bits not in _WIDTHS or size < 1:
            raise ValueError("no such list")
        self.bits = bits
        self._in_a_byte = 8 // bits
        self._packed = bytearray(-(-size // self._in_a_byte))

    @classmethod
    def read(cls, lst: str, *, bits: int, longest: int = 1 << 25) -> Self:
        """The list behind a member `lst`; ValueError if it is none, or has more bytes unpacked."""
        unpacking = zlib.decompressobj()
        try:
            packed = unpacking.decompress(from_b64url(lst), longest)
        except zlib.error:
            raise ValueError("not compressed") from None
        if not unpacking.eof or unpacking.unused_data or not packed:
            raise ValueError("not a list, or a longer one")
        found = cls(len(packed) * 8 // bits, bits=bits)
        found._packed[:] = packed
        return found

    @classmethod
    def of_octets(cls, octets: bytes, *, bits: int = 2) -> Self:
        """The list, or the part of one, that rests as these bytes."""
        found = cls(len(octets) * 8 // bits, bits=bits)
        found.put(0, octets)
        return found

    @property
    def octets(self) -> bytes:
        """The packed statuses (section 4.1)."""
        return bytes(self._packed)

    def put(self, place: int, octets: bytes) -> None:
        """Puts packed statuses over those that begin at a byte; IndexError if they do not fit."""
        if not 0 <= place <= len(self._packed) - len(octets):
            raise IndexError(place)
        self._packed[place : place + len(octets)] = octets

    def __len__(self) -> int:
        """How many indices there are: the size, filled up to a whole byte."""
        return len(self._packed) * self._in_a_byte

    def __getitem__(self, index: int) -> int:
        """The status at an index; IndexError where there is none."""
        if index < 0:
            raise IndexError(index)
        place, slot = divmod(index, self._in_a_byte)
        return self._packed[place] >> slot * self.bits & self._mask

    def mark(self, indices: Iterable[int], status: int) -> None:
        """Gives each of these one status; IndexError where there is none."""
        if not 0 <= status <= self._mask:
            raise ValueError("no such status")
        # The first index has the lowest bits of its byte.
        clear = [~(self._mask << slot * self.bits) for slot in range(self._in_a_byte)]
        put = [status << slot * self.bits for slot in range(self._in_a_byte)]
        packed, in_a_byte = self._packed, self._in_a_byte
        for index in indices:
            if index < 0:
                raise IndexError(index)
            slot = index % in_a_byte
            place = index // in_a_byte
            packed[place] = packed[place] & clear[slot] | put[slot]

    def compressed(self) -> Iterator[bytes]:
        """The bytes in ZLIB format (RFC 1950), in pieces.

        Only runs of one byte are looked for: in what is random but mostly VALID there is nothing
        else to be found. The search for more takes a hundred times as long, for a tenth at most.
        """
        packing = zlib.compressobj(zlib.Z_BEST_COMPRESSION, strategy=zlib.Z_RLE)
        with memoryview(self._packed) as packed:
            for start in range(0, len(packed), _PIECE):
                yield packing.compress(packed[start : start + _PIECE])
        yield packing.flush()

    def lst(self) -> Iterator[bytes]:
        """The member `lst` of the list (section 4.2), in pieces."""
        return base64url(self.compressed())

    @property
    def _mask(self) -> int:
        return (1 << self.bits) - 1


def base64url(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Base64url without padding (RFC 7515 section 2) of what the pieces make together."""
    left = b""
    for piece in pieces:
        together = left + piece
        whole = len(together) - len(together) % 3
        left = together[whole:]
        yield base64.urlsafe_b64encode(together[:whole])
    yield base64.urlsafe_b64encode(left).rstrip(b"=")
