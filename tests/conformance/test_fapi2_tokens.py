"""FAPI 2.0 Security Profile, the lines about the token endpoint.

The suite also speaks TLS to every endpoint (1.2 with the suites of BCP 195, 1.3, nothing older).
The service does not end TLS itself: the proxy before it does, and the deployment says with which
suites. What is tested here is what is ours: no token without a proof of possession.
"""

import asyncio

import pytest

from tests.conformance.outcomes import carried, must_be_refused
from tests.oidc.makers import request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture
async def granted(fapi, browser):
    """A request, and the code that came of it."""
    return await fapi.authorize(browser)


async def test_a_client_id_must_be_that_of_the_credentials(fapi, granted):
    """ensure-client-id-in-token-endpoint: client 2's client_id with client 1's credentials."""
    must_be_refused(await fapi.redeem(*granted, client_id="fapi-2"), "invalid_client")
    assert (await fapi.redeem(*granted)).status_code == 200


@pytest.mark.parametrize("kind", ["private_key_jwt-dpop"], indirect=True)
async def test_an_assertion_must_be_signed_by_whom_it_names(fapi, other, granted):
    """ensure-client-id-in-token-endpoint: client 2's assertion, signed by client 1's key."""
    forged = other.assertion(key=fapi.key)
    answer = await fapi.redeem(*granted, client_id="fapi-2", assertion=forged)
    must_be_refused(answer, "invalid_client")


async def test_there_is_no_token_without_a_proof_of_possession(fapi, granted):
    """ensure-holder-of-key-required: neither without a proof nor without a certificate."""
    if fapi.kind.dpop:
        must_be_refused(await fapi.redeem(*granted, dpop=False), "invalid_request")
    else:
        fapi.show(None)
        must_be_refused(await fapi.redeem(*granted), "invalid_client", "invalid_request")


@pytest.mark.parametrize("kind", ["private_key_jwt-mtls"], indirect=True)
async def test_an_assertion_alone_gets_no_token_bound_to_a_certificate(fapi, granted):
    """ensure-holder-of-key-required: with private_key_jwt and mTLS."""
    fapi.show(None)
    must_be_refused(await fapi.redeem(*granted), "invalid_request")


async def test_a_code_is_worth_nothing_to_another_client(fapi, other, granted):
    """ensure-authorization-code-is-bound-to-client: client 2 cannot redeem client 1's code."""
    must_be_refused(await other.redeem(*granted), "invalid_grant")
    assert (await fapi.redeem(*granted)).status_code == 200


async def test_a_code_is_redeemed_once(fapi, granted, time_passes):
    """attempt-reuse-authorization-code-after-one-second: invalid_grant, and the token dies."""
    tokens = (await fapi.redeem(*granted)).json()
    assert (await fapi.userinfo(tokens["access_token"])).status_code == 200
    await time_passes(seconds=1)
    must_be_refused(await fapi.redeem(*granted), "invalid_grant")
    assert (await fapi.userinfo(tokens["access_token"])).status_code == 401
    must_be_refused(await fapi.refresh(tokens["refresh_token"]), "invalid_grant")


async def test_a_code_is_redeemed_once_however_many_ask_at_once(fapi, granted):
    """attempt-reuse-authorization-code-after-one-second: at the same moment as well."""
    await fapi.push(request("fapi"))  # so that the nonce is known
    answers = await asyncio.gather(*(fapi.redeem(*granted) for _ in range(3)))
    assert sum(answer.status_code == 200 for answer in answers) == 1
    for answer in answers:
        if answer.status_code != 200:
            must_be_refused(answer, "invalid_grant")


async def test_a_code_grows_old(fapi, granted, time_passes):
    """ensure-token-endpoint-fails-with-expired-auth-code: unused for over 60 s."""
    await time_passes(seconds=61)
    must_be_refused(await fapi.redeem(*granted), "invalid_grant")


async def test_a_code_needs_its_verifier(fapi, granted):
    """ensure-pkce-code-verifier-required: invalid_grant."""
    must_be_refused(await fapi.redeem(*granted, code_verifier=""), "invalid_grant")


async def test_no_other_verifier_will_do(fapi, granted):
    """incorrect-pkce-code-verifier-rejected: invalid_grant."""
    wrong = request("fapi").verifier
    must_be_refused(await fapi.redeem(*granted, code_verifier=wrong), "invalid_grant")
    challenge = granted[0].parameters["code_challenge"]
    must_be_refused(await fapi.redeem(*granted, code_verifier=challenge), "invalid_grant")


