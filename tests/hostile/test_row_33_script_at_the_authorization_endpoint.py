"""Row 33: script in state, names, hints and locales stays text, wherever it comes out again."""

import json

import pytest

from tests.clients.makers import metadata
from tests.hostile.test_row_33_script_in_a_page import PAYLOADS, Elements
from tests.oidc.makers import Answer, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

FIELDS = ("state", "nonce", "login_hint", "ui_locales", "acr_values", "display", "extra")


def harmless(html):
    elements = Elements(html)
    assert not [tag for tag, _ in elements.shape if tag in {"iframe", "object", "base"}]
    # A script of ours is a file with an address of its own, and says nothing itself.
    assert {names for tag, names in elements.shape if tag == "script"} <= {("src", "type")}
    assert not [a for a in elements.addresses if a.endswith(".js") and not a.startswith("/static/")]
    attributes = {name for _, names in elements.shape for name in names}
    assert not {name for name in attributes if name.startswith("on")}
    assert not [a for a in elements.addresses if a.lower().startswith(("javascript:", "data:t"))]


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_what_a_request_carries_stays_text(browser, payload):
    """The payload in every parameter at once, through sign-in and consent, and back whole."""
    text = PAYLOADS[payload]
    claims = json.dumps({"userinfo": {text: {"value": text}}, text: text})
    asked = request(prompt="consent", claims=claims, **dict.fromkeys(FIELDS, text))
    response, page = await browser.follow(await browser.get("/authorize", **asked.parameters))
    harmless(response.text)
    response = await browser.submit(str(response.url), page, username=text, password=text)
    harmless(response.text)
    response = await browser.get("/authorize", **asked.parameters)
    answer = await browser.through(response)
    assert answer.parameters["state"] == text


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_what_a_platform_calls_itself_stays_text(provider, browser, now, payload):
    """The payload as the client's name, on the sign-in, consent and sign-out pages."""
    name = "".join(c for c in PAYLOADS[payload] if c.isprintable())
    document = metadata("plain", client_name=name, post_logout_redirect_uris=["https://p.example"])
    await provider.clients.import_clients([document], now=now)
    response, page = await browser.follow(
        await browser.get("/authorize", **request("plain").parameters)
    )
    harmless(response.text)
    assert name in page.text or not page.text
    answer = await browser.submit(
        str(response.url), page, username="zhang", password="an artificial password"
    )
    response, _ = await browser.follow(answer)
    harmless(response.text)
    response = await browser.get(
        "/end-session", client_id="plain", post_logout_redirect_uri="https://p.example"
    )
    harmless(response.text)


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_what_is_wrong_is_never_quoted(browser, payload):
    """The payload where a value is refused: no error repeats it, on a page or in a redirect."""
    text = PAYLOADS[payload]
    for name in ("response_type", "response_mode", "scope", "prompt", "max_age", "code_challenge"):
        answer = Answer.of(await browser.get("/authorize", **request(**{name: text}).parameters))
        description = answer.parameters["error_description"]
        assert text not in description
        assert not set(description) & set("<>\"'\\")
    for name in ("client_id", "redirect_uri", "error", "error_description"):
        asked = request(**{name: text}).but(client_id=text)
        response = await browser.get("/authorize", **asked.parameters)
        assert response.status_code == 400
        harmless(response.text)
        assert text not in response.text
    response = await browser.get("/end-session", ui_locales=text, state=text, id_token_hint=text)
    harmless(response.text)
    assert text not in response.text
