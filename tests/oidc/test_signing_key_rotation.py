"""Tokens and the JWK Set while signing keys change."""

import pytest
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet

from authsvc.algorithms import ES256
from authsvc.keyring import KeyRing, rotation
from authsvc.oidc.discovery import document
from authsvc.settings import KeyRules
from tests.authentication.makers import ISSUER
from tests.oidc.makers import Browser, Platform, request

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
RULES = KeyRules()


@pytest.fixture
def plain(provider):
    """The platform whose ID tokens are signed with ES256."""
    return Platform(provider, "plain")


async def jwks(platform):
    response = await platform.http.get("/jwks")
    assert response.status_code == 200
    return KeySet.import_key_set(response.json())


def claims(id_token, keys):
    return jwt.decode(id_token, keys, algorithms=[ES256]).claims


@ONE_STORE
async def test_what_the_last_key_signed_verifies_until_it_is_retired(
    provider, browser, plain, keyring, clock, time_passes
):
    before = await plain.tokens(browser)
    cached = await jwks(plain)
    made = rotation.rotate(keyring, ES256, now=clock.now())
    assert made.kid in {key.kid for key in (await jwks(plain)).keys}

    await time_passes(RULES.propagation)
    after = await plain.tokens(browser)
    assert jwt.decode(after["id_token"], await jwks(plain), algorithms=[ES256]).header["kid"] == (
        made.kid
    )
    with pytest.raises(InvalidKeyIdError):
        claims(after["id_token"], cached)
    assert claims(before["id_token"], await jwks(plain))["iss"] == ISSUER
    hinted = request("plain", id_token_hint=before["id_token"], prompt="none")
    assert "code" in (await browser.authorize(hinted)).parameters

    await time_passes(RULES.retention)
    with pytest.raises(InvalidKeyIdError):
        claims(before["id_token"], await jwks(plain))
    assert (await Browser(provider).authorize(hinted)).parameters["error"] == "invalid_request"


@ONE_STORE
async def test_an_access_token_outlives_its_key_but_not_its_revocation(
    browser, plain, keyring, clock, time_passes
):
    rotation.rotate(keyring, ES256, now=clock.now())
    await time_passes(RULES.propagation - (RULES.propagation / 60))
    token = (await plain.tokens(browser))["access_token"]
    await time_passes(minutes=5)
    assert (await plain.userinfo(token)).status_code == 200
    rotation.replace_at_once(keyring, ES256, revoke=True, now=clock.now())
    assert (await plain.userinfo(token)).status_code == 401
    assert (await plain.introspect(token)) == {"active": False}
    token = (await plain.tokens(browser))["access_token"]
    assert (await plain.userinfo(token)).status_code == 200


@ONE_STORE
async def test_a_cache_is_told_when_the_set_has_changed_and_when_not(
    plain, keyring, clock, time_passes
):
    first = await plain.http.get("/jwks")
    tag = first.headers["etag"]
    held = {"if-none-match": f'"other", {tag}'}
    same = await plain.http.get("/jwks", headers=held)
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == tag
    assert same.headers["cache-control"] == first.headers["cache-control"]

    rotation.rotate(keyring, ES256, now=clock.now())
    with_next = await plain.http.get("/jwks", headers=held)
    assert with_next.status_code == 200
    await time_passes(RULES.propagation)
    held = {"if-none-match": with_next.headers["etag"]}
    assert (await plain.http.get("/jwks", headers=held)).status_code == 304
    await time_passes(RULES.retention)
    assert (await plain.http.get("/jwks", headers=held)).status_code == 200


@ONE_STORE
async def test_a_key_is_published_longer_than_the_set_may_be_cached_before_it_signs(plain):
    cacheable = (await plain.http.get("/jwks")).headers["cache-control"]
    seconds = int(cacheable.rpartition("max-age=")[2])
    # The settings refuse less than twenty minutes; a worker looks into the directory each minute.
    assert seconds + 60 < KeyRules(propagation_minutes=20).propagation.total_seconds()


async def test_what_has_no_key_is_not_offered(keyring):
    (keyring.directory.root / "oidc" / "eddsa-1.pem").unlink()
    offered = KeyRing.open(keyring.directory.root).signing.algorithms
    named = document(ISSUER, offered)["id_token_signing_alg_values_supported"]
    assert list(named) == ["RS256", "PS256", "ES256"]
