"""Certificates for platforms: fetched for a whole bucket, so that nobody learns for which one."""

import pytest

from tests.clients.makers import metadata
from tests.issuance.makers import AT_PLATFORM, new_keys, read_certificate, register
from tests.whole import SQUARE

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="session")
def wallet(issuing):
    """A wallet."""
    return issuing.wallet()


async def buckets(issuing):
    async with issuing.service.client() as client:
        response = await client.get("/credentials/platforms")
    assert response.headers["access-control-allow-origin"] == "*"
    return {each["credential_identifier"]: each["platforms"] for each in response.json()["buckets"]}


async def test_there_is_a_certificate_for_each_platform_of_a_bucket(issuing, wallet):
    tokens = await wallet.authorized(issuing.zhang, scope=AT_PLATFORM)
    [granted] = tokens["authorization_details"]
    listed = await buckets(issuing)
    assert granted["credential_identifiers"] == [*listed]
    [(identifier, platforms)] = listed.items()
    assert "wallet-a.example" not in platforms
    keys = new_keys(len(platforms))
    found = await wallet.fetch(tokens, keys, credential_identifier=identifier)
    by_platform = {}
    for compact, key, platform in zip(found, keys, platforms, strict=True):
        _, claims, shown = read_certificate(compact)
        assert (claims["sector"], claims["cnf"]["jwk"]["x"]) == (
            platform,
            key.as_dict(private=False)["x"],
        )
        by_platform[platform] = shown["sub"]
    assert len(set(by_platform.values())) == len(platforms)
    received = await issuing.service.code_flow_of_a_new_browser(SQUARE, issuing.zhang)
    told = (await issuing.service.userinfo(received)).json()
    assert by_platform["square.example"] == told["sub"]


async def test_nobody_is_asked_for_alone(issuing, wallet):
    tokens = await wallet.authorized(issuing.zhang, scope=AT_PLATFORM)
    [(identifier, platforms)] = (await buckets(issuing)).items()
    assert len(platforms) > 1
    for body, error in (
        ({"credential_identifier": identifier}, "invalid_proof"),
        (
            {"credential_identifier": f"{AT_PLATFORM}.{platforms[0]}"},
            "unknown_credential_identifier",
        ),
        ({"credential_identifier": AT_PLATFORM}, "unknown_credential_identifier"),
        ({"credential_configuration_id": AT_PLATFORM}, "invalid_credential_request"),
    ):
        asked = body | {"proofs": await wallet.proofs(new_keys(1))}
        response = await wallet.ask(tokens, asked)
        assert (response.status_code, response.json()["error"]) == (400, error)


async def test_a_wallet_that_knows_an_older_bucket_looks_again(issuing, wallet):
    tokens = await wallet.authorized(issuing.zhang, scope=AT_PLATFORM)
    [(identifier, platforms)] = (await buckets(issuing)).items()
    later = metadata("later", redirect_uris=["https://later.example/callback"])
    await register(issuing.database_url, issuing.service.clock, later)
    issuing.service.clock.advance(minutes=1)
    keys = new_keys(len(platforms))
    asked = {"credential_identifier": identifier, "proofs": await wallet.proofs(keys)}
    assert (await wallet.ask(tokens, asked)).json()["error"] == "invalid_proof"
    [(identifier, more)] = (await buckets(issuing)).items()
    assert set(more) == {*platforms, "later.example"}
    assert await wallet.fetch(tokens, new_keys(len(more)), credential_identifier=identifier)
