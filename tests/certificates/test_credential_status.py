"""Withdrawals reach what a wallet holds, and nothing that rests or is shown joins it."""

import asyncio
import itertools
import json
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from authsvc.certificates import RevocationReason
from authsvc.certificates.credentials import store
from authsvc.certificates.credentials.places import Places
from authsvc.certificates.credentials.statuses import PAGE
from authsvc.certificates.errors import StatusListUnknown
from authsvc.certificates.status_entry import SIZE, StatusEntry
from authsvc.certificates.status_list import TokenStatus
from authsvc.keyring import KeyedDigest
from tests.certificates.credential_makers import BRIEF, first_certificate, somebody, unpadded
from tests.certificates.makers import DOCUMENT

HOLD, SUPERSEDED = RevocationReason.CERTIFICATE_HOLD, RevocationReason.SUPERSEDED
VALID, INVALID, SUSPENDED = TokenStatus
TTL = timedelta(seconds=30)


@pytest.fixture
def person(keyring, now):
    return somebody(keyring, now)


async def test_a_status_follows_the_person_and_the_document(issuer, desk, keyring, person, now):
    """Each change is in the list when its half minute is over; nobody else's changes."""
    mine = await issuer.read_batch(person, now=now, count=3)
    on_another = await issuer.read_batch(person, now=now, document_digest=b"e" * 32)
    others = await issuer.read_batch(somebody(keyring, now), now=now, document_digest=b"f" * 32)
    seen, beside, moment = [], [], now
    for act in (
        None,
        desk.revoke(HOLD, now=now, document_digest=DOCUMENT),
        desk.release(document_digest=DOCUMENT),
        desk.revoke(HOLD, now=now, subscriber_id=person.id),
        desk.release(document_digest=b"e" * 32),
        desk.revoke(SUPERSEDED, now=now, subscriber_id=person.id),
        desk.release(subscriber_id=person.id),
        desk.revoke(HOLD, now=now, subscriber_id=person.id),
    ):
        if act is not None:
            await act
        moment += TTL
        [status] = {await issuer.status(each, now=moment) for each in mine}
        seen.append(status)
        beside.append(await issuer.status(on_another[0], now=moment))
        assert await issuer.status(others[0], now=moment) == VALID
    assert seen == [
        VALID, SUSPENDED, VALID, SUSPENDED, SUSPENDED, INVALID, INVALID, INVALID,
    ]  # fmt: skip
    assert beside == [VALID, VALID, VALID, SUSPENDED, VALID, INVALID, INVALID, INVALID]


async def test_who_leaves_is_forgotten_and_their_credentials_end(issuer, desk, person, now):
    mine = await issuer.read_batch(person, now=now, count=2)
    await desk.forget(person.id, now=now)
    assert {await issuer.status(each, now=now) for each in mine} == {INVALID}
    async with issuer.database.reading() as tx:
        assert (await tx.execute(select(store.credential_batch))).all() == []


async def test_the_list_is_signed_as_credentials_are(issuer, person, now):
    [read] = await issuer.read_batch(person, now=now)
    token = (await issuer.lists.current(0, now=now)).token
    header = json.loads(unpadded(token.decode().partition(".")[0]))
    assert first_certificate(header) == first_certificate(read.header)
    with pytest.raises(StatusListUnknown):
        await issuer.lists.current(1, now=now)


async def test_what_has_ended_leaves_nothing_but_its_bits(issuer, person, now):
    await issuer.issue(person, now=now)
    await issuer.issue(person, now=now, kind=BRIEF)
    tables = (store.credential_key, store.credential_batch)
    counts = []
    for days in (0, 1, 13, 14):
        async with issuer.database.transaction() as tx:
            await issuer.certificates.credentials.erase_expired(tx, now=now + timedelta(days=days))
            counts.append([len((await tx.execute(select(table))).all()) for table in tables])
    assert counts == [[2, 1], [1, 1], [1, 1], [0, 0]]


async def test_batches_issued_at_once_take_no_place_twice(issuer, keyring, now):
    issued = await asyncio.gather(
        *(issuer.read_batch(somebody(keyring, now), now=now, count=20) for _ in range(6))
    )
    places = [each.place for batch in issued for each in batch]
    assert len(set(places)) == 120


async def test_people_frozen_at_once_do_not_wait_for_each_other(issuer, desk, keyring, now):
    """Their credentials lie on the same pages."""
    people = [somebody(keyring, now) for _ in range(6)]
    batches = [await issuer.read_batch(each, now=now, count=20) for each in people]
    await asyncio.gather(*(desk.revoke(HOLD, now=now, subscriber_id=each.id) for each in people))
    found = {await issuer.status(each, now=now) for batch in batches for each in batch}
    assert found == {SUSPENDED}


