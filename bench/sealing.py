"""One signature for each credential, or one over a tree of many with a proof for each?

    python -m bench.sealing [--largest N]

What is sealed is as long as the header and payload of a credential. Side by side: signing them one
by one; and one signature over the root of a Merkle tree (RFC 9162) with a proof of inclusion for
each. Of a million the signatures are made of the first thousand and counted up; trees are whole.
Verifying is that of one credential, on the side of whoever takes it. Times are those of the
processor: nothing here waits, and a machine that is busy otherwise does not count.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, mldsa

from bench.merkle_tree import Tree, root_by

# What `bench.credentials` issues for a platform has about so many octets before its signature.
_OCTETS = 1700
_SIZES = (1, 64, 4096, 1_000_000)
_SIGNED_AT_MOST = 1000
_VERIFIED = 200
_REST = os.urandom(_OCTETS - 8)
_ECDSA = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True)
class Scheme:
    """A way to sign, and to verify: that raises InvalidSignature."""

    name: str
    sign: Callable[[bytes], bytes]
    verify: Callable[[bytes, bytes], None]


@dataclass(frozen=True)
class Cost:
    """For each credential: microseconds to seal and to verify, octets that it grows by."""

    sealing: float
    verifying: float
    octets: int


def schemes() -> list[Scheme]:
    """ES256, as it is; and what would stand against a quantum computer (FIPS 204)."""
    curve = ec.generate_private_key(ec.SECP256R1())
    lattice = mldsa.MLDSA44PrivateKey.generate()
    on_curve, in_lattice = curve.public_key(), lattice.public_key()
    return [
        Scheme(
            "ES256",
            lambda signed: curve.sign(signed, _ECDSA),
            lambda signature, signed: on_curve.verify(signature, signed, _ECDSA),
        ),
        Scheme("ML-DSA-44", lattice.sign, in_lattice.verify),
    ]


def leaves(count: int) -> Iterator[bytes]:
    """So many different ones, the same each time."""
    return (number.to_bytes(8, "big") + _REST for number in range(count))


def one_by_one(scheme: Scheme, count: int) -> Cost:
    """A signature for each."""
    signed = list(leaves(min(count, _SIGNED_AT_MOST)))
    began = time.process_time()
    signatures = [scheme.sign(each) for each in signed]
    sealing = (time.process_time() - began) / len(signed)
    rounds = min(len(signed), _VERIFIED)
    began = time.process_time()
    for at in range(rounds):
        scheme.verify(signatures[at], signed[at])
    return Cost(
        sealing * 1e6,
        (time.process_time() - began) / rounds * 1e6,
        max(map(len, signatures)),
    )


def by_a_tree(scheme: Scheme, count: int) -> Cost:
    """One signature over the root and the size; whoever verifies needs the root's and a path."""
    began = time.process_time()
    tree = Tree(leaves(count))
    head = count.to_bytes(8, "big") + tree.root
    signature = scheme.sign(head)
    # Each is made; keeping a million would measure the memory.
    paths = [tree.proof(index) for index in range(min(count, _VERIFIED))]
    for index in range(len(paths), count):
        tree.proof(index)
    sealing = (time.process_time() - began) / count
    some = list(zip(range(_VERIFIED), leaves(count), paths, strict=False))
    began = time.process_time()
    for index, leaf, path in some:
        root = root_by(leaf, index, count, path)
        scheme.verify(signature, count.to_bytes(8, "big") + root)
    verifying = (time.process_time() - began) / len(some)
    # The path, the place, the size and the signature; the root follows from the path.
    octets = max(sum(map(len, path)) for path in paths) + 2 * 8 + len(signature)
    return Cost(sealing * 1e6, verifying * 1e6, octets)


def require_refusals(scheme: Scheme) -> None:
    """What is measured does its work: another leaf is in no tree."""
    count = 64
    tree = Tree(leaves(count))
    signature = scheme.sign(count.to_bytes(8, "big") + tree.root)
    root = root_by(b"another", 5, count, tree.proof(5))
    try:
        scheme.verify(signature, count.to_bytes(8, "big") + root)
    except InvalidSignature:
        return
    raise AssertionError("a leaf that is not in the tree was taken")


def run(largest: int) -> None:
    """Measures, and says it."""
    for scheme in schemes():
        require_refusals(scheme)
        for count in _SIZES:
            if count > largest:
                continue
            singly, sealed = one_by_one(scheme, count), by_a_tree(scheme, count)
            print(f"{scheme.name}, {count}: one by one {_told(singly)}; by a tree {_told(sealed)}")


def _told(cost: Cost) -> str:
    return f"{cost.sealing:.1f} us to seal, {cost.verifying:.0f} us to verify, {cost.octets} octets"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=_SIZES[-1])
    run(parser.parse_args().largest)


if __name__ == "__main__":
    main()
