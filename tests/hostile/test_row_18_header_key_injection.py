"""Row 18: a header brings no key and no address that is believed, and nothing critical."""

import asyncio
from typing import Any

import pytest

from tests.clients.signer import Signer, x5c
from tests.hostile.key_platforms import EC, Door

THIEF = Signer("P-256", 66)


# Nothing here is stored: one pair of stores tells what the other would.
pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture
async def door(provider):
    return await Door.of(provider)


@pytest.fixture
async def knocks():
    """A server of the thief's; how often it was spoken to."""
    seen = []

    async def answer(_, writer):
        seen.append(1)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"http://127.0.0.1:{port}/jwks.json", seen


@pytest.mark.parametrize("kid", ["ec", "thief", None])
async def test_a_key_in_the_header(door, kid):
    """`jwk` holds the very key that signed: 401."""
    header = {"alg": "ES256", "jwk": THIEF.jwk, **({} if kid is None else {"kid": kid})}
    assert not await door.opens(THIEF.sign(door.claims(), header=header))


async def test_a_certificate_in_the_header(door):
    """`x5c` holds a certificate for the key that signed, with its thumbprint: 401."""
    certificate = THIEF.certificate("CN=artificial platform")
    for members in ({"x5c": x5c(certificate)}, {"x5t#S256": "A" * 43}, {"x5t": "A" * 27}):
        header = {"alg": "ES256", "kid": "ec", **members}
        assert not await door.opens(THIEF.sign(door.claims(), header=header))


@pytest.mark.parametrize("member", ["jku", "x5u"])
async def test_an_address_of_keys_in_the_header(door, knocks, member):
    """`jku` or `x5u` names the thief's server: 401, and nobody goes there."""
    url, seen = knocks
    header = {"alg": "ES256", "kid": "thief", member: url}
    assert not await door.opens(THIEF.sign(door.claims(), header=header))
    assert seen == []


async def test_all_of_them_beside_a_good_signature_change_nothing(door, knocks):
    """The platform's own key signs under a header full of the thief's: 200, nobody is asked."""
    url, seen = knocks
    chain = x5c(THIEF.certificate("CN=thief"))
    token = EC.sign(door.claims(), jwk=THIEF.jwk, jku=url, x5u=url, x5c=chain)
    assert await door.opens(token)
    assert seen == []


@pytest.mark.parametrize(
    "members",
    [
        {"crit": ["urn:artificial:extension"], "urn:artificial:extension": 1},
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"crit": "b64"},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"b64": True},
        {"zip": "DEF"},
    ],
)
async def test_what_must_be_understood_and_is_not(door, members):
    """A good signature under `crit`, `b64` or `zip`: 401, however harmless."""
    assert not await door.opens(EC.sign(door.claims(), **members))


async def test_a_kid_that_is_more_than_a_name(door):
    """The thief's key under a `kid` that wants to be read as something else: 401."""
    texts = ["../../etc/passwd", "' OR 1=1 --", "ec\0", "", "file:///dev/null"]
    kids: list[Any] = [*texts, 0, None, ["ec"], {}, True]
    for kid in kids:
        header = {"alg": "ES256", "kid": kid}
        assert not await door.opens(THIEF.sign(door.claims(), header=header))


async def test_a_member_twice(door):
    """`alg` or `kid` twice, so that two readers see two headers: 401 for a good signature."""
    for header in (
        b'{"alg":"none","alg":"ES256","kid":"ec"}',
        b'{"alg":"ES256","kid":"thief","kid":"ec"}',
    ):
        assert not await door.opens(EC.sign(door.claims(), header=header))
