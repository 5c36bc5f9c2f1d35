"""Row 35, forgeable or guessable cookies: whatever was not handed out is a 401."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from authsvc.identifiers import b64url, from_b64url
from authsvc.keyring import KeyRing
from tests.authentication.makers import HOST_COOKIE, House, cookie_of, house, with_cookie
from tests.authentication.makers import PASSWORD as RIGHT
from tests.makers import AdjustableClock, Storage


@pytest.fixture
async def victim(
    storage: Storage, keyring: KeyRing, clock: AdjustableClock
) -> AsyncIterator[House]:
    async with house(storage.database, storage.ephemeral, keyring, clock) as built:
        await built.person("victim", phone="")
        yield built


async def token_of(client: httpx2.AsyncClient) -> str:
    body = {"sign_in_name": "victim", "password": RIGHT}
    return cookie_of(await client.post("/authentication/password", json=body))


async def status(client: httpx2.AsyncClient, headers: dict[str, str]) -> int:
    answer = await client.post("/authentication/totp", headers=headers)
    if answer.status_code == 401:
        assert answer.json()["code"] == "authentication.session_required"
    return answer.status_code


async def test_every_flipped_bit_is_a_401(victim: House):
    """Each bit of a living token is flipped, one at a time: of its secret, and of whose it is."""
    async with victim.client() as client:
        token = await token_of(client)
        parts = token.split(".")
        assert len(from_b64url(parts[0])) == 32
        for place, part in enumerate(parts):
            raw = from_b64url(part)
            for bit in range(0, len(raw) * 8, 5):
                flipped = bytearray(raw)
                flipped[bit // 8] ^= 1 << bit % 8
                forged = ".".join([*parts[:place], b64url(bytes(flipped)), *parts[place + 1 :]])
                assert await status(client, with_cookie(forged)) == 401
        assert await status(client, with_cookie(token)) == 201


@pytest.mark.parametrize(
    "change",
    [
        lambda _: "",
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token + "=",
        lambda token: token.swapcase(),
        lambda token: token * 50,
        lambda token: "%00" + token,
        lambda _: "null",
        lambda _: "\xff\xfe",
    ],
    ids=["empty", "short", "long", "padded", "case", "huge", "escaped", "null", "binary"],
)
async def test_an_altered_cookie_is_a_401(victim: House, change):
    """A living token, altered."""
    async with victim.client() as client:
        token = await token_of(client)
        value = f"{HOST_COOKIE}={change(token)}".encode("latin-1")
        answer = await client.post("/authentication/totp", headers=[(b"cookie", value)])
        assert answer.status_code == 401


async def test_no_cookie_at_all_is_a_401(victim: House):
    """Every endpoint that wants a session, without one."""
    async with victim.client() as client:
        assert await status(client, {}) == 401
        answer = await client.post("/authentication/totp/confirmation", json={"code": "123456"})
        assert answer.status_code == 401


async def test_other_secrets_of_the_service_are_no_session(victim: House):
    """A challenge, a ticket, a session's public id: none passes for a session's token."""
    await victim.person("careful", totp="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    challenge = await victim.sign_in.challenge()
    ticket = await victim.ticket("careful")
    async with victim.client() as client:
        session = await victim.sessions.require(await token_of(client), now=victim.clock.now())
        for other in (challenge.id, challenge.nonce, ticket, session.id):
            assert await status(client, with_cookie(other)) == 401


async def test_tokens_follow_no_pattern(victim: House):
    """Two hundred tokens: no two share a beginning or an end."""
    signed_in = await victim.signed_in("victim")
    tokens = [await victim.sessions.open(signed_in, now=victim.clock.now()) for _ in range(200)]
    assert len({token[:8] for token in tokens}) == 200
    assert len({token[-8:] for token in tokens}) == 200
