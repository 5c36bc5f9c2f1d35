"""How far can what people show be joined: by two platforms, and by whoever has our storage?

14 000 times people of a town show who they are: by a pseudonym of OpenID Connect (tier T0) and by
each kind of certificate (T1); the platforms keep receipts of all of it. Three games are played with
it: two platforms lay side by side all they have; one looks at two visits to itself; a platform has
a stolen dump of both stores, without keys. `BOUNDS` is by how much attackers may do better than
chance in a line-up of ten; the same table with the reasons is in docs/privacy.md. The second half
plants what must not be there: then the same attackers must succeed.
"""

import os
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from authsvc.certificates.credentials import (
    KINDS,
    counterfoil,
    credentials,
    mdoc,
    sd_jwt,
    statuses,
    store,
)
from authsvc.certificates.credentials.kinds import Validity
from authsvc.certificates.credentials.places import Places
from authsvc.certificates.status import RevocationReason
from authsvc.certificates.status_entry import SIZE, StatusEntry
from authsvc.certificates.status_list import StatusList, TokenStatus
from authsvc.keyring import KeyRing
from authsvc.oidc.claims import receipt
from authsvc.storage import Database
from tests.hostile import town as town_module
from tests.hostile.linking import LineUp, Sighting, Verdict, judge, line_ups
from tests.hostile.seen_in_town import (
    Platforms,
    Visit,
    signed_in,
    stolen,
    stolen_consents,
)
from tests.hostile.town import MARKET, RANDOM, SQUARE, VISITED, Town

OIDC = "OpenID Connect"
# What a department says of somebody nobody in town asks one for: those kinds are as the brief one.
SHOWN = [name for name, kind in KINDS.items() if kind.department is None]
PERSON, BRIEF, COUNTER, AT_PLATFORM, MDOC, MDOC_BRIEF = SHOWN
# What is played: who looks for what.
ACROSS, AGAIN, STORAGE = "two platforms", "one platform, twice", "a platform and our storage"
KNOWN_AGAIN = 0.9
DOCUMENT = Path(__file__).parents[2] / "docs" / "privacy.md"


@dataclass(frozen=True)
class Bound:
    """The advantage over chance that nobody may exceed, in a line-up of ten.

    `beyond`: among people whose certificates have the same times. `with_times`: among all who say
    the same of themselves, in a town that fetches for a week, or for four hours.
    """

    beyond: float
    with_times: float


BOUNDS = {
    (OIDC, ACROSS): Bound(0, 0),
    (OIDC, AGAIN): Bound(KNOWN_AGAIN, KNOWN_AGAIN),
    (OIDC, STORAGE): Bound(0.2, 0.2),
    (PERSON, ACROSS): Bound(0, 0.5),
    (PERSON, AGAIN): Bound(0, 0.5),
    (PERSON, STORAGE): Bound(0, 0.5),
    (BRIEF, ACROSS): Bound(0, 0.32),
    (BRIEF, AGAIN): Bound(0, 0.32),
    (BRIEF, STORAGE): Bound(0, 0.32),
    (COUNTER, ACROSS): Bound(0, 0.32),
    (COUNTER, AGAIN): Bound(0, 0.32),
    (COUNTER, STORAGE): Bound(0, 0.32),
    (AT_PLATFORM, ACROSS): Bound(0, 0.5),
    (AT_PLATFORM, AGAIN): Bound(KNOWN_AGAIN, KNOWN_AGAIN),
    (AT_PLATFORM, STORAGE): Bound(0, 0.5),
    (MDOC, ACROSS): Bound(0, 0.5),
    (MDOC, AGAIN): Bound(0, 0.5),
    (MDOC, STORAGE): Bound(0, 0.5),
    (MDOC_BRIEF, ACROSS): Bound(0, 0.32),
    (MDOC_BRIEF, AGAIN): Bound(0, 0.32),
    (MDOC_BRIEF, STORAGE): Bound(0, 0.32),
}


@dataclass(frozen=True)
class Collected:
    """Of one row: what the platforms have, and the rows of each person."""

    visits: Sequence[Visit]
    rows: Sequence[Sighting]

    def at(self, platform: str, *, first: bool = False) -> list[Sighting]:
        """What one platform has of all visits, or of everybody's first."""
        visits = [visit for visit in self.visits if visit.platform == platform]
        return [visit.sighting for visit in visits if visit.is_first or not first]

    def played(self, game: str, *, same_times: bool) -> list[LineUp]:
        """The line-ups of a game."""
        draw = partial(line_ups, same_times=same_times)
        if game == ACROSS:
            return draw(self.at(SQUARE), self.at(MARKET))
        if game == STORAGE:
            # Of first visits there may be a row from the very moment.
            return draw(self.at(SQUARE, first=True), self.rows)
        return [each for platform in (SQUARE, MARKET) for each in draw(*by_lot(self.at(platform)))]

    def verdict(self, game: str, *, same_times: bool) -> Verdict:
        """What the attackers make of it. One in five of the people is theirs."""
        return judge(self.played(game, same_times=same_times), known=lambda who: who % 5 == 0)


