"""A department and a platform lay side by side all that they have, and look for the same people.

A value joins if both have it about one person and neither has it about anybody else. Only the
values of the attributes themselves may: they are what was asked for.
"""

import json
from collections import defaultdict

import pytest

from tests.attributes.makers import Office, departments_of, offices, part
from tests.authentication.makers import ISSUER
from tests.clients.makers import OTHER_SECRET
from tests.oidc.makers import Browser, Platform, service
from tests.oidc.test_attribute_claims import CITY, LEVEL, asker, asking

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

# Three live in one city, one alone in another: the last is joined by where they live.
PEOPLE = {"zhang": "659000", "li": "659000", "wang": "659000", "zhao": "440300"}
PLATFORMS = ("platform-a", "platform-b")


@pytest.fixture
def found(tmp_path, keyring, clock) -> dict[str, Office]:
    return offices(tmp_path / "departments", keyring, clock, service=ISSUER)


@pytest.fixture
async def provider(storage, keyring, clock, found):
    stores = (storage.database, storage.ephemeral)
    async with service(*stores, keyring, clock, departments=departments_of(found)) as built:
        askers = [asker(), asker("platform-b", client_secret=OTHER_SECRET)]
        await built.clients.import_clients(askers, now=clock.now())
        yield built


async def town(provider, found, clock):
    """What each platform received about each of the people, and their pseudonyms."""
    received, pseudonyms = {}, {}
    for name, city in PEOPLE.items():
        subscriber = await provider.person(name)
        for kind, record in (
            ("residence", {"residence_city": city}),
            ("education", {"education_level": "bachelor"}),
        ):
            sector = found[kind].seen.kind.sector
            person = provider.house.subscribers.subject_for(subscriber, sector)
            await found[kind].link(person, record, clock)
            pseudonyms[name, kind] = person
        for client_id in PLATFORMS:
            platform, browser = Platform(provider, client_id), Browser(provider)
            asked = asking(CITY, LEVEL, client_id=client_id)
            tokens = await platform.tokens(browser, asked, username=name)
            userinfo = (await platform.userinfo(tokens["access_token"])).json()
            received[name, client_id] = (tokens, userinfo)
    return received, pseudonyms


def leaves(value):
    """Every single value inside a document, JWTs taken apart."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)
    elif isinstance(value, str) and value.count(".") == 2 and len(value) > 100:
        yield value
        yield value.rpartition(".")[2]
        yield from leaves([part(value, 0), part(value, 1)])
    else:
        yield json.dumps(value)


def joints(ours, theirs):
    """The values that both have about one person and about no other."""
    about = defaultdict(set)
    for person, values in ours.items():
        for value in values:
            about[value].add(person)
    both = set().union(*ours.values()) & set().union(*theirs.values())
    return {value for value in both if len(about[value]) == 1}


def ledgers(received, pseudonyms, found, client_id, kind):
    """What the platform has of each, and what the department has of each."""
    platform = {name: set(leaves(received[name, client_id])) for name in PEOPLE}
    department = {}
    for name in PEOPLE:
        books = [
            line for line in found[kind].simulated.books() if line.person == pseudonyms[name, kind]
        ]
        kept = [
            {field: getattr(line, field) for field in line.__struct_fields__ if field != "at"}
            for line in books
        ]
        department[name] = set(leaves(kept))
    return platform, department


async def test_they_join_by_the_values_of_the_attributes_alone(provider, found, clock):
    received, pseudonyms = await town(provider, found, clock)
    for client_id in PLATFORMS:
        platform, department = ledgers(received, pseudonyms, found, client_id, "education")
        # All four have one level of education, so there is nothing.
        assert joints(department, platform) == set()
        platform, department = ledgers(received, pseudonyms, found, client_id, "residence")
        # One lives alone in a city: their answer is theirs by where they live.
        [alone] = {
            answer
            for answer in joints(department, platform)
            if answer.count(".") == 2 and len(answer) > 100
        }
        assert part(alone, 1)["residence_city"] == PEOPLE["zhao"]
        others = joints(department, platform) - {alone, alone.rpartition(".")[2]}
        assert others == {json.dumps(PEOPLE["zhao"])}


async def test_two_departments_have_nothing_in_common(provider, found, clock):
    """Each has a pseudonym of its own; the reference is another for each question."""
    received, pseudonyms = await town(provider, found, clock)
    _, residence = ledgers(received, pseudonyms, found, "platform-a", "residence")
    _, education = ledgers(received, pseudonyms, found, "platform-a", "education")
    assert joints(residence, education) == set()
    assert joints(education, residence) == set()
    assert len(set(pseudonyms.values())) == 2 * len(PEOPLE)


async def test_a_planted_mark_is_found(provider, found, clock):
    """The test of the test: one value of one person on both sides."""
    received, pseudonyms = await town(provider, found, clock)
    platform, department = ledgers(received, pseudonyms, found, "platform-a", "education")
    platform["li"].add("a mark")
    department["li"].add("a mark")
    assert joints(department, platform) == {"a mark"}


async def test_no_department_has_what_a_platform_is_told_of_the_person(provider, found, clock):
    received, _ = await town(provider, found, clock)
    books = "\n".join(
        str([getattr(line, field) for field in line.__struct_fields__])
        for office in found.values()
        for line in office.simulated.books()
    )
    for tokens, userinfo in received.values():
        assert userinfo["sub"] not in books
        assert tokens["access_token"] not in books
    for client_id in PLATFORMS:
        assert client_id not in books