@pytest.mark.parametrize("act", ["revoke", "release"])
async def test_a_great_many_of_one_person_are_withdrawn_while_others_are_served(
    act, issuer, desk, person, now, monkeypatch
):
    """Whoever fetched all that they may, and freezes, holds nobody else up for seconds."""
    await issuer.read_batch(person, now=now, count=20)
    where = set()
    of = Places.of

    def watched(places, counter):
        where.add(threading.get_ident())
        return of(places, counter)

    monkeypatch.setattr(Places, "of", watched)
    if act == "revoke":
        await desk.revoke(HOLD, now=now, subscriber_id=person.id)
    else:
        await desk.release(subscriber_id=person.id)
    assert where
    assert threading.get_ident() not in where


def test_places_are_a_permutation_that_only_the_key_knows():
    """No index twice in a list, none where another key or another list puts it."""
    places = Places(KeyedDigest(b"k" * 32))
    # Every place of a list, once, takes seconds: so every number of one block, and its images.
    some = [places.of(number) for number in range(4096)]
    assert {entry.number for entry in some} == {0}
    assert len({entry.index for entry in some}) == len(some)
    assert all(0 <= entry.index < SIZE for entry in some)
    # Evenly over the pages: 16 each would be the mean.
    in_page = [sum(entry.index // PAGE == page for entry in some) for page in range(SIZE // PAGE)]
    assert min(in_page) >= 1
    assert max(in_page) < 45
    steps = {(b.index - a.index) % SIZE for a, b in itertools.pairwise(some)}
    assert len(steps) > 4000
    other_key = Places(KeyedDigest(b"l" * 32))
    assert sum(other_key.of(n) == some[n] for n in range(4096)) < 5
    next_list = [places.of(SIZE + n) for n in range(4096)]
    assert {entry.number for entry in next_list} == {1}
    assert sum(a.index == b.index for a, b in zip(some, next_list, strict=True)) < 5
    assert places.of(SIZE - 1) != StatusEntry(0, SIZE - 1)


def test_a_great_many_places_cost_few_digests(monkeypatch):
    """Of a list there are ten rounds with 1024 inputs each, however many of its places."""
    made = []
    digests = KeyedDigest(b"k" * 32)
    function = digests.function("credential-place")

    def watched(octets):
        made.append(octets)
        return function(octets)

    monkeypatch.setattr(KeyedDigest, "function", lambda *_: watched)
    places = Places(digests)
    assert len({places.of(number) for number in range(20_000)}) == 20_000
    assert len(made) <= 10 * 1024


async def test_two_credentials_of_a_person_share_no_more_than_two_of_two_people(
    issuer, keyring, now
):
    """Whatever is equal in a batch is equal for everybody of that day."""
    person, other = somebody(keyring, now), somebody(keyring, now)
    one, two = await issuer.read_batch(person, now=now, count=2)
    [later] = await issuer.read_batch(person, now=now + timedelta(hours=3))
    [foreign] = await issuer.read_batch(other, now=now + timedelta(hours=5))
    for mine in (two, later):
        assert shared(one, mine) == shared(one, foreign)
    indices = [each.place[1] for each in (one, two, later, foreign)]
    assert max(indices) - min(indices) > 1000


def shared(one, two) -> set[str]:
    """Every value, at any depth, that two credentials have in common."""
    return values(one) & values(two)


def values(read) -> set[str]:
    found: set[str] = set()

    def walk(at: object, path: str) -> None:
        if isinstance(at, dict):
            for name, value in at.items():
                walk(value, f"{path}.{name}")
        elif isinstance(at, list):
            for value in at:
                walk(value, path)
        else:
            found.add(f"{path}={at}")

    walk([read.header, read.payload, read.disclosed, {"salts": read.salts}], "")
    return found


async def test_nothing_that_rests_tells_which_places_are_a_persons(issuer, desk, keyring, now):
    """Two people's rows differ in what is random; no number of a place is in any of them."""
    people = [somebody(keyring, now, uuid4()) for _ in range(2)]
    for each in people:
        await issuer.issue(each, now=now, count=20)
    async with issuer.database.reading() as tx:
        rows = [dict(row) for row in (await tx.execute(select(store.credential_batch))).mappings()]
        counter = (await tx.execute(select(store.credential_counter.c.issued))).scalar_one()
    assert counter == 40
    assert len({len(row["sealed"]) for row in rows}) == 1
    same = {name for name in rows[0] if rows[0][name] == rows[1][name]}
    assert same == {"document_digest", "expires_at"}
