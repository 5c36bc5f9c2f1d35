"""Signing in by JSON."""

from typing import Any

import httpx2
import pytest

from tests.authentication.makers import (
    ISSUER,
    PASSWORD,
    House,
    cookie_of,
    totp_code,
    with_cookie,
)
from tests.conftest import TimePasses

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NAME_AND_PASSWORD = {"sign_in_name": "test-person", "password": PASSWORD}


@pytest.fixture
async def client(at_home: House):
    async with at_home.client() as client:
        yield client


def no_store_of_secrets(answer: httpx2.Response, *secrets: str) -> None:
    """Nothing that was presented comes back."""
    text = answer.text + str(answer.headers)
    assert not any(secret in text for secret in secrets)


async def test_a_password_opens_a_session(at_home: House, client: httpx2.AsyncClient):
    subscriber = await at_home.person("test-person")
    answer = await client.post("/authentication/password", json=NAME_AND_PASSWORD)
    assert answer.status_code == 200
    assert answer.json() == {
        "outcome": "signed_in",
        "acr": "urn:authsvc:acr:aal1",
        "amr": ["pwd"],
    }
    no_store_of_secrets(answer, PASSWORD, "test-person")
    attributes = answer.headers["set-cookie"].split("; ")[1:]
    assert attributes == ["Max-Age=43200", "Path=/", "HttpOnly", "SameSite=Lax", "Secure"]
    session = await at_home.sessions.find(cookie_of(answer), now=at_home.clock.now())
    assert session is not None
    assert session.subscriber_id == subscriber.id


async def test_on_loopback_the_cookie_has_its_plain_name(at_home: House):
    await at_home.person("test-person", phone="")
    async with at_home.client(secure=False) as client:
        answer = await client.post("/authentication/password", json=NAME_AND_PASSWORD)
        token = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
        assert answer.headers["set-cookie"].startswith("authsvc-session=")
        assert "Secure" not in answer.headers["set-cookie"]
        headers = {"cookie": f"authsvc-session={token}"}
        assert (await client.post("/authentication/totp", headers=headers)).status_code == 201


async def test_a_wrong_password_is_a_401_without_a_cookie(
    at_home: House, client: httpx2.AsyncClient
):
    await at_home.person("test-person")
    wrong = {**NAME_AND_PASSWORD, "password": "a wrong artificial password"}
    answer = await client.post("/authentication/password", json=wrong)
    assert answer.status_code == 401
    assert answer.json()["code"] == "authentication.refused"
    assert "set-cookie" not in answer.headers
    no_store_of_secrets(answer, wrong["password"], "test-person")


async def test_too_many_attempts_are_a_429_that_says_when(
    at_home: House, client: httpx2.AsyncClient
):
    wrong = {**NAME_AND_PASSWORD, "password": "a wrong artificial password"}
    for _ in range(5):
        await client.post("/authentication/password", json=wrong)
    answer = await client.post("/authentication/password", json=wrong)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "60"
    assert answer.json()["code"] == "authentication.throttled"


async def test_the_second_factor_finishes_what_the_password_began(
    at_home: House, client: httpx2.AsyncClient
):
    await at_home.person("test-person", totp=SECRET)
    begun = await client.post("/authentication/password", json=NAME_AND_PASSWORD)
    assert begun.status_code == 200
    assert begun.json()["outcome"] == "second_factor_needed"
    assert "set-cookie" not in begun.headers
    ticket = begun.json()["ticket"]
    answer = await client.post(
        "/authentication/second-factor",
        json={"ticket": ticket, "otp": totp_code(SECRET, at_home.clock.now())},
    )
    assert answer.json() == {
        "outcome": "signed_in",
        "acr": "urn:authsvc:acr:aal2",
        "amr": ["mfa", "otp", "pwd"],
    }
    no_store_of_secrets(answer, ticket)
    assert await at_home.sessions.find(cookie_of(answer), now=at_home.clock.now())


