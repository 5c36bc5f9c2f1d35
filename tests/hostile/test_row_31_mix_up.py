"""Row 31: whoever answers says who it is: the exact `iss` in every success and every error.

RFC 9207 section 2. The tests ask the metadata which response modes there are, and try all of them.
"""

from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.authentication.makers import PASSWORD
from tests.oidc.jwt_makers import unverified
from tests.oidc.makers import Browser, Page, request

# Each is wrong in one way and is told to the platform, before any page.
ERRORS: dict[str, dict[str, str | None]] = {
    "another response type": {"response_type": "token"},
    "no response type": {"response_type": None},
    "no scope": {"scope": None},
    "an unknown scope": {"scope": "nothing"},
    "an unknown prompt": {"prompt": "sing"},
    "none and login": {"prompt": "none login"},
    "nobody is signed in": {"prompt": "none"},
    "no PKCE": {"code_challenge": None},
    "plain PKCE": {"code_challenge_method": "plain"},
    "a bad challenge": {"code_challenge": "short"},
    "a bad max_age": {"max_age": "soon"},
    "a long nonce": {"nonce": "n" * 1001},
    "a long state": {"state": "s" * 4001},
    "a foreign hint": {"id_token_hint": "eyJhbGciOiJub25lIn0.e30."},
    "a request object": {"request": "eyJhbGciOiJub25lIn0.e30."},
    "a registration": {"registration": "{}"},
}


def answered(response):
    """The parameters that the platform receives, in whatever mode, and the bare address."""
    if response.status_code == 200:
        page = Page(response.text)
        address, pairs = page.action, list(page.inputs.items())
    else:
        assert response.status_code == 303, response.text
        parts = urlsplit(response.headers["location"])
        assert not (parts.query and parts.fragment)
        address = f"{parts.scheme}://{parts.netloc}{parts.path}"
        pairs = parse_qsl(parts.query or parts.fragment, keep_blank_values=True)
    assert len(pairs) == len(dict(pairs))
    parameters = dict(pairs)
    if "response" in parameters:  # JARM: everything is inside, and `iss` as well
        parameters = unverified(parameters["response"])
    return address, parameters


def is_by(provider, response, asked, member):
    """The answer is ours, goes to the platform, and holds this member."""
    address, parameters = answered(response)
    assert address == asked.parameters["redirect_uri"]
    assert parameters["iss"] == provider.issuer
    assert member in parameters
    return parameters


async def modes(provider):
    """Every mode there is, and no word about it."""
    async with provider.http() as http:
        metadata = (await http.get("/.well-known/openid-configuration")).json()
    assert metadata["issuer"] == provider.issuer
    assert metadata["authorization_response_iss_parameter_supported"] is True
    return [None, *metadata["response_modes_supported"]]


async def sign_in_page(browser, asked):
    """The page that a request begins with, and its address."""
    response, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    assert page is not None
    return str(response.url), page


async def consent_page(browser, response):
    """The page that follows."""
    _, page = await browser.follow(response)
    assert page is not None
    return page


async def test_every_success_says_who_answers(provider, platform):
    """With pages and without, in every mode; and the ID token says the same."""
    for mode in await modes(provider):
        browser = Browser(provider)
        asked = request().but(response_mode=mode, prompt="consent")
        url, page = await sign_in_page(browser, asked)
        response = await browser.submit(url, page, username="zhang", password=PASSWORD)
        page = await consent_page(browser, response)
        is_by(provider, await browser.submit(url, page, "approve"), asked, "code")
        asked = request().but(response_mode=mode)
        found = is_by(provider, await browser.get("/authorize", **asked.parameters), asked, "code")
        tokens = (await platform.redeem(asked, found["code"])).json()
        claims = unverified(tokens["id_token"])
        assert claims["iss"] == found["iss"] == provider.issuer


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
@pytest.mark.parametrize("error", ERRORS)
async def test_every_error_says_who_answers(provider, browser, error):
    """Every way to be wrong, by GET and by POST, in every mode."""
    for mode in await modes(provider):
        asked = request().but(response_mode=mode).but(**ERRORS[error])
        for response in (
            await browser.get("/authorize", **asked.parameters),
            await browser.http.post("/authorize", data=asked.parameters),
        ):
            is_by(provider, response, asked, "error")


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
async def test_a_mode_that_is_none_is_answered_by_us_too(provider, browser):
    """An unknown response mode, and a parameter that came twice."""
    asked = request(response_mode="web_message_of_somebody")
    is_by(provider, await browser.get("/authorize", **asked.parameters), asked, "error")
    asked = request()
    twice = [*asked.parameters.items(), ("nonce", "again")]
    is_by(provider, await browser.http.get("/authorize", params=twice), asked, "error")


async def test_the_errors_that_people_cause_say_who_answers(provider):
    """Declining before and after the sign-in; the wrong person; nobody silent."""
    for mode in await modes(provider):
        browser = Browser(provider)
        asked = request().but(response_mode=mode)
        url, _ = await sign_in_page(browser, asked)
        declined = await browser.http.post(url, data={"decision": "deny"})
        assert is_by(provider, declined, asked, "error")["error"] == "access_denied"

        url, page = await sign_in_page(browser, asked)
        response = await browser.submit(url, page, username="zhang", password=PASSWORD)
        silent = asked.but(prompt="none")
        refused = await browser.get("/authorize", **silent.parameters)
        assert is_by(provider, refused, silent, "error")["error"] == "consent_required"
        page = await consent_page(browser, response)
        declined = await browser.submit(url, page, "deny")
        assert is_by(provider, declined, asked, "error")["error"] == "access_denied"


async def test_the_request_cannot_say_who_answers(provider, browser):
    """`iss` of an attacker as a parameter of the request, and inside the state."""
    asked = request(iss="https://evil.example", state="x&iss=https://evil.example")
    answer = await browser.authorize(asked)
    assert answer.parameters["iss"] == provider.issuer
    assert answer.parameters["state"] == asked.parameters["state"]