def by_lot(sightings: Sequence[Sighting]) -> tuple[list[Sighting], list[Sighting]]:
    """Of two visits of each person one here, the other there; not which of them came first."""
    of: defaultdict[int, list[Sighting]] = defaultdict(list)
    for each in sightings:
        of[each.who].append(each)
    drawn = [RANDOM.sample(all_of_one, 2) for all_of_one in of.values()]
    return [first for first, _ in drawn], [second for _, second in drawn]


@pytest.fixture
async def open_town(keyring: KeyRing, sqlite_url: str) -> AsyncIterator[Callable[[int], Town]]:
    """Opens a town of so many people."""
    database = Database(sqlite_url)
    yield partial(Town, database, keyring)
    await database.close()


async def collect(town: Town, row: str, *games: str, at_need: bool = False) -> Collected:
    """What can be seen of a row of `BOUNDS` that these games are played with."""
    if row == OIDC:
        visits = await signed_in(town)
        return Collected(visits, await stolen_consents(town) if STORAGE in games else [])
    visits = (await Platforms.open(town)).shown(row, at_need=at_need)
    return Collected(visits, await stolen(town, row) if STORAGE in games else [])


# One test, because it is one town: two would build it twice.
async def test_nothing_joins_people_beyond_the_written_bounds(open_town):
    town = open_town(400)
    await town.enroll()
    await town.fetch(*SHOWN)
    collected = {row: await collect(town, row, STORAGE) for row in (OIDC, *SHOWN)}
    assert sum(len(each.visits) for each in collected.values()) == 14_000
    found = {
        row_and_game: above(bound, collected[row_and_game[0]], row_and_game[1])
        for row_and_game, bound in BOUNDS.items()
    }
    assert found == {row_and_game: {} for row_and_game in BOUNDS}
    await require_withdrawn_people_to_be_joined_by_the_moment(town, collected)


def above(bound: Bound, collected: Collected, game: str) -> dict[str, int]:
    """Whoever did better than a bound; whoever is meant to be known again must be."""
    verdict = collected.verdict(game, same_times=True)
    assert verdict.count > 250
    if bound.beyond == KNOWN_AGAIN:
        assert verdict.right["values in common"] == verdict.count
    found = verdict.beyond(bound.beyond)
    return found | collected.verdict(game, same_times=False).beyond(bound.with_times)


async def require_withdrawn_people_to_be_joined_by_the_moment(
    town: Town, collected: dict[str, Collected]
) -> None:
    """The one thing that a status tells both platforms at once, and a brief one does not."""
    for who in RANDOM.sample(range(town.count), 3):
        before = await withdrawn(town)
        async with town.database.transaction() as tx:
            await town.credentials.withdraw(
                tx, reason=RevocationReason.CERTIFICATE_HOLD, subscriber_id=town.people[who].id
            )
        flipped = await withdrawn(town) - before
        for kind in (PERSON, AT_PLATFORM, MDOC):
            seen = [each for each in collected[kind].visits if each.place in flipped]
            assert {each.platform for each in seen} == {SQUARE, MARKET}
            assert {each.sighting.who for each in seen} == {who}
    for kind in (BRIEF, MDOC_BRIEF):
        assert {each.place for each in collected[kind].visits} == {None}


async def withdrawn(town: Town) -> set[tuple[str, int]]:
    """The places of what is not valid."""
    async with town.database.reading() as tx:
        pages = await store.pages_of(tx, 0)
    uri = town.credentials.status_list(0)
    return {
        (uri, page * statuses.PAGE + index)
        for page, held in ((page, StatusList.of_octets(octets)) for page, octets in pages)
        for index in range(statuses.PAGE)
        if held[index] != TokenStatus.VALID
    }


def test_the_bounds_are_those_of_the_document():
    """A number that is not written down is no promise."""
    a_row = re.compile(r"^\| (.+) \| (.+) \| ([0-9.]+) \| ([0-9.]+) \|", re.MULTILINE)
    rows = a_row.findall(DOCUMENT.read_text())
    told = {(row.strip("`"), game): Bound(float(a), float(b)) for row, game, a, b in rows}
    assert told == BOUNDS


# What follows tests the test: a town where something is planted.

Plant = Callable[[pytest.MonkeyPatch, Town], None]


def a_salt_for_a_batch(patch: pytest.MonkeyPatch, town: Town) -> None:
    """All certificates of a batch have the same salts."""
    issue = town.credentials.issue

    async def issued(*given: Any, **more: Any) -> list[str]:
        salts = os.urandom(1024)
        for form in (sd_jwt, mdoc):
            patch.setattr(form, "os", SimpleNamespace(urandom=lambda count: salts[:count]))
        return await issue(*given, **more)

    patch.setattr(town.credentials, "issue", issued)


