"""What a wallet was allowed by `authorization_details` is there after a refresh (RFC 9396, 6)."""

import json

import pytest

from tests.issuance.makers import BRIEF, COUNTER, PERSON, new_keys, register, wallet_metadata
from tests.oidc.jwt_makers import unverified

pytestmark = pytest.mark.asyncio(loop_scope="session")


def details(*kinds):
    """The parameter for these kinds."""
    return json.dumps(
        [{"type": "openid_credential", "credential_configuration_id": kind} for kind in kinds]
    )


def kinds_in(told):
    return [each["credential_configuration_id"] for each in told.get("authorization_details", [])]


async def allowed(issuing, wallet, *kinds, **asked):
    return await wallet.authorized(issuing.zhang, authorization_details=details(*kinds), **asked)


async def refreshed(wallet, tokens, **asked):
    """The answer to a refresh, good or not."""
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], **asked}
    return await wallet.post("/token", form)


async def test_a_wallet_goes_on_fetching_what_it_was_allowed_by_details(issuing):
    wallet = issuing.wallet()
    tokens = await allowed(issuing, wallet, PERSON, BRIEF)
    issuing.service.clock.advance(days=20)
    for _ in range(2):
        tokens = (await refreshed(wallet, tokens)).json()
        assert kinds_in(tokens) == kinds_in(unverified(tokens["access_token"])) == [PERSON, BRIEF]
        assert tokens["authorization_details"][0]["credential_identifiers"] == [PERSON]
        assert await wallet.fetch(tokens, new_keys(1), credential_identifier=BRIEF)


async def test_a_refresh_may_ask_for_fewer_and_not_for_more(issuing):
    wallet = issuing.wallet()
    tokens = await allowed(issuing, wallet, PERSON, BRIEF)
    fewer = (await refreshed(wallet, tokens, authorization_details=details(BRIEF))).json()
    assert kinds_in(fewer) == [BRIEF]
    body = {"credential_identifier": PERSON, "proofs": await wallet.proofs(new_keys(1))}
    assert (await wallet.ask(fewer, body)).json()["error"] == "insufficient_scope"
    for wrong in (details(COUNTER), details(BRIEF, COUNTER), "[]", "no JSON"):
        response = await refreshed(wallet, fewer, authorization_details=wrong)
        assert response.json()["error"] == "invalid_authorization_details"
    # What was left out once is not lost, and what was refused used nothing up.
    assert kinds_in((await refreshed(wallet, fewer)).json()) == [PERSON, BRIEF]


async def test_an_answer_that_was_lost_is_not_given_to_a_request_for_something_else(issuing):
    wallet = issuing.wallet()
    tokens = await allowed(issuing, wallet, PERSON, BRIEF)
    asked = {"authorization_details": details(BRIEF)}
    lost = (await refreshed(wallet, tokens, **asked)).json()
    assert (await refreshed(wallet, tokens, **asked)).json() == lost
    assert (await refreshed(wallet, tokens)).json()["error"] == "invalid_grant"


async def test_what_the_wallet_is_no_longer_registered_for_is_left_out(issuing):
    name, metadata = "wallet-less", wallet_metadata("wallet-less")
    await register(issuing.database_url, issuing.service.clock, metadata)
    wallet = issuing.wallet(name)
    tokens = await allowed(issuing, wallet, PERSON, BRIEF)
    less = metadata | {"scope": BRIEF}
    await register(issuing.database_url, issuing.service.clock, less)
    issuing.service.clock.advance(minutes=1)
    tokens = (await refreshed(wallet, tokens)).json()
    assert kinds_in(tokens) == [BRIEF]
    await register(issuing.database_url, issuing.service.clock, metadata | {"scope": COUNTER})
    issuing.service.clock.advance(minutes=1)
    assert (await refreshed(wallet, tokens)).json()["error"] == "invalid_scope"


async def test_nothing_is_refreshed_after_the_consent_was_withdrawn(issuing):
    wallet, zhang = issuing.wallet("wallet-b"), issuing.zhang
    tokens = await allowed(issuing, wallet, PERSON)
    async with issuing.service.client() as client:
        body = {"sign_in_name": zhang.sign_in_name, "password": zhang.password}
        assert (await client.post("/authentication/password", json=body)).is_success
        withdrawn = await client.post(
            "/holder/platforms/withdrawal", json={"client_id": wallet.client_id}
        )
    assert withdrawn.is_success, withdrawn.text
    assert (await refreshed(wallet, tokens)).json()["error"] == "invalid_grant"
