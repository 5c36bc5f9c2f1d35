"""A session that ends at the person's own doors is over at the platforms as well."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from authsvc.app import open_house
from tests.holder.conftest import CLIENT, Whole
from tests.holder.test_platforms import _authorize
from tests.oidc.jwt_makers import unverified
from tests.oidc.leaving_platforms import told
from tests.web.strangers import Stranger, answer, stranger

START = "https://one.example/start?from=holder"


@pytest.fixture
async def server() -> AsyncIterator[Stranger]:
    """The platform's server."""
    async with stranger(answer(b"")) as listening:
        yield listening


@pytest.fixture
async def linked(whole: Whole, server: Stranger) -> dict[str, Any]:
    """What the platform was told of the person, who signed in to it here."""
    uri = server.url("/backchannel_logout", host="127.0.0.1", scheme="http")
    house = open_house(whole.settings, whole.clock)
    document = {**CLIENT, "backchannel_logout_uri": uri, "initiate_login_uri": START}
    await house.clients.import_clients([document], now=whole.clock.now())
    await house.close()
    whole.clock.advance(minutes=1)
    return dict(unverified((await _authorize(whole))["id_token"]))


async def test_a_sign_out_by_json(whole: Whole, server: Stranger, linked: dict[str, Any]) -> None:
    assert (await whole.client.post("/authentication/sign-out")).status_code == 204
    [token] = await told(server)
    assert unverified(token)["sid"] == linked["sid"]
    assert (await whole.client.post("/authentication/sign-out")).status_code == 204
    assert len(server.requests) == 1


async def _second(whole: Whole, server: Stranger, **members: Any) -> None:
    """Another platform, which the person allows something too."""
    uri = server.url("/backchannel_logout", host="127.0.0.1", scheme="http")
    house = open_house(whole.settings, whole.clock)
    document = {**CLIENT, "client_id": "two", "backchannel_logout_uri": uri, **members}
    await house.clients.import_clients([document], now=whole.clock.now())
    await house.close()
    whole.clock.advance(minutes=1)
    await _authorize(whole, "two")


async def test_opting_out_tells_every_platform_once_and_not_only_those_of_the_session(
    whole: Whole, server: Stranger, linked: dict[str, Any]
) -> None:
    """`sub` alone: every session of the person is over there, not only this one."""
    await whole.client.post("/authentication/sign-out")
    await told(server)
    await _second(whole, server)
    whole.clock.advance(minutes=1)
    assert (await whole.client.post("/holder/opt-out")).status_code == 200
    tokens = [unverified(token) for token in (await told(server, times=3))[1:]]
    assert {token["aud"] for token in tokens} == {"one", "two"}
    assert all("sid" not in token for token in tokens)
    [one] = [token for token in tokens if token["aud"] == "one"]
    assert one["sub"] == linked["sub"]
    assert (await whole.client.get("/holder")).status_code == 401
    assert len(server.requests) == 3


async def test_withdrawing_tells_the_platform_that_the_person_is_signed_out(
    whole: Whole, server: Stranger, linked: dict[str, Any]
) -> None:
    await _second(whole, server)
    for _ in range(2):
        body = {"client_id": "one"}
        answer = await whole.client.post("/holder/platforms/withdrawal", json=body)
        assert answer.status_code == 204
    [token] = await told(server)
    said = unverified(token)
    assert (said["aud"], said["sub"]) == ("one", linked["sub"])
    assert "sid" not in said
    # What was withdrawn before is not told again.
    assert (await whole.client.post("/holder/platforms/withdrawal-of-all")).status_code == 204
    tokens = [unverified(token) for token in await told(server, times=2)]
    assert [token["aud"] for token in tokens] == ["one", "two"]
    entries = (await whole.client.get("/holder/activity")).json()["entries"]
    withdrawn = [e["client_id"] for e in entries if e["kind"] == "platform_withdrawn"]
    assert sorted(withdrawn) == ["one", "two"]
    assert (await whole.client.get("/holder/platforms")).json() == []


