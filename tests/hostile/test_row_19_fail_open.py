"""Row 19: what is missing or unknown is refused; nothing is skipped because it is not there."""

from typing import Any

import pytest

from tests.hostile.key_platforms import EC, Door

# Nothing here is stored: one pair of stores tells what the other would.
pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture
async def door(provider):
    return await Door.of(provider)


@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "exp", "jti"])
async def test_a_claim_that_says_nothing(door, claim):
    """A signed assertion whose claim is left out, null, empty or of another kind: 401."""
    without = door.claims()
    del without[claim]
    assert not await door.opens(EC.sign(without))
    values: list[Any] = [None, "", 0, False, [], {}]
    for value in values:
        assert not await door.opens(EC.sign({**without, claim: value}))


@pytest.mark.parametrize("claim", ["nbf", "iat"])
async def test_a_time_that_may_be_left_out_but_not_be_nonsense(door, claim):
    """`nbf` and `iat` are optional; one that is there and no number: 401."""
    values: list[Any] = [None, "", False, [], {}, "1"]
    for value in values:
        assert not await door.opens(EC.sign({**door.claims(), claim: value}))


async def test_the_claims_are_no_object(door):
    """A good signature of null, true, a number, a list, nothing: 401."""
    for payload in (b"null", b"true", b"7", b"[]", b'""', b"", b"{}"):
        assert not await door.opens(EC.sign(payload))


@pytest.mark.parametrize("type_", [None, "", "urn:ietf:params:oauth:client-assertion-type:saml2"])
async def test_an_assertion_of_no_type(door, type_):
    """A good assertion whose type is left out, empty or another: 401."""
    form = {"token": "x", "client_assertion": EC.sign(door.claims())}
    if type_ is not None:
        form["client_assertion_type"] = type_
    await door.check_uniform(await door.http.post("/introspect", data=form))


async def test_an_empty_assertion_does_not_make_it_a_public_client(door):
    """An empty assertion beside the name of a public client: 401."""
    for form in (
        {"client_assertion": ""},
        {"client_assertion_type": ""},
        {"client_id": "platform-j", "client_assertion": ""},
        {"client_id": "platform-s"},
        {"client_id": "platform-j", "client_secret": ""},
    ):
        response = await door.http.post("/introspect", data={"token": "x", **form})
        assert response.status_code == 401
