"""What FAPI 2.0 (Security Profile Final, section 5.3.2.2) asks of the front of the provider."""

import pytest

from tests.authentication.makers import ISSUER
from tests.oidc.front_makers import (
    SIGNER,
    claims_of,
    register,
    request_object,
    strict,
)
from tests.oidc.jwt_makers import private_key, signed, unverified
from tests.oidc.makers import Answer, Page, request
from tests.oidc.strict import StrictPlatform

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
QUERIED = "https://strict.example/callback?dummy1=lorem&dummy2=ipsum"


@pytest.fixture
async def fapi(provider):
    """A platform under FAPI 2.0, and another one."""
    other = private_key("ES256", "other platform")
    await register(
        provider,
        strict(redirect_uris=["https://strict.example/callback", QUERIED]),
        strict("second", key=other),
    )
    return StrictPlatform(provider, "strict", key=SIGNER)


async def through(browser, platform, asked, **person):
    outside = await platform.pushed(asked, dpop=False)
    return await browser.through(await browser.get("/authorize", **outside), **person)


async def id_token(platform, asked, answer):
    response = await platform.redeem(asked, answer.parameters["code"])
    assert response.status_code == 200, response.text
    return unverified(response.json()["id_token"])


async def test_the_happy_flow_carries_the_issuer(browser, fapi):
    asked = request("strict")
    answer = await through(browser, fapi, asked)
    assert answer.parameters["iss"] == ISSUER
    assert (await id_token(fapi, asked, answer))["nonce"] == "nonce-1"


async def test_a_redirect_uri_with_a_query_keeps_it(browser, fapi):
    asked = request("strict", redirect_uri=QUERIED)
    answer = await through(browser, fapi, asked)
    assert answer.location.startswith(QUERIED + "&code=")


async def test_who_declines_is_access_denied_with_state_and_issuer(browser, fapi):
    answer = await through(browser, fapi, request("strict"), button="deny")
    assert answer.parameters["error"] == "access_denied"
    assert answer.parameters["state"] == "state & 状态"
    assert answer.parameters["iss"] == ISSUER


async def test_parameters_in_the_front_channel_are_refused(browser, fapi):
    asked = request("strict")
    answer = Answer.of(await browser.get("/authorize", **asked.parameters))
    assert answer.parameters["error"] == "invalid_request"
    assert answer.parameters["iss"] == ISSUER
    response = await browser.get("/authorize", **asked.but(redirect_uri=None).parameters)
    assert response.status_code == 400


async def test_a_request_object_in_the_front_channel_is_no_push(provider, browser, fapi):
    token = request_object(request("strict"), provider)
    sent = {"client_id": "strict", "request": token}
    answer = Answer.of(await browser.get("/authorize", **sent))
    assert answer.parameters["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": "https://strict.example/other"}, "invalid_request"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"client_id": "second"}, "invalid_request"),
    ],
    ids=str,
)
async def test_a_push_is_refused(fapi, changes, error):
    response = await fapi.push(request("strict").but(**changes), dpop=False)
    assert response.status_code in (400, 401)
    assert response.json()["error"] in (error, "invalid_client")


@pytest.mark.parametrize("name", ["state", "nonce"])
async def test_nothing_is_invented_where_it_is_left_out(browser, fapi, name):
    asked = request("strict").but(**{name: None})
    answer = await through(browser, fapi, asked)
    assert ("state" in answer.parameters) == (name != "state")
    assert ("nonce" in await id_token(fapi, asked, answer)) == (name != "nonce")


@pytest.mark.parametrize("length", [64, 384, 1000])
async def test_a_long_nonce_and_state_come_back_whole(browser, fapi, length):
    asked = request("strict", nonce="n" * length, state="s" * length)
    answer = await through(browser, fapi, asked)
    assert answer.parameters["state"] == "s" * length
    assert (await id_token(fapi, asked, answer))["nonce"] == "n" * length


async def test_what_is_too_long_is_a_clean_refusal(fapi):
    response = await fapi.push(request("strict", nonce="n" * 1001), dpop=False)
    assert response.json()["error"] == "invalid_request"


async def test_the_order_of_scopes_does_not_matter(browser, fapi):
    asked = request("strict", scope="age openid")
    answer = await through(browser, fapi, asked)
    assert await id_token(fapi, asked, answer)


async def test_only_the_client_id_and_the_reference_are_needed(browser, fapi):
    outside = await fapi.pushed(request("strict"), dpop=False)
    assert set(outside) == {"client_id", "request_uri"}
    assert (await browser.get("/authorize", **outside)).status_code == 303


async def test_the_reference_of_one_platform_is_worth_nothing_to_another(browser, fapi):
    outside = await fapi.pushed(request("strict"), dpop=False) | {"client_id": "second"}
    response = await browser.get("/authorize", **outside)
    assert response.status_code == 400
    assert "invalid_request_uri" in Page(response.text).text


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": [ISSUER]},
        {"aud": ISSUER + "/par"},
        {"aud": ISSUER + "/token"},
        {"sub": "second"},
        {"exp": 1},
    ],
    ids=str,
)
async def test_an_assertion_that_is_not_right_pushes_nothing(fapi, changes):
    made = fapi.assertion(**changes)
    response = await fapi.push(request("strict"), dpop=False, assertion=made)
    assert response.status_code in (400, 401)
    assert response.json()["error"] == "invalid_client"


async def test_an_assertion_may_begin_8_seconds_ahead_and_not_more_than_60(fapi, clock):
    now = int(clock.now().timestamp())
    for ahead, status in ((8, 201), (70, 401)):
        made = fapi.assertion(nbf=now + ahead)
        response = await fapi.push(request("strict"), dpop=False, assertion=made)
        assert response.status_code == status, response.text


async def test_a_code_is_dead_after_60_seconds(browser, fapi, time_passes):
    asked = request("strict")
    answer = await through(browser, fapi, asked)
    await time_passes(seconds=61)
    response = await fapi.redeem(asked, answer.parameters["code"])
    assert response.json()["error"] == "invalid_grant"


async def test_state_outside_a_pushed_object_is_not_used(provider, browser, fapi):
    asked = request("strict").but(state=None)
    token = request_object(asked, provider)
    form = {"client_id": "strict", "request": token, "state": "outside"}
    response = await fapi.post("/par", dpop=False, **form)
    assert response.status_code == 201
    sent = {
        "client_id": "strict",
        "request_uri": response.json()["request_uri"],
        "state": "outside",
    }
    answer = await browser.through(await browser.get("/authorize", **sent))
    assert "state" not in answer.parameters


async def test_a_platform_that_must_sign_and_push_does_both(provider, browser, clock):
    await register(provider, strict(require_signed_request_object=True))
    platform, asked = (
        StrictPlatform(provider, "strict", key=SIGNER),
        request("strict", response_mode="jwt"),
    )
    token = signed(claims_of(asked, ISSUER, clock), SIGNER, typ="oauth-authz-req+jwt")
    response = await platform.post("/par", request=token)
    assert response.status_code == 201, response.text
    assert response.headers["dpop-nonce"]
    sent = {"client_id": "strict", "request_uri": response.json()["request_uri"]}
    answer = await browser.through(await browser.get("/authorize", **sent))
    assert set(answer.parameters) == {"response"}
