"""FAPI 2.0 Message Signing: signed requests (JAR), answers (JARM) and introspection (RFC 9701)."""

import pytest

from tests.conformance.outcomes import carried, opened
from tests.conformance.platforms import FapiPlatform, fapi_metadata
from tests.oidc.jwt_makers import jwks_of, private_key, unverified
from tests.oidc.makers import request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
REJECTED = ("invalid_request_object", "invalid_request")
HOUR = 3600


@pytest.fixture
async def signing(provider, kind):
    """A client of this kind that signs what it asks; `fapi-2` is another one."""
    registered = []
    for client_id in ("fapi", "fapi-2"):
        document = fapi_metadata(kind, client_id, require_signed_request_object=True)
        keys = document.get("jwks") or jwks_of(private_key(name=client_id))
        rsa = private_key("RS256", client_id).as_dict(private=False)
        document["jwks"] = {"keys": [*keys["keys"], rsa]}
        registered.append(document)
    await provider.clients.import_clients(registered, now=provider.clock.now())
    return FapiPlatform(provider, kind)


async def outcome_of(signing, browser, **changes):
    """What comes of a request object, right but for the changes."""
    token = signing.request_object(request("fapi"), **changes)
    return await carried(signing, browser, await signing.push_object(token))


@pytest.mark.parametrize("alg", ["ES256", "PS256"])
async def test_a_signed_request_gets_its_code(signing, browser, alg):
    """happy-flow: with signed requests; all comes from the object."""
    asked = request("fapi")
    key = signing.key if alg == "ES256" else private_key("RS256", "fapi")
    token = signing.request_object(asked, key=key, alg=alg)
    outcome = await carried(signing, browser, await signing.push_object(token, state="outside"))
    assert outcome.parameters["state"] == asked.parameters["state"]
    response = await signing.redeem(asked, outcome.code)
    assert response.status_code == 200, response.text
    claims = await signing.claims_of(response.json()["id_token"])
    assert claims["nonce"] == asked.parameters["nonce"]


async def test_it_may_be_for_several(signing, browser):
    """ensure-request-object-with-multiple-aud-succeeds: the issuer among them."""
    audience = [signing.service.issuer, "https://other.example"]
    assert (await outcome_of(signing, browser, aud=audience)).code


async def test_clocks_may_differ(signing, browser):
    """ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted: and come to a code."""
    assert (await outcome_of(signing, browser, nbf=int(signing.now) + 8)).code


@pytest.mark.parametrize("claim", ["exp", "nbf"])
async def test_it_says_from_when_and_until_when(signing, browser, claim):
    """ensure-request-object-without-exp-fails, ensure-request-object-without-nbf-fails: both."""
    outcome = await outcome_of(signing, browser, **{claim: None})
    outcome.must_be_rejected(*REJECTED)


@pytest.mark.parametrize(
    ("begins", "ends"),
    [(-600, -300), (0, HOUR + 60), (-HOUR - 60, 60), (-HOUR - 60, -60), (120, 300)],
)
async def test_it_is_for_now_and_not_for_long(signing, browser, begins, ends):
    """ensure-expired-request-object-fails: rejected.

    ensure-request-object-with-exp-over-60-fails: rejected, in minutes.
    ensure-request-object-with-nbf-over-60-fails: rejected, in minutes.
    """
    now = int(signing.now)
    outcome = await outcome_of(signing, browser, nbf=now + begins, exp=now + ends)
    outcome.must_be_rejected(*REJECTED)


@pytest.mark.parametrize("audience", ["https://other.example", ["https://other.example"], None])
async def test_it_is_for_us(signing, browser, audience):
    """ensure-request-object-with-bad-aud-fails: also without any."""
    outcome = await outcome_of(signing, browser, aud=audience)
    outcome.must_be_rejected(*REJECTED)


async def test_rs256_is_not_for_requests(signing, browser):
    """ensure-signed-request-object-with-RS256-fails: though the key is the client's."""
    key = private_key("RS256", "fapi")
    assert (await outcome_of(signing, browser, key=key, alg="PS256")).code
    outcome = await outcome_of(signing, browser, key=key, alg="RS256")
    outcome.must_be_rejected(*REJECTED)


