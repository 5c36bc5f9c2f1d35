"""Row 24: an assertion is good once and not for long, and remembering that costs little."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from authsvc.clients.assertion import ClientAssertions
from authsvc.clients.client_keys import ClientKeys
from authsvc.clients.errors import ClientNotAuthenticated
from authsvc.keyring import KeyRing
from authsvc.storage import Ephemeral
from authsvc.storage.ephemeral.memory import MemoryBackend
from tests.hostile.key_platforms import EC, RSA, Door


@pytest.fixture
async def door(provider):
    return await Door.of(provider)


async def test_the_same_assertion_again(door):
    """Sent twice: 200, then 401."""
    token = EC.sign(door.claims())
    assert await door.opens(token)
    assert not await door.opens(token)


async def test_the_same_jti_in_another_wrapping(door):
    """The same `jti` signed anew, by another key, with other times: 401."""
    assert await door.opens(EC.sign(door.claims()))
    exp = door.claims()["exp"]
    for token in (
        EC.sign(door.claims()),
        RSA.sign(door.claims()),
        EC.sign(door.claims(exp=exp + 9)),
    ):
        assert not await door.opens(token)


async def test_in_parallel(door):
    """Thirty times at once: exactly one 200."""
    token = EC.sign(door.claims())
    answers = await asyncio.gather(*(door.ask(token) for _ in range(30)))
    assert sorted(each.status_code for each in answers) == [200, *[401] * 29]


async def test_at_every_endpoint_together(door):
    """Used at introspection, then at the token and the revocation endpoint: 401 there."""
    token = EC.sign(door.claims())
    assert await door.opens(token)
    shown = {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": token,
    }
    for path in ("/token", "/revoke"):
        response = await door.http.post(
            path, data={"grant_type": "authorization_code", "code": "x", "token": "x", **shown}
        )
        assert response.status_code == 401
        assert response.json()["error"] == "invalid_client"


async def test_a_far_end(door):
    """An hour, a year, for ever, 301 seconds: 401."""
    now = int(door.provider.clock.now().timestamp())
    for exp in (now + 301, now + 3600, now + 31_536_000, 2**63, 10**300):
        assert not await door.opens(EC.sign(door.claims(exp=exp)))


async def test_an_end_in_the_past(door):
    """Run out five minutes ago: 401, although nobody has seen it."""
    now = int(door.provider.clock.now().timestamp())
    assert not await door.opens(EC.sign(door.claims(exp=now - 300)))


async def test_a_stranger_uses_nothing_up(door):
    """A thousand wrong ones with the `jti` of a good one: the good one is still good."""
    thief = [RSA.sign(door.claims(), alg="PS256", kid="ec") for _ in range(20)]
    for token in thief:
        assert not await door.opens(token)
    assert await door.opens(EC.sign(door.claims()))


async def test_nothing_grows(key_directory, clock, provider):
    """Refused ones leave no trace; taken ones are forgotten when they would be refused by age."""
    ring, backend = KeyRing.open(key_directory), MemoryBackend(clock)
    nowhere: Any = None
    door = await Door.of(provider)
    client = await provider.client("platform-j")
    assertions = ClientAssertions(
        keys=ClientKeys(nowhere),
        ephemeral=Ephemeral(backend, seals=ring.sealer, digests=ring.digests),
        issuer=provider.issuer,
        token_endpoint=f"{provider.issuer}/token",
    )
    for number in range(100):
        wrong = RSA.sign(door.claims(jti=str(number)), kid="ec")
        with pytest.raises(ClientNotAuthenticated):
            await assertions.check(client, wrong, now=clock.now())
    assert not backend._entries
    for number in range(100):
        await assertions.check(client, EC.sign(door.claims(jti=str(number))), now=clock.now())
    assert len(backend._entries) == 100
    assert {len(place) for place in backend._entries} == {len(next(iter(backend._entries)))}
    clock.advance(timedelta(seconds=72))
    await backend.get("anything")
    assert not backend._entries
