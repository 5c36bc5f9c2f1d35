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


async def test_opting_out(whole: Whole, server: Stranger, linked: dict[str, Any]) -> None:
    assert (await whole.client.post("/holder/opt-out")).status_code == 204
    [token] = await told(server)
    assert unverified(token)["sub"] == linked["sub"]
    assert (await whole.client.get("/holder")).status_code == 401


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
