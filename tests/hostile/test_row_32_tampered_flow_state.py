"""Row 32: what carries a flow from step to step cannot be bent, and what is off stays off."""

import pytest

from authsvc.clients.client import GRANT_TYPES
from tests.authentication.makers import COOKIE, PASSWORD, totp_code
from tests.oidc.makers import Answer, Browser, Page, Platform, request
from tests.whole import Service as WholeService

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
SESSION, BINDING = f"__Host-{COOKIE}", "__Host-authsvc_browser"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

TAMPERINGS = {
    "a letter changed": lambda text: ("B" if text[0] == "A" else "A") + text[1:],
    "the last letter changed": lambda text: text[:-1] + ("B" if text[-1] == "A" else "A"),
    "other case": str.swapcase,
    "cut": lambda text: text[:-1],
    "longer": lambda text: text + "A",
    "padded": lambda text: text + "=",
    "reversed": lambda text: text[::-1],
    "of nobody": lambda _: "A" * 43,
    "of one letter": lambda _: "x",
    "huge": lambda text: text * 40,
}

# The words of the specifications for what a provider may speak.
RESPONSE_TYPES = (
    "token", "id_token", "none", "code token", "code id_token", "id_token token",
    "code id_token token", "vp_token", "CODE", "code code",
)  # fmt: skip
RESPONSE_MODES = (
    "query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt",
    "web_message", "QUERY", "dc_api",
)  # fmt: skip
GRANTS = (
    *GRANT_TYPES, "password", "implicit",
    "urn:ietf:params:oauth:grant-type:jwt-bearer", "urn:ietf:params:oauth:grant-type:saml2-bearer",
    "AUTHORIZATION_CODE",
)  # fmt: skip


async def open_page(browser, **parameters):
    """The first page of a request, and its address."""
    asked = request(**parameters)
    response, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    return str(response.url), page


def over(response):
    """The page is not there: nothing was decided, and nobody is sent anywhere."""
    assert response.status_code in (400, 404)
    assert "location" not in response.headers
    assert SESSION not in response.headers.get("set-cookie", "")


async def metadata(provider):
    async with provider.http() as http:
        return (await http.get("/.well-known/openid-configuration")).json()


@ONE_STORE
@pytest.mark.parametrize("tampering", TAMPERINGS)
async def test_a_tampered_interaction_is_none(provider, browser, tampering):
    """The id in the address, altered: shown, signed in to, approved, declined."""
    url, _ = await open_page(browser)
    base, _, interaction = url.rpartition("/")
    bent = f"{base}/{TAMPERINGS[tampering](interaction)}"
    over(await browser.get(bent))
    for form in (
        {"username": "zhang", "password": PASSWORD},
        {"decision": "approve"},
        {"decision": "deny"},
        {"otp": "000000"},
        {},
    ):
        over(await browser.http.post(bent, data=form))
    assert (await browser.get(url)).status_code == 200


@ONE_STORE
@pytest.mark.parametrize("tampering", [*TAMPERINGS, "empty", "gone"])
async def test_a_tampered_binding_is_another_browser(provider, browser, tampering):
    """The cookie that ties a page to its browser, altered: the page is not there."""
    url, _ = await open_page(browser)
    value = browser.http.cookies[BINDING]
    for form in (
        None,
        {"username": "zhang", "password": PASSWORD},
        {"decision": "approve"},
        {"decision": "deny"},
    ):
        headers = {}
        if tampering != "gone":
            bent = "" if tampering == "empty" else TAMPERINGS[tampering](value)
            headers = {"cookie": f"{BINDING}={bent}"}
        async with provider.http() as stranger:
            if form is None:
                over(await stranger.get(url, headers=headers))
            else:
                over(await stranger.post(url, data=form, headers=headers))
    assert (await browser.get(url)).status_code == 200


@ONE_STORE
@pytest.mark.parametrize("tampering", [*TAMPERINGS, "empty"])
async def test_a_tampered_session_is_nobody(provider, browser, tampering):
    """The session cookie, altered: a silent request is told that nobody is signed in."""
    await browser.authorize(request())
    token = browser.http.cookies[SESSION]
    bent = "" if tampering == "empty" else TAMPERINGS[tampering](token)
    async with provider.http() as http:
        response = await http.get(
            "/authorize",
            params=request(prompt="none").parameters,
            headers={"cookie": f"{SESSION}={bent}"},
        )
    assert Answer.of(response).parameters["error"] == "login_required"


@ONE_STORE
async def test_the_state_of_the_flow_is_not_in_the_form(provider, browser):
    """Everything that the server keeps is sent along with the forms: none of it is believed."""
    url, page = await open_page(browser, scope="openid")
    forged = {
        "client_id": "platform-b",
        "redirect_uri": "https://platform-b.example/callback",
        "scope": "openid age",
        "state": "forged",
        "nonce": "forged",
        "subscriber_id": "00000000-0000-0000-0000-000000000000",
        "session_id": "x",
        "ticket": "x",
        "approved": "true",
        "signed_in": "true",
        "acr": "urn:authsvc:acr:aal2",
        "code_challenge": "A" * 43,
    }
    response = await browser.http.post(url, data=forged)
    _, page = await browser.follow(response)
    assert page is not None
    assert "username" in page.inputs
    response = await browser.submit(url, page, username="zhang", password=PASSWORD, **forged)
    _, page = await browser.follow(response)
    assert page is not None
    assert "approve" in page.buttons
    answer = Answer.of(await browser.submit(url, page, "approve", **forged))
    assert answer.location.startswith("https://platform-a.example/callback?")
    assert answer.parameters["state"] != "forged"