async def test_a_platform_that_wants_a_session_named_is_told_the_one_that_it_knows(
    whole: Whole, server: Stranger, linked: dict[str, Any]
) -> None:
    await _second(whole, server, backchannel_logout_session_required=True)
    body = {"client_id": "two"}
    await whole.client.post("/holder/platforms/withdrawal", json=body)
    [token] = await told(server)
    assert unverified(token)["sid"]
    # Of a session that it never saw it is told the person alone.
    await _authorize(whole, "two")
    await whole.client.post("/authentication/sign-out")
    await told(server, times=3)
    await whole.sign_in()
    await whole.client.post("/holder/platforms/withdrawal", json=body)
    token = (await told(server, times=4))[-1]
    assert "sid" not in unverified(token)
    assert unverified(token)["sub"]


async def test_freezing_tells_the_platforms_of_the_session(
    whole: Whole, server: Stranger, linked: dict[str, Any]
) -> None:
    assert (await whole.client.post("/holder/freeze")).status_code == 204
    [token] = await told(server)
    assert unverified(token)["sid"] == linked["sid"]


async def test_a_new_sign_in_of_the_same_person_tells_nobody(
    whole: Whole, server: Stranger, linked: dict[str, Any]
) -> None:
    await whole.sign_in()
    await whole.client.get("/holder/platforms")
    assert server.requests == []
    await whole.client.post("/authentication/sign-out")
    [token] = await told(server)
    assert unverified(token)["sid"] == linked["sid"]


async def test_oidcc_3rd_party_init_login_the_list_of_platforms_says_where_to_start(
    whole: Whole, linked: dict[str, Any]
) -> None:
    """Core 4: `iss` is added to what the platform registered, and nothing of the person is."""
    [platform] = (await whole.client.get("/holder/platforms")).json()
    assert platform["start_uri"] == START + "&iss=http%3A%2F%2F127.0.0.1%3A9000"
    assert linked["sub"] not in platform["start_uri"]


async def test_a_platform_without_such_a_place_has_no_start(whole: Whole) -> None:
    await _authorize(whole)
    [platform] = (await whole.client.get("/holder/platforms")).json()
    assert platform["start_uri"] is None


async def test_a_death_ends_sessions_here_and_at_every_platform_once(
    whole: Whole, server: Stranger, linked: dict[str, Any]
) -> None:
    """`sub` alone, and what was allowed is forgotten; a second turn tells nobody again."""
    [(person, _)] = whole.authority.people()
    whole.authority.lives.die(person.number.value)
    house = open_house(whole.settings, whole.clock)
    for _ in range(2):
        await house.desk.changes.poll(house.outside.register, now=whole.clock.now())
        await house.farewells.turn(now=whole.clock.now())
    tokens = [unverified(token) for token in await told(server)]
    assert [(token["aud"], token["sub"]) for token in tokens] == [("one", linked["sub"])]
    assert all("sid" not in token for token in tokens)
    assert (await whole.client.get("/holder")).status_code == 401
    async with house.database.reading() as tx:
        digest = house.subscribers.person_digest(person.number.value)
        ended = await house.subscribers.find_by_person(tx, digest)
        assert ended is not None
        assert await house.provider.grants.of_subscriber(tx, ended) == []
    await house.close()
    assert len(server.requests) == 1


async def test_whoever_did_not_die_after_all_keeps_what_was_allowed(
    whole: Whole, server: Stranger, linked: dict[str, Any]
) -> None:
    """The report was taken back before anybody was told."""
    [(person, _)] = whole.authority.people()
    whole.authority.lives.die(person.number.value)
    whole.authority.lives.withdraw_death(person.number.value)
    house = open_house(whole.settings, whole.clock)
    await house.desk.changes.poll(house.outside.register, now=whole.clock.now())
    await house.farewells.turn(now=whole.clock.now())
    await house.close()
    assert server.requests == []
    assert linked["sub"]
