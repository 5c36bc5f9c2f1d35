"""A store that is filled in bulk is one that the service itself might have written."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select, text

from authsvc.app import open_house
from authsvc.certificates import CertificateAuthority
from authsvc.cli.sandbox import sandbox_environment
from authsvc.clients.registry import Clients
from authsvc.clock import china_today
from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.resident_number import ResidentNumber
from authsvc.oidc.store import consent
from authsvc.settings import load_settings
from authsvc.storage import Database
from authsvc.subscribers import (
    Identity,
    NewDocument,
    OnlineNumber,
    PersonAlreadyEnrolled,
)
from bench.artificial import MOST, artificial_identity
from bench.population import fill, look_at, open_sessions
from tests.clients.makers import metadata
from tests.databases import MEMORY_URL
from tests.makers import NOW, artificial_person

CLIENT = "platform-a"
COUNT = 300
GRANTED = 0.4

SCHEMA = {
    "sqlite": "SELECT name, sql FROM sqlite_master ORDER BY name",
    "postgresql": (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " UNION SELECT tablename, indexname, indexdef FROM pg_indexes"
        " WHERE schemaname = 'public' ORDER BY 1, 2, 3"
    ),
}


@pytest.fixture
async def house(storage_urls, keyring, clock, tmp_path):
    database_url, redis_url = storage_urls
    environment = sandbox_environment("https://id.example", tmp_path) | {
        "AUTHSVC_DATABASE_URL": database_url,
        "AUTHSVC_REDIS_URL": "" if redis_url == MEMORY_URL else redis_url,
    }
    settings = load_settings(None, environment)
    CertificateAuthority.create(keyring, base_url=settings.issuer, now=clock.now())
    DocumentAuthority.open(settings.register_directory).publish_trust(keyring.directory)
    database = Database(settings.database)
    await Clients(database).import_clients([metadata(CLIENT)], now=clock.now())
    await database.close()
    house = open_house(settings, clock)
    yield house
    await house.close()


async def filled(house, count=COUNT, granted=GRANTED, **more):
    await fill(house, count=count, client_id=CLIENT, granted=granted, workers=0, now=NOW, **more)


def somebody():
    """Somebody who enrolls as everybody does."""
    person = artificial_person()
    return Identity(
        name=person.name,
        number=person.number,
        birth_date=person.birth_date,
        sex="female",
        phone=person.phone,
    )


async def create(house, tx, identity):
    card = NewDocument("resident_identity_card", "CARD-ONE")
    return await house.subscribers.create(tx, identity=identity, document=card, now=NOW)


async def schema(house):
    async with house.database.reading() as tx:
        found = await tx.execute(text(SCHEMA[tx.dialect.name]))
        return [tuple(row) for row in found]


async def test_the_service_opens_everybody(house):
    await filled(house)
    await look_at(house, count=COUNT, client_id=CLIENT, granted=GRANTED)


async def test_rows_are_as_the_service_writes_them(house):
    """Columns have the same kinds and lengths as those of somebody who enrolled."""
    await filled(house, count=1, granted=1.0)
    async with house.database.transaction() as tx:
        own, _ = await create(house, tx, somebody())
        await house.provider.grants.remember(
            tx, own, client_id=CLIENT, scopes=("openid", "age"), now=NOW
        )
    async with house.database.reading() as tx:
        for table in ("subscriber", "document", "consent"):
            one, other = [
                [(type(value), len(value) if isinstance(value, bytes) else None) for value in row]
                for row in await tx.execute(text(f"SELECT * FROM {table}"))
            ]
            assert one == other


async def test_the_schema_is_what_it_was(house):
    before = await schema(house)
    await filled(house)
    assert await schema(house) == before


async def test_somebody_who_is_there_cannot_enroll_again(house):
    await filled(house, count=5)
    with pytest.raises(PersonAlreadyEnrolled):
        async with house.database.transaction() as tx:
            await create(house, tx, artificial_identity(3))


async def test_the_fraction_that_granted_is_spread_evenly(house):
    await filled(house)
    async with house.database.reading() as tx:
        found = select(func.count()).select_from(consent)
        assert (await tx.execute(found)).scalar() == int(COUNT * GRANTED)


async def test_a_store_with_people_in_it_is_refused(house):
    await filled(house, count=1)
    with pytest.raises(ValueError, match="already"):
        await filled(house)


async def test_an_unknown_client_and_impossible_numbers_are_refused(house):
    for wrong in ({"client_id": "nobody"}, {"count": 0}, {"count": MOST + 1}, {"granted": 1.1}):
        asked: dict[str, Any] = {"count": 1, "client_id": CLIENT, **wrong}
        with pytest.raises(ValueError, match="registered client"):
            await fill(house, workers=0, now=NOW, **asked)


async def test_sessions_are_those_of_people_over_the_whole_store(house):
    await filled(house)
    for granted in (True, False):
        tokens = await open_sessions(house, 60, now=NOW, granted=granted)
        found = await asyncio.gather(*(house.sessions.require(each, now=NOW) for each in tokens))
        people = [session.subscriber.id for session in found]
        assert len(set(people)) == 60
        assert people == sorted(people)
        async with house.database.reading() as tx:
            for session in found[::10]:
                grant = await house.provider.grants.find(tx, session.subscriber, CLIENT)
                assert grant or not granted


async def test_nobody_has_no_session(house):
    with pytest.raises(ValueError, match="nobody"):
        await open_sessions(house, 1, now=NOW)


async def test_the_schema_is_what_it_was_if_it_fails_in_between(house, monkeypatch):
    before = await schema(house)
    monkeypatch.setattr("bench.population.Makers.rows", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await filled(house)
    assert await schema(house) == before


@pytest.mark.slow
async def test_other_processes_make_the_same_people(house):
    await fill(house, count=50, client_id=CLIENT, workers=1, now=NOW)
    await look_at(house, count=50, client_id=CLIENT, granted=1.0)


def test_everybody_is_somebody_else_and_nobody_is_real():
    places = [*range(3000), *range(MOST - 3000, MOST)]
    people = [artificial_identity(place) for place in places]
    for name in ("number", "online_number", "phone"):
        assert len({getattr(person, name) for person in people}) == len(people)
    for person in people:
        number = ResidentNumber.parse(person.number, today=china_today(NOW))
        assert (number.birth_date, number.sex.value) == (person.birth_date, person.sex)
        assert number.region == "659099"
        assert OnlineNumber.parse(person.online_number)
        assert person.name.startswith("虚构")
        assert person.phone.startswith("+86100")
        assert len(person.phone) == 14