@ONE_STORE
async def test_a_second_factor_needs_its_own_first(provider, browser, clock):
    """A right code without any password, with a wrong one, and with somebody else's."""
    await provider.person("careful", totp=SECRET)
    url, page = await open_page(browser)
    code = totp_code(SECRET, clock.now())
    response = await browser.http.post(url, data={"username": "careful", "otp": code})
    assert SESSION not in response.headers.get("set-cookie", "")
    response = await browser.http.post(
        url, data={"username": "careful", "password": "wrong", "otp": code}
    )
    assert SESSION not in response.headers.get("set-cookie", "")
    response = await browser.http.post(url, data={"otp": code})
    assert SESSION not in response.headers.get("set-cookie", "")
    # The ticket of one interaction is not that of another in the same browser.
    await browser.submit(url, page, username="careful", password=PASSWORD)
    other, _ = await open_page(browser)
    response = await browser.http.post(other, data={"otp": code})
    assert SESSION not in response.headers.get("set-cookie", "")


@ONE_STORE
@pytest.mark.parametrize("tampering", TAMPERINGS)
async def test_a_tampered_ticket_is_none(service: WholeService, tampering):
    """The ticket between the two factors of the JSON door, altered: 401, and no session."""
    resident = await service.enrolled("样例票")
    async with service.client() as client:
        await service.turn_totp_on(client, resident)
    service.clock.advance(minutes=1)
    async with service.client() as client:
        body = {"sign_in_name": resident.sign_in_name, "password": resident.password}
        ticket = (await client.post("/authentication/password", json=body)).json()["ticket"]
        bent = {"ticket": TAMPERINGS[tampering](ticket), "otp": service.otp(resident)}
        response = await client.post("/authentication/second-factor", json=bent)
        assert response.status_code in (400, 401, 404)
        assert "set-cookie" not in response.headers
        right = {"ticket": ticket, "otp": service.otp(resident)}
        assert (await client.post("/authentication/second-factor", json=right)).status_code == 200


@ONE_STORE
@pytest.mark.parametrize("tampering", TAMPERINGS)
async def test_a_tampered_confirmation_signs_nobody_out(provider, browser, tampering):
    """The confirmation of a sign-out, altered: 404, and the session lives."""
    await browser.authorize(request())
    page = Page((await browser.get("/end-session")).text)
    bent = TAMPERINGS[tampering](page.inputs["confirmation"])
    response = await browser.http.post("/end-session", data={"confirmation": bent})
    assert response.status_code in (400, 404)
    silent = await browser.get("/authorize", **request(prompt="none").parameters)
    assert "code" in Answer.of(silent).parameters


@ONE_STORE
@pytest.mark.parametrize("response_type", RESPONSE_TYPES)
async def test_a_response_type_that_is_off_stays_off(provider, browser, response_type):
    """Asked for by somebody who is signed in and has consented: an error, no token anywhere."""
    await browser.authorize(request())
    assert response_type not in (await metadata(provider))["response_types_supported"]
    asked = request(response_type=response_type)
    response = await browser.get("/authorize", **asked.parameters)
    assert "token=" not in response.headers["location"]
    assert Answer.of(response).parameters["error"] == "unsupported_response_type"


@ONE_STORE
@pytest.mark.parametrize("mode", RESPONSE_MODES)
async def test_a_response_mode_that_is_off_stays_off(provider, browser, mode):
    """A mode that the metadata does not name: an error at the address of the platform, no code."""
    if mode in (await metadata(provider))["response_modes_supported"]:
        return
    await browser.authorize(request())
    response = await browser.get("/authorize", **request(response_mode=mode).parameters)
    assert Answer.of(response).parameters["error"] in ("invalid_request", "unauthorized_client")


@ONE_STORE
@pytest.mark.parametrize("grant", GRANTS)
async def test_a_grant_type_that_is_off_stays_off(provider, browser, platform, grant):
    """Unknown here, or not registered for this client: refused, whatever comes along with it."""
    registered = (await provider.client("platform-a")).grant_types
    if grant in registered:
        platform = Platform(provider, "plain")  # It has codes alone.
        registered = (await provider.client("plain")).grant_types
    if grant in registered:
        return
    response = await platform.post(
        "/token",
        grant_type=grant,
        username="zhang",
        password=PASSWORD,
        scope="openid age",
        assertion="a.b.c",
        refresh_token="x.y",
        device_code="x",
        auth_req_id="x",
    )
    assert response.status_code == 400
    assert response.json()["error"] in ("unsupported_grant_type", "unauthorized_client")


@ONE_STORE
@pytest.mark.parametrize("method", ["plain", "S512", "s256", "none", ""])
async def test_a_challenge_method_that_is_off_stays_off(provider, browser, method):
    """PKCE in any other way than the metadata names."""
    assert method not in (await metadata(provider))["code_challenge_methods_supported"]
    asked = request(code_challenge_method=method)
    answer = Answer.of(await browser.get("/authorize", **asked.parameters))
    assert answer.parameters["error"] == "invalid_request"


@ONE_STORE
async def test_a_disabled_client_stays_off_in_the_middle_of_a_flow(provider, browser, clock):
    """The client is disabled while a page is open, a code is out, and tokens are held."""
    platform, asked = Platform(provider), request()
    tokens = await platform.tokens(browser)
    code = (await browser.authorize(asked)).parameters["code"]
    url, _ = await open_page(browser, prompt="consent")
    await provider.clients.disable("platform-a", now=clock.now())
    over(await browser.http.post(url, data={"decision": "approve"}))
    for response in (
        await platform.redeem(asked, code),
        await platform.refresh(tokens["refresh_token"]),
        await platform.post("/introspect", token=tokens["access_token"]),
    ):
        assert response.status_code == 401
        assert response.json()["error"] == "invalid_client"
    response = await Browser(provider).get("/authorize", **asked.parameters)
    assert response.status_code == 400
