"""Who has to hear that a session has ended hears it: once, and of no other."""

from datetime import datetime

import httpx2
import pytest

from authsvc.authentication.session import Session
from tests.authentication.makers import PASSWORD, House, cookie_of, with_cookie

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


class Listener:
    """The room above."""

    def __init__(self) -> None:
        self.heard: list[Session] = []

    async def __call__(self, session: Session, *, now: datetime) -> None:
        self.heard.append(session)


async def sign_in(client: httpx2.AsyncClient, name: str, token: str | None = None) -> str:
    """The token of a session that begins with, or instead of, another."""
    answer = await client.post(
        "/authentication/password",
        json={"sign_in_name": name, "password": PASSWORD},
        headers={} if token is None else with_cookie(token),
    )
    assert answer.status_code == 200
    client.cookies.clear()
    return cookie_of(answer)


async def test_a_sign_out_is_heard_of_once(at_home: House) -> None:
    subscriber = await at_home.person("one")
    listener = Listener()
    async with at_home.client(ended=listener) as client:
        token = await sign_in(client, "one")
        for _ in range(2):
            answer = await client.post("/authentication/sign-out", headers=with_cookie(token))
            assert answer.status_code == 204
        assert (await client.post("/authentication/sign-out")).status_code == 204
    [session] = listener.heard
    assert session.subscriber_id == subscriber.id


async def test_somebody_elses_sign_in_ends_a_session_and_ones_own_does_not(at_home: House) -> None:
    one, _ = await at_home.person("one"), await at_home.person("other")
    listener = Listener()
    async with at_home.client(ended=listener) as client:
        first = await sign_in(client, "one")
        second = await sign_in(client, "one", first)
        assert listener.heard == []
        await sign_in(client, "other", second)
    [session] = listener.heard
    assert session.subscriber_id == one.id
    assert session.origin != session.id


async def test_a_house_without_platforms_tells_nobody(at_home: House) -> None:
    await at_home.person("one")
    async with at_home.client() as client:
        token = await sign_in(client, "one")
        answer = await client.post("/authentication/sign-out", headers=with_cookie(token))
    assert answer.status_code == 204
