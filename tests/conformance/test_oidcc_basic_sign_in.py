"""oidcc-basic and oidcc-formpost-basic certification plans: the way in, tokens and claims."""

import json

import pytest

from tests.conformance.relying_party import require_nothing_unasked, require_userinfo
from tests.oidc.jwt_makers import private_key, signed, unverified

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


async def test_two_clients_sign_the_same_person_in(registrar, person):
    """oidcc-server: the happy path with both clients, and every check of the ID token."""
    first = await (await registrar.client()).sign_in(person)
    second = await (await registrar.client("second")).sign_in(person)
    assert first.outcome.pages == ("sign-in", "consent")
    assert second.outcome.pages == ("consent",)
    for signed_in in (first, second):
        require_nothing_unasked(signed_in.claims)
        assert set(signed_in.userinfo) == {"sub"}
    assert first.claims["sub"] != second.claims["sub"]
    assert first.access_token != second.access_token


async def test_a_request_without_a_response_type_is_an_error(rp, person):
    """oidcc-response-type-missing: the client hears of it at its redirect URI."""
    outcome = await rp.ask(person, response_type=None)
    assert outcome.error in ("unsupported_response_type", "invalid_request")
    assert outcome.pages == ()


async def test_userinfo_answers_get(rp, person):
    """oidcc-userinfo-get: the token in the header of a GET."""
    found = await rp.sign_in(person, scope="openid age")
    assert {"sub", "age_over_18"} <= set(found.userinfo)


async def test_userinfo_answers_post_with_the_token_in_the_header(rp, person):
    """oidcc-userinfo-post-header: the token in the header of a POST."""
    found = await rp.sign_in(person, scope="openid age")
    response = await rp.ask_userinfo(found.access_token, "post header")
    assert require_userinfo(response, found.claims) == found.userinfo


async def test_userinfo_answers_post_with_the_token_in_the_body(rp, person):
    """oidcc-userinfo-post-body: the token in the form of a POST."""
    found = await rp.sign_in(person, scope="openid age")
    response = await rp.ask_userinfo(found.access_token, "post body")
    assert require_userinfo(response, found.claims) == found.userinfo


async def test_the_code_flow_needs_no_nonce(rp, person):
    """oidcc-ensure-request-without-nonce-succeeds-for-code-flow: none is asked for, none comes."""
    found = await rp.sign_in(person, nonce=None)
    assert "nonce" not in found.claims


# The scopes of OpenID Connect Core 5.4 tell who somebody is, which this service never does: they
# are left out, as words that it does not know (3.1.2.1). The suite warns, and passes.


async def require_nobody_named(rp, person, scope):
    found = await rp.sign_in(person, scope=scope)
    assert found.tokens["scope"] == "openid"
    assert set(found.userinfo) == {"sub"}
    require_nothing_unasked(found.claims)


async def test_the_scope_profile_does_no_harm(rp, person):
    """oidcc-scope-profile: the request succeeds."""
    await require_nobody_named(rp, person, "openid profile")


async def test_the_scope_email_does_no_harm(rp, person):
    """oidcc-scope-email: the request succeeds."""
    await require_nobody_named(rp, person, "openid email")


async def test_the_scope_address_does_no_harm(rp, person):
    """oidcc-scope-address: the request succeeds."""
    await require_nobody_named(rp, person, "openid address")


async def test_the_scope_phone_does_no_harm(rp, person):
    """oidcc-scope-phone: the request succeeds."""
    await require_nobody_named(rp, person, "openid phone")


async def test_all_scopes_together_do_no_harm(rp, person):
    """oidcc-scope-all: the request succeeds, and what is known of them is told by UserInfo."""
    await require_nobody_named(rp, person, "openid profile email address phone")
    found = await rp.sign_in(person, scope="openid profile email address phone age")
    assert found.tokens["scope"] == "openid age"
    assert {"age_over_14", "age_over_16", "age_over_18", "age_band"} <= set(found.userinfo)
    require_nothing_unasked(found.claims)


async def test_the_order_of_scopes_and_parameters_does_not_matter(rp, person):
    """oidcc-alternate-happy-flow: both the other way round, the same success."""
    usual = rp.request(scope="age openid")
    outcome = await rp.send(person, dict(reversed(usual.items())))
    assert next(iter(outcome.asked)) == list(usual)[-1]
    found = await rp.finish(outcome)
    assert {"sub", "age_band"} <= set(found.userinfo)


async def test_the_display_page_is_no_error(rp, person):
    """oidcc-display-page: the parameter is understood."""
    assert (await rp.sign_in(person, display="page")).outcome.pages == ("sign-in", "consent")


async def test_the_display_popup_is_no_error(rp, person):
    """oidcc-display-popup: the parameter is understood."""
    assert (await rp.sign_in(person, display="popup")).outcome.pages == ("sign-in", "consent")


