"""Row 26: a proof of possession for another request, another token, another time, another key."""

import pytest

from tests.oidc.jwt_makers import private_key
from tests.oidc.makers import Platform, request
from tests.oidc.strict import StrictPlatform, proof

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture
async def token(strict, browser):
    return (await strict.tokens(browser))["access_token"]


@pytest.fixture
def refuses(strict, token):
    """The resource refuses a request with this proof, and says why in a word."""

    async def check(*, path="/userinfo", **changes):
        made = strict.proof("GET", path, **({"access_token": token} | changes))
        response = await strict.userinfo(token, dpop=made)
        assert response.status_code in {400, 401}
        assert response.json()["error"] in {"invalid_dpop_proof", "invalid_token"}
        assert "www-authenticate" in response.headers

    return check


@pytest.mark.parametrize("claim", ["jti", "htm", "htu", "iat", "ath"])
async def test_a_claim_is_missing(refuses, claim):
    """A proof without one of its claims: refused."""
    await refuses(**{claim: None})


@pytest.mark.parametrize(
    "claims",
    [
        {"htm": "POST"},
        {"htu": "https://elsewhere.example/userinfo"},
        {"htu": "https://id.example/token"},
        {"htu": "https://id.example/userinfo/more"},
        {"htu": "http://id.example/userinfo"},
        {"htu": "https://id.example:8443/userinfo"},
        {"htu": "https://id.example@elsewhere.example/userinfo"},
        {"htu": "https://[/userinfo"},
        {"htu": 7},
        {"ath": "x"},
        {"jti": ""},
        {"jti": "x" * 10_000},
        {"jti": 7},
        {"iat": "now"},
        {"iat": True},
        {"iat": 0},
        {"iat": 10**12},
    ],
    ids=str,
)
async def test_a_claim_is_for_something_else(refuses, claims):
    """A proof for another method, address, token or time: refused."""
    await refuses(**claims)


@pytest.mark.parametrize("seconds", [-3600, 3600])
async def test_the_proof_is_not_of_now(strict, refuses, seconds):
    """A proof made an hour ago, or to be used in an hour: refused."""
    await refuses(iat=int(strict.now) + seconds)


@pytest.mark.parametrize(
    "header",
    [
        {"typ": None},
        {"typ": "JWT"},
        {"jwk": None},
        {"jwk": {}},
        {"jwk": "key"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "RS256"},
        {"alg": None},
        {"crit": ["exp"]},
    ],
    ids=str,
)
async def test_a_header_that_is_not_one_of_a_proof(refuses, header):
    """Another type, no key, a symmetric key, no or another algorithm, an unknown crit: refused."""
    await refuses(header=header)


async def test_the_private_key_travels_along(strict, refuses):
    """The header gives the private key away: refused."""
    await refuses(header={"jwk": strict.dpop_key.as_dict(private=True)})


async def test_an_rsa_key_with_rs256(refuses):
    """A genuine proof under RS256: refused."""
    await refuses(key=private_key("RS256"), alg="RS256")


async def test_the_key_in_the_header_is_another_than_the_one_that_signed(strict, refuses):
    """A proof signed by one key that brings another along: refused."""
    other = private_key(name="another").as_dict(private=False)
    await refuses(header={"jwk": other})


async def test_a_genuine_proof_by_another_key(strict, token):
    """A stolen token with a proof by the thief's own key: refused."""
    thief = StrictPlatform(strict.service, name="thief")
    response = await thief.userinfo(token)
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_token"


async def test_no_proof_and_no_scheme(strict, token):
    """A stolen token sent as Bearer, by header or body, with or without proof: refused."""
    assert (await strict.userinfo(token, dpop=False)).status_code == 401
    assert (await strict.userinfo(token, scheme="Bearer", dpop=False)).status_code == 401
    assert (await strict.userinfo(token, scheme="Bearer")).status_code == 401
    body = await strict.http.post("/userinfo", data={"access_token": token})
    assert body.status_code == 401


async def test_two_proofs(strict, token):
    """Two DPoP headers, both genuine: refused."""
    made = [strict.proof("GET", "/userinfo", access_token=token) for _ in range(2)]
    headers = [("authorization", f"DPoP {token}"), *(("dpop", each) for each in made)]
    response = await strict.http.get("/userinfo", headers=headers)
    assert response.status_code in {400, 401}


@pytest.mark.parametrize("junk", ["JUNK", "a.b.c", "..", "é", "x" * 9000])
async def test_a_header_that_is_no_token(strict, token, junk):
    """Something else than a JWT in the header: refused, and nothing breaks."""
    headers = {"authorization": f"DPoP {token}".encode(), "dpop": junk.encode()}
    response = await strict.http.get("/userinfo", headers=headers)
    assert response.status_code in {400, 401}


async def test_the_same_proof_again(strict, token):
    """A proof that was used a moment ago: refused."""
    made = strict.proof("GET", "/userinfo", access_token=token)
    assert (await strict.userinfo(token, dpop=made)).status_code == 200
    assert (await strict.userinfo(token, dpop=made)).status_code == 401


async def test_an_unbound_token_with_a_proof(provider, browser, strict):
    """A token that is bound to no key, sent under the scheme DPoP: refused."""
    token = (await Platform(provider).tokens(browser))["access_token"]
    assert (await strict.userinfo(token)).status_code == 401


async def test_a_token_request_without_a_proof(strict, browser):
    """A strict client asks for tokens and shows no key: refused, and the code is not used up."""
    asked, code = await strict.authorize(browser)
    response = await strict.redeem(asked, code, dpop=False)
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"
    assert (await strict.redeem(asked, code)).status_code == 200


async def test_a_refresh_without_a_key(strict, browser):
    """A stolen refresh token and the client's assertion key, but no DPoP key: refused."""
    tokens = await strict.tokens(browser)
    response = await strict.refresh(tokens["refresh_token"], dpop=False)
    assert response.json()["error"] == "invalid_request"
    assert (await strict.refresh(tokens["refresh_token"])).status_code == 200


async def test_a_refresh_of_a_public_client_with_another_key(provider, browser):
    """A stolen refresh token of an app, whose key is all that it has: refused with another."""
    app = Platform(provider, "spa")
    asked = request("spa")
    answer = await browser.authorize(asked)

    def shows(name):
        url, now = provider.issuer + "/token", provider.clock.now().timestamp()
        app.http.headers["dpop"] = proof("POST", url, key=private_key(name=name), now=now)

    shows("app")
    tokens = (await app.redeem(asked, answer.parameters["code"])).json()
    shows("thief")
    response = await app.refresh(tokens["refresh_token"])
    assert response.json()["error"] == "invalid_grant"
    shows("app")
    assert (await app.refresh(tokens["refresh_token"])).status_code == 200
