"""Row 23: an assertion is for this service by its one name; or another server could use it here."""

import pytest

from tests.hostile.key_platforms import EC, Door

# Nothing here is stored: one pair of stores tells what the other would.
pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture
async def door(provider):
    return await Door.of(provider)


AUDIENCES = {
    "the token endpoint": lambda issuer: f"{issuer}/token",
    "the introspection endpoint": lambda issuer: f"{issuer}/introspect",
    "the endpoint of pushed requests": lambda issuer: f"{issuer}/par",
    "a list of the issuer": lambda issuer: [issuer],
    "a list of two": lambda issuer: [issuer, "https://other.example"],
    "a list of the token endpoint": lambda issuer: [f"{issuer}/token"],
    "an empty list": lambda _: [],
    "an object": lambda issuer: {"0": issuer},
    "another issuer": lambda _: "https://other.example",
    "an issuer that begins with ours": lambda issuer: f"{issuer}.other.example",
    "a slash at the end": lambda issuer: f"{issuer}/",
    "capitals": lambda issuer: issuer.upper(),
    "a port": lambda issuer: f"{issuer}:443",
    "a space": lambda issuer: f" {issuer}",
    "two in one text": lambda issuer: f"{issuer} https://other.example",
    "the client itself": lambda _: "platform-j",
    "nothing": lambda _: None,
    "an empty text": lambda _: "",
    "true": lambda _: True,
}


async def test_another_audience(door):
    """A good signature over an audience that is not the issuer as a plain string: 401."""
    for which, named in AUDIENCES.items():
        claims = door.claims() | {"aud": named(door.provider.issuer)}
        assert not await door.opens(EC.sign(claims)), which


async def test_the_issuer(door):
    """The control."""
    assert await door.opens(EC.sign(door.claims()))


@pytest.mark.parametrize(
    "name", ["another issuer", "an issuer that begins with ours", "nothing", "an empty list"]
)
async def test_even_an_older_client_names_nobody_else(door, name):
    """The named exception lets the token endpoint and lists pass, and nothing else: 401."""
    issuer = door.provider.issuer
    claims = door.claims("platform-legacy") | {"aud": AUDIENCES[name](issuer)}
    assert not await door.opens(EC.sign(claims))
    assert await door.opens(EC.sign(door.claims("platform-legacy", aud=[f"{issuer}/token"])))
