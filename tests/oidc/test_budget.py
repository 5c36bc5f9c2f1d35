"""What each operation costs: SQL statements and round trips to the place for passing facts.

The numbers are the budget of today: whoever makes one larger must change it here and say why, and
whoever makes one smaller tightens it. (BEGIN and COMMIT are not counted; a transaction that writes
is.) The goals stand in the design: no SQL on the hot path, one round trip.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from authsvc.storage.ephemeral.memory import MemoryBackend
from tests.oidc.makers import Answer, Platform, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

OPERATIONS = ("put", "put_if_absent", "replace", "get", "take", "forget", "increment")


class Counter:
    """Counts what is spent while it looks."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.round_trips = 0

    def sees_statement(self, _connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        """An event of SQLAlchemy."""
        if text.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            self.statements.append(text)

    def counting(self, original: Any) -> Any:
        """A method that counts and does what it did."""

        async def operation(*arguments: Any, **options: Any) -> Any:
            self.round_trips += 1
            return await original(*arguments, **options)

        return operation

    @contextmanager
    def __call__(self, *, reads: int, writes: int, round_trips: int) -> Iterator[None]:
        """Exactly this is spent inside."""
        self.statements, self.round_trips = [], 0
        yield
        read = sum(text.startswith("SELECT") for text in self.statements)
        spent = (read, len(self.statements) - read, self.round_trips)
        assert spent == (reads, writes, round_trips), self.statements


@pytest.fixture
def counted(provider, monkeypatch):
    counter = Counter()
    for engine in provider.database.engines:
        event.listen(engine.sync_engine, "before_cursor_execute", counter.sees_statement)
    for name in OPERATIONS:
        monkeypatch.setattr(MemoryBackend, name, counter.counting(getattr(MemoryBackend, name)))
    return counter


async def test_authorizing_with_a_session_and_a_grant(browser, counted):
    await browser.authorize(request())
    asked = request()
    # Session and its person, the person again, the grant; session and code.
    with counted(reads=3, writes=0, round_trips=2):
        answer = Answer.of(await browser.get("/authorize", **asked.parameters))
    assert answer.parameters["code"]


async def test_redeeming_a_code_with_a_refresh_token(browser, platform, counted):
    asked = request()
    answer = await browser.authorize(asked)
    await platform.post("/introspect", token="x")  # the client is remembered
    # The person, the grant, the family; code, claim, mark.
    with counted(reads=2, writes=1, round_trips=3):
        response = await platform.redeem(asked, answer.parameters["code"])
    assert response.status_code == 200


async def test_redeeming_a_code_without_a_refresh_token(provider, browser, counted):
    platform, asked = Platform(provider, "plain"), request("plain")
    answer = await browser.authorize(asked)
    # The person, the grant; code, claim.
    with counted(reads=2, writes=0, round_trips=2):
        response = await platform.redeem(asked, answer.parameters["code"])
    assert response.status_code == 200


async def test_refreshing(browser, platform, counted):
    tokens = await platform.tokens(browser)
    # The family, the person, the grant; one compare-and-set.
    with counted(reads=3, writes=1, round_trips=0):
        response = await platform.refresh(tokens["refresh_token"])
    assert response.status_code == 200


async def test_userinfo(browser, platform, counted):
    tokens = await platform.tokens(browser)
    # The person, the grant, the identity for the age; the marks of token and family.
    with counted(reads=3, writes=0, round_trips=2):
        response = await platform.userinfo(tokens["access_token"])
    assert response.status_code == 200


async def test_userinfo_of_the_subject_alone(browser, platform, counted):
    tokens = await platform.tokens(browser, request(scope="openid"))
    with counted(reads=2, writes=0, round_trips=2):
        response = await platform.userinfo(tokens["access_token"])
    assert response.status_code == 200


async def test_introspecting_an_access_token(browser, platform, counted):
    tokens = await platform.tokens(browser)
    with counted(reads=2, writes=0, round_trips=2):
        told = await platform.introspect(tokens["access_token"])
    assert told["active"]


async def test_introspecting_a_refresh_token(browser, platform, counted):
    tokens = await platform.tokens(browser)
    with counted(reads=3, writes=0, round_trips=0):
        told = await platform.introspect(tokens["refresh_token"])
    assert told["active"]


async def test_revoking(browser, platform, counted):
    tokens = await platform.tokens(browser)
    with counted(reads=0, writes=0, round_trips=1):
        await platform.revoke(tokens["access_token"])
    with counted(reads=1, writes=1, round_trips=1):
        await platform.revoke(tokens["refresh_token"])


async def test_discovery_and_keys(platform, counted):
    with counted(reads=0, writes=0, round_trips=0):
        for path in ("/.well-known/openid-configuration", "/jwks"):
            assert (await platform.http.get(path)).status_code == 200
