"""The whole code flow, as a platform and a person see it."""

from joserfc import jwt
from joserfc.jwk import KeySet

from tests.authentication.makers import ISSUER
from tests.oidc.makers import request


async def keys(http):
    return KeySet.import_key_set((await http.get("/jwks")).json())


async def test_a_person_is_verified_to_a_platform(provider, browser, platform, clock):
    asked = request()
    answer = await browser.authorize(asked)
    assert answer.location.startswith("https://platform-a.example/callback?")
    assert answer.parameters["state"] == "state & 状态"
    assert answer.parameters["iss"] == ISSUER
    response = await platform.redeem(asked, answer.parameters["code"])
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    tokens = response.json()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 600
    assert tokens["scope"] == "openid age"
    claims = (await platform.userinfo(tokens["access_token"])).json()
    token = jwt.decode(tokens["id_token"], await keys(platform.http), algorithms=["RS256"])
    assert token.claims["sub"] == claims["sub"]
    assert token.claims["aud"] == "platform-a"
    assert token.claims["iss"] == ISSUER
    assert token.claims["nonce"] == "nonce-1"
    assert token.claims["amr"] == ["pwd"]
    assert "auth_time" not in token.claims
    assert set(claims) == {"sub", "age_over_14", "age_over_16", "age_over_18", "age_band"}
