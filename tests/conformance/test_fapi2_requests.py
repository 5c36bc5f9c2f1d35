"""FAPI 2.0 Security Profile, the lines about what may be asked and how it is answered."""

import pytest

from tests.conformance.outcomes import carried, opened
from tests.conformance.platforms import KINDS, QUERY, fapi_metadata
from tests.oidc.makers import request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
STATE = "state & 状态"


async def id_token_of(fapi, asked, outcome):
    response = await fapi.redeem(asked, outcome.code)
    assert response.status_code == 200, response.text
    return await fapi.claims_of(response.json()["id_token"])


@pytest.mark.parametrize("kind", KINDS, ids=str, indirect=True)
async def test_two_clients_in_turn_get_tokens_that_work(fapi, other, browser):
    """happy-flow: for every way of proving oneself; a query of the redirect URI is kept."""
    for client in (fapi, other):
        redirect_uri = f"https://{client.client_id}.example/callback"
        if client is other:
            redirect_uri += QUERY
        asked = request(client.client_id, redirect_uri=redirect_uri)
        outcome = await carried(client, browser, await client.push(asked))
        joint = "&" if client is other else "?"
        assert outcome.location.startswith(redirect_uri + joint)
        assert set(outcome.parameters) - {"dummy1", "dummy2"} == {"code", "state", "iss"}
        assert outcome.parameters["state"] == STATE
        response = await client.redeem(asked, outcome.code)
        assert response.status_code == 200, response.text
        assert response.headers["cache-control"] == "no-store"
        tokens = response.json()
        assert tokens["token_type"] == client.kind.scheme
        claims = await client.claims_of(tokens["id_token"])
        assert claims["iss"] == client.service.issuer
        assert claims["aud"] in (client.client_id, [client.client_id])
        told = await client.userinfo(tokens["access_token"])
        assert told.status_code == 200
        assert told.json()["sub"] == claims["sub"]


@pytest.mark.parametrize("kind", KINDS, ids=str, indirect=True)
async def test_a_client_that_is_no_openid_client_gets_no_id_token(fapi, browser):
    """happy-flow: without OpenID; the token is bound all the same."""
    asked = request("fapi", scope="age").but(nonce=None)
    outcome = await carried(fapi, browser, await fapi.push(asked))
    tokens = (await fapi.redeem(asked, outcome.code)).json()
    assert "id_token" not in tokens
    told = (await fapi.post("/introspect", token=tokens["access_token"])).json()
    assert told["active"]
    assert set(told["cnf"]) == ({"jkt"} if fapi.kind.dpop else {"x5t#S256"})


async def test_who_declines_is_told_to_the_client(fapi, browser):
    """user-rejects-authentication: access_denied, with state and issuer."""
    pushed = (await fapi.push(request("fapi"))).json()
    found = await browser.get("/authorize", client_id="fapi", request_uri=pushed["request_uri"])
    answer = await browser.through(found, button="deny")
    assert answer.parameters["error"] == "access_denied"
    assert answer.parameters["state"] == STATE
    assert answer.parameters["iss"] == fapi.service.issuer


async def test_no_state_is_invented(fapi, browser):
    """ensure-authorization-request-without-state-success: nothing comes back in its place."""
    asked = request("fapi").but(state=None)
    outcome = await carried(fapi, browser, await fapi.push(asked))
    assert "state" not in outcome.parameters
    assert "s_hash" not in await id_token_of(fapi, asked, outcome)


async def test_no_nonce_is_invented(fapi, browser):
    """ensure-authorization-request-without-nonce-success: the ID token has none either."""
    asked = request("fapi").but(nonce=None)
    outcome = await carried(fapi, browser, await fapi.push(asked))
    assert "nonce" not in await id_token_of(fapi, asked, outcome)


