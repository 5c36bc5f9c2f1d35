"""A Merkle tree as RFC 9162 section 2.1 hashes it, with proofs that a leaf is in it.

Leaves and nodes are hashed under different first octets, so that neither passes for the other. A
node without a neighbour goes up as it is, which is the same tree as that of the specification: the
left part is always the largest power of two.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

_LEAF, _NODE = b"\x00", b"\x01"


class Tree:
    """A tree over leaves in their order; ValueError for none."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        level = [leaf_hash(leaf) for leaf in leaves]
        if not level:
            raise ValueError("a tree of nothing")
        self._levels = [level]
        while len(level) > 1:
            paired = len(level) & ~1
            above = [node_hash(level[at], level[at + 1]) for at in range(0, paired, 2)]
            level = above + level[paired:]
            self._levels.append(level)

    @property
    def root(self) -> bytes:
        """Section 2.1.1."""
        return self._levels[-1][0]

    def proof(self, index: int) -> list[bytes]:
        """The path from a leaf to the root (section 2.1.3.1); IndexError for no leaf."""
        if not 0 <= index < len(self._levels[0]):
            raise IndexError("no such leaf")
        path = []
        for level in self._levels[:-1]:
            if index ^ 1 < len(level):
                path.append(level[index ^ 1])
            index >>= 1
        return path


def leaf_hash(leaf: bytes) -> bytes:
    """Of what a leaf holds."""
    return sha256(_LEAF + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Of two nodes."""
    return sha256(_NODE + left + right).digest()


def root_by(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root of a tree of `size` in which the path leads from the leaf (section 2.1.3.2).

    ValueError for a path that belongs to no such place.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    node, last, found = index, size - 1, leaf_hash(leaf)
    for beside in path:
        if last == 0:
            raise ValueError("too long a path")
        if node & 1 or node == last:
            found = node_hash(beside, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        node, last = node >> 1, last >> 1
    if last:
        raise ValueError("too short a path")
    return found
