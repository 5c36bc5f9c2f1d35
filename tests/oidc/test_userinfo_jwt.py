"""UserInfo as a JWT (OpenID Connect Core 5.3.2): signed, encrypted, or both."""

import json
import warnings

import pytest
from joserfc import jwe, jws
from joserfc.jwk import ECKey, KeySet, RSAKey

from authsvc.clients.client import (
    CONTENT_ENCRYPTION_ALGORITHMS,
    KEY_MANAGEMENT_ALGORITHMS,
    SIGNING_ALGORITHMS,
)
from tests.authentication.makers import ISSUER
from tests.clients.makers import metadata
from tests.oidc.makers import Platform, request
from tests.oidc.strict import StrictPlatform

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
EC = ECKey.generate_key("P-256", {"kid": "enc-ec", "use": "enc"})
RSA = RSAKey.generate_key(2048, {"kid": "enc-rsa", "use": "enc"})
JWKS = {"keys": [EC.as_dict(private=False), RSA.as_dict(private=False)]}


async def answer(provider, browser, **members):
    """What UserInfo answers a platform that registered these, and what it would say in JSON."""
    platform = Platform(provider, "plain")
    expected = (await platform.userinfo((await platform.tokens(browser))["access_token"])).json()
    document = metadata("plain", jwks=JWKS, **members)
    await provider.clients.import_clients([document], now=provider.clock.now())
    response = await platform.userinfo((await platform.tokens(browser))["access_token"])
    assert response.status_code == 200, response.text
    return response, expected


async def verified(provider, token, alg):
    """The claims of a JWT of ours, and its header."""
    keys = (await provider.http().get("/jwks")).json()
    with warnings.catch_warnings():
        # RFC 9864 has another word for EdDSA; clients are registered with this one.
        warnings.simplefilter("ignore")
        read = jws.deserialize_compact(token, KeySet.import_key_set(keys), algorithms=[alg])
    return json.loads(read.payload), read.headers()


@pytest.mark.parametrize("alg", SIGNING_ALGORITHMS)
async def test_it_is_signed_for_who_registered_for_that(provider, browser, alg):
    response, expected = await answer(provider, browser, userinfo_signed_response_alg=alg)
    assert response.headers["content-type"] == "application/jwt"
    assert response.headers["cache-control"] == "no-store"
    claims, header = await verified(provider, response.text, alg)
    assert claims == {"iss": ISSUER, "aud": "plain", **expected}
    assert (header["typ"], header["alg"]) == ("JWT", alg)


@pytest.mark.parametrize("enc", CONTENT_ENCRYPTION_ALGORITHMS)
@pytest.mark.parametrize("alg", KEY_MANAGEMENT_ALGORITHMS)
async def test_it_is_encrypted_alone(provider, browser, alg, enc):
    response, expected = await answer(
        provider,
        browser,
        userinfo_encrypted_response_alg=alg,
        userinfo_encrypted_response_enc=enc,
    )
    assert response.headers["content-type"] == "application/jwt"
    key = RSA if alg.startswith("RSA") else EC
    read = jwe.decrypt_compact(response.text, key, algorithms=[alg, enc])
    assert json.loads(read.plaintext or b"") == {"iss": ISSUER, "aud": "plain", **expected}
    assert "cty" not in read.headers()


async def test_it_is_signed_and_then_encrypted(provider, browser):
    response, expected = await answer(
        provider,
        browser,
        userinfo_signed_response_alg="PS256",
        userinfo_encrypted_response_alg="ECDH-ES",
    )
    read = jwe.decrypt_compact(response.text, EC, algorithms=["ECDH-ES", "A128CBC-HS256"])
    assert read.headers()["cty"] == "JWT"
    claims, _ = await verified(provider, (read.plaintext or b"").decode(), "PS256")
    assert claims == {"iss": ISSUER, "aud": "plain", **expected}


async def test_it_is_no_id_token(provider, browser):
    response, _ = await answer(provider, browser, userinfo_signed_response_alg="ES256")
    hinted = request(id_token_hint=response.text, prompt="none")
    answered = await browser.get("/authorize", **hinted.parameters)
    assert "error=invalid_request" in answered.headers["location"]


async def test_a_client_whose_key_is_gone_is_told_so(provider, browser, monkeypatch):
    platform = Platform(provider, "plain")
    document = metadata("plain", jwks=JWKS, userinfo_encrypted_response_alg="ECDH-ES")
    await provider.clients.import_clients([document], now=provider.clock.now())
    token = (await platform.tokens(browser))["access_token"]

    async def none(*_, now):
        return []

    monkeypatch.setattr(provider.provider.userinfo._jwts._client_keys, "of", none)
    response = await platform.userinfo(token)
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"


async def test_a_client_that_is_gone_is_told_nothing(provider, browser, platform, time_passes):
    token = (await platform.tokens(browser))["access_token"]
    await provider.clients.disable("platform-a", now=provider.clock.now())
    response = await platform.userinfo(token)
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_token"


async def test_an_answer_to_a_proof_carries_the_nonce_of_the_next(provider, browser, strict):
    tokens = await strict.tokens(browser)
    token = tokens["access_token"]
    headers = {
        "authorization": f"DPoP {token}",
        "dpop": strict.proof("GET", "/userinfo", access_token=token, nonce=None),
    }
    response = await strict.http.get("/userinfo", headers=headers)
    assert response.status_code == 200
    assert response.headers["dpop-nonce"]
    plain = Platform(provider, "plain")
    response = await plain.userinfo((await plain.tokens(browser))["access_token"])
    assert "dpop-nonce" not in response.headers


async def test_a_refusal_of_a_bound_token_names_its_scheme(
    provider, browser, strict: StrictPlatform
):
    tokens = await strict.tokens(browser)
    token = tokens["access_token"]
    await strict.post("/revoke", token=token)
    headers = {
        "authorization": f"DPoP {token}",
        "dpop": strict.proof("GET", "/userinfo", access_token=token, nonce=None),
    }
    response = await strict.http.get("/userinfo", headers=headers)
    assert response.status_code == 401
    challenge = response.headers["www-authenticate"]
    assert challenge.startswith('DPoP realm="authsvc", error="invalid_token"')
    assert 'algs="PS256 ES256 EdDSA"' in challenge
