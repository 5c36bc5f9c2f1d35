"""FAPI 2.0 Security Profile, the lines about client assertions (private_key_jwt)."""

import pytest

from tests.conformance.platforms import BY_KEY, fapi_metadata
from tests.oidc.jwt_makers import jwks_of, private_key
from tests.oidc.makers import request

pytestmark = [
    pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True),
    pytest.mark.parametrize("kind", ["private_key_jwt-dpop"], indirect=True),
]


async def push(fapi, assertion):
    """Pushes a request with this assertion."""
    return await fapi.push(request("fapi"), assertion=assertion, dpop=False)


async def accepted(fapi, browser, make):
    """Whether assertions of this make are accepted, at PAR and at the token endpoint alike."""
    pushed = await push(fapi, make())
    asked, code = await fapi.authorize(browser)
    redeemed = await fapi.redeem(asked, code, assertion=make(), dpop=fapi.proof("POST", "/token"))
    for response in (pushed, redeemed):
        if response.status_code not in (200, 201):
            assert response.status_code in (400, 401)
            assert response.json()["error"] == "invalid_client", response.text
    assert (pushed.status_code == 201) == (redeemed.status_code == 200)
    return pushed.status_code == 201


async def test_rs256_is_not_for_assertions(fapi, browser):
    """ensure-signed-client-assertion-with-RS256-fails: though the key is the client's."""
    key = private_key("RS256", "fapi")
    both = jwks_of(private_key(name="fapi"), key)
    registered = fapi_metadata(BY_KEY, jwks=both)
    await fapi.service.clients.import_clients([registered], now=fapi.service.clock.now())
    assert await accepted(fapi, browser, lambda: fapi.assertion(key=key, alg="PS256"))
    assert not await accepted(fapi, browser, lambda: fapi.assertion(key=key, alg="RS256"))


async def test_there_must_be_an_assertion(fapi, browser):
    """ensure-client-assertion-in-token-endpoint: invalid_client without one."""
    asked, code = await fapi.authorize(browser)
    form = {
        "grant_type": "authorization_code",
        "client_id": "fapi",
        "code": code,
        "redirect_uri": asked.parameters["redirect_uri"],
        "code_verifier": asked.verifier,
    }
    headers = {"dpop": fapi.proof("POST", "/token")}
    response = await fapi.http.post("/token", data=form, headers=headers)
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_client"
    assert (await fapi.redeem(asked, code)).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"exp": -300}, id="expired"),
        pytest.param({"aud": "https://other.example"}, id="aud"),
        pytest.param({"sub": None}, id="no sub"),
        pytest.param({"aud": ["https://id.example"]}, id="array"),
        pytest.param({"aud": ["https://id.example", "https://other.example"]}, id="two"),
        pytest.param({"aud": "https://id.example/par"}, id="par"),
        pytest.param({"aud": "https://id.example/token"}, id="token"),
        pytest.param({"nbf": 61}, id="nbf"),
        pytest.param({"iat": 61}, id="iat"),
    ],
)
async def test_an_assertion_is_for_us_alone_and_for_now(fapi, browser, claims):
    """ensure-client-assertion-with-exp-is-5-minutes-in-past-fails: invalid_client.

    ensure-client-assertion-with-wrong-aud-fails: invalid_client.
    ensure-client-assertion-with-no-sub-fails: invalid_client.
    par-test-array-as-audience-fails: invalid_client, even if it names nobody else.
    par-test-par-endpoint-url-as-audience-fails: invalid_client.
    par-test-token-endpoint-url-as-audience-fails: invalid_client.
    par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails: and iat.
    """
    moved = {
        name: value + int(fapi.now) if isinstance(value, int) else value
        for name, value in claims.items()
    }
    assert not await accepted(fapi, browser, lambda: fapi.assertion(**moved))
    assert await accepted(fapi, browser, fapi.assertion)


@pytest.mark.parametrize("claim", ["nbf", "iat"])
async def test_clocks_may_differ(fapi, browser, claim):
    """par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted: and iat."""
    assert await accepted(fapi, browser, lambda: fapi.assertion(**{claim: int(fapi.now) + 8}))