async def test_a_device_key_opens_a_session(at_home: House, client: httpx2.AsyncClient):
    device = await at_home.device(await at_home.subscriber())
    given = await client.post("/authentication/challenges")
    assert given.status_code == 201
    challenge = given.json()
    assert challenge["expires_in"] == 60
    lines = challenge["message"].split("\n")
    assert lines[:4] == ["authsvc-possession-v1", ISSUER, "sign-in", challenge["challenge"]]
    answer = await client.post(
        "/authentication/possession",
        json={
            "challenge": challenge["challenge"],
            "certificate": device.certificate,
            "signature": device.sign(challenge["message"].encode()),
        },
    )
    assert answer.status_code == 200
    assert answer.json()["amr"] == ["swk"]
    assert await at_home.sessions.find(cookie_of(answer), now=at_home.clock.now())


async def test_totp_is_turned_on_and_the_session_is_stronger(
    at_home: House, client: httpx2.AsyncClient, time_passes: TimePasses
):
    await at_home.person("test-person", phone="")
    signed_in = await client.post("/authentication/password", json=NAME_AND_PASSWORD)
    cookie = with_cookie(cookie_of(signed_in))
    begun = await client.post("/authentication/totp", headers=cookie)
    assert begun.status_code == 201
    assert set(begun.json()) == {"secret", "uri", "qr"}
    secret = begun.json()["secret"]
    answer = await client.post(
        "/authentication/totp/confirmation",
        json={"code": totp_code(secret, at_home.clock.now())},
        headers=cookie,
    )
    assert answer.status_code == 200
    assert len(answer.json()["recovery_codes"]) == 10
    session = await at_home.sessions.require(cookie_of(answer), now=at_home.clock.now())
    assert session.acr == "urn:authsvc:acr:aal2"


async def test_signing_out_ends_the_session_and_takes_the_cookie_back(
    at_home: House, client: httpx2.AsyncClient
):
    await at_home.person("test-person")
    signed_in = await client.post("/authentication/password", json=NAME_AND_PASSWORD)
    token = cookie_of(signed_in)
    answer = await client.post("/authentication/sign-out", headers=with_cookie(token))
    assert answer.status_code == 204
    assert cookie_of(answer) == ""
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert await at_home.sessions.find(token, now=at_home.clock.now()) is None


async def test_signing_out_without_a_session_is_no_error(client: httpx2.AsyncClient):
    assert (await client.post("/authentication/sign-out")).status_code == 204


BAD_BODIES: dict[str, Any] = {
    "nothing": b"",
    "no json": b"{",
    "not utf-8": b'{"sign_in_name": "\xff"}',
    "an array": b"[]",
    "a number": b"1",
    "null": b"null",
    "missing fields": b"{}",
    "wrong types": b'{"sign_in_name": [], "password": {}, "ticket": 1.5, "otp": null, "code": []}',
    "unknown field": b'{"unknown": 1}',
    "repeated field": b'{"code": "1", "code": "2"}',
    "half a character": b'{"code": "\\ud800"}',
    "nul": b'{"code": "\\u0000"}',
}


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
@pytest.mark.parametrize("path", ["possession", "password", "second-factor", "totp/confirmation"])
async def test_a_body_that_cannot_be_meant_is_a_400_with_a_code(
    client: httpx2.AsyncClient, path: str, body: bytes
):
    answer = await client.post(
        f"/authentication/{path}", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.json()["code"]
    assert "set-cookie" not in answer.headers


async def test_a_number_for_a_name_is_refused_or_nobodys(client: httpx2.AsyncClient):
    answer = await client.post(
        "/authentication/password", json={"sign_in_name": 1, "password": True}
    )
    assert answer.status_code in (400, 401)


async def test_other_methods_are_not_spoken(client: httpx2.AsyncClient):
    for path in ("challenges", "possession", "password", "second-factor", "totp", "sign-out"):
        assert (await client.get(f"/authentication/{path}")).status_code == 405
