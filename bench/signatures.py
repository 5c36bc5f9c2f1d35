"""What a signature costs by each algorithm, and how long a certificate is with it.

    python -m bench.signatures [--times N]

The algorithms are those that certificates may be signed with, and ML-DSA (FIPS 204) as
`cryptography` has it, which nobody signs certificates with yet. All sign one text, the signed part
of a real certificate for counters; times are medians. Lengths are of that whole certificate, with
all disclosures and without a chain (`kid` only), with its signature of ES256 exchanged; what its
holder adds (the proof, ES256) is not in it. A code drawn for a counter holds 2953 octets, proof
included.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, mldsa

from authsvc.algorithms import ALGORITHMS
from authsvc.certificates.credentials import KINDS, Wanted
from authsvc.identifiers import b64url
from authsvc.keyring.signing import CREDENTIAL_ALGORITHMS
from authsvc.storage.migrations.upgrading import upgrade
from bench.credentials import Bench

_KIND = "verified-person-counter"


@dataclass(frozen=True)
class Signer:
    """Somebody who signs: how, how it is verified, and how long the public key is (octets)."""

    name: str
    sign: Callable[[bytes], bytes]
    verify: Callable[[bytes, bytes], None]
    public_octets: int


@dataclass(frozen=True)
class Cost:
    """Microseconds, and octets."""

    name: str
    signing: float
    verifying: float
    public: int
    signature: int
    certificate: int

    def __str__(self) -> str:
        return (
            f"{self.name:10} {self.signing:7.0f} us to sign {self.verifying:7.0f} us to verify"
            f" {self.public:5} octets the key {self.signature:5} the signature"
            f" {self.certificate:5} the certificate"
        )


def signers() -> list[Signer]:
    """Everybody who is compared, each with a new key."""
    found = []
    for name in CREDENTIAL_ALGORITHMS:
        row = ALGORITHMS[name]
        key = row.keys.generate()
        public = row.public_members(key.public_key())
        octets = sum(len(public[member]) * 3 // 4 for member in ("x", "y") if member in public)
        found.append(Signer(name, row.signer(key), row.verifier(key.public_key()), octets))
    for name, kind in (
        ("ML-DSA-44", mldsa.MLDSA44PrivateKey),
        ("ML-DSA-65", mldsa.MLDSA65PrivateKey),
        ("ML-DSA-87", mldsa.MLDSA87PrivateKey),
    ):
        private = kind.generate()
        raw = private.public_key().public_bytes_raw()
        found.append(Signer(name, private.sign, private.public_key().verify, len(raw)))
    return found


async def certificate() -> str:
    """A certificate of the service, as a wallet gets it."""
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(Path(directory), datetime.now(UTC))
        await upgrade(bench.database)
        holder = ec.generate_private_key(ec.SECP256R1()).public_key()
        [found] = await bench.issued(KINDS[_KIND], [Wanted(holder, None)])
        await bench.database.close()
        return found


def measured(signer: Signer, text: str, *, times: int) -> Cost:
    """What one of them costs."""
    signed, _, _ = text.partition("~")
    signing_input, _, replaced = signed.rpartition(".")
    octets = signing_input.encode()
    signing, verifying = [], []
    signature = b""
    for _ in range(times):
        began = time.perf_counter()
        signature = signer.sign(octets)
        between = time.perf_counter()
        signer.verify(signature, octets)
        verifying.append(time.perf_counter() - between)
        signing.append(between - began)
    return Cost(
        signer.name,
        statistics.median(signing) * 1e6,
        statistics.median(verifying) * 1e6,
        signer.public_octets,
        len(signature),
        len(text) - len(replaced) + len(b64url(signature)),
    )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=300)
    times = parser.parse_args().times
    text = asyncio.run(certificate())
    for signer in signers():
        print(measured(signer, text, times=times))


if __name__ == "__main__":
    main()
