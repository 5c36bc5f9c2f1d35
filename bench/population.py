"""Fills a store with artificial subscribers, to measure what the service costs among many.

    python -m bench.population [--config FILE] --count N --client CLIENT_ID [--granted FRACTION]

Without a file the settings come from the environment. The schema and the client must be there, and
nobody else: a store with people in it is refused. Every row of `subscriber`, `document` and
`consent` is as the service would have written it; at the end a few people, drawn at random, are
opened by the service itself.
"""

import argparse
import asyncio
import secrets
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.engine import make_url

from authsvc.app import House, open_house
from authsvc.authentication.assurance import Factor
from authsvc.authentication.signed_in import SignedIn
from authsvc.clock import SystemClock
from authsvc.oidc.store import consent
from authsvc.settings import load_settings
from authsvc.storage import Transaction
from authsvc.storage.migrations import require_current
from authsvc.subscribers import OnlineNumber
from authsvc.subscribers.store import subscriber
from bench.artificial import APART, MOST, Makers, Plan, Rows, artificial_identity
from bench.bulk import bulk

WORKERS = 2
CHUNK = 5_000
# So many chunks are made ahead of the database, each about 7 MB.
_AHEAD = 2
_PROGRESS_SECONDS = 5
_LOOKED_AT = 20
# Sessions that are opened at once share a round trip to Redis.
_AT_ONCE = 200

_makers: Makers | None = None


async def fill(
    house: House,
    *,
    count: int,
    client_id: str,
    granted: float = 1.0,
    workers: int = WORKERS,
    now: datetime,
) -> float:
    """Adds `count` people, of whom a fraction has `granted` the client its scopes; the seconds."""
    client = await house.clients.find(client_id, now=now)
    if client is None or not 0 <= granted <= 1 or not 0 < count <= MOST:
        raise ValueError(f"a registered client, a fraction, and at most {MOST} people")
    if await _how_many(house):
        raise ValueError("there are people here already: this is for an empty store")
    plan = Plan(
        key_directory=house.settings.key_directory,
        dialect=make_url(house.settings.database).get_backend_name(),
        # The last one enrolled an hour ago: whoever signs in now does so after their watermark.
        begins=now - timedelta(hours=1) - count * APART,
        client_id=client_id,
        scopes=client.scopes,
        granted=granted,
    )
    began = time.monotonic()
    async with bulk(house.settings.database) as loading:
        done, told = 0, began
        async for rows, made in _made(plan, count, workers):
            await loading.take(rows)
            done += made
            if time.monotonic() - told > _PROGRESS_SECONDS:
                told = time.monotonic()
                print(f"{done:,} of {count:,} people, {done / (told - began):,.0f} a second")
        print("building indexes, or whatever else is left")
    return time.monotonic() - began


async def _made(plan: Plan, count: int, workers: int) -> AsyncIterator[tuple[Rows, int]]:
    """All rows, chunk by chunk in order, made ahead by other processes (0: by this one)."""
    chunks = [(first, min(CHUNK, count - first)) for first in range(0, count, CHUNK)]
    if not workers:
        makers = Makers(plan)
        for first, size in chunks:
            yield makers.rows(first, size), size
        return
    # Not forked: this process has threads and open connections.
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (plan,)) as pool:
        waiting: deque[tuple[Future[Rows], int]] = deque()
        for first, size in chunks:
            waiting.append((pool.submit(_chunk, first, size), size))
            if len(waiting) >= workers + _AHEAD:
                yield await _next(waiting)
        while waiting:
            yield await _next(waiting)


async def _next(waiting: deque[tuple[Future[Rows], int]]) -> tuple[Rows, int]:
    future, size = waiting.popleft()
    return await asyncio.wrap_future(future), size


def _begin(plan: Plan) -> None:
    global _makers  # noqa: PLW0603 - a process of the pool makes people of one plan
    _makers = Makers(plan)


def _chunk(first: int, size: int) -> Rows:
    assert _makers is not None
    return _makers.rows(first, size)


