"""How quickly the register's feed is followed: among people we do not know, and among those we do.

    python -m bench.feed [--strangers N] [--known N] [--json]

The service's own house follows a feed that was made beforehand, in batches of 500 as over HTTP,
each batch committed: on SQLite and memory, and on PostgreSQL and Redis, both keeping what they are
told. Events of strangers are what a nation's feed is to a service that few have joined. Each event
of somebody known is a document replaced: noted, the certificate that rests on it put on hold, a
line written into their own log, and a message to their phone sent behind.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.app import House, open_house
from authsvc.certificates import CertificateAuthority, CertificateRequest
from authsvc.cli.sandbox import sandbox_environment
from authsvc.clock import SystemClock
from authsvc.evidence.kinds import RESIDENT_IDENTITY_CARD
from authsvc.evidence.register import LifeEvent, RegisterStatus, StatusChange
from authsvc.keyring import KeyRing
from authsvc.settings import load_settings
from authsvc.storage.migrations.upgrading import upgrade
from authsvc.subscribers import Subscriber
from bench.artificial import artificial_identity
from bench.machine import processors
from bench.population import fill
from bench.stores import stores
from bench.subject import EMBEDDED, PRODUCTION

# Cards reissued in one announced year, within provinces and between them (42.32 and 73.62 million).
NATION = 115_940_000
_DAY = 86_400
_YEAR = 365 * _DAY
A_SECOND = NATION / _YEAR
_CLIENT = {
    "client_id": "bench",
    "client_secret": "a secret of the bench, long enough",
    "client_name": "Bench",
    "redirect_uris": ["http://127.0.0.1:1/cb"],
}
_ISSUER = "http://127.0.0.1:9000"


@dataclass(frozen=True)
class Followed:
    """So many events in so many seconds, by the clock and of work in this process."""

    events: int
    seconds: float
    processor: float
    behind: float

    @property
    def rate(self) -> float:
        """Events a second, by the clock."""
        return self.events / self.seconds


@dataclass(frozen=True)
class Told:
    """What one deployment followed."""

    storage: str
    of_strangers: Followed
    of_known: Followed


class Feed:
    """A register that says what was made beforehand; it is asked for nothing else."""

    def __init__(self, changes: Sequence[StatusChange], *, after: int) -> None:
        self._changes = changes
        self._after = after

    async def changes_since(self, cursor: int, *, limit: int) -> Sequence[StatusChange]:
        """A piece of the feed."""
        begin = cursor - self._after
        # What was followed last is asked for again, to see that it is still there.
        before = [replace(self._changes[0], cursor=self._after)] if begin < 0 else []
        return [*before, *self._changes[max(begin, 0) : begin + limit]]


def _changes(numbers: Sequence[str], *, after: int, at: datetime) -> list[StatusChange]:
    return [
        StatusChange(
            cursor=after + place,
            kind=RESIDENT_IDENTITY_CARD.name,
            document_number=number,
            status=RegisterStatus.REPLACED,
            at=at,
            event=LifeEvent.REPLACED,
        )
        for place, number in enumerate(numbers, start=1)
    ]


async def _certify(house: House, known: int, *, now: datetime) -> None:
    """A certificate for each, on the document that will be replaced."""
    async with house.database.transaction(longest=None) as tx:
        for place in range(known):
            number = house.subscribers.person_digest(artificial_identity(place).number)
            person = await house.subscribers.find_by_person(tx, number)
            if person is None:
                raise LookupError("somebody is missing")
            [document] = await house.subscribers.documents_of(tx, person.id)
            await house.certificates.issue(
                tx,
                subscriber_id=person.id,
                document_digest=document.digest,
                request=CertificateRequest(ec.generate_private_key(ec.SECP256R1()).public_key()),
                document_valid_until=None,
                now=now,
            )


async def _follow(house: House, numbers: Sequence[str], *, now: datetime) -> Followed:
    after = await house.desk.changes.position()
    feed = Feed(_changes(numbers, after=after, at=now), after=after)
    began, busy = time.perf_counter(), time.process_time()
    events = await house.desk.changes.poll(feed, now=now)  # type: ignore[arg-type]
    done, busy = time.perf_counter(), time.process_time() - busy
    await house.desk.changes.settle()
    if events != len(numbers):
        raise ValueError("the feed was not followed to its end")
    return Followed(events, done - began, busy, time.perf_counter() - done)


async def measure(
    directory: Path, database_url: str, redis_url: str, *, strangers: int, known: int
) -> tuple[Followed, Followed]:
    """What a deployment of its own follows in a second: of strangers, of people known."""
    clock = SystemClock()
    settings = load_settings(
        None,
        {
            **sandbox_environment(_ISSUER, directory),
            "AUTHSVC_DATABASE_URL": database_url,
            "AUTHSVC_REDIS_URL": redis_url,
        },
    )
    settings.data_directory.mkdir(parents=True, exist_ok=True)
    keyring = KeyRing.create(settings.key_directory, now=clock.now())
    CertificateAuthority.create(keyring, base_url=_ISSUER, now=clock.now())
    house = open_house(settings, clock)
    try:
        await upgrade(house.database)
        await house.clients.import_clients([_CLIENT], now=clock.now())
        await fill(house, count=known, client_id="bench", granted=0.0, workers=0, now=clock.now())
        await _certify(house, known, now=clock.now())
        unknown = [f"S{place:09d}" for place in range(strangers)]
        of_strangers = await _follow(house, unknown, now=clock.now())
        theirs = [f"X{place:09d}" for place in range(known)]
        of_known = await _follow(house, theirs, now=clock.now())
        async with house.database.reading() as tx:
            found = await house.certificates.of_subscriber(tx, (await _somebody(house, known)).id)
            assert [each.standing.status.value for each in found] == ["hold"]
    finally:
        await house.close()
    return of_strangers, of_known


async def _somebody(house: House, known: int) -> Subscriber:
    async with house.database.reading() as tx:
        digest = house.subscribers.person_digest(artificial_identity(known - 1).number)
        found = await house.subscribers.find_by_person(tx, digest)
    assert found is not None
    return found


def _tell(told: Told) -> None:
    for who, followed in (("strangers", told.of_strangers), ("known", told.of_known)):
        rate = followed.rate
        print(
            f"{told.storage}, {who}: {followed.events:,} events in {followed.seconds:.1f} s,"
            f" {rate:,.0f} a second, each {followed.processor / followed.events * 1e6:.0f} us of"
            f" processor time here; messages {followed.behind:.1f} s behind."
            f" {NATION / 1e6:.0f} million take {NATION / rate / 3600:.1f} h;"
            f" a year's {A_SECOND:.1f} a second take {A_SECOND / rate:.2%} of it"
        )


async def run(*, strangers: int, known: int) -> list[Told]:
    """Both deployments, one after the other."""
    with (
        tempfile.TemporaryDirectory(prefix="authsvc-feed-") as place,
        stores(processors().stores) as servers,
    ):
        embedded = Path(place) / "embedded"
        sqlite = f"sqlite+aiosqlite:///{embedded / 'data' / 'bench.db'}"
        found = await measure(embedded, sqlite, "", strangers=strangers, known=known)
        postgresql, redis = await servers.fresh()
        production = Path(place) / "production"
        beside = await measure(production, postgresql, redis, strangers=strangers, known=known)
        return [Told(EMBEDDED, *found), Told(PRODUCTION, *beside)]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strangers", type=int, default=50_000)
    parser.add_argument("--known", type=int, default=5_000)
    parser.add_argument("--json", action="store_true", help="events a second, for `make bench`")
    arguments = parser.parse_args()
    told = asyncio.run(run(strangers=arguments.strangers, known=arguments.known))
    if arguments.json:
        rates = [[each.storage, each.of_strangers.rate, each.of_known.rate] for each in told]
        print(json.dumps(rates))
        return
    for each in told:
        _tell(each)


if __name__ == "__main__":
    main()
