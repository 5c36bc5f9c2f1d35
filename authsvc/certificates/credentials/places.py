"""Where a credential stands in a status list: counted, and then scattered.

A counter is claimed for a whole batch at once, and each of its numbers is put to an index by a
permutation of the list that only the digest key knows. So no place is taken twice, without anything
being kept that says which are taken; and neighbours in a batch are strangers in the list.
"""

from authsvc.certificates.status_entry import SIZE, StatusEntry
from authsvc.keyring import KeyedDigest

# A list has 2^20 entries; each half of an index has ten bits.
_HALF_BITS = 10
_HALF = (1 << _HALF_BITS) - 1
# A Feistel network of as many rounds as NIST SP 800-38G takes for FF1, over as small a domain.
_ROUNDS = range(10)


class Places:
    """The permutations of all lists, under the digest key."""

    def __init__(self, digests: KeyedDigest) -> None:
        self._function = digests.function("credential-place")

    def of(self, counter: int) -> StatusEntry:
        """The place of the credential with this number: the lists are filled one after another."""
        number, place = divmod(counter, SIZE)
        head = number.to_bytes(8, "big")
        left, right = place >> _HALF_BITS, place & _HALF
        for turn in _ROUNDS:
            mixed = self._function(head + bytes((turn, right >> 8, right & 0xFF)))
            left, right = right, left ^ (int.from_bytes(mixed[:2], "big") & _HALF)
        return StatusEntry(number, left << _HALF_BITS | right)
