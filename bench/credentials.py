"""What a credential costs, and the statuses of 10^8 of them.

    python -m bench.credentials [--batches N]

Batches are issued as for wallets, by the rooms themselves, into a SQLite file; in each round the
bare signatures of a batch are made as well. Of a bucket of platforms the proofs of its keys are
read, too: that is what it costs that the service does not learn for which platform. All lists are
read, compressed and signed as for whoever asks, one after the other, of pages that rest in the same
file, with one credential in a thousand withdrawn; memory is the most that the process ever had.
"""

import argparse
import asyncio
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.algorithms import ES256
from authsvc.certificates import CertificateAuthority, RevocationReason
from authsvc.certificates.credentials import (
    KINDS,
    Credentials,
    CredentialStatusLists,
    Platform,
    Statement,
    Wanted,
    statuses,
    store,
)
from authsvc.certificates.credentials.kinds import CredentialKind
from authsvc.certificates.status_entry import SIZE, StatusEntry
from authsvc.clients.wallet_providers import WalletProviders
from authsvc.identifiers import b64url
from authsvc.issuance.key_proofs import KeyProofs
from authsvc.keyring import KeyRing, SigningKey
from authsvc.keyring.signing import new_private_key
from authsvc.storage import Database
from authsvc.storage.migrations.upgrading import upgrade
from authsvc.subscribers import Subscriber, SubscriberStatus