@pytest.mark.parametrize("length", [64, 384])
async def test_a_long_nonce_comes_back_whole(fapi, browser, length):
    """ensure-authorization-request-with-64-char-nonce-success: never cut.

    ensure-authorization-request-with-long-nonce: never cut.
    """
    asked = request("fapi", nonce="n" * length)
    outcome = await carried(fapi, browser, await fapi.push(asked))
    assert (await id_token_of(fapi, asked, outcome))["nonce"] == "n" * length


async def test_a_long_state_comes_back_whole(fapi, browser):
    """ensure-authorization-request-with-long-state: never cut."""
    asked = request("fapi", state="s" * 384)
    outcome = await carried(fapi, browser, await fapi.push(asked))
    assert outcome.parameters["state"] == "s" * 384


async def test_the_order_of_scopes_does_not_matter(fapi, browser):
    """ensure-other-scope-order-succeeds: the same is granted."""
    granted = set()
    for scope in ("openid age", "age openid"):
        asked = request("fapi", scope=scope)
        outcome = await carried(fapi, browser, await fapi.push(asked))
        granted.add((await fapi.redeem(asked, outcome.code)).json()["scope"])
    assert len(granted) == 1


@pytest.mark.parametrize("name", ["state", "nonce"])
async def test_what_was_pushed_counts_and_not_what_stands_beside_it(fapi, browser, name):
    """ensure-different-nonce-inside-and-outside-request-object: the pushed one, and success.

    ensure-different-state-inside-and-outside-request-object: the pushed one, and success.
    """
    asked = request("fapi", state="inside", nonce="inside")
    outcome = await carried(fapi, browser, await fapi.push(asked), **{name: "outside"})
    assert outcome.parameters["state"] == "inside"
    assert (await id_token_of(fapi, asked, outcome))["nonce"] == "inside"


async def test_a_state_that_was_not_pushed_is_not_used(fapi, browser):
    """state-only-outside-request-object-not-used: neither in the answer nor in the ID token."""
    asked = request("fapi").but(state=None)
    outcome = await carried(fapi, browser, await fapi.push(asked), state="outside")
    assert "state" not in outcome.parameters
    assert "s_hash" not in await id_token_of(fapi, asked, outcome)


async def test_a_request_needs_a_redirect_uri(fapi, browser):
    """ensure-request-object-without-redirect-uri-fails: rejected.

    ensure-redirect-uri-in-authorization-request: rejected, also where only one can be meant.
    """
    asked = request("fapi").but(redirect_uri=None)
    outcome = await carried(fapi, browser, await fapi.push(asked))
    outcome.must_be_rejected("invalid_request")
    single = fapi_metadata(fapi.kind, redirect_uris=["https://fapi.example/callback"])
    await fapi.service.clients.import_clients([single], now=fapi.service.clock.now())
    outcome = await carried(fapi, browser, await fapi.push(asked))
    outcome.must_be_rejected("invalid_request")


@pytest.mark.parametrize(
    "redirect_uri",
    ["https://fapi.example/callback/other", "https://fapi.example/callback?other=1"],
)
async def test_a_redirect_uri_must_be_registered(fapi, browser, redirect_uri):
    """plain-fapi-tolerate-unregistered-redirect-uri, ensure-registered-redirect-uri: rejected."""
    outcome = await carried(
        fapi, browser, await fapi.push(request("fapi", redirect_uri=redirect_uri))
    )
    outcome.must_be_rejected("invalid_request")
    assert outcome.at == "push"


async def test_requests_must_be_pushed(fapi, browser):
    """ensure-unsigned-authorization-request-without-using-par-fails: invalid_request."""
    outcome = await opened(browser, **request("fapi").parameters)
    outcome.must_be_rejected("invalid_request")
    assert outcome.parameters["state"] == STATE


@pytest.mark.parametrize("response_type", ["code id_token", "token"])
async def test_nothing_but_a_code_goes_through_the_browser(fapi, browser, response_type):
    """ensure-response-type-code-idtoken-fails, ensure-response-type-token-fails: rejected."""
    asked = request("fapi", response_type=response_type)
    outcome = await carried(fapi, browser, await fapi.push(asked))
    outcome.must_be_rejected("unsupported_response_type")