def the_second_of_the_fetch(patch: pytest.MonkeyPatch, town: Town) -> None:
    """Times are not rounded."""

    def validity(kind: Any, *, document_valid_until: Any, now: Any) -> Validity:
        return Validity(now, now + kind.lifetime)

    patch.setattr(credentials, "validity", validity)


def places_in_sequence(patch: pytest.MonkeyPatch, town: Town) -> None:
    """What is counted is not scattered."""
    patch.setattr(Places, "of", lambda _, number: StatusEntry(*divmod(number, SIZE)))


def a_key_for_a_batch(patch: pytest.MonkeyPatch, town: Town) -> None:
    """A wallet has one key made for a whole batch, and nobody refuses it."""
    made = town_module.new_holder_key
    keys: list[Any] = []

    def key() -> Any:
        keys[:] = keys or [made()] * len(VISITED)
        return keys.pop()

    async def taken(*_: Any, **__: Any) -> bool:
        return True

    patch.setattr(town_module, "new_holder_key", key)
    patch.setattr(store, "insert_keys", taken)


def one_subject_everywhere(patch: pytest.MonkeyPatch, town: Town) -> None:
    """Sectors make no difference."""
    subject_for = town.subscribers.subject_for
    patch.setattr(town.subscribers, "subject_for", lambda who, _: subject_for(who, SQUARE))


def digests_without_a_key(patch: pytest.MonkeyPatch, town: Town) -> None:
    """The key of each certificate rests as its plain SHA-256."""
    digests = SimpleNamespace(digest=lambda _, key: sha256(key).digest())
    patch.setattr(town.credentials, "_digests", digests)


def a_counterfoil_for_a_batch(patch: pytest.MonkeyPatch, town: Town) -> None:
    """All certificates of a batch have counterfoils of one name."""
    issue = town.credentials.issue

    async def issued(*given: Any, **more: Any) -> list[str]:
        name = os.urandom(16).hex()
        patch.setattr(counterfoil, "new_token", lambda _: name)
        return await issue(*given, **more)

    patch.setattr(town.credentials, "issue", issued)


def a_receipt_that_is_a_persons(patch: pytest.MonkeyPatch, town: Town) -> None:
    """All receipts of a person have one name."""
    write = town.receipt

    def written(who: int, *given: Any, **more: Any) -> str:
        patch.setattr(receipt, "new_token", lambda _: sha256(b"%d" % who).hexdigest())
        return write(who, *given, **more)

    patch.setattr(town, "receipt", written)


def nothing_but_haste(patch: pytest.MonkeyPatch, town: Town) -> None:
    """Nothing of ours: everybody fetches at the moment of need."""


PLANTED: list[tuple[Plant, str, tuple[str, ...]]] = [
    (a_salt_for_a_batch, BRIEF, (ACROSS, AGAIN)),
    (the_second_of_the_fetch, BRIEF, (ACROSS,)),
    (places_in_sequence, PERSON, (ACROSS, STORAGE)),
    (a_key_for_a_batch, BRIEF, (ACROSS, AGAIN)),
    (a_salt_for_a_batch, MDOC_BRIEF, (ACROSS, AGAIN)),
    (the_second_of_the_fetch, MDOC_BRIEF, (ACROSS,)),
    (places_in_sequence, MDOC, (ACROSS, STORAGE)),
    (a_key_for_a_batch, MDOC_BRIEF, (ACROSS, AGAIN)),
    (one_subject_everywhere, AT_PLATFORM, (ACROSS,)),
    (one_subject_everywhere, OIDC, (ACROSS,)),
    (digests_without_a_key, BRIEF, (STORAGE,)),
    (a_counterfoil_for_a_batch, BRIEF, (ACROSS, AGAIN)),
    (a_receipt_that_is_a_persons, OIDC, (ACROSS,)),
    (nothing_but_haste, BRIEF, (ACROSS, STORAGE)),
]


@pytest.mark.parametrize(
    ("plant", "row", "games"),
    PLANTED,
    ids=[f"{plant.__name__}: {row}" for plant, row, _ in PLANTED],
)
async def test_what_is_planted_is_found(
    open_town, monkeypatch: pytest.MonkeyPatch, plant: Plant, row: str, games: tuple[str, ...]
):
    """Half of the people, and more, are joined; by whoever has learnt it as well."""
    town = open_town(120)
    await town.enroll()
    plant(monkeypatch, town)
    await town.fetch(*(() if row == OIDC else (row,)))
    collected = await collect(town, row, *games, at_need=plant is nothing_but_haste)
    for game in games:
        # Times that are a person's own leave nobody with the same.
        same_times = plant is not the_second_of_the_fetch
        verdict = collected.verdict(game, same_times=same_times)
        bound = BOUNDS[row, game]
        found = verdict.beyond(bound.beyond if same_times else bound.with_times)
        assert "trained" in found
        assert len(found) > 1
        assert verdict.advantage > 0.5