async def test_none_is_no_signature(signing, browser):
    """ensure-request-object-signature-algorithm-is-not-none: rejected."""
    outcome = await outcome_of(signing, browser, alg="none")
    outcome.must_be_rejected(*REJECTED)


async def test_the_signature_must_be_right(signing, browser):
    """ensure-request-object-with-invalid-signature-fails: rejected."""
    head, body, signature = signing.request_object(request("fapi")).split(".")
    pushed = await signing.push_object(f"{head}.{body}.{signature[::-1]}")
    (await carried(signing, browser, pushed)).must_be_rejected(*REJECTED)


async def test_the_signature_must_be_the_clients(signing, browser):
    """ensure-matching-key-in-authorization-request: not by the key of client 2."""
    outcome = await outcome_of(signing, browser, key=private_key(name="fapi-2"))
    outcome.must_be_rejected(*REJECTED)


async def test_unsigned_requests_are_refused_where_they_must_be_signed(signing, browser):
    """ensure-unsigned-request-at-par-endpoint-fails: and at the authorization endpoint too."""
    outcome = await carried(signing, browser, await signing.push(request("fapi")))
    outcome.must_be_rejected(*REJECTED)
    (await opened(browser, **request("fapi").parameters)).must_be_rejected(*REJECTED)


async def test_a_request_object_holds_no_other(signing, browser):
    """par-authorization-request-containing-request_uri: inside the object."""
    pushed = await signing.push_object(signing.request_object(request("fapi")))
    for reference in (pushed.json()["request_uri"], "https://fapi.example/request"):
        outcome = await outcome_of(signing, browser, request_uri=reference)
        outcome.must_be_rejected(*REJECTED)


@pytest.mark.parametrize("claim", ["redirect_uri", "code_challenge", "response_type", "scope"])
async def test_what_is_signed_must_be_complete(signing, browser, claim):
    """ensure-request-object-without-redirect-uri-fails: with signed requests.

    par-ensure-pkce-required: likewise; what stands beside the object does not help.
    """
    asked = request("fapi")
    token = signing.request_object(asked, **{claim: None})
    beside = {claim: asked.parameters[claim]}
    outcome = await carried(signing, browser, await signing.push_object(token, **beside))
    outcome.must_be_rejected("invalid_request", "invalid_scope")


@pytest.mark.parametrize("button", ["approve", "deny"])
async def test_the_answer_is_signed(signing, browser, button):
    """happy-flow, user-rejects-authentication: with JARM, one parameter by an allowed alg."""
    asked = request("fapi", response_mode="jwt")
    pushed = (await signing.push_object(signing.request_object(asked))).json()
    found = await browser.get("/authorize", client_id="fapi", request_uri=pushed["request_uri"])
    answer = await browser.through(found, button=button)
    assert set(answer.parameters) == {"response"}
    claims = await signing.claims_of(answer.parameters["response"])
    assert claims["iss"] == signing.service.issuer
    assert claims["aud"] == "fapi"
    assert claims["state"] == asked.parameters["state"]
    assert 0 < claims["exp"] - signing.now <= 600
    if button == "deny":
        assert claims["error"] == "access_denied"
    else:
        assert (await signing.redeem(asked, claims["code"])).status_code == 200


async def test_introspection_is_signed(signing, browser):
    """happy-flow: with introspection signed by ES256 (RFC 9701), for whoever asks for it."""
    asked = request("fapi")
    outcome = await carried(
        signing, browser, await signing.push_object(signing.request_object(asked))
    )
    token = (await signing.redeem(asked, outcome.code)).json()["access_token"]
    signing.http.headers["accept"] = "application/token-introspection+jwt"
    for presented, active in ((token, True), ("no token", False)):
        response = await signing.post("/introspect", token=presented)
        assert response.status_code == 200
        assert response.headers["content-type"] == "application/token-introspection+jwt"
        head = unverified(response.text, part=0)
        assert head["typ"] == "token-introspection+jwt"
        claims = await signing.claims_of(response.text)
        assert (claims["iss"], claims["aud"]) == (signing.service.issuer, "fapi")
        assert not {"sub", "exp"} & set(claims)
        assert claims["token_introspection"]["active"] is active