async def test_a_refresh_token_is_for_its_client_and_does_not_rotate(fapi, other, browser):
    """refresh-token: works; not for client 2, not without authentication; it stays the same.

    The client may come with a new DPoP key (RFC 9449 section 5); its tokens are then for that key.
    """
    first = await fapi.tokens(browser)
    token = first["refresh_token"]
    must_be_refused(await other.refresh(token), "invalid_grant")
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": "fapi"}
    bare = await fapi.service.http().post("/token", data=form)
    must_be_refused(bare, "invalid_client")
    second = (await fapi.refresh(token)).json()
    assert second["refresh_token"] == token
    assert second["token_type"] == fapi.kind.scheme
    assert (await fapi.userinfo(second["access_token"])).status_code == 200
    assert (await fapi.thief().userinfo(second["access_token"])).status_code == 401
    told, before = [await fapi.claims_of(each["id_token"]) for each in (second, first)]
    for name in ("iss", "sub", "aud"):
        assert told[name] == before[name]


async def test_a_refresh_needs_a_proof_of_possession(fapi, browser):
    """refresh-token, ensure-holder-of-key-required: the token alone is not enough."""
    token = (await fapi.tokens(browser))["refresh_token"]
    if fapi.kind.dpop:
        must_be_refused(await fapi.refresh(token, dpop=False), "invalid_request")
    else:
        fapi.show(None)
        must_be_refused(await fapi.refresh(token), "invalid_client")


@pytest.mark.parametrize("kind", ["private_key_jwt-dpop"], indirect=True)
class TestDPoPBinding:
    """RFC 9449 section 10: the code is bound to a key before anybody has it."""

    async def test_a_named_key_must_be_that_of_the_proof(self, fapi, browser):
        """ensure-mismatched-dpop-jkt-fails: dpop_jkt differs from the PAR proof's key."""
        asked = request("fapi", dpop_jkt=fapi.thief().dpop_key.thumbprint())
        outcome = await carried(fapi, browser, await fapi.push(asked))
        outcome.must_be_rejected("invalid_dpop_proof", "invalid_request")
        assert outcome.at == "push"

    async def test_the_key_of_the_push_is_that_of_the_code(self, fapi, granted):
        """ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt: another key at token."""
        must_be_refused(await fapi.thief().redeem(*granted), "invalid_grant", "invalid_dpop_proof")

    async def test_the_key_that_was_named_is_that_of_the_code(self, fapi, browser):
        """ensure-token-endpoint-fails-with-mismatched-dpop-jkt: pushed without a proof."""
        asked = request("fapi", dpop_jkt=fapi.dpop_key.thumbprint())
        outcome = await carried(fapi, browser, await fapi.push(asked, dpop=False))
        refusal = await fapi.thief().redeem(asked, outcome.code)
        must_be_refused(refusal, "invalid_grant", "invalid_dpop_proof")

    async def test_a_proof_at_the_push_binds(self, fapi, granted):
        """ensure-dpopproof-at-par-endpoint-binding-success: the same key at token."""
        assert (await fapi.redeem(*granted)).json()["token_type"] == "DPoP"

    async def test_a_name_at_the_push_binds(self, fapi, browser):
        """ensure-dpop-auth-code-binding-success: dpop_jkt and no proof, or both of one key."""
        asked = request("fapi", dpop_jkt=fapi.dpop_key.thumbprint())
        for dpop in (False, True):
            outcome = await carried(fapi, browser, await fapi.push(asked, dpop=dpop))
            assert (await fapi.redeem(asked, outcome.code)).json()["token_type"] == "DPoP"

    async def test_a_request_may_be_sent_again_with_the_nonce(self, fapi, browser):
        """happy-flow: with nothing new in it but the proof; the assertion is not used up yet."""
        asked = request("fapi")
        assertion = fapi.assertion()
        first = await fapi.push(asked, assertion=assertion)
        must_be_refused(first, "use_dpop_nonce")
        outcome = await carried(fapi, browser, await fapi.push(asked, assertion=assertion))
        must_be_refused(await fapi.push(asked, assertion=assertion), "invalid_client")
        assertion, nonce, fapi.nonce = fapi.assertion(), fapi.nonce, None
        first = await fapi.redeem(asked, outcome.code, assertion=assertion)
        must_be_refused(first, "use_dpop_nonce")
        assert fapi.nonce == nonce
        answer = await fapi.redeem(asked, outcome.code, assertion=assertion)
        assert answer.status_code == 200
