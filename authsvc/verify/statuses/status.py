"""A status, and a list of them as bytes (Token Status List section 4)."""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from authsvc.identifiers import from_b64url
from authsvc.verify.errors import TokenMalformed
from authsvc.verify.statuses.errors import StatusUnknown

_WIDTHS = (1, 2, 4, 8)
# Eight times what the service has in one list (2^20 of two bits each).
LONGEST_UNPACKED = 1 << 21


class Status(IntEnum):
    """The registered values (section 7.1). Of any other nothing is known."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2


@dataclass(frozen=True, repr=False)
class VerifiedStatusList:
    """A list that its issuer has signed.

    `ttl` is how soon there is a newer one, `expires_at` until when it may be gone by at all; None
    if it does not say. `token` is what was signed.
    """

    uri: str
    signed_at: datetime
    expires_at: datetime | None
    ttl: timedelta | None
    bits: int
    packed: bytes
    token: bytes

    def status(self, index: int) -> Status:
        """The status at an index; StatusUnknown where there is none, or none that is known."""
        place, slot = divmod(index, 8 // self.bits)
        if not 0 <= place < len(self.packed):
            raise StatusUnknown(log="beyond the end of the list")
        # The first index has the lowest bits of its byte.
        value = self.packed[place] >> slot * self.bits & (1 << self.bits) - 1
        try:
            return Status(value)
        except ValueError:
            raise StatusUnknown(log="a status that is not registered") from None

    def __repr__(self) -> str:
        return f"VerifiedStatusList({self.uri!r}, signed_at={self.signed_at})"


def unpacked(lst: str, *, bits: int) -> bytes:
    """The bytes behind the members `lst` and `bits` (section 4.2); TokenMalformed."""
    if bits not in _WIDTHS:
        raise TokenMalformed(log="bits")
    unpacking = zlib.decompressobj()
    try:
        packed = unpacking.decompress(from_b64url(lst), LONGEST_UNPACKED)
    except (ValueError, zlib.error):
        raise TokenMalformed(log="lst is not compressed bytes") from None
    # What is left over would have been a longer list, or is none of it.
    if not unpacking.eof or unpacking.unused_data or not packed:
        raise TokenMalformed(log="lst is no list, or too long")
    return packed
