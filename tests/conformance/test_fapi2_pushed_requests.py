"""FAPI 2.0 Security Profile, the lines about pushed requests and PKCE."""

import pytest

from tests.conformance.outcomes import carried, opened, redirected
from tests.oidc.makers import request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture
async def pushed(fapi):
    """What a browser brings to the authorization endpoint."""
    response = await fapi.push(request("fapi"))
    assert response.status_code == 201, response.text
    assert response.headers["cache-control"] == "no-store"
    assert 5 <= response.json()["expires_in"] <= 90
    return {"client_id": "fapi", "request_uri": response.json()["request_uri"]}


async def test_a_request_may_be_opened_again_until_it_is_answered(fapi, browser, pushed):
    """par-ensure-reused-request-uri-prior-to-auth-completion-succeeds: people reload pages."""
    first = await browser.get("/authorize", **pushed)
    second = await browser.get("/authorize", **pushed)
    assert first.status_code == second.status_code == 303
    assert redirected(await browser.through(second), fapi.service.issuer).code


async def test_a_request_is_answered_once(browser, pushed):
    """par-attempt-reuse-request_uri: after completion, an error page."""
    assert (await opened(browser, **pushed)).code
    outcome = await opened(browser, **pushed)
    outcome.must_be_rejected("invalid_request_uri")
    assert outcome.at == "page"


async def test_a_request_grows_old(browser, pushed, time_passes):
    """par-attempt-to-use-expired-request_uri: an error page after expires_in."""
    await time_passes(seconds=91)
    outcome = await opened(browser, **pushed)
    outcome.must_be_rejected("invalid_request_uri")
    assert outcome.at == "page"


async def test_a_request_is_worth_nothing_to_another_client(browser, pushed):
    """par-attempt-to-use-request_uri-for-different-client: an error page."""
    outcome = await opened(browser, **{**pushed, "client_id": "fapi-2"})
    outcome.must_be_rejected("invalid_request_uri")
    assert outcome.at == "page"
    assert (await opened(browser, **pushed)).code


@pytest.mark.parametrize("address", ["urn:ietf:params:oauth:request_uri:x", "https://a.example/r"])
async def test_a_reference_cannot_be_pushed(fapi, address):
    """par-authorization-request-containing-request_uri-form-param: 400 invalid_request."""
    response = await fapi.push(request("fapi", request_uri=address))
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"


@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE"])
async def test_requests_are_pushed_by_post(fapi, method):
    """par-attempt-invalid-http-method: an HTTP error."""
    data = {**request("fapi").parameters, **fapi.credentials()}
    body = {"data": data} if method == "PUT" else {"params": data}
    response = await fapi.http.request(method, "/par", **body)
    assert response.status_code == 405
    assert "POST" in response.headers["allow"]


async def test_pkce_is_required(fapi, browser):
    """par-ensure-pkce-required: rejected without a challenge."""
    asked = request("fapi").but(code_challenge=None, code_challenge_method=None)
    outcome = await carried(fapi, browser, await fapi.push(asked))
    outcome.must_be_rejected("invalid_request")


@pytest.mark.parametrize("method", ["plain", None])
async def test_the_verifier_is_never_shown_beforehand(fapi, browser, method):
    """par-plain-pkce-rejected: plain, said or meant by leaving the method out."""
    asked = request("fapi")
    asked = asked.but(code_challenge=asked.verifier, code_challenge_method=method)
    outcome = await carried(fapi, browser, await fapi.push(asked))
    outcome.must_be_rejected("invalid_request")


async def test_the_reference_is_all_that_a_browser_needs_to_bring(browser, pushed):
    """par-without-duplicate-parameters: only client_id and request_uri."""
    assert set(pushed) == {"client_id", "request_uri"}
    assert (await opened(browser, **pushed)).code


async def test_a_push_needs_client_authentication(fapi):
    """ensure-holder-of-key-required: at PAR a client that only names itself pushes nothing."""
    form = {**request("fapi").parameters, "client_id": "fapi"}
    response = await fapi.service.http().post("/par", data=form)
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_client"
