"""Row 55: both stores are stolen, without the keys.

Nobody is named, nobody is tied to a platform, and nothing opens a door. The second half tests the
test: whatever is planted where it must not be is found.
"""

import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import cbor2
import pytest
import redis.asyncio
from sqlalchemy import Column, LargeBinary, String, Table, and_, select, update

from authsvc.app import open_house
from authsvc.cli.tour.thief import PUBLIC_REGISTRY, search
from authsvc.identifiers import from_b64url
from authsvc.oidc.separate_consent import terms_of
from authsvc.storage import Database, metadata
from tests.databases import MEMORY_URL
from tests.dumps import entries
from tests.holder.apps import open_app
from tests.makers import artificial_number
from tests.oidc.identity_makers import LAW, named_by_a_law
from tests.oidc.jwt_makers import unverified
from tests.whole import MARKET, SQUARE, Platform, Service
from tests.whole_life import Life, fetch_credentials, live

NUMBER, PHONE, NAME = artificial_number(), "+8610012345678", "样例欧阳测试甲"


@pytest.fixture
async def life(service: Service) -> Life:
    return await live(service)


async def test_a_dump_covers_every_table(service: Service, life: Life, storage_urls):
    """Otherwise the searches below would search less than they say."""
    seen = {place.partition(".")[0] for place, _ in await entries(storage_urls)}
    # A farewell is the id of a number that has ended and nothing else, and goes within a minute.
    assert [column.name for column in metadata.tables["farewell"].columns] == ["subscriber_id"]
    assert {table.name for table in metadata.sorted_tables} - {"farewell"} <= seen
    if storage_urls[1] != MEMORY_URL:
        assert {"redis key", "redis value"} <= seen


async def test_nobody_is_named_and_nobody_is_tied_to_a_platform(
    service: Service, life: Life, storage_urls
):
    """Every personal value and every pseudonym, in every disguise, in every entry."""
    assert len(life.person) > 25
    dump = await entries(storage_urls)
    assert search(dump, person=life.person, platform=life.platform) == []


async def test_nothing_in_it_opens_a_door(service: Service, life: Life, storage_urls):
    """Session, code, tokens, tickets, recovery and SMS codes: not there, not as a plain digest."""
    assert len(life.secrets) > 50
    dump = await entries(storage_urls)
    assert search(dump, person=life.secrets, platform={}) == []
    raw = base64.b32decode(
        life.secrets["TOTP secret"] + "=" * (-len(life.secrets["TOTP secret"]) % 8)
    )
    for place, content in dump:
        assert raw not in content, place
        assert b"argon2" not in content.lower(), place
        for platform in (SQUARE, MARKET):
            assert platform.secret.encode() not in content, place


async def test_no_private_key_rests_in_it(service: Service, life: Life, storage_urls):
    """The keys are in the key directory and nowhere else."""
    keys = [
        path.read_bytes().partition(b"PRIVATE KEY-----")[2].strip().splitlines()[0]
        for path in service.settings.key_directory.rglob("*.pem")
    ]
    assert len(keys) > 3
    for place, content in await entries(storage_urls):
        assert b"PRIVATE KEY" not in content, place
        assert not any(base64.b64decode(key)[:40] in content or key in content for key in keys), (
            place
        )


async def rows(urls: tuple[str, str], table: str) -> list[dict[str, Any]]:
    """The rows of a table."""
    database = Database(urls[0])
    try:
        async with database.reading() as tx:
            found = (await tx.execute(select(metadata.tables[table]))).mappings()
            return [dict(row) for row in found]
    finally:
        await database.close()


async def test_rows_of_one_platform_have_nothing_in_common(service: Service, storage_urls):
    """Whoever knows where one person goes cannot find the others who go there, too."""
    people = [await service.enrolled(name) for name in ("样例甲", "样例乙")]
    for person in people:
        for platform in (SQUARE, MARKET):
            service.clock.advance(minutes=1)
            async with service.client() as browser:
                await service.code_flow(browser, platform, person)
    # A person's rows are theirs; a family ends with its day, as all of that day do.
    expected = {"subscriber_id": 2, "expires_at": 1}
    for table in ("consent", "refresh_family"):
        found = await rows(storage_urls, table)
        assert len(found) == 4
        for column in metadata.tables[table].columns:
            values = [row[column.name] for row in found]
            assert len(set(values)) == expected.get(column.name, 4), column
        # Padded: the length of a platform's name does not tell it from another.
        assert len({len(row["sealed"]) for row in found}) == 1


async def test_lines_of_own_logs_tell_how_many_there_are_and_nothing_else(
    service: Service, storage_urls
):
    """Not what happened, not where, not at which moment of the day; but which was not read."""
    people = [await service.enrolled(name) for name in ("样例甲", "样例乙")]
    for person in people:
        for platform in (SQUARE, MARKET):
            service.clock.advance(minutes=1)
            async with open_app(service, person) as app:
                await service.code_flow(app.client, platform, person)
                await app.sees("/activity")
    found = await rows(storage_urls, "activity")
    # Enrolled, and twice allowed and told.
    assert len(found) >= 2 * 5
    expected = {"subscriber_id": 2, "expires_at": 1, "unread": 2}
    for column in metadata.tables["activity"].columns:
        values = {row[column.name] for row in found}
        assert len(values) == expected.get(column.name, len(found)), column
    assert len({len(row["sealed"]) for row in found}) == 1


