"""Every kind of document through every event, in every way of being told, on both databases.

The table stands in docs/document-life.md, and in `life_table` the same once more.
"""

import contextlib
import random
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from authsvc.enrollment.errors import DocumentEnded
from authsvc.evidence.authority.errors import EventNotOfKind
from authsvc.evidence.authority.happenings import NEVER
from authsvc.evidence.kinds import KINDS
from authsvc.evidence.register import LifeEvent
from authsvc.storage import Database, Ephemeral
from authsvc.subscribers.activity.entry import ALERTING, ActivityKind
from tests import databases
from tests.enrollment.life_table import (
    AFTERWARDS,
    EVENTS,
    KINDS_OF,
    line_afterwards,
    line_of_kinds,
)
from tests.enrollment.life_ways import WAYS, Feed, once, poll
from tests.enrollment.life_words import After, Then
from tests.enrollment.lives import Cell

DOCUMENT = Path(__file__).parents[2] / "docs" / "document-life.md"
NEITHER = {Then.NOTHING, Then.IS_REFUSED}


@pytest.fixture
async def forked(storage, request, tmp_path):
    """Copies of the database as it is, and a way to start services over one of them."""
    async with contextlib.AsyncExitStack() as stack:

        async def fork(world, name):
            await world.database.close()
            url = make_url(storage.database_url)
            if url.get_backend_name() == "sqlite":
                copy = databases.copy_sqlite(Path(url.database or ""), tmp_path / f"{name}.db")
            else:
                await databases.flush_redis(storage.ephemeral_url)
                server = request.getfixturevalue("postgresql_server").url
                copy = await stack.enter_async_context(
                    databases.postgresql_database(server, template=storage.database_url)
                )
            return Restarts(world, copy, storage.ephemeral_url, stack)

        yield fork


class Restarts:
    """Starts services anew over the same stores; what rested in memory alone is gone."""

    def __init__(self, world, database_url, ephemeral_url, stack):
        self._world = world
        self._urls = database_url, ephemeral_url
        self._stack = stack

    async def __call__(self):
        database_url, ephemeral_url = self._urls
        keyring, clock = self._world.keyring, self._world.clock
        database = Database(database_url)
        backend = databases.ephemeral_backend(ephemeral_url, clock)
        ephemeral = Ephemeral(backend, seals=keyring.sealer, digests=keyring.digests)
        world = self._world.started_anew(database, ephemeral)
        for each in (database, backend, world):
            self._stack.push_async_callback(each.close)
        return world


async def cells_of(world, kind):
    """Somebody for each event that happens to this kind, all opted in; and a day has passed."""
    guardian = await world.enroll()
    rows = [row for row in EVENTS if KINDS_OF[row.name][kind] is not After.NEVER]
    cells = [await Cell(world, kind, row).enroll(guardian) for row in rows]
    world.clock.advance(minutes=10)
    feed = Feed(world.authority, frozenset(cell.document for cell in cells if cell.row.mute))
    await world.desk.changes.poll(feed, now=world.clock.now())
    world.clock.advance(days=1)
    return guardian, cells, feed


@pytest.mark.parametrize("kind", KINDS)
async def test_after_each_event_the_table_is_so(world, forked, kind):
    guardian, cells, feed = await cells_of(world, kind)
    for cell in cells:
        cell.happen()
    numbers = {cell.row.name: cell.number_after() for cell in cells}
    assert numbers == {cell.row.name: KINDS_OF[cell.row.name][kind] for cell in cells}
    for way in WAYS:
        rng = random.Random(f"{kind} {way.__name__}")  # noqa: S311 - an order that can be repeated
        restarted = await forked(world, way.__name__)
        feed.begin()
        after = await way(await restarted(), feed, restarted, rng)
        for cell in cells:
            cell.world = after
        found = {cell.row.name: await cell.standing() for cell in cells}
        assert found == {cell.row.name: cell.expected() for cell in cells}, way.__name__
        # Pushes leave no place behind.
        assert await ahead(after) == {0}
        if way is once:
            await whoever_holds_them_goes_on(guardian, cells)


async def whoever_holds_them_goes_on(guardian, cells):
    """What the holders do then, and what comes of it."""
    for cell in cells:
        then = cell.row.then
        if then is Then.IS_REFUSED:
            finder = await cell.world.begin(cell.held)
            with pytest.raises(DocumentEnded):
                await finder.document()
        elif then is not Then.NOTHING:
            await getattr(cell, then.value.replace(" ", "_").removesuffix("_one"))(guardian)
        if then is not Then.NOTHING:
            number, _, certificates, sessions, _ = await cell.standing()
            assert (cell.row.name, number, certificates, sessions) == (
                cell.row.name,
                *AFTERWARDS[then],
            )


async def ahead(world):
    """How far pushes are ahead of the feed, of all documents."""
    async with world.database.reading() as tx:
        return set(await tx.scalars(text("SELECT ahead FROM document")))


@pytest.mark.parametrize("kind", KINDS)
def test_what_never_happens_to_a_kind_is_refused_at_the_register(kind, world):
    for row in EVENTS:
        if KINDS_OF[row.name][kind] is After.NEVER:
            cell = Cell(world, kind, row)
            with pytest.raises(EventNotOfKind):
                cell.happen()


async def test_who_is_to_hear_at_once_gets_a_message(world):
    _, cells, feed = await cells_of(world, "passport")
    before = {cell.row.name: len(await messages(world, cell)) for cell in cells}
    for cell in cells:
        cell.happen()
    await poll(world, feed)
    alerting = {kind.value for kind in ALERTING}
    for cell in cells:
        told = [kind for kind in cell.row.told_of("passport") if kind in alerting]
        assert len(await messages(world, cell)) - before[cell.row.name] == len(told), cell.row.name


async def messages(world, cell):
    return await world.outbox.messages(cell.held.holder_file["phone"])


# The table in the document.


def lines_below(heading):
    """The rows of the one table below a heading."""
    section = DOCUMENT.read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return lines[2:]


def test_the_document_has_the_same_events():
    assert lines_below("What follows from what") == [row.line for row in EVENTS]


def test_the_document_has_the_same_kinds():
    assert lines_below("Which kind what happens to") == [line_of_kinds(row) for row in EVENTS]


def test_the_document_has_the_same_afterwards():
    lines = [line_afterwards(each) for each in AFTERWARDS]
    assert lines_below("What the holder does then") == lines


def test_every_event_and_every_kind_is_in_the_table():
    assert {row.event for row in EVENTS} == {event.value for event in LifeEvent}
    assert all(list(kinds) == list(KINDS) for kinds in KINDS_OF.values())
    assert list(KINDS_OF) == [row.name for row in EVENTS]


def test_the_register_and_the_table_agree_on_what_never_happens():
    never = {
        (row.event, kind)
        for row in EVENTS
        for kind, after in KINDS_OF[row.name].items()
        if after is After.NEVER
    }
    assert never == {(event.value, kind.name) for event in NEVER for kind in NEVER[event]}


def test_every_line_that_an_event_leaves_is_in_the_table():
    """What is told of a document, by whichever event, stands in some row."""
    from authsvc.enrollment.life_events import _OF_ANY, _OF_THE_LAST

    told = {kind for row in EVENTS for kind in (*row.told, *row.told_another, *row.told_ward)}
    followed = {*_OF_ANY.values(), *_OF_THE_LAST.values()}
    ended = {ActivityKind.NUMBER_ENDED, ActivityKind.NUMBER_REVIVED, ActivityKind.GUARDIAN_ENDED}
    assert told == followed | ended
