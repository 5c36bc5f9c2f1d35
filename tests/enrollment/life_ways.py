"""Ways in which what the register says reaches the service: the end must be the same.

Each takes a world in which everything has happened at the register and nothing was read yet, and
returns the world in which all of it was: another one, where services were started anew.
"""

import asyncio
import contextlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from unittest.mock import patch

from sqlalchemy import event

from authsvc.evidence.register import LifeEvent, StatusChange
from authsvc.storage import database as storage_database
from tests.enrollment.makers import ISSUER

_MOST_IN_A_PIECE = 5
# From a first one that differs from piece to piece: three kinds of documents meet every step.
_STRIDE = 3


class Feed:
    """What the register has to say; of some documents no more than the status."""

    def __init__(self, authority, mute: frozenset[str] = frozenset()) -> None:
        self._authority = authority
        self._mute = mute
        self.begin()

    def begin(self) -> None:
        """All of it is answered again."""
        self.piece: int | None = None
        """how many changes that are new are answered at the most"""
        self.until: int | None = None
        """the last change that is answered"""

    async def changes_since(self, cursor: int, *, limit: int = 500) -> Sequence[StatusChange]:
        # The last one that was followed is asked for again, to see that it is still there.
        piece = limit if self.piece is None else self.piece + 1
        found = self.after(cursor)[: min(limit, piece)]
        return [each for each in found if each.cursor <= (self.until or each.cursor)]

    def after(self, cursor: int) -> list[StatusChange]:
        """Everything after a cursor."""
        return [self._said(change) for change in self._authority.changes_since(cursor)]

    def _said(self, change: StatusChange) -> StatusChange:
        if change.document_number not in self._mute:
            return change
        return replace(change, event=LifeEvent.STATUS_CHANGED)


async def once(world, feed: Feed, restarted, rng: random.Random):
    """The feed is read to its end."""
    await poll(world, feed)
    return world


async def twice(world, feed: Feed, restarted, rng: random.Random):
    """Each event is pushed twice, read by two processes at once, and pushed again."""
    position = await world.desk.changes.position()
    news = feed.after(position)
    other = await restarted()
    for change in news:
        for _ in range(2):
            await push(world, [change])
        feed.until = change.cursor
        await asyncio.gather(poll(world, feed), poll(other, feed))
        await push(other, [change])
        assert await other.desk.changes.position() == change.cursor
    await push(other, news)
    return other


async def in_disorder(world, feed: Feed, restarted, rng: random.Random):
    """Pushes in any order, some never and some again; the feed lies behind, and catches up."""
    news = feed.after(await world.desk.changes.position())
    said = [*news, *rng.sample(news, len(news) // 2)]
    rng.shuffle(said)
    for change in said[: len(said) * 2 // 3]:
        await push(world, [change])
        if rng.random() < 0.2:
            feed.piece = rng.randint(1, _MOST_IN_A_PIECE)
            await world.desk.changes.poll(feed, now=world.clock.now())
    feed.piece = None
    await poll(world, feed)
    return world


async def killed(world, feed: Feed, restarted, rng: random.Random):
    """Killed at one step of a transaction after the other, the commit too, and started anew."""
    while news := feed.after(await world.desk.changes.position()):
        feed.piece = rng.randint(1, _MOST_IN_A_PIECE)
        early = rng.sample(news, min(len(news), _MOST_IN_A_PIECE))
        step = rng.randrange(_STRIDE)
        is_followed = False
        while not is_followed:
            world, _ = await _perhaps_killed(world, partial(push, changes=early), step, restarted)
            world, is_followed = await _perhaps_killed(
                world, partial(poll, feed=feed), step, restarted
            )
            step += _STRIDE
        assert step > _FEWEST_STEPS
    return world


async def _perhaps_killed(world, act, step: int, restarted):
    """Acts for so many steps; the world in which it goes on, and whether the act was finished."""
    position = await world.desk.changes.position()
    try:
        with steps(world.database, left=step):
            await act(world)
    except Killed:
        world = await restarted()
        return world, await world.desk.changes.position() > position
    return world, True


WAYS = (once, twice, in_disorder, killed)
# Position, cursor, documents, people: no piece of the feed is followed in fewer.
_FEWEST_STEPS = 4


class Killed(BaseException):
    """What SIGKILL looks like from inside: nothing after it is done."""


@contextlib.contextmanager
def steps(database, *, left: int) -> Iterator[None]:
    """Lets so many steps be taken in a database, statements and commits; dies at the next one."""

    def step(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed

    real = storage_database._commit

    async def commit(*arguments) -> None:
        step()
        await real(*arguments)
        step()

    engines = {engine.sync_engine for engine in database.engines}
    with patch.object(storage_database, "_commit", commit):
        for engine in engines:
            event.listen(engine, "before_cursor_execute", step)
        try:
            yield
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", step)


async def poll(world, feed: Feed) -> None:
    """Reads what the feed answers, to its end."""
    await world.desk.changes.poll(feed, now=world.clock.now())
    await world.desk.changes.settle()


async def push(world, changes: Sequence[StatusChange]) -> None:
    """Has the register push these."""
    now = world.clock.now()
    signed = world.authority.sign_push(changes, audience=ISSUER + "/register/changes", now=now)
    await world.desk.changes.push(signed, now=now)
