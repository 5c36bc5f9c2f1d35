"""Row 34, session fixation: a new identifier at sign-in and at step-up; `__Host-` cookies."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from authsvc.keyring import KeyRing
from tests.authentication.makers import (
    PASSWORD,
    House,
    cookie_of,
    house,
    totp_code,
    with_cookie,
)
from tests.authentication.passkey_makers import with_passkey
from tests.makers import AdjustableClock, Storage

PLANTED = "A" * 43
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
async def victim(
    storage: Storage, keyring: KeyRing, clock: AdjustableClock
) -> AsyncIterator[House]:
    async with house(storage.database, storage.ephemeral, keyring, clock) as built:
        await built.person("victim")
        yield built


async def sign_in(client: httpx2.AsyncClient, name: str, cookie: str) -> httpx2.Response:
    answer = await client.post(
        "/authentication/password",
        json={"sign_in_name": name, "password": PASSWORD},
        headers=with_cookie(cookie),
    )
    assert answer.status_code == 200
    return answer


async def is_alive(victim: House, token: str) -> bool:
    return await victim.sessions.find(token, now=victim.clock.now()) is not None


async def test_a_planted_cookie_does_not_become_the_session(victim: House):
    """A token that an attacker chose is in the browser: another one is opened, that one is not."""
    async with victim.client() as client:
        token = cookie_of(await sign_in(client, "victim", PLANTED))
    assert token != PLANTED
    assert await is_alive(victim, token)
    assert not await is_alive(victim, PLANTED)


async def test_the_attackers_own_session_does_not_become_the_victims(victim: House):
    """The attacker's living session is in the browser: it dies, and the victim's is another."""
    await victim.person("attacker")
    async with victim.client() as client:
        planted = cookie_of(await sign_in(client, "attacker", ""))
        token = cookie_of(await sign_in(client, "victim", planted))
    assert token != planted
    assert not await is_alive(victim, planted)


async def test_signing_in_again_gives_a_new_identifier_and_kills_the_old(victim: House):
    """The victim signs in twice in one browser."""
    async with victim.client() as client:
        old = cookie_of(await sign_in(client, "victim", ""))
        new = cookie_of(await sign_in(client, "victim", old))
    assert new != old
    assert not await is_alive(victim, old)
    assert await is_alive(victim, new)


async def test_the_second_factor_gives_a_new_identifier(victim: House):
    """The attacker's session is planted before the second step of a sign-in."""
    await victim.person("careful", totp=SECRET)
    await victim.person("attacker")
    async with victim.client() as client:
        planted = cookie_of(await sign_in(client, "attacker", ""))
        answer = await client.post(
            "/authentication/second-factor",
            json={
                "ticket": await victim.ticket("careful"),
                "otp": totp_code(SECRET, victim.clock.now()),
            },
            headers=with_cookie(planted),
        )
    token = cookie_of(answer)
    assert token != planted
    assert not await is_alive(victim, planted)


async def test_a_step_up_gives_a_new_identifier_and_kills_the_old(victim: House):
    """A copied cookie of the weaker session is worth nothing once the session is stronger."""
    await victim.person("without a phone", phone="")
    async with victim.client() as client:
        old = cookie_of(await sign_in(client, "without a phone", ""))
        begun = await client.post("/authentication/totp", headers=with_cookie(old))
        code = totp_code(begun.json()["secret"], victim.clock.now())
        answer = await client.post(
            "/authentication/totp/confirmation", json={"code": code}, headers=with_cookie(old)
        )
    new = cookie_of(answer)
    assert new != old
    assert not await is_alive(victim, old)
    assert await is_alive(victim, new)


async def test_a_factor_added_later_gives_a_new_identifier_and_kills_the_old(victim: House):
    """The cookie of a session that is then made strong by the phone was copied before."""
    async with victim.client() as client:
        old = cookie_of(await sign_in(client, "victim", ""))
        await client.post("/authentication/step-up/sms", headers=with_cookie(old))
        answer = await client.post(
            "/authentication/step-up", json={"otp": victim.outbox.code}, headers=with_cookie(old)
        )
    assert answer.status_code == 200
    new = cookie_of(answer)
    assert new != old
    assert not await is_alive(victim, old)
    assert await is_alive(victim, new)


async def test_a_passkey_gives_a_new_identifier_whatever_was_in_the_browser(victim: House):
    """The attacker's living session is in the browser when the victim uses a passkey."""
    authenticator = await with_passkey(victim, "careful")
    await victim.person("attacker")
    async with victim.client() as client:
        planted = cookie_of(await sign_in(client, "attacker", ""))
        offered = (await client.post("/authentication/passkey/challenges")).json()
        body = {
            "challenge": offered["challenge"],
            "credential": authenticator.get(offered["options"]),
        }
        answer = await client.post(
            "/authentication/passkey", json=body, headers=with_cookie(planted)
        )
    token = cookie_of(answer)
    assert token != planted
    assert not await is_alive(victim, planted)
    assert await is_alive(victim, token)


async def test_the_cookie_is_bound_to_the_host_and_hidden_from_scripts(victim: House):
    """A neighbouring host cannot plant a `__Host-` cookie, a script cannot read this one."""
    async with victim.client() as client:
        answer = await sign_in(client, "victim", "")
        name, *attributes = answer.headers["set-cookie"].split("; ")
        assert name.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
        assert not any(attribute.startswith("Domain") for attribute in attributes)
        token = cookie_of(answer)
        plain = {"cookie": f"authsvc-session={token}"}
        assert (await client.post("/authentication/totp", headers=plain)).status_code == 401
