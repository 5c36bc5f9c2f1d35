"""What each operation costs: SQL statements and round trips to the place for passing facts.

The numbers are the budget: whoever makes one larger must change it here and say why, and whoever
makes one smaller tightens it. (BEGIN and COMMIT are not counted; a transaction that writes is.) The
person has been known for a while: just after a change, and just after the place for passing facts
was born, SQL is asked each time (`storage.remembered`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from tests.oidc.backchannel_makers import Device, decide_device, register_all
from tests.oidc.identity_makers import asking, hall_of
from tests.oidc.makers import Answer, Platform, request
from tests.round_trips import RoundTrips


class Counter:
    """Counts what is spent while it looks."""

    def __init__(self, round_trips: RoundTrips) -> None:
        self.statements: list[str] = []
        self.round_trips = round_trips

    def sees_statement(self, _connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        """An event of SQLAlchemy."""
        if text.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            self.statements.append(text)

    @contextmanager
    def __call__(self, *, reads: int = 0, writes: int = 0, round_trips: int) -> Iterator[None]:
        """Exactly this is spent inside."""
        self.statements = []
        self.round_trips.begin()
        yield
        read = sum(text.startswith("SELECT") for text in self.statements)
        spent = (read, len(self.statements) - read, self.round_trips.made)
        assert spent == (reads, writes, round_trips), self.statements


@pytest.fixture
async def known(provider, browser, platform, time_passes):
    """A person who allowed the platforms something some time ago and is signed in."""
    await browser.authorize(request())
    await browser.authorize(request("plain"))
    await time_passes(minutes=3)
    for client_id in ("platform-a", "plain"):
        tokens = await Platform(provider, client_id).tokens(browser, request(client_id))
        await Platform(provider, client_id).userinfo(tokens["access_token"])


@pytest.fixture
def counted(known, provider):
    counter = Counter(RoundTrips(provider.house.ephemeral))
    for engine in provider.database.engines:
        event.listen(engine.sync_engine, "before_cursor_execute", counter.sees_statement)
    return counter


async def test_authorizing_with_a_session_and_a_grant(browser, counted):
    asked = request()
    # The session, and whether anything changed; the code carries what it stands for.
    with counted(round_trips=1):
        answer = Answer.of(await browser.get("/authorize", **asked.parameters))
    assert answer.parameters["code"]


async def test_pushing_a_request(platform, counted):
    asked = request()
    with counted(round_trips=1):
        response = await platform.post("/par", **asked.parameters)
    assert response.status_code == 201


async def test_authorizing_by_a_pushed_request(browser, platform, counted):
    pushed = (await platform.post("/par", **request().parameters)).json()
    outside = {"client_id": "platform-a", "request_uri": pushed["request_uri"]}
    # The request, the session, and whether anything changed; that the request was answered.
    with counted(round_trips=2):
        answer = Answer.of(await browser.get("/authorize", **outside))
    assert answer.parameters["code"]


async def test_redeeming_a_code_without_a_refresh_token(provider, browser, counted):
    platform, asked = Platform(provider, "plain"), request("plain")
    answer = await browser.authorize(asked)
    # The claim, and whether anything changed.
    with counted(round_trips=1):
        response = await platform.redeem(asked, answer.parameters["code"])
    assert response.status_code == 200


async def test_redeeming_a_code_with_a_refresh_token(browser, platform, counted):
    asked = request()
    answer = await browser.authorize(asked)
    # The family is written; a reuse that raised the alarm meanwhile would have left its mark.
    with counted(writes=1, round_trips=2):
        response = await platform.redeem(asked, answer.parameters["code"])
    assert response.status_code == 200


async def test_a_first_grant(provider, browser, counted):
    asked = request("platform-b")
    response = await browser.get("/authorize", **asked.parameters)
    response, page = await browser.follow(response)
    # What was granted before is read, to be kept; a line goes into the person's log, and their
    # phone is read, to tell them. The request, the session, the mark that something changes, how
    # many messages they had today, and the request is taken.
    with counted(reads=2, writes=2, round_trips=5):
        answer = await browser.submit(str(response.url), page, "approve")
    assert answer.status_code == 303


async def test_refreshing(browser, platform, counted):
    tokens = await platform.tokens(browser)
    # One compare-and-set; whether anything changed; the answer, in case it does not arrive.
    with counted(writes=1, round_trips=2):
        response = await platform.refresh(tokens["refresh_token"])
    assert response.status_code == 200


async def test_userinfo(browser, platform, counted):
    tokens = await platform.tokens(browser)
    # The marks of token and family, and whether anything changed.
    with counted(round_trips=1):
        response = await platform.userinfo(tokens["access_token"])
    assert response.status_code == 200


async def test_a_receipt(browser, platform, counted):
    tokens = await platform.tokens(browser)
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    # The marks as for UserInfo; then the claim, the count and the birth. By which kind of document
    # somebody was verified is read once, and remembered.
    with counted(reads=1, round_trips=2):
        response = await platform.http.post(
            "/receipt", data={"reference": "A" * 43}, headers=headers
        )
    assert response.status_code == 200


async def test_userinfo_that_names_somebody(provider, browser, counted, time_passes):
    hall = await hall_of(provider)
    await browser.authorize(asking(), ticks=True)
    await time_passes(minutes=3)
    tokens = await hall.tokens(browser, asking())
    # Who it is, which nothing remembers; that they are not frozen at this very moment, and the
    # line in their log, which is written before the answer goes out.
    with counted(reads=2, writes=1, round_trips=1):
        response = await hall.userinfo(tokens["access_token"])
    assert response.status_code == 200
    # Without their consent it costs what it costs anybody.
    await browser.authorize(asking(prompt="consent"))
    await time_passes(minutes=3)
    tokens = await hall.tokens(browser, asking())
    with counted(round_trips=1):
        response = await hall.userinfo(tokens["access_token"])
    assert response.status_code == 200


async def test_introspecting_an_access_token(browser, platform, counted):
    tokens = await platform.tokens(browser)
    with counted(round_trips=1):
        told = await platform.introspect(tokens["access_token"])
    assert told["active"]


async def test_introspecting_a_refresh_token(browser, platform, counted):
    tokens = await platform.tokens(browser)
    # The family rests in SQL alone.
    with counted(reads=1, round_trips=1):
        told = await platform.introspect(tokens["refresh_token"])
    assert told["active"]


async def test_revoking(browser, platform, counted):
    tokens = await platform.tokens(browser)
    with counted(round_trips=1):
        await platform.revoke(tokens["access_token"])
    with counted(reads=1, writes=1, round_trips=1):
        await platform.revoke(tokens["refresh_token"])


async def test_polling_for_a_device(provider, browser, counted, time_passes):
    await register_all(provider)
    device = await Device.begin(Platform(provider, "kiosk"))
    # What waits, what was decided and how often it was too often at once; then the pace.
    with counted(round_trips=2):
        assert await device.refusal() == "authorization_pending"
    await decide_device(browser, device)
    await time_passes(minutes=3)
    await browser.authorize(request())
    # As before; then the claim, and whether anything changed.
    with counted(reads=2, round_trips=2):
        response = await device.poll()
    assert response.status_code == 200


async def test_discovery_and_keys(platform, counted):
    with counted(round_trips=0):
        for path in ("/.well-known/openid-configuration", "/jwks"):
            assert (await platform.http.get(path)).status_code == 200
