"""Buckets of platforms: who fetches a certificate for one of them fetches one for each.

A platform is known by its sector (the host of its addresses). Buckets are prefixes of
SHA-256(sector): a bucket is divided by the next bit when more than 64 platforms are in it. So a
platform that is added later changes at most the bucket that it falls into, and nobody can choose
with whom they share one without a great many names.

Somebody who registers many names close to a victim's could have it divided off from all honest
platforms. So no part may hold fewer than 16: where the next bit would leave fewer, the bucket is
cut in the middle instead.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType

# A wallet proves one key for each platform of a bucket, so that 64 is what a phone signs in a
# second; and of 16 and more the service does not learn which one is meant (docs/issuing.md).
MOST = 64
FEWEST = 16

_HASH_BITS = 256
_LOWER, _HIGHER = "a", "b"


def buckets_of(sectors: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """The sectors of each bucket, in the order of their hashes, by the bucket's name.

    A name tells how the bucket was divided off: by bits (0, 1) or by halves (a, b). The only bucket
    there is has an empty one.
    """
    ordered = sorted({sector: _place(sector) for sector in sectors}.items(), key=lambda at: at[1])
    return MappingProxyType(dict(_divided(ordered, name="", depth=0)))


def _divided(
    ordered: Sequence[tuple[str, int]], *, name: str, depth: int
) -> Iterator[tuple[str, Sequence[str]]]:
    if len(ordered) <= MOST:
        if ordered:
            yield name, tuple(sector for sector, _ in ordered)
        return
    mask = 1 << (_HASH_BITS - 1 - depth)
    cut = next((at for at, (_, place) in enumerate(ordered) if place & mask), len(ordered))
    halves, deeper = "01", depth + 1
    if min(cut, len(ordered) - cut) < FEWEST:
        # All but a few share the bit: it is of no further use to any of them.
        cut, halves = len(ordered) // 2, _LOWER + _HIGHER
        deeper = depth
    yield from _divided(ordered[:cut], name=name + halves[0], depth=deeper)
    yield from _divided(ordered[cut:], name=name + halves[1], depth=deeper)


def _place(sector: str) -> int:
    return int.from_bytes(sha256(sector.encode()).digest(), "big")
