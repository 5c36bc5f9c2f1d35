"""What a credential costs, and the statuses of 10^8 of them.

    python -m bench.credentials [--batches N]

Batches are issued as for wallets, by the rooms themselves, into a SQLite file; in each round the
bare signatures of a batch are made as well. Lists are read, compressed and signed as for whoever
asks, of pages that rest in the same file, with one credential in a thousand withdrawn.
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

from cryptography.hazmat.primitives.asymmetric import ec

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
from authsvc.keyring import KeyRing
from authsvc.storage import Database
from authsvc.storage.migrations.upgrading import upgrade
from authsvc.subscribers import Subscriber, SubscriberStatus

# So many lists hold 10^8 statuses.
_LISTS = -(-100_000_000 // SIZE)
_WITHDRAWN = SIZE // 1000
_STATEMENT = Statement(date(1990, 1, 1), "resident_identity_card", "chip-and-face")


@dataclass(frozen=True)
class Issuing:
    """Microseconds for one credential, all included; for its signature alone; its length."""

    kind: str
    whole: float
    bare: float
    octets: int


@dataclass(frozen=True)
class Listing:
    """Of one list of 2^20: seconds to read, pack and sign it, its length, and what rests of it."""

    seconds: float
    octets: int
    rests: int


class Bench:
    """An issuer with a database of its own, and one person."""

    def __init__(self, directory: Path, now: datetime) -> None:
        keyring = KeyRing.create(directory / "keys", now=now)
        authority = CertificateAuthority.create(keyring, base_url="https://id.example", now=now)
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
            async with self.database.transaction() as tx:
                issued = await self.credentials.issue(
                    tx,
                    self.person,
                    kind=kind,
                    statement=Statement(
                        date(1990, 1, 1), "resident_identity_card", "chip-and-face"
                    ),
                    wanted=wanted,
                    document_digest=b"d" * 32,
                    document_valid_until=None,
                    now=self.now,
                )
            whole.append((time.perf_counter() - began) / kind.most)
            began = time.perf_counter()
            for each in issued:
                key.sign(each.encode())
            bare.append((time.perf_counter() - began) / kind.most)
            octets = len(issued[0])
        return Issuing(
            kind.id, statistics.median(whole) * 1e6, statistics.median(bare) * 1e6, octets
        )

    async def listing(self) -> Listing:
        """What one list costs, one in a thousand of which is withdrawn."""
        withdrawn = [StatusEntry(0, secrets.randbelow(SIZE)) for _ in range(_WITHDRAWN)]
        async with self.database.transaction() as tx:
            await statuses.withdraw(tx, withdrawn, reason=RevocationReason.SUPERSEDED)
        began = time.perf_counter()
        lists = CredentialStatusLists(self.credentials, self.database)
        token = (await lists.current(0, now=self.now)).token
        seconds = time.perf_counter() - began
        async with self.database.reading() as tx:
            pages = await store.pages_of(tx, 0)
        return Listing(seconds, len(token), sum(len(octets) for _, octets in pages))


def _batches(kind: CredentialKind, count: int) -> Iterator[list[Wanted]]:
    """So many batches, each as large as the kind allows, for new keys."""
    platform = Platform("platform.example", "p" * 43) if kind.names_subject else None
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
        found = await bench.listing()
        await bench.database.close()
    print(
        f"a list of 2^20: {found.seconds * 1000:.0f} ms, {found.octets} octets,"
        f" {found.rests} octets rest; {_LISTS} lists of 10^8:"
        f" {found.seconds * _LISTS:.1f} s, {found.octets * _LISTS / 1e6:.1f} MB,"
        f" {found.rests * _LISTS / 1e6:.1f} MB rest"
    )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=50)
    asyncio.run(run(parser.parse_args().batches))


if __name__ == "__main__":
    main()