async def look_at(house: House, *, count: int, client_id: str, granted: float) -> None:
    """Opens some people as the service does; AssertionError if one is not as they were made."""
    places = [secrets.randbelow(count) for _ in range(_LOOKED_AT)]
    async with house.database.reading() as tx:
        for place in {0, count - 1, *places}:
            await _look_at_one(house, tx, place, client_id)
        assert (await tx.execute(select(func.count()).select_from(subscriber))).scalar() == count
        found = (await tx.execute(select(func.count()).select_from(consent))).scalar()
        assert found == int(count * granted)


async def _look_at_one(house: House, tx: Transaction, place: int, client_id: str) -> None:
    expected = artificial_identity(place)
    digest = house.subscribers.person_digest(expected.number)
    by_person = await house.subscribers.find_by_person(tx, digest)
    assert by_person is not None
    found = await house.subscribers.find(tx, by_person.id)
    assert found is not None
    assert await house.subscribers.identity_of(tx, found) == expected
    assert OnlineNumber.parse(expected.online_number).value == expected.online_number
    [card] = await house.subscribers.documents_of(tx, found.id)
    assert await house.subscribers.find_document(tx, card.digest) == card
    grants = await house.provider.grants.of_subscriber(tx, found)
    grant = await house.provider.grants.find(tx, found, client_id)
    assert grants == ([grant] if grant else [])


async def open_sessions(
    house: House, count: int, *, now: datetime, granted: bool = True
) -> list[str]:
    """The session tokens (cookie values) of `count` people, spread evenly over all there are.

    `granted` keeps to those who allow some client something. `house` must share its Redis and its
    keys with the service that is to know these sessions. ValueError if there are too few people.
    """
    people = await _drawn(house, count, granted=granted)
    tokens: list[str] = []
    for first in range(0, count, _AT_ONCE):
        signed_in = [
            SignedIn(person, frozenset({Factor.PASSWORD}), at=now)
            for person in people[first : first + _AT_ONCE]
        ]
        opened = (house.sessions.open(each, now=now) for each in signed_in)
        tokens += await asyncio.gather(*opened)
    return tokens


async def _drawn(house: House, count: int, *, granted: bool) -> Sequence[UUID]:
    """People at even distances; their ids tell when they enrolled, and are found by their index."""
    column = consent.c.subscriber_id if granted else subscriber.c.id
    wanted = bindparam("wanted", type_=column.type)
    query = select(column).where(column >= wanted).order_by(column).limit(1)
    ends = [select(column).order_by(order).limit(1) for order in (column, column.desc())]
    async with house.database.reading() as tx:
        first, last = [(await tx.execute(end)).scalar() for end in ends]
        if first is None or last is None:
            raise ValueError("nobody is here")
        distance = last.int - first.int
        places = [UUID(int=first.int + distance * step // count) for step in range(count)]
        return [(await tx.execute(query, {"wanted": each})).scalar_one() for each in places]


async def _how_many(house: House) -> int:
    async with house.database.reading() as tx:
        return len((await tx.execute(select(subscriber.c.id).limit(1))).all())


async def run(arguments: argparse.Namespace) -> None:
    """Fills the store of the settings, and looks at what came of it."""
    house = open_house(load_settings(arguments.config))
    try:
        await require_current(house.database)
        count, client_id, granted = arguments.count, arguments.client, arguments.granted
        seconds = await fill(
            house,
            count=count,
            client_id=client_id,
            granted=granted,
            workers=arguments.workers,
            now=SystemClock().now(),
        )
        print(f"{count:,} people in {seconds:,.1f} seconds, {count / seconds:,.0f} a second")
        await look_at(house, count=count, client_id=client_id, granted=granted)
        print("opened some of them: they are as they were made")
    finally:
        await house.close()


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--config", type=Path, help="a TOML file of settings")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--client", required=True, help="the client that people have allowed")
    parser.add_argument("--granted", type=float, default=1.0, help="which fraction of them did")
    parser.add_argument("--workers", type=int, default=WORKERS, help="processes that make people")
    try:
        asyncio.run(run(parser.parse_args()))
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
