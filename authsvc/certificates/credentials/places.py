"""Where a credential stands in a status list: counted, and then scattered.

A counter is claimed for a whole batch at once, and each of its numbers is put to an index by a
permutation of the list that only the digest key knows. So no place is taken twice, without anything
being kept that says which are taken; and neighbours in a batch are strangers in the list.
"""

from functools import lru_cache

from authsvc.certificates.status_entry import SIZE, StatusEntry
from authsvc.keyring import KeyedDigest

# A list has 2^20 entries; each half of an index has ten bits.
_HALF_BITS = 10
_HALF = (1 << _HALF_BITS) - 1
# A Feistel network of as many rounds as NIST SP 800-38G takes for FF1, over as small a domain.
_ROUNDS = range(10)
# A round has 2^10 inputs, so that those of a whole list are few beside its places: three lists, in
# 7 MB at most. Whoever withdraws hundreds of thousands at once would hold others up without it.
_REMEMBERED = 1 << 15


class Places:
    """The permutations of all lists, under the digest key."""

    def __init__(self, digests: KeyedDigest) -> None:
        function = digests.function("credential-place")

        @lru_cache(maxsize=_REMEMBERED)
        def mixed(number: int, turn: int, half: int) -> int:
            octets = function(number.to_bytes(8, "big") + bytes((turn, half >> 8, half & 0xFF)))
            return int.from_bytes(octets[:2], "big") & _HALF

        self._mixed = mixed

    def of(self, counter: int) -> StatusEntry:
        """The place of the credential with this number: the lists are filled one after another."""
        number, place = divmod(counter, SIZE)
        left, right = place >> _HALF_BITS, place & _HALF
        for turn in _ROUNDS:
            left, right = right, left ^ self._mixed(number, turn, right)
        return StatusEntry(number, left << _HALF_BITS | right)