async def test_no_place_in_a_status_list_is_tied_to_who_has_it(service: Service, storage_urls):
    """A platform knows where the status of what it was shown is; the dump does not know whose."""
    people = [await service.enrolled(name) for name in ("样例甲", "样例乙")]
    places, keys = set(), set()
    for person in people:
        for credential in await fetch_credentials(service, Life(), person, each=4):
            key, said = key_and_said(credential)
            keys.add(key)
            if "status" in said:
                places.add(said["status"]["status_list"]["idx"])
    assert (len(places), len(keys)) == (2 * 12, 2 * 32)
    # Three kinds with a status: two batches each, which differ in what is random or a person's.
    batches = await rows(storage_urls, "credential_batch")
    expected = {"subscriber_id": 2, "document_digest": 2, "expires_at": 1}
    for column in metadata.tables["credential_batch"].columns:
        values = {row[column.name] for row in batches}
        assert len(values) == expected.get(column.name, 6), column
    assert len({len(row["sealed"]) for row in batches}) == 1
    # Keys rest without a person; and a list that says nothing of anybody does not rest at all.
    for row in await rows(storage_urls, "credential_key"):
        assert row.keys() == {"digest", "expires_at"}
    assert await rows(storage_urls, "credential_status_page") == []
    # Numbers follow each other, and are sealed; indices do not, so that none tells its neighbours.
    assert [row["issued"] for row in await rows(storage_urls, "credential_counter")] == [24]
    assert max(places) > 1000
    assert max(places) - min(places) > 1000


def key_and_said(credential: str) -> tuple[bytes, dict[str, Any]]:
    """The holder's key in a credential of either form, and what its issuer has signed."""
    if "~" in credential:
        payload = unverified(credential.partition("~")[0])
        return from_b64url(payload["cnf"]["jwk"]["x"]), payload
    signed = cbor2.loads(cbor2.loads(from_b64url(credential))["issuerAuth"][2])
    security_object: dict[str, Any] = cbor2.loads(signed.value)
    return security_object["deviceKeyInfo"]["deviceKey"][-2], security_object


async def test_a_separate_consent_does_not_show(service: Service, storage_urls):
    """Of two people at one platform one said yes and was named; their rows look the same."""
    hall = Platform("platform-hall", "The Hall 样例大厅", "https://hall.example/number/callback")
    law = named_by_a_law(hall.client_id) | hall.registration | {"scope": "openid identity"}
    house = open_house(service.settings, service.clock)
    [client] = await house.clients.import_clients([law], now=service.clock.now())
    await house.close()
    people = [await service.enrolled(name) for name in ("样例欧阳甲", "样例欧阳乙")]
    people[0].ticks = True
    for person in people:
        async with open_app(service, person) as app:
            received = await service.code_flow(app.client, hall, person, scope="openid identity")
            assert (await service.userinfo(received)).status_code == 200
            assert ("identity_told" in await app.kinds()) is person.ticks
    for table in ("consent", "refresh_family", "activity"):
        found = await rows(storage_urls, table)
        assert len(found) >= 2
        assert len({len(row["sealed"]) for row in found}) == 1, table
    named = {
        f"{person.name}: {what}": value
        for person in people
        for what, value in person.personal.items()
        if value
    }
    dump = await entries(storage_urls)
    assert search(dump, person=named, platform={"client id": hall.client_id, "law": LAW}) == []
    assert [place for place, content in dump if terms_of(client) in content] == []


# What follows tests the test.


def text_or_bytes(columns) -> list[Column]:
    """What can hold something; a reference holds what stands where it leads, and no more."""
    return [
        column
        for column in columns
        if isinstance(column.type, String | LargeBinary) and not column.foreign_keys
    ]


def fitting(column: Column, *values: str) -> str | bytes:
    """The first of the values that the column can hold."""
    if isinstance(column.type, LargeBinary):
        return values[0].encode()
    limit = getattr(column.type, "length", None) or len(values[0])
    return next(value for value in values if len(value) <= limit)


@asynccontextmanager
async def planted(database: Database, column: Column, value: str | bytes) -> AsyncIterator[None]:
    """`value` in a column of some row; afterwards what stood there before."""
    table: Table = column.table
    async with database.transaction() as tx:
        some = select(table).limit(1)
        if table.name == "client":  # One that nothing refers to.
            some = some.where(table.c.client_id == SQUARE.client_id)
        row = (await tx.execute(some)).mappings().one()
        await tx.execute(update(table).where(key_of(table, row)).values({column: value}))
    try:
        yield
    finally:
        there = {**row, column.name: value}
        async with database.transaction() as tx:
            await tx.execute(
                update(table).where(key_of(table, there)).values({column: row[column.name]})
            )