# So many lists hold 10^8 statuses.
_LISTS = -(-100_000_000 // SIZE)
_WITHDRAWN = SIZE // 1000
_ISSUER = "https://id.example"
_PLATFORM = Platform("platform.example", "p" * 43)
_STATEMENT = Statement(
    date(1990, 1, 1),
    "resident_identity_card",
    "chip-and-face",
    attributes={
        "residence_province": "650000",
        "residence_city": "659000",
        "residence_permit_city": "440300",
        "residence_permit_until": "2031-06",
    },
    attested_by="https://residence.example",
)


@dataclass(frozen=True)
class Issuing:
    """Microseconds for one credential, all included; for its signature alone; its length."""

    kind: str
    whole: float
    bare: float
    octets: int


@dataclass(frozen=True)
class Bucket:
    """Milliseconds for a whole bucket of platforms: its proofs, and its credentials."""

    proofs: float
    credentials: float


@dataclass(frozen=True)
class Listing:
    """Of all lists: seconds to read, pack and sign them, their length, what rests, the memory."""

    seconds: float
    octets: int
    rests: int
    memory: int


class Bench:
    """An issuer with a database of its own, and one person."""

    def __init__(self, directory: Path, now: datetime) -> None:
        keyring = KeyRing.create(directory / "keys", now=now)
        authority = CertificateAuthority.create(keyring, base_url=_ISSUER, now=now)
        self.keyring, self.now = keyring, now
        self.database = Database(f"sqlite+aiosqlite:///{directory / 'bench.db'}")
        self.credentials = Credentials(authority)
        self.person = Subscriber(
            id=uuid4(),
            person_digest=secrets.token_bytes(32),
            status=SubscriberStatus.ACTIVE,
            credentials_valid_from=now,
            enrolled_at=now,
            data_key=keyring.sealer.new_data_key(context="of nobody")[0],
        )

    async def issuing(self, kind: CredentialKind, batches: int) -> Issuing:
        """What whole batches of a kind cost."""
        key = self.keyring.credentials.current("ES256", now=self.now)
        whole, bare, octets = [], [], 0
        for wanted in _batches(kind, batches):
            began = time.perf_counter()
            issued = await self.issued(kind, wanted)
            whole.append((time.perf_counter() - began) / kind.most)
            began = time.perf_counter()
            for each in issued:
                key.sign(each.encode())
            bare.append((time.perf_counter() - began) / kind.most)
            octets = len(issued[0])
        return Issuing(
            kind.id, statistics.median(whole) * 1e6, statistics.median(bare) * 1e6, octets
        )

    async def issued(self, kind: CredentialKind, wanted: list[Wanted]) -> list[str]:
        """One batch."""
        async with self.database.transaction() as tx:
            return await self.credentials.issue(
                tx,
                self.person,
                kind=kind,
                statement=_STATEMENT,
                wanted=wanted,
                document_digest=b"d" * 32,
                document_valid_until=None,
                now=self.now,
            )

    async def bucket(self, rounds: int) -> Bucket:
        """What one request for a bucket of 64 costs, from the proofs on."""
        kind = KINDS["verified-person-at-platform"]
        reader = KeyProofs(issuer=_ISSUER, providers=WalletProviders([]))
        proofs, issuing = [], []
        for _ in range(rounds):
            sent = [_proof(self.now) for _ in range(kind.most)]
            began = time.perf_counter()
            proved = reader.read({"jwt": sent}, client_id="wallet", now=self.now)
            proofs.append(time.perf_counter() - began)
            began = time.perf_counter()
            await self.issued(kind, [Wanted(key, _PLATFORM) for key in proved.keys])
            issuing.append(time.perf_counter() - began)
        return Bucket(statistics.median(proofs) * 1e3, statistics.median(issuing) * 1e3)

    async def listing(self) -> Listing:
        """What all lists cost, one in a thousand of whose credentials is withdrawn."""
        for number in range(_LISTS):
            withdrawn = [StatusEntry(number, secrets.randbelow(SIZE)) for _ in range(_WITHDRAWN)]
            async with self.database.transaction() as tx:
                await store.claim_numbers(tx, SIZE)
                await statuses.withdraw(tx, withdrawn, reason=RevocationReason.SUPERSEDED)
        seconds, octets, rests = 0.0, 0, 0
        for number in range(_LISTS):
            # A new one for each: one alone keeps what it has made.
            lists = CredentialStatusLists(self.credentials, self.database)
            began = time.perf_counter()
            octets += len((await lists.current(number, now=self.now)).token)
            seconds += time.perf_counter() - began
            async with self.database.reading() as tx:
                rests += sum(len(page) for _, page in await store.pages_of(tx, number))
        return Listing(seconds, octets, rests, _peak_memory())


def _proof(now: datetime) -> str:
    """A wallet's word that it has a new key (OpenID4VCI 1.0, appendix F.1)."""
    key = SigningKey(new_private_key(ES256), alg=ES256)
    jwk = {name: key.public_jwk[name] for name in ("kty", "crv", "x", "y")}
    header = {"alg": ES256, "typ": "openid4vci-proof+jwt", "jwk": jwk}
    claims = {"aud": _ISSUER, "iat": int(now.timestamp()), "nonce": "n" * 54}
    signing_input = ".".join(b64url(msgspec.json.encode(part)) for part in (header, claims))
    return f"{signing_input}.{b64url(key.sign(signing_input.encode()))}"


def _peak_memory() -> int:
    """The most octets that this process ever had (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def _batches(kind: CredentialKind, count: int) -> Iterator[list[Wanted]]:
    """So many batches, each as large as the kind allows, for new keys."""
    platform = _PLATFORM if kind.names_subject else None
    for _ in range(count):
        keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(kind.most)]
        yield [Wanted(key.public_key(), platform) for key in keys]


async def run(batches: int) -> None:
    """Measures, and says it."""
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(Path(directory), datetime.now(UTC))
        await upgrade(bench.database)
        for kind in KINDS.values():
            cost = await bench.issuing(kind, batches)
            print(
                f"{cost.kind}: {cost.whole:.0f} us each in batches of {kind.most},"
                f" {cost.bare:.0f} us the signature alone, {cost.octets} octets"
            )
        bucket = await bench.bucket(batches)
        print(
            f"a bucket of 64: {bucket.proofs:.1f} ms for the proofs,"
            f" {bucket.credentials:.1f} ms for the credentials"
        )
        found = await bench.listing()
        await bench.database.close()
    print(
        f"{_LISTS} lists of 2^20 (10^8): {found.seconds:.1f} s, {found.octets / 1e6:.2f} MB,"
        f" {found.rests / 1e6:.1f} MB rest; one: {found.seconds / _LISTS * 1000:.1f} ms,"
        f" {found.octets / _LISTS / 1000:.1f} kB; the process had {found.memory / 1e6:.0f} MB"
    )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=50)
    asyncio.run(run(parser.parse_args().batches))


if __name__ == "__main__":
    main()
