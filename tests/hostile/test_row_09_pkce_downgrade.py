"""Row 9: PKCE can be neither left out, nor weakened, nor added afterwards."""

import pytest

from tests.oidc.makers import Answer, Platform, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.mark.parametrize("client_id", ["platform-a", "spa"])
@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "none"},
        {"code_challenge": "x"},
    ],
    ids=str,
)
async def test_a_request_without_s256_gets_no_code(browser, client_id, changes):
    """A client that must use PKCE sends none, or `plain`: invalid_request."""
    await browser.authorize(request(client_id))
    asked = request(client_id).but(**changes)
    answer = Answer.of(await browser.get("/authorize", **asked.parameters))
    assert answer.parameters["error"] == "invalid_request"
    assert "code" not in answer.parameters


@pytest.mark.parametrize("client_id", ["platform-a", "spa", "plain"])
async def test_a_code_with_a_challenge_needs_its_verifier(provider, browser, client_id):
    """No verifier, a wrong one, the challenge itself: invalid_grant; then the right one works."""
    platform, asked = Platform(provider, client_id), request(client_id)
    code = (await browser.authorize(asked)).parameters["code"]
    for verifier in ("", "A" * 43, asked.parameters["code_challenge"], asked.verifier + "A"):
        response = await platform.redeem(asked, code, code_verifier=verifier)
        assert response.json()["error"] == "invalid_grant"
    assert (await platform.redeem(asked, code)).status_code == 200


async def test_a_verifier_without_a_challenge_is_the_trace_of_a_downgrade(provider, browser):
    """Somebody stripped the challenge from the request of a client that may go without."""
    platform, asked = Platform(provider, "plain"), request("plain")
    stripped = asked.but(code_challenge=None, code_challenge_method=None)
    code = (await browser.authorize(stripped)).parameters["code"]
    response = await platform.redeem(asked, code)
    assert response.json()["error"] == "invalid_grant"
