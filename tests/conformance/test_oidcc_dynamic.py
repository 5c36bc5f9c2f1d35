"""oidcc-dynamic-certification-test-plan: clients that register themselves, with keys of their own.

`oidcc-server`, `oidcc-refresh-token` and `oidcc-idtoken-unsigned` are in the basic plan as well,
where a client with a secret runs them; here it has a key.
"""

import json
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from authsvc.keyring import rotation
from authsvc.settings import KeyRules
from tests.conformance.host import Host
from tests.conformance.registrar import CALLBACK, Registrar
from tests.oidc.jwt_makers import jwks_of, private_key, unverified
from tests.oidc.leaving_platforms import reaching_loopback

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
FIRST, SECOND = private_key("RS256", "first"), private_key("RS256", "second")
BY_KEY: dict[str, Any] = {"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks_of(FIRST)}
QUERY = "?foo=bar"


@pytest.fixture
def fetcher(authority):
    return reaching_loopback(authority)


@pytest.fixture
def registrar(provider):
    return Registrar(provider, dynamic=True)


async def test_a_client_with_a_key_signs_somebody_in(registrar, person):
    """oidcc-server: the happy path with two clients that prove themselves by their keys."""
    for name, key in (("first", FIRST), ("second", SECOND)):
        keys = BY_KEY | {"jwks": jwks_of(key)}
        rp = await registrar.client(name, key=key, **keys)
        assert "client_secret" not in rp.registered
        await rp.sign_in(person)


async def test_an_assertion_for_the_issuer_is_taken(registrar, person):
    """oidcc-ensure-client-assertion-with-iss-aud-succeeds: `aud` is the issuer."""
    rp = await registrar.client(key=FIRST, **BY_KEY)
    assert unverified(rp.assertion())["aud"] == rp.service.issuer
    await rp.sign_in(person)


async def test_id_tokens_are_signed_with_what_was_registered(registrar, person):
    """oidcc-idtoken-rs256: RS256, asked for by name."""
    rp = await registrar.client(key=FIRST, id_token_signed_response_alg="RS256", **BY_KEY)
    assert rp.registered["id_token_signed_response_alg"] == "RS256"
    found = await rp.sign_in(person)
    assert unverified(found.id_token, 0)["alg"] == "RS256"


async def test_unsigned_id_tokens_are_not_to_be_had(registrar):
    """oidcc-idtoken-unsigned: skipped, since `none` is not offered."""
    found = (await registrar.http.get("/.well-known/openid-configuration")).json()
    assert "none" not in found["id_token_signing_alg_values_supported"]
    document = {"redirect_uris": [CALLBACK], "id_token_signed_response_alg": "none"}
    response = await registrar.register(document | BY_KEY)
    assert response.json()["error"] == "invalid_client_metadata"


async def test_userinfo_is_signed_for_who_registered_for_it(registrar, person):
    """oidcc-userinfo-rs256: a JWT with `iss` and `aud`, and the `sub` of the ID token."""
    rp = await registrar.client(key=FIRST, userinfo_signed_response_alg="RS256", **BY_KEY)
    tokens = rp.require_tokens(await rp.redeem(outcome := await rp.ask(person)))
    claims = await rp.read_id_token(tokens, nonce=outcome.asked["nonce"])
    response = await rp.ask_userinfo(tokens["access_token"])
    assert response.headers["content-type"].startswith("application/jwt")
    keys = KeySet.import_key_set((await rp.http.get("/jwks")).json())
    read = jws.deserialize_compact(response.text, keys, algorithms=["RS256"])
    told = json.loads(read.payload)
    assert told["iss"] == rp.service.issuer
    assert told["aud"] in (rp.client_id, [rp.client_id])
    assert told["sub"] == claims["sub"]


async def test_a_request_says_where_the_answer_goes(registrar, person):
    """oidcc-ensure-redirect-uri-in-authorization-request: without it there is a page."""
    rp = await registrar.client(key=FIRST, **BY_KEY)
    (await rp.ask(person, redirect_uri=None)).require_error_page("redirect_uri")


async def test_a_registered_query_is_kept(registrar, person):
    """oidcc-redirect-uri-query-OK: the answer is added to it."""
    rp = await registrar.client(key=FIRST, redirect_uris=[CALLBACK + QUERY], **BY_KEY)
    found = await rp.sign_in(person)
    assert found.outcome.parameters["foo"] == "bar"


async def test_another_query_than_the_registered_one_is_refused(registrar, person):
    """oidcc-redirect-uri-query-mismatch: a page, and no redirect."""
    rp = await registrar.client(key=FIRST, redirect_uris=[CALLBACK + QUERY], **BY_KEY)
    for other in ("?bar=foo", "?foo=bar&foo=bar", ""):
        outcome = await rp.ask(person, redirect_uri=CALLBACK + other)
        outcome.require_error_page("redirect_uri_refused")


async def test_a_query_that_was_not_registered_is_refused(registrar, person):
    """oidcc-redirect-uri-query-added: a page, and no redirect."""
    rp = await registrar.client(key=FIRST, redirect_uris=[CALLBACK], **BY_KEY)
    outcome = await rp.ask(person, redirect_uri=CALLBACK + QUERY)
    outcome.require_error_page("redirect_uri_refused")


async def test_a_redirect_uri_has_no_fragment(registrar):
    """oidcc-redirect-uri-regfrag: the registration is refused."""
    response = await registrar.register({"redirect_uris": [CALLBACK + "#foobar"]} | BY_KEY)
    assert response.status_code == 400
    assert response.json()["error"] in ("invalid_redirect_uri", "invalid_client_metadata")


# What a registration may show people. The links are on the page that asks for consent. A picture
# is kept, and shown to nobody: a browser that fetched it would tell its owner who is signing in.


async def test_a_logo_is_registered_and_its_owner_is_not_told_of_visits(registrar, person):
    """oidcc-registration-logo-uri: the registration returns it; the name is what people see."""
    logo = "https://localhost:8443/images/openid.png"
    rp = await registrar.client(key=FIRST, logo_uri=logo, **BY_KEY)
    assert rp.registered["logo_uri"] == logo
    page = await person.sees(rp.request())
    assert "username" in page.inputs
    assert "平台 first" in page.text


async def test_the_policy_is_linked_where_people_decide(registrar, person):
    """oidcc-registration-policy-uri: registered, and shown."""
    await require_link(registrar, person, "policy_uri")


async def test_the_terms_are_linked_where_people_decide(registrar, person):
    """oidcc-registration-tos-uri: registered, and shown."""
    await require_link(registrar, person, "tos_uri")


async def require_link(registrar, person, member):
    address = f"https://localhost:8443/{member}"
    other = await registrar.client("second", key=FIRST, **BY_KEY)
    await other.sign_in(person)
    rp = await registrar.client(key=FIRST, **BY_KEY, **{member: address})
    assert rp.registered[member] == address
    response, page = await person.follow(await person.get("/authorize", **rp.request()))
    assert "approve" in page.buttons
    assert f'href="{address}"' in response.text


async def test_keys_are_fetched_from_their_address(registrar, person, authority):
    """oidcc-registration-jwks-uri: the client proves itself by a key that lies there."""
    host = Host(authority)
    host.publish(jwks_of(FIRST))
    async with host.open() as server:
        keys = BY_KEY | {"jwks": None, "jwks_uri": server.url("/jwks")}
        rp = await registrar.client(key=FIRST, **keys)
        assert rp.registered["jwks_uri"] == server.url("/jwks")
        await rp.sign_in(person)
        assert server.requests


async def test_a_new_key_of_a_client_is_found(registrar, person, authority, time_passes):
    """oidcc-refresh-token-rp-key-rotation: refreshed with a key that was published just now."""
    host = Host(authority)
    host.publish(jwks_of(FIRST))
    async with host.open() as server:
        keys = BY_KEY | {"jwks": None, "jwks_uri": server.url("/jwks")}
        rp = await registrar.client(key=FIRST, **keys)
        found = await rp.sign_in(person, scope="openid offline_access", prompt="consent")
        host.publish(jwks_of(SECOND))
        await time_passes(seconds=60)
        rp.key = SECOND
        tokens = rp.require_tokens(await rp.refresh(found.tokens["refresh_token"]))
        assert tokens["access_token"] != found.access_token
        # The old key is believed no longer.
        rp.key = FIRST
        response = await rp.refresh(tokens["refresh_token"])
        assert response.status_code == 401
        assert response.json()["error"] == "invalid_client"


async def test_a_refresh_token_works_for_a_client_with_a_key(registrar, person, time_passes):
    """oidcc-refresh-token: and for no other client."""
    rp = await registrar.client(key=FIRST, **BY_KEY)
    other = await registrar.client("second", key=FIRST, **BY_KEY)
    found = await rp.sign_in(person, scope="openid offline_access", prompt="consent")
    await time_passes(seconds=2)
    response = await other.refresh(found.tokens["refresh_token"])
    assert response.json()["error"] == "invalid_grant"
    tokens = rp.require_tokens(await rp.refresh(found.tokens["refresh_token"]))
    claims = unverified(tokens["id_token"])
    for name in ("iss", "sub", "aud", "auth_time"):
        assert claims.get(name) == found.claims.get(name)


async def test_a_sector_that_lists_the_redirect_uris_is_taken(registrar, authority, person):
    """oidcc-registration-sector-uri: two clients of one sector know a person by one pseudonym."""
    host = Host(authority)
    host.publish([f"{CALLBACK}/first", f"{CALLBACK}/second"])
    subjects = set()
    async with host.open() as server:
        sector = {"subject_type": "pairwise", "sector_identifier_uri": server.url("/sector")}
        for name in ("first", "second"):
            rp = await registrar.client(name, key=FIRST, **BY_KEY, **sector)
            assert rp.registered["sector_identifier_uri"] == server.url("/sector")
            subjects.add((await rp.sign_in(person)).claims["sub"])
    assert len(subjects) == 1


async def test_a_sector_that_does_not_list_the_redirect_uri_is_refused(registrar, authority):
    """oidcc-registration-sector-bad: 400, invalid_client_metadata."""
    host = Host(authority)
    host.publish(["https://elsewhere.example/callback"])
    async with host.open() as server:
        sector = {"subject_type": "pairwise", "sector_identifier_uri": server.url("/sector")}
        response = await registrar.register({"redirect_uris": [CALLBACK]} | BY_KEY | sector)
    assert response.status_code == 400
    assert response.json()["error"] in ("invalid_client_metadata", "invalid_redirect_uri")


async def test_our_own_keys_change_and_old_tokens_stay_good(registrar, person, time_passes):
    """oidcc-server-rotate-keys: the set has a new key, which signs, and the old one verifies."""
    rp = await registrar.client(key=FIRST, **BY_KEY)
    before = (await rp.http.get("/jwks")).json()
    old = await rp.sign_in(person)
    rotation.rotate(rp.service.keyring, "RS256", now=rp.service.clock.now())
    await time_passes(KeyRules().propagation)
    after = (await rp.http.get("/jwks")).json()
    names = [{key["kid"] for key in keys["keys"]} for keys in (before, after)]
    [made] = names[1] - names[0]
    new = await rp.sign_in(person)
    assert unverified(new.id_token, 0)["kid"] == made
    published = KeySet.import_key_set(after)
    assert jws.deserialize_compact(old.id_token, published, algorithms=["RS256"])
