"""DPoP (RFC 9449) at the endpoints of the provider."""

import pytest

from authsvc.oidc.token.dpop_nonce import DPoPNonces
from tests.clients.makers import metadata
from tests.oidc.jwt_makers import private_key
from tests.oidc.makers import Platform, request
from tests.oidc.strict import StrictPlatform, proof

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


async def test_a_strict_client_is_given_tokens_that_only_its_key_can_use(strict, browser):
    tokens = await strict.tokens(browser)
    assert tokens["token_type"] == "DPoP"
    assert (await strict.userinfo(tokens["access_token"])).status_code == 200
    assert (await strict.userinfo(tokens["access_token"], dpop=False)).status_code == 401
    assert (await strict.userinfo(tokens["access_token"], scheme="Bearer")).status_code == 401
    other = StrictPlatform(strict.service, name="another key")
    assert (await other.userinfo(tokens["access_token"])).status_code == 401


@ONE_STORE
async def test_introspection_names_the_key(strict, browser):
    tokens = await strict.tokens(browser)
    told = (await strict.post("/introspect", token=tokens["access_token"])).json()
    assert told["token_type"] == "DPoP"
    assert told["cnf"] == {"jkt": strict.dpop_key.thumbprint()}


@ONE_STORE
async def test_an_ordinary_client_may_bind_its_tokens_too(provider, browser):
    platform, asked = Platform(provider), request()
    answer = await browser.authorize(asked)
    key, now = private_key(name="ordinary"), provider.clock.now().timestamp()
    platform.http.headers["dpop"] = proof("POST", provider.issuer + "/token", key=key, now=now)
    response = await platform.redeem(asked, answer.parameters["code"])
    assert response.json()["token_type"] == "DPoP"
    assert response.headers["dpop-nonce"]
    del platform.http.headers["dpop"]
    refused = await platform.refresh(response.json()["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"


@ONE_STORE
async def test_a_code_is_bound_to_the_key_of_the_pushed_request(strict, browser):
    asked, code = await strict.authorize(browser)
    thief = StrictPlatform(strict.service, name="another key")
    assert (await thief.redeem(asked, code)).json()["error"] == "invalid_grant"
    assert (await strict.redeem(asked, code)).status_code == 200


@ONE_STORE
async def test_a_code_is_bound_to_the_key_named_in_the_request(provider, browser, strict):
    key = private_key(name="named")
    asked = request(dpop_jkt=key.thumbprint())
    answer = await browser.authorize(asked)
    platform = Platform(provider)
    refused = await platform.redeem(asked, answer.parameters["code"])
    assert refused.json()["error"] == "invalid_grant"
    now = provider.clock.now().timestamp()
    platform.http.headers["dpop"] = proof("POST", provider.issuer + "/token", key=key, now=now)
    assert (await platform.redeem(asked, answer.parameters["code"])).status_code == 200


@ONE_STORE
async def test_a_key_named_in_a_pushed_request_must_be_that_of_its_proof(strict):
    asked = request("fapi", dpop_jkt=private_key(name="another").thumbprint())
    response = await strict.push(asked)
    assert response.status_code == 400
    assert response.json()["error"] in {"invalid_dpop_proof", "invalid_request"}


@ONE_STORE
async def test_a_registration_can_ask_for_proofs(provider, browser):
    await provider.clients.import_clients(
        [metadata("bound", dpop_bound_access_tokens=True)], now=provider.clock.now()
    )
    asked = request("bound")
    answer = await browser.authorize(asked)
    form = {"client_id": "bound", "client_secret": metadata()["client_secret"]}
    platform = Platform(provider, "bound")
    response = await platform.redeem(asked, answer.parameters["code"], **form)
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"


@ONE_STORE
async def test_the_strict_profile_needs_the_nonce_of_the_service(strict, browser):
    asked, code = await strict.authorize(browser)
    strict.nonce = None
    without = strict.proof("POST", "/token")
    response = await strict.redeem(asked, code, dpop=without)
    assert response.status_code == 400
    assert response.json()["error"] == "use_dpop_nonce"
    assert response.headers["dpop-nonce"] == strict.nonce
    assert (await strict.redeem(asked, code)).status_code == 200


@ONE_STORE
async def test_a_nonce_grows_old(strict, browser, time_passes):
    strict.nonce = None
    await strict.push(request("fapi"))
    old = strict.nonce
    await time_passes(minutes=2)
    assert (
        await strict.push(request("fapi"), dpop=strict.proof("POST", "/par"))
    ).status_code == 201
    await time_passes(minutes=2)
    stale = strict.proof("POST", "/par", nonce=old)
    response = await strict.push(request("fapi"), dpop=stale)
    assert response.json()["error"] == "use_dpop_nonce"
    assert response.headers["dpop-nonce"] != old


def test_nonces_are_told_apart_by_key(keyring, now):
    nonces = DPoPNonces(keyring.digests)
    assert nonces.is_fresh(nonces.current(now=now), now=now)
    assert not nonces.is_fresh("", now=now)
    assert not nonces.is_fresh("\ud800", now=now)


@ONE_STORE
@pytest.mark.parametrize("seconds", [-10, 10])
async def test_clocks_may_differ_by_seconds(strict, browser, seconds):
    """ensure-dpopproof-with-iat-10seconds-before-succeeds / -after-succeeds."""
    asked = request("fapi")
    iat = int(strict.now) + seconds
    await strict.push(asked)
    pushed = await strict.push(asked, dpop=strict.proof("POST", "/par", iat=iat))
    assert pushed.status_code == 201, pushed.text
    asked, code = await strict.authorize(browser, asked)
    response = await strict.redeem(asked, code, dpop=strict.proof("POST", "/token", iat=iat))
    assert response.status_code == 200
    token = response.json()["access_token"]
    made = strict.proof("GET", "/userinfo", access_token=token, iat=iat)
    assert (await strict.userinfo(token, dpop=made)).status_code == 200


@ONE_STORE
async def test_what_a_proof_may_look_like(strict, browser):
    """dpop-negative-tests: what must be accepted."""
    token = (await strict.tokens(browser))["access_token"]
    issuer = strict.service.issuer
    for htu in (
        issuer + "/userinfo?a=b",
        issuer + "/userinfo#part",
        issuer.upper() + "/userinfo",
        issuer + ":443/userinfo",
    ):
        made = strict.proof("GET", "/userinfo", access_token=token, htu=htu)
        assert (await strict.userinfo(token, dpop=made)).status_code == 200, htu
    more = {"extra": "member"}
    made = strict.proof("GET", "/userinfo", access_token=token, header=more, further="claim")
    assert (await strict.userinfo(token, dpop=made)).status_code == 200
    for scheme in ("dpop", "DPOP", "dPoP"):
        assert (await strict.userinfo(token, scheme=scheme)).status_code == 200


@ONE_STORE
async def test_a_proof_may_say_how_long_it_is_good(strict, browser):
    """check-dpop-proof-nbf-exp."""
    token = (await strict.tokens(browser))["access_token"]
    now = int(strict.now)

    async def status(**claims):
        made = strict.proof("GET", "/userinfo", access_token=token, **claims)
        return (await strict.userinfo(token, dpop=made)).status_code

    assert await status(nbf=now - 5, exp=now + 60) == 200
    assert await status(exp=now - 3600) == 401
    assert await status(nbf=now + 3600) == 401
    assert await status(exp="soon") == 401
