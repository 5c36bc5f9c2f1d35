import asyncio

import pytest

from tests.authentication.makers import ISSUER
from tests.clients.makers import metadata
from tests.oidc.front_makers import SIGNER, register, strict
from tests.oidc.jwt_makers import private_key
from tests.oidc.makers import Answer, Browser, Page, Platform, request
from tests.oidc.strict import StrictPlatform

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
PREFIX = "urn:ietf:params:oauth:request_uri:"


async def push(platform, asked, **form):
    response = await platform.post("/par", **(asked.parameters | form))
    assert response.status_code == 201, response.text
    return {"client_id": platform.client_id, "request_uri": response.json()["request_uri"]}


async def over(browser, outside):
    """The request is not there: a page, and nobody is sent anywhere."""
    response = await browser.get("/authorize", **outside)
    assert response.status_code == 400
    assert "location" not in response.headers
    assert "invalid_request_uri" in Page(response.text).text


async def test_a_pushed_request_leads_to_a_code(provider, browser, platform):
    asked = request()
    response = await platform.post("/par", **asked.parameters)
    assert response.status_code == 201
    assert response.headers["cache-control"] == "no-store"
    pushed = response.json()
    assert pushed["request_uri"].startswith(PREFIX)
    assert len(pushed["request_uri"]) == len(PREFIX) + 43
    assert 60 <= pushed["expires_in"] <= 90
    outside = {"client_id": "platform-a", "request_uri": pushed["request_uri"]}
    answer = await browser.through(await browser.get("/authorize", **outside))
    assert answer.parameters["state"] == asked.parameters["state"]
    assert answer.parameters["iss"] == ISSUER
    assert (await platform.redeem(asked, answer.parameters["code"])).status_code == 200


async def test_it_may_be_opened_again_until_it_is_answered_and_not_after(browser, platform):
    outside = await push(platform, request())
    for _ in range(2):
        _, page = await browser.follow(await browser.get("/authorize", **outside))
        assert "username" in page.inputs
    answer = await browser.through(await browser.get("/authorize", **outside))
    assert answer.parameters["code"]
    await over(browser, outside)


async def test_two_tabs_get_one_answer_between_them(provider, browser, platform):
    await browser.authorize(request())
    outside = await push(platform, request())
    answers = await asyncio.gather(*(browser.get("/authorize", **outside) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [303] + [400] * 7


@ONE_STORE
async def test_two_interactions_of_one_pushed_request_end_in_one_answer(browser, platform):
    outside = await push(platform, request())
    first = await browser.get("/authorize", **outside)
    second = await browser.get("/authorize", **outside)
    assert (await browser.through(first)).parameters["code"]
    response, page = await browser.follow(second)
    assert response.status_code == 400
    assert "invalid_request_uri" in page.text


@ONE_STORE
async def test_a_refusal_is_an_answer_too(browser, platform):
    outside = await push(platform, request())
    answer = await browser.through(await browser.get("/authorize", **outside), button="deny")
    assert answer.parameters["error"] == "access_denied"
    await over(browser, outside)
    silent = await push(
        Platform(browser.service, "platform-b"), request("platform-b", prompt="none")
    )
    answer = Answer.of(await browser.get("/authorize", **silent))
    assert answer.parameters["error"] == "consent_required"
    await over(browser, silent)


async def test_it_ends_by_itself(browser, platform, time_passes):
    outside = await push(platform, request())
    await time_passes(seconds=91)
    await over(browser, outside)


async def test_who_opened_it_in_time_may_take_the_time_of_an_interaction(
    browser, platform, time_passes
):
    outside = await push(platform, request())
    opened = await browser.get("/authorize", **outside)
    await time_passes(minutes=8)
    assert (await browser.through(opened)).parameters["code"]


@ONE_STORE
async def test_it_is_bound_to_its_client_and_survives_another_s_attempt(browser, platform):
    outside = await push(platform, request())
    await over(browser, outside | {"client_id": "platform-b"})
    assert (await browser.through(await browser.get("/authorize", **outside))).parameters["code"]


@ONE_STORE
async def test_what_stands_beside_the_reference_does_not_count(browser, platform):
    asked = request()
    outside = await push(platform, asked)
    beside = request(
        scope="openid", state="another", nonce="another", redirect_uri="https://evil.example/"
    )
    answer = await browser.through(
        await browser.get("/authorize", **(beside.parameters | outside | {"prompt": "none"}))
    )
    assert answer.location.startswith(asked.parameters["redirect_uri"])
    assert answer.parameters["state"] == asked.parameters["state"]
    tokens = (await platform.redeem(asked, answer.parameters["code"])).json()
    assert tokens["scope"] == "openid age"


@ONE_STORE
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"request_uri": "urn:x"}, "invalid_request", id="a request_uri inside"),
        pytest.param({"request_uri": PREFIX + "A" * 43}, "invalid_request", id="one of ours"),
        pytest.param({"redirect_uri": None}, "invalid_request", id="no redirect URI"),
        pytest.param({"redirect_uri": "https://evil.example/"}, "invalid_request", id="a foreign"),
        pytest.param({"client_id": "platform-b"}, "invalid_client", id="another client"),
        pytest.param({"response_type": "token"}, "unsupported_response_type", id="implicit"),
        pytest.param({"response_type": None}, "invalid_request", id="no response type"),
        pytest.param({"scope": "profile"}, "invalid_scope", id="no scope of ours"),
        pytest.param({"code_challenge_method": "plain"}, "invalid_request", id="plain"),
        pytest.param({"code_challenge": None}, "invalid_request", id="no challenge"),
        pytest.param({"prompt": "none login"}, "invalid_request", id="prompts that disagree"),
        pytest.param({"response_mode": "fragment"}, "invalid_request", id="a fragment"),
        pytest.param({"claims": "{"}, "invalid_request", id="broken claims"),
        pytest.param({"resource": "https://a.example"}, "invalid_target", id="a resource"),
        pytest.param({"id_token_hint": "a.b.c"}, "invalid_request", id="a foreign hint"),
    ],
)
async def test_what_is_wrong_is_said_at_once(platform, changes, error):
    response = await platform.post("/par", **request().but(**changes).parameters)
    assert response.status_code == (401 if error == "invalid_client" else 400)
    assert response.json()["error"] == error


