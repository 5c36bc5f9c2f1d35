"""oidcc-rp-initiated-logout-certification-test-plan."""

import pytest

from tests.authentication.makers import ISSUER
from tests.conformance.person import Person
from tests.conformance.registrar import Registrar
from tests.oidc.jwt_makers import private_key, signed, unverified
from tests.oidc.makers import Answer, Page

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
BYE = "https://localhost:8443/test/a/authsvc/post_logout_redirect"


@pytest.fixture
async def rp(provider):
    """A static client with a registered way back."""
    registrar = Registrar(provider, dynamic=False)
    return await registrar.client(post_logout_redirect_uris=[BYE])


@pytest.fixture
async def hint(rp, person):
    """The ID token of somebody who is signed in."""
    return (await rp.sign_in(person)).id_token


async def require_signed_out(rp, person):
    """The same client's `prompt=none` fails."""
    outcome = await rp.ask(person, prompt="none")
    assert outcome.error == "login_required"


async def require_signed_in(rp, person):
    assert (await rp.ask(person, prompt="none")).code


async def require_told(rp, person, response):
    """The page says that it is done, at the latest after the person has confirmed."""
    page = Page(response.text)
    if "logout" in page.buttons:
        response = await person.submit(str(response.url), page, "logout")
        page = Page(response.text)
    assert response.status_code == 200
    assert "location" not in response.headers
    assert "You are signed out" in page.text
    await require_signed_out(rp, person)


async def require_page(person, word, **parameters):
    """An error page, or one that asks; never a redirect."""
    response = await person.get("/end-session", **parameters)
    assert "location" not in response.headers
    page = Page(response.text)
    if response.status_code == 200:
        assert "logout" in page.buttons
    else:
        assert response.status_code == 400
        assert word in page.text
    return response


async def test_the_end_session_endpoint_is_advertised(person):
    """oidcc-rp-initiated-logout-discovery-endpoint-verification: and is https."""
    found = (await person.get("/.well-known/openid-configuration")).json()
    assert found["end_session_endpoint"] == ISSUER + "/end-session"
    assert found["end_session_endpoint"].startswith("https://")


async def test_a_sign_out_leads_back_with_its_state(rp, person, hint):
    """oidcc-rp-initiated-logout: and `prompt=none` fails afterwards."""
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "a state"}
    answer = Answer.of(await person.get("/end-session", **sent))
    assert answer.location.startswith(BYE + "?")
    assert answer.parameters == {"state": "a state"}
    await require_signed_out(rp, person)


async def test_an_address_that_is_not_registered_is_not_visited(rp, person, hint):
    """oidcc-rp-initiated-logout-bad-post-logout-redirect-uri: a page says so in words."""
    for bad in ("https://elsewhere.example/", BYE + "/more"):
        sent = {"id_token_hint": hint, "post_logout_redirect_uri": bad, "state": "s"}
        await require_page(person, "redirect_uri_refused", **sent)
    await require_signed_in(rp, person)


async def test_a_query_that_is_not_registered_is_not_visited(rp, person, hint):
    """oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri: likewise."""
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": BYE + "?foo=bar", "state": "s"}
    await require_page(person, "redirect_uri_refused", **sent)
    await require_signed_in(rp, person)


async def test_a_hint_without_signature_leads_nowhere(rp, person, hint):
    """oidcc-rp-initiated-logout-modified-id-token-hint: alg none."""
    modified = signed(unverified(hint), private_key(), alg="none")
    sent = {"id_token_hint": modified, "post_logout_redirect_uri": BYE, "state": "s"}
    response = await require_page(person, "invalid_request", **sent)
    await require_signed_in(rp, person)
    await require_told(rp, person, response)


async def test_a_hint_of_somebody_else_leads_nowhere(rp, person, hint):
    """oidcc-rp-initiated-logout-bad-id-token-hint: a foreign signature."""
    kid = unverified(hint, 0)["kid"]
    bad = signed(unverified(hint), private_key("RS256"), alg="RS256", kid=kid)
    sent = {"id_token_hint": bad, "post_logout_redirect_uri": BYE, "state": "s"}
    response = await require_page(person, "invalid_request", **sent)
    await require_signed_in(rp, person)
    await require_told(rp, person, response)


async def test_without_a_hint_nobody_is_led_anywhere(rp, person, hint):
    """oidcc-rp-initiated-logout-no-id-token-hint: the person is asked."""
    sent = {"post_logout_redirect_uri": BYE, "state": "s"}
    response = await require_page(person, "invalid_request", **sent)
    await require_signed_in(rp, person)
    await require_told(rp, person, response)


async def test_without_anything_the_person_is_signed_out_and_told(rp, person, hint):
    """oidcc-rp-initiated-logout-no-params: "you are signed out"."""
    await require_told(rp, person, await person.get("/end-session"))


async def test_without_an_address_the_person_is_signed_out_and_told(rp, person, hint):
    """oidcc-rp-initiated-logout-no-post-logout-redirect-uri: at once, by the hint."""
    response = await person.get("/end-session", id_token_hint=hint, state="s")
    assert "logout" not in Page(response.text).buttons
    await require_told(rp, person, response)


async def test_with_a_state_alone_the_person_is_signed_out_and_told(rp, person, hint):
    """oidcc-rp-initiated-logout-only-state: the state belongs to nobody."""
    await require_told(rp, person, await person.get("/end-session", state="s"))


async def test_no_state_is_invented(rp, person, hint):
    """oidcc-rp-initiated-logout-no-state: the same way back, without one."""
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": BYE}
    answer = Answer.of(await person.get("/end-session", **sent))
    assert answer.location == BYE
    await require_signed_out(rp, person)


async def test_another_browser_stays_signed_in(provider, rp, person, hint):
    """oidcc-rp-initiated-logout: one session ends, and not the person's others."""
    other = Person(provider)
    await rp.sign_in(other)
    await person.get("/end-session", id_token_hint=hint, post_logout_redirect_uri=BYE)
    await require_signed_in(rp, other)
