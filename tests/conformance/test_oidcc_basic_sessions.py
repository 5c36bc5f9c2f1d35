"""oidcc-basic and oidcc-formpost-basic certification plans: sessions, codes and refresh tokens."""

from hashlib import sha256

import pytest

from authsvc.identifiers import b64url, new_token
from tests.conformance.person import Person
from tests.oidc.jwt_makers import unverified

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
ELSEWHERE = "https://localhost:8443/test/a/authsvc/callback/elsewhere"


async def test_a_new_login_is_asked_for_with_prompt_login(rp, person, time_passes):
    """oidcc-prompt-login: the second request shows the login again, and it is later."""
    first = await rp.sign_in(person, max_age="15000")
    await time_passes(seconds=2)
    assert "username" in (await person.sees(rp.request(prompt="login"))).inputs
    second = await rp.sign_in(person, prompt="login", max_age="15000")
    assert second.outcome.pages == ("sign-in",)
    assert second.claims["auth_time"] > first.claims["auth_time"]
    assert second.claims["sub"] == first.claims["sub"]


async def test_without_a_session_nothing_can_be_silent(rp, person):
    """oidcc-prompt-none-not-logged-in: an error at the redirect URI, and no page."""
    outcome = await rp.ask(person, prompt="none")
    assert outcome.pages == ()
    assert outcome.error == "login_required"


async def test_with_a_session_it_is_silent(rp, person, time_passes):
    """oidcc-prompt-none-logged-in: no page, the same person, the same moment."""
    first = await rp.sign_in(person)
    await time_passes(seconds=2)
    second = await rp.sign_in(person, prompt="none")
    require_the_same(first, second)


def require_the_same(first, second):
    """One session: no page was shown, and both ID tokens tell of one person and moment."""
    assert second.outcome.pages == ()
    assert second.claims["sub"] == first.claims["sub"]
    assert second.claims.get("auth_time") == first.claims.get("auth_time")


async def test_a_session_that_is_too_old_is_asked_again(rp, person, time_passes):
    """oidcc-max-age-1: the login is shown again, and `auth_time` is there and later."""
    first = await rp.sign_in(person)
    await time_passes(seconds=1.5)
    assert "username" in (await person.sees(rp.request(max_age="1"))).inputs
    second = await rp.sign_in(person, max_age="1")
    assert second.outcome.pages == ("sign-in",)
    assert second.claims["auth_time"] > first.claims.get("auth_time", 0)
    assert second.claims["sub"] == first.claims["sub"]


async def test_a_session_that_is_young_enough_is_not_asked_again(rp, person, time_passes):
    """oidcc-max-age-10000: `auth_time` is told, and is the same."""
    first = await rp.sign_in(person, max_age="15000")
    await time_passes(seconds=2)
    second = await rp.sign_in(person, max_age="10000")
    assert isinstance(second.claims["auth_time"], int)
    require_the_same(first, second)


async def test_an_id_token_says_who_is_meant(rp, person, time_passes):
    """oidcc-id-token-hint: with prompt=none, at once, the same person and moment."""
    first = await rp.sign_in(person)
    await time_passes(seconds=2)
    second = await rp.sign_in(person, prompt="none", id_token_hint=first.id_token)
    require_the_same(first, second)


async def test_a_code_is_good_once(rp, person):
    """oidcc-codereuse: at once a second time, invalid_grant."""
    outcome = await rp.ask(person)
    await rp.finish(outcome)
    await require_refused(rp, outcome)


async def test_a_code_is_good_once_however_late(rp, person, time_passes):
    """oidcc-codereuse-30seconds: invalid_grant after a while, and the tokens die of it."""
    outcome = await rp.ask(person)
    found = await rp.finish(outcome)
    await time_passes(seconds=30)
    await require_refused(rp, outcome)
    assert (await rp.ask_userinfo(found.access_token)).status_code == 401
    assert (await rp.refresh(found.tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def require_refused(rp, outcome):
    response = await rp.redeem(outcome)
    assert response.status_code == 400
    assert response.headers["content-type"].startswith("application/json")
    assert response.json()["error"] == "invalid_grant"


async def test_an_address_that_is_not_registered_is_never_visited(rp, person):
    """oidcc-ensure-registered-redirect-uri: a page says so in words, signed in or not."""
    for _ in range(2):
        outcome = await rp.ask(person, redirect_uri=ELSEWHERE)
        outcome.require_error_page("redirect_uri_refused")
        assert "redirect_uri" in outcome.text
        assert "The address to return to is not registered" in outcome.text
        assert outcome.pages == ()
        await rp.sign_in(person)


async def test_a_refresh_token_brings_an_id_token_that_fits_the_first(
    registrar, rp, person, time_passes
):
    """oidcc-refresh-token: offline_access is advertised and asked for; the client is its own."""
    document = (await rp.http.get("/.well-known/openid-configuration")).json()
    assert "offline_access" in document["scopes_supported"]
    first = await rp.sign_in(person, scope="openid offline_access", prompt="consent")
    await time_passes(seconds=2)
    stranger = await registrar.client("second")
    refused = await stranger.refresh(first.tokens["refresh_token"])
    assert refused.status_code == 400
    assert refused.json()["error"] == "invalid_grant"
    tokens = rp.require_tokens(await rp.refresh(first.tokens["refresh_token"]))
    assert tokens["access_token"] != first.access_token
    await require_consistent(rp, first, tokens)
    assert (await rp.ask_userinfo(tokens["access_token"])).json() == first.userinfo


async def require_consistent(rp, first, tokens):
    """OpenID Connect Core 12.2."""
    nonce = first.claims["nonce"] if "nonce" in unverified(tokens["id_token"]) else None
    claims = await rp.read_id_token(tokens, nonce=nonce)
    for name in ("iss", "sub", "aud", "auth_time", "azp"):
        assert claims.get(name) == first.claims.get(name), name
    assert claims["iat"] > first.claims["iat"]


async def test_a_refresh_goes_on_while_the_person_is_away(rp, person, time_passes):
    """oidcc-refresh-token: the new refresh token works as the old one did."""
    first = await rp.sign_in(person, scope="openid offline_access", prompt="consent")
    await time_passes(hours=13)
    second = rp.require_tokens(await rp.refresh(first.tokens["refresh_token"]))
    await time_passes(hours=13)
    third = rp.require_tokens(await rp.refresh(second.get("refresh_token")))
    await require_consistent(rp, first, third)


async def test_pkce_does_not_stand_in_the_way(rp, person):
    """oidcc-ensure-request-with-valid-pkce-succeeds: S256."""
    verifier = new_token(32)
    challenge = b64url(sha256(verifier.encode()).digest())
    outcome = await rp.ask(person, code_challenge=challenge, code_challenge_method="S256")
    await rp.finish(outcome, code_verifier=verifier)


async def test_another_browser_is_another_session(rp, person, provider):
    """oidcc-prompt-none-logged-in: the session is the browser's, and nobody else's."""
    await rp.sign_in(person)
    assert (await rp.ask(Person(provider), prompt="none")).error == "login_required"