@ONE_STORE
async def test_a_client_that_does_not_prove_itself_cannot_push(provider):
    async with provider.http() as http:
        response = await http.post("/par", data=request().parameters)
        assert response.status_code == 401
        response = await http.post(
            "/par", data=request().parameters | {"client_secret": "no secret of anybody"}
        )
    assert response.json()["error"] == "invalid_client"


@ONE_STORE
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
async def test_only_posts_are_taken(provider, method):
    async with provider.http() as http:
        response = await http.request(method, "/par")
    assert response.status_code == 405
    assert response.headers["allow"] == "OPTIONS, POST"


@ONE_STORE
async def test_a_repeated_parameter_and_another_content_type_are_refused(provider):
    async with provider.http() as http:
        form = "client_id=spa&state=a&state=b"
        headers = {"content-type": "application/x-www-form-urlencoded"}
        response = await http.post("/par", content=form, headers=headers)
        assert response.json()["error"] == "invalid_request"
        response = await http.post("/par", json=request("spa").parameters)
        assert response.json()["error"] == "invalid_request"


@ONE_STORE
async def test_a_page_in_a_browser_may_push_for_a_public_client(provider, browser):
    platform, asked = Platform(provider, "spa"), request("spa")
    preflight = await platform.http.options("/par")
    assert "POST" in preflight.headers["access-control-allow-methods"]
    response = await platform.post("/par", **asked.but(client_id=None).parameters)
    assert response.headers["access-control-allow-origin"] == "*"
    outside = {"client_id": "spa", "request_uri": response.json()["request_uri"]}
    answer = await browser.through(await browser.get("/authorize", **outside))
    assert (await platform.redeem(asked, answer.parameters["code"])).status_code == 200


@ONE_STORE
async def test_who_proves_nothing_cannot_make_us_keep_without_end(provider):
    platform, asked = Platform(provider, "spa"), request("spa").but(client_id=None)
    codes = [(await platform.post("/par", **asked.parameters)).status_code for _ in range(201)]
    assert set(codes[:200]) == {201}
    assert codes[200] == 429


@ONE_STORE
async def test_a_client_that_must_push_is_refused_otherwise(provider, browser):
    await register(provider, metadata("pusher", require_pushed_authorization_requests=True))
    asked = request("pusher")
    answer = Answer.of(await browser.get("/authorize", **asked.parameters))
    assert answer.parameters["error"] == "invalid_request"
    assert answer.parameters["iss"] == ISSUER


@ONE_STORE
async def test_a_redirect_uri_that_is_withdrawn_meanwhile_is_not_gone_to(
    provider, browser, platform, clock
):
    outside = await push(platform, request())
    moved = metadata("platform-a", redirect_uris=["https://platform-a.example/new"])
    await provider.clients.import_clients([moved], now=clock.now())
    response = await browser.get("/authorize", **outside)
    assert response.status_code == 400
    assert "location" not in response.headers


@ONE_STORE
async def test_a_proof_at_the_endpoint_binds_the_code_to_its_key(provider, browser):
    await register(provider, strict())
    platform, asked = StrictPlatform(provider, "strict", key=SIGNER), request("strict")
    for bound in (asked, asked.but(dpop_jkt=platform.dpop_key.thumbprint())):
        outside = await platform.pushed(bound)
        answer = await browser.through(await browser.get("/authorize", **outside))
        code = answer.parameters["code"]
        other = await platform.redeem(asked, code, dpop=private_key("ES256", "other"))
        assert other.status_code == 400
        response = await platform.redeem(asked, code)
        assert response.status_code == 200, response.text
        assert response.json()["token_type"] == "DPoP"


@ONE_STORE
async def test_a_proof_of_another_key_than_dpop_jkt_names_is_refused(provider):
    await register(provider, strict())
    platform = StrictPlatform(provider, "strict", key=SIGNER)
    asked = request("strict", dpop_jkt=private_key("ES256", "other").thumbprint())
    response = await platform.push(asked)
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"


@ONE_STORE
async def test_dpop_jkt_alone_binds_the_code_as_well(provider, browser):
    await register(provider, strict())
    platform = StrictPlatform(provider, "strict", key=SIGNER)
    asked = request("strict", dpop_jkt=platform.dpop_key.thumbprint())
    outside = await platform.pushed(asked, dpop=False)
    answer = await browser.through(await browser.get("/authorize", **outside))
    code = answer.parameters["code"]
    other = await platform.redeem(asked, code, dpop=SIGNER)
    assert other.json()["error"] in ("invalid_grant", "invalid_dpop_proof")
    assert (await platform.redeem(asked, code)).status_code == 200


@ONE_STORE
async def test_another_browser_may_open_it_first_and_still_only_one_is_answered(
    provider, browser, platform
):
    outside = await push(platform, request())
    stranger = Browser(provider)
    opened = await stranger.get("/authorize", **outside)
    assert (await browser.through(await browser.get("/authorize", **outside))).parameters["code"]
    with pytest.raises(AssertionError):
        await stranger.through(opened)