async def test_an_unknown_parameter_is_ignored(rp, person):
    """oidcc-ensure-request-with-unknown-parameter-succeeds: `extra=foobar`."""
    await rp.sign_in(person, extra="foobar")


async def test_a_login_hint_is_no_error(rp, person):
    """oidcc-login-hint: somebody else than it says signs in, too."""
    await rp.sign_in(person, login_hint="buffy@localhost")


async def test_the_locales_of_pages_are_no_error(rp, person):
    """oidcc-ui-locales: languages that are not spoken here."""
    await rp.sign_in(person, ui_locales="se", scope="openid age")


async def test_the_locales_of_claims_are_no_error(rp, person):
    """oidcc-claims-locales: languages that no claim has."""
    await rp.sign_in(person, claims_locales="se", scope="openid age")


async def test_the_levels_of_the_metadata_may_be_asked_for(rp, person):
    """oidcc-ensure-request-with-acr-values-succeeds: and one of them is what the ID token says."""
    document = (await rp.http.get("/.well-known/openid-configuration")).json()
    levels = document["acr_values_supported"]
    found = await rp.sign_in(person, acr_values=" ".join(levels))
    assert found.claims["acr"] in levels
    assert (await rp.sign_in(person, acr_values="1 2")).claims["acr"] in levels


async def test_an_essential_claim_that_is_not_told_is_no_error(rp, person):
    """oidcc-claims-essential: `name` is left out (OpenID Connect Core 5.5.1)."""
    asked = {"userinfo": {"name": {"essential": True}}}
    found = await rp.sign_in(person, claims=json.dumps(asked))
    assert set(found.userinfo) == {"sub"}


async def test_an_essential_claim_that_is_known_is_told(rp, person):
    """oidcc-claims-essential: the same with a claim that this service has."""
    asked = {"userinfo": {"age_over_18": {"essential": True}}}
    found = await rp.sign_in(person, claims=json.dumps(asked))
    assert found.userinfo["age_over_18"] is True
    assert set(found.userinfo) == {"sub", "age_over_18"}


async def test_a_client_without_a_word_about_it_gets_rs256(registrar, person):
    """oidcc-idtoken-signature: the default algorithm, and the name of the key."""
    found = await (await registrar.client()).sign_in(person)
    header = unverified(found.id_token, 0)
    assert header["alg"] == "RS256"
    assert header["kid"]


async def test_a_client_may_not_register_for_unsigned_id_tokens(registrar, person):
    """oidcc-idtoken-unsigned: skipped, since `none` is not offered; nor may it be registered."""
    document = (await person.get("/.well-known/openid-configuration")).json()
    assert "none" not in document["id_token_signing_alg_values_supported"]
    response = await registrar.register(
        {"redirect_uris": ["https://localhost:8443/cb"], "id_token_signed_response_alg": "none"}
    )
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_client_metadata"


async def test_a_client_in_the_body_goes_the_same_way(registrar, person):
    """oidcc-server-client-secret-post: the happy path with the secret in the form."""
    third = await registrar.client("third", token_endpoint_auth_method="client_secret_post")
    assert third.registered["token_endpoint_auth_method"] == "client_secret_post"
    await third.sign_in(person)


async def test_the_request_may_be_posted(rp, person):
    """oidcc-ensure-post-request-succeeds: the same parameters as a form."""
    await rp.sign_in(person, post=True)


async def test_an_unsigned_request_object_is_not_offered_and_never_passed_over(rp, person):
    """oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported: refused."""
    document = (await rp.http.get("/.well-known/openid-configuration")).json()
    assert "none" not in document["request_object_signing_alg_values_supported"]
    outcome = await rp.ask(person, request=unsigned(rp.request(state="inside")))
    assert outcome.error in ("request_not_supported", "invalid_request_object")
    assert outcome.pages == ()


async def test_an_unsigned_request_object_behind_an_address_is_not_even_fetched(rp, person):
    """oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported: refused."""
    outcome = await rp.ask(person, request_uri="https://localhost:8443/request.jwt")
    if outcome.location is None:
        outcome.require_error_page("invalid_request_uri")
    else:
        assert outcome.error in ("request_uri_not_supported", "invalid_request_uri")


async def test_a_redirect_uri_inside_an_unsigned_object_leads_nowhere(rp, person):
    """oidcc-ensure-request-object-with-redirect-uri: skipped like above; refused all the same."""
    inside = unsigned(rp.request(redirect_uri="https://elsewhere.example/callback"))
    outcome = await rp.ask(person, request=inside)
    assert outcome.error in ("request_not_supported", "invalid_request_object")
    outcome = await rp.ask(person, request=inside, redirect_uri="https://other.example/")
    outcome.require_error_page("invalid_request_object")


def unsigned(claims):
    return signed(claims, private_key(), alg="none")