def key_of(table: Table, row):
    return and_(*(column == row[column.name] for column in table.primary_key))


async def places(urls: tuple[str, str]) -> set[str]:
    """Where the thief finds something: in which column or which half of Redis.

    The raw files of SQLite, which hold all of it once more, would only take their time.
    """
    found = search(
        [entry for entry in await entries(urls) if "everything else" not in entry[0]],
        person={"number": NUMBER, "phone": PHONE, "name": NAME},
        platform={"client id": SQUARE.client_id, "name": SQUARE.name},
    )
    return {finding.place for finding in found}


@pytest.fixture
async def thieves_database(life: Life, storage_urls) -> AsyncIterator[Database]:
    database = Database(storage_urls[0])
    yield database
    await database.close()


async def test_a_person_planted_in_any_column_is_found(thieves_database, storage_urls):
    """Every column of every table that holds text or bytes, one after the other."""
    missed = []
    for table in metadata.sorted_tables:
        for column in text_or_bytes(table.columns):
            async with planted(thieves_database, column, fitting(column, NUMBER, PHONE, NAME)):
                if str(column) not in await places(storage_urls):
                    missed.append(str(column))
    assert missed == []


async def test_a_tie_planted_in_any_column_is_found(thieves_database, storage_urls):
    """The client id in every column outside the public registry."""
    missed = []
    for table in metadata.sorted_tables:
        for column in text_or_bytes(table.columns):
            value = fitting(column, SQUARE.client_id)
            async with planted(thieves_database, column, value):
                found = str(column) in await places(storage_urls)
            if found is (table.name in PUBLIC_REGISTRY):
                missed.append(str(column))
    assert missed == []


def cut_digest(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()[:16]


DISGUISES: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "in a sentence": lambda value: f"about {value}, of Beijing".encode(),
    "JSON": lambda value: value.encode("unicode_escape"),
    "UTF-16, little end": lambda value: value.encode("utf-16-le"),
    "UTF-16, big end": lambda value: value.encode("utf-16-be"),
    "GB 18030": lambda value: value.encode("gb18030"),
    "hexadecimal": lambda value: value.encode().hex().encode(),
    "capital hexadecimal": lambda value: value.encode().hex().upper().encode(),
    "base64": lambda value: base64.b64encode(value.encode()),
    "base64, one along": lambda value: base64.b64encode(b"1" + value.encode()),
    "base64, two along": lambda value: base64.b64encode(b"12" + value.encode()),
    "base64url": lambda value: base64.urlsafe_b64encode(value.encode()),
    "base32": lambda value: base64.b32encode(b"xyz" + value.encode()),
    "MD5": lambda value: hashlib.md5(value.encode(), usedforsecurity=False).digest(),
    "SHA-1": lambda value: hashlib.sha1(value.encode(), usedforsecurity=False).digest(),
    "SHA-256": lambda value: hashlib.sha256(value.encode()).digest(),
    "SHA-256 in hexadecimal": lambda value: hashlib.sha256(value.encode()).hexdigest().encode(),
    "SHA-256 in base64": lambda value: base64.b64encode(hashlib.sha256(value.encode()).digest()),
    "SHA-256, cut short": cut_digest,
    "SHA-512": lambda value: hashlib.sha512(value.encode()).digest(),
    "BLAKE2b": lambda value: hashlib.blake2b(value.encode()).digest(),
}


async def test_a_person_is_found_in_every_disguise(thieves_database, storage_urls):
    """The number, the name and the phone, each in each disguise, where sealed things should be."""
    column = metadata.tables["subscriber"].c.sealed_identity
    missed = []
    for what, disguise in DISGUISES.items():
        for value in (NUMBER, NAME, PHONE):
            async with planted(thieves_database, column, disguise(value)):
                if str(column) not in await places(storage_urls):
                    missed.append((what, value))
    assert missed == []


async def test_a_tie_is_found_in_every_disguise(thieves_database, storage_urls):
    """The client id in each disguise, in a row of a person's grant."""
    column = metadata.tables["consent"].c.sealed
    missed = []
    for what, disguise in DISGUISES.items():
        async with planted(thieves_database, column, disguise(SQUARE.client_id)):
            if str(column) not in await places(storage_urls):
                missed.append(what)
    assert missed == []


@pytest.mark.parametrize("storage_urls", ["production"], indirect=True)
@pytest.mark.parametrize("value", [NUMBER, PHONE, NAME, SQUARE.client_id, SQUARE.name])
async def test_what_is_planted_in_redis_is_found(life: Life, storage_urls, value: str):
    """In a key and in a value: a person, and a tie."""
    async with redis.asyncio.Redis.from_url(storage_urls[1]) as client:
        assert await places(storage_urls) == set()
        await client.set(f"authsvc:session:{value}", b"1")
        assert await places(storage_urls) == {"redis key"}
        await client.delete(f"authsvc:session:{value}")
        await client.set("authsvc:session:key", b"\x00\x01" + value.encode() + b"\x02")
        assert await places(storage_urls) == {"redis value"}
