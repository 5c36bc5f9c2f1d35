"""Row 12: what is good once in one place is worth nothing in another (Keycloak CVE-2026-4282)."""

import pyotp
import pytest

from authsvc.oidc.authorize.authorization_code import CodeRecord
from authsvc.storage import Kind
from tests.authentication.makers import COOKIE, PASSWORD
from tests.oidc.makers import Browser, Page, request

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
async def secrets_of_a_flow(provider, browser, platform):
    """Every unguessable string that the service handed out in one flow, by what it is."""
    await provider.person("otp", totp=SECRET)
    response = await browser.get("/authorize", **request().parameters)
    interaction = response.headers["location"].rpartition("/")[2]
    found = {"an interaction": interaction}
    ticketed = Browser(provider)
    begun, page = await ticketed.follow(await ticketed.get("/authorize", **request().parameters))
    assert page is not None
    await ticketed.submit(str(begun.url), page, username="otp", password=PASSWORD)
    sign_in = provider.house.sign_in
    outcome = await sign_in.with_password(
        "otp", PASSWORD, address="192.0.2.1", now=provider.clock.now()
    )
    found["a sign-in ticket"] = outcome.ticket
    found["a challenge"] = (await sign_in.challenge()).id
    tokens = await platform.tokens(browser)
    found["an access token"] = tokens["access_token"]
    found["a refresh token"] = tokens["refresh_token"]
    found["an access token's id"] = (await platform.introspect(tokens["access_token"]))["jti"]
    found["a session"] = browser.http.cookies[f"__Host-{COOKIE}"]
    found["a browser's binding"] = browser.http.cookies["__Host-authsvc_browser"]
    answer = await browser.get("/end-session")
    found["a sign-out confirmation"] = Page(answer.text).inputs["confirmation"]
    found["a code"] = (await browser.authorize(request())).parameters["code"]
    return found


async def test_nothing_else_passes_for_a_code(secrets_of_a_flow, platform):
    """Every other secret offered as a code: invalid_grant."""
    for what, secret in secrets_of_a_flow.items():
        if what != "a code":
            response = await platform.redeem(request(), secret)
            assert response.json()["error"] == "invalid_grant", what


async def test_nothing_else_passes_for_a_refresh_token(secrets_of_a_flow, platform):
    """Every other secret offered as a refresh token: invalid_grant."""
    for what, secret in secrets_of_a_flow.items():
        if what != "a refresh token":
            response = await platform.refresh(secret)
            assert response.json()["error"] == "invalid_grant", what


async def test_nothing_else_passes_for_a_session(secrets_of_a_flow, provider):
    """Every other secret offered as a session cookie: nobody is signed in."""
    for what, secret in secrets_of_a_flow.items():
        if what != "a session":
            found = await provider.house.sessions.find(secret, now=provider.clock.now())
            assert found is None, what


async def test_nothing_else_passes_for_an_interaction_or_a_confirmation(secrets_of_a_flow, browser):
    """Every other secret offered as an interaction, or as the confirmation of a sign-out: 404."""
    for what, secret in secrets_of_a_flow.items():
        if what != "an interaction":
            assert (await browser.get(f"/interaction/{secret}")).status_code == 404, what
        if what != "a sign-out confirmation":
            form = {"confirmation": secret, "decision": "logout"}
            response = await browser.http.post("/end-session", data=form)
            assert response.status_code == 404, what


async def test_nothing_else_passes_for_a_ticket(secrets_of_a_flow, provider):
    """Every other secret offered as a sign-in ticket, with the right code: refused."""
    from authsvc.authentication.errors import TicketExpired

    now = provider.clock.now()
    for what, secret in secrets_of_a_flow.items():
        if what != "a sign-in ticket":
            with pytest.raises(TicketExpired):
                await provider.house.sign_in.with_second_factor(
                    secret, pyotp.TOTP(SECRET).at(now), now=now
                )


async def test_a_record_of_another_kind_does_not_open_as_a_code(provider, browser, platform):
    """Even a code's own content, kept under another kind with the same key, is no code."""
    asked = request()
    code = (await browser.authorize(asked)).parameters["code"]
    ephemeral = provider.house.ephemeral
    record = await provider.provider.codes.find(code)
    elsewhere = Kind("pushed-authorization-request", CodeRecord, record_lifetime())
    await ephemeral.put(elsewhere, "A" * 43, record)
    response = await platform.redeem(asked, "A" * 43)
    assert response.json()["error"] == "invalid_grant"


async def test_a_claim_elsewhere_does_not_use_up_a_code(provider, browser, platform):
    """Somebody claims the code's own string in other namespaces first: the code still works."""
    asked = request()
    code = (await browser.authorize(asked)).parameters["code"]
    for namespace in ("jti", "sign-out", "totp-step", ""):
        assert await provider.house.ephemeral.claim(namespace, code, lifetime=record_lifetime())
    assert (await platform.redeem(asked, code)).status_code == 200


def record_lifetime():
    from authsvc.oidc.authorize.authorization_code import REMEMBERED

    return REMEMBERED
