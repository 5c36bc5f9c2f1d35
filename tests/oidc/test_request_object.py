import asyncio
from contextlib import asynccontextmanager
from hashlib import sha256

import pytest

from authsvc.identifiers import b64url
from tests.authentication.makers import ISSUER
from tests.oidc.front_makers import (
    SIGNER,
    STRANGER,
    claims_of,
    register,
    request_object,
    signing,
    strict,
)
from tests.oidc.jwt_makers import jwks_of, private_key, signed
from tests.oidc.makers import Answer, Page, Platform, request
from tests.oidc.strict import StrictPlatform

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
HOUR = 3600


@pytest.fixture
async def signer(provider):
    """A platform that may sign its requests, and has a session and a grant of `zhang`."""
    await register(provider, signing(authorization_details_types=["service_case"]))
    return Platform(provider, "signer")


def outside(token, client_id="signer", **beside):
    return {"client_id": client_id, "request": token, **beside}


async def refused(browser, parameters, error="invalid_request_object"):
    """The platform has not proved where it is: a page says it."""
    response = await browser.get("/authorize", **parameters)
    assert response.status_code == 400
    assert "location" not in response.headers
    assert error in Page(response.text).text


async def test_a_signed_request_leads_to_a_code(provider, browser, signer):
    asked = request("signer")
    found = await browser.get("/authorize", **outside(request_object(asked, provider)))
    answer = await browser.through(found)
    assert answer.parameters["state"] == asked.parameters["state"]
    assert (await signer.redeem(asked, answer.parameters["code"])).status_code == 200


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"])
async def test_every_asymmetric_algorithm_is_taken(provider, browser, alg):
    key = private_key(alg, "signer")
    await register(provider, signing(jwks=jwks_of(key)))
    token = request_object(request("signer"), provider, key=key, alg=alg)
    assert (await browser.get("/authorize", **outside(token))).status_code == 303


@pytest.mark.parametrize(
    "typ", ["oauth-authz-req+jwt", "application/oauth-authz-req+jwt", "JWT", None]
)
async def test_the_type_may_be_its_own_or_the_general_one_or_missing(
    provider, browser, signer, clock, typ
):
    token = signed(claims_of(request("signer"), ISSUER, clock), SIGNER, typ=typ)
    assert (await browser.get("/authorize", **outside(token))).status_code == 303


async def test_only_the_parameters_inside_count(provider, browser, signer):
    asked = request("signer")
    beside = (
        request("signer", state="outside", nonce="outside", scope="openid", prompt="none")
        .but(redirect_uri="https://evil.example/")
        .parameters
    )
    token = request_object(asked, provider)
    answer = await browser.through(await browser.get("/authorize", **(beside | outside(token))))
    assert answer.location.startswith(asked.parameters["redirect_uri"])
    assert answer.parameters["state"] == asked.parameters["state"]


async def test_what_is_only_outside_is_not_used(provider, browser, signer):
    token = request_object(request("signer").but(state=None), provider)
    sent = outside(token, state="outside")
    answer = await browser.through(await browser.get("/authorize", **sent))
    assert "state" not in answer.parameters
    without = request_object(request("signer").but(redirect_uri=None), provider)
    sent = outside(without, redirect_uri="https://signer.example/callback")
    await refused(browser, sent, "redirect_uri_refused")


async def test_json_values_are_read_as_the_parameters_that_they_are(provider, browser, signer):
    details = [{"type": "service_case", "case_id": "A-1", "action": "consult"}]
    token = request_object(
        request("signer"),
        provider,
        max_age=86400,
        claims={"id_token": {"auth_time": None}},
        authorization_details=details,
        resource=[ISSUER],
        unknown={"deep": [1]},
    )
    response = await browser.get("/authorize", **outside(token))
    answer = await browser.through(response)
    assert answer.parameters["code"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"resource": "https://unknown.example"}, "invalid_target"),
        ({"response_mode": "fragment"}, "invalid_request"),
    ],
    ids=str,
)
async def test_what_is_wrong_inside_is_told_at_the_address_inside(
    provider, browser, signer, changes, error
):
    token = request_object(request("signer"), provider, **changes)
    answer = Answer.of(await browser.get("/authorize", **outside(token)))
    assert answer.parameters["error"] == error
    assert answer.parameters["iss"] == ISSUER


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"client_id": "platform-a"}, id="another client inside"),
        pytest.param({"client_id": None}, id="no client inside"),
        pytest.param({"iss": "platform-a"}, id="said by another"),
        pytest.param({"iss": None}, id="said by nobody"),
        pytest.param({"aud": "https://other.example"}, id="for another server"),
        pytest.param({"aud": ["https://other.example"]}, id="for other servers"),
        pytest.param({"aud": None}, id="for nobody"),
        pytest.param({"aud": {"x": ISSUER}}, id="for an object"),
        pytest.param({"sub": "signer"}, id="a client assertion"),
        pytest.param({"exp": 1}, id="expired"),
        pytest.param({"exp": "never"}, id="expires at a word"),
        pytest.param({"exp": True}, id="expires at a truth"),
        pytest.param({"nbf": 99999999999}, id="of the future"),
        pytest.param({"request": "eyJ"}, id="an object inside"),
        pytest.param({"request_uri": "urn:x"}, id="an address inside"),
        pytest.param({"state": 7}, id="a state that is a number"),
        pytest.param({"scope": ["openid"]}, id="a scope that is a list"),
        pytest.param({"max_age": True}, id="an age that is a truth"),
        pytest.param({"max_age": 1.5}, id="an age with a fraction"),
        pytest.param({"resource": [1]}, id="a resource that is a number"),
    ],
)
async def test_an_object_that_says_something_else_is_refused(provider, browser, signer, changes):
    await refused(browser, outside(request_object(request("signer"), provider, **changes)))


async def test_the_audience_may_be_one_of_several(provider, browser, signer):
    token = request_object(request("signer"), provider, aud=["https://other.example", ISSUER])
    assert (await browser.get("/authorize", **outside(token))).status_code == 303


async def test_who_else_has_signed_it_is_refused(provider, browser, signer, clock):
    asked = request("signer")
    claims = claims_of(asked, ISSUER, clock)
    good = signed(claims, SIGNER)
    head, body, signature = good.split(".")
    for token in (
        request_object(asked, provider, key=STRANGER),
        signed(claims, STRANGER, kid=SIGNER.kid),
        signed(claims, SIGNER, alg="none"),
        signed(claims, SIGNER, typ="dpop+jwt"),
        signed(claims, SIGNER, crit=["exp"]),
        f"{head}.{body}.",
        f"{head}.{body}.{signature[::-1]}",
        f"{head}.{body}",
        f"{good}.{body}.{body}",
    ):
        await refused(browser, outside(token))
    response = await browser.http.post("/authorize", data=outside("x" * 70_000))
    assert response.status_code == 400


async def test_a_registered_algorithm_is_the_only_one(provider, browser):
    both = jwks_of(private_key("PS256", "signer"), SIGNER)
    await register(provider, signing(jwks=both, request_object_signing_alg="PS256"))
    asked = request("signer")
    await refused(browser, outside(request_object(asked, provider)))
    token = request_object(asked, provider, key=private_key("PS256", "signer"), alg="PS256")
    assert (await browser.get("/authorize", **outside(token))).status_code == 303


async def test_a_platform_without_keys_cannot_sign(provider, browser):
    token = request_object(request("platform-a"), provider)
    await refused(browser, outside(token, "platform-a"))


async def test_a_refused_object_is_told_where_a_registered_address_stands_outside(
    provider, browser, signer
):
    token = request_object(request("signer"), provider, key=STRANGER)
    sent = outside(token, redirect_uri="https://signer.example/callback", state="outside")
    answer = Answer.of(await browser.get("/authorize", **sent))
    assert answer.parameters["error"] == "invalid_request_object"
    assert answer.parameters["iss"] == ISSUER
    await refused(browser, outside(token, redirect_uri="https://evil.example/"))


async def test_who_must_sign_is_refused_otherwise(provider, browser):
    await register(provider, signing(require_signed_request_object=True))
    answer = Answer.of(await browser.get("/authorize", **request("signer").parameters))
    assert answer.parameters["error"] == "invalid_request"
    token = request_object(request("signer"), provider)
    assert (await browser.get("/authorize", **outside(token))).status_code == 303


async def test_two_objects_at_once_are_refused(provider, browser, signer):
    token = request_object(request("signer"), provider)
    await refused(browser, outside(token, request_uri="https://x.example/"), "invalid_request")
    pairs = [("client_id", "signer"), ("request", token), ("request", token)]
    response = await browser.http.get("/authorize", params=pairs)
    assert response.status_code == 400


async def test_an_object_can_be_pushed(provider, browser, signer):
    asked = request("signer", state="inside")
    beside = {"state": "outside", "redirect_uri": "https://evil.example/"}
    token = request_object(asked, provider)
    response = await signer.post("/par", request=token, **beside)
    assert response.status_code == 201, response.text
    sent = {"client_id": "signer", "request_uri": response.json()["request_uri"]}
    answer = await browser.through(await browser.get("/authorize", **sent))
    assert answer.parameters["state"] == "inside"
    response = await signer.post("/par", request=request_object(asked, provider, key=STRANGER))
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request_object"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({}, 201, id="as it should be"),
        pytest.param({"aud": ["https://other.example", ISSUER]}, 201, id="several audiences"),
        pytest.param({"nbf": 8}, 201, id="8 seconds ahead"),
        pytest.param({"nbf": 61}, 400, id="61 seconds ahead"),
        pytest.param({"nbf": -HOUR + 5, "exp": 5}, 201, id="almost an hour old"),
        pytest.param({"nbf": -HOUR - 60, "exp": 60}, 400, id="more than an hour old"),
        pytest.param({"nbf": -10, "exp": HOUR}, 400, id="good for more than an hour"),
        pytest.param({"exp": -HOUR // 2, "nbf": -HOUR}, 400, id="expired"),
        pytest.param({"nbf": None}, 400, id="no beginning"),
        pytest.param({"exp": None}, 400, id="no end"),
        pytest.param({"aud": "https://other.example"}, 400, id="another audience"),
        pytest.param({"request_uri": "urn:x"}, 400, id="an address inside"),
    ],
)
async def test_message_signing_holds_objects_to_an_hour(provider, clock, changes, status):
    await register(provider, strict(require_signed_request_object=True))
    platform, now = StrictPlatform(provider, "strict", key=SIGNER), int(clock.now().timestamp())
    moments = {k: now + v for k, v in changes.items() if isinstance(v, int)}
    token = request_object(request("strict"), provider, **(changes | moments))
    response = await platform.post("/par", request=token, dpop=False)
    assert response.status_code == status, response.text
    if status == 400:
        assert response.json()["error"] == "invalid_request_object"


async def test_message_signing_takes_no_rs256_and_nothing_unsigned(provider, clock):
    rsa = private_key("RS256", "signer")
    await register(provider, strict(jwks=jwks_of(SIGNER, rsa), require_signed_request_object=True))
    platform, asked = StrictPlatform(provider, "strict", key=SIGNER), request("strict")
    response = await platform.push(asked, dpop=False)
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"
    claims = claims_of(asked, ISSUER, clock)
    for token in (signed(claims, rsa, alg="RS256"), signed(claims, SIGNER, alg="none")):
        response = await platform.post("/par", request=token, dpop=False)
        assert response.json()["error"] == "invalid_request_object"


@asynccontextmanager
async def place(body, content_type="application/oauth-authz-req+jwt"):
    """Where a platform keeps a request object: its address, and how often it was asked."""
    asked = []

    async def serve(reader, writer):
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\ncontent-type: {content_type}"
        writer.write(f"{head}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/request.jwt", asked


@pytest.mark.parametrize("content_type", ["application/oauth-authz-req+jwt", "application/jwt"])
async def test_an_object_is_fetched_from_a_registered_address(provider, browser, content_type):
    token = request_object(request("signer"), provider).encode()
    async with place(token, content_type) as (place_of_it, asked):
        address = f"{place_of_it}#{b64url(sha256(token).digest())}"
        await register(provider, signing(request_uris=[address]))
        sent = {"client_id": "signer", "request_uri": address}
        answer = await browser.through(await browser.get("/authorize", **sent))
    assert answer.parameters["code"]
    assert len(asked) == 1
    assert b"#" not in asked[0]


async def test_a_fragment_is_a_word_to_caches_and_nothing_here_is_cached(provider, browser):
    """OpenID Connect Core 6.2: the digest says whether to fetch again; the signature counts."""
    token = request_object(request("signer"), provider).encode()
    async with place(token) as (place_of_it, asked):
        address = f"{place_of_it}#{b64url(sha256(b'other').digest())}"
        await register(provider, signing(request_uris=[address]))
        sent = {"client_id": "signer", "request_uri": address}
        answer = await browser.through(await browser.get("/authorize", **sent))
    assert answer.parameters["code"]
    assert len(asked) == 1


async def test_another_address_than_a_registered_one_is_not_asked(provider, browser):
    token = request_object(request("signer"), provider).encode()
    async with place(token + b"\n") as (address, asked):
        await register(provider, signing(request_uris=[address]))
        for other in (address + "?x", address + "#x", address.upper(), address[:-1]):
            sent = {"client_id": "signer", "request_uri": other}
            await refused(browser, sent, "invalid_request_uri")
    assert asked == []


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        (b"x" * 70_000, "application/jwt", "invalid_request_uri"),
        (b"{}", "application/json", "invalid_request_uri"),
        (b"\xff\xfe", "application/jwt", "invalid_request_uri"),
        (b"a.b.c", "application/jwt", "invalid_request_object"),
        (b"", "application/jwt", "invalid_request_object"),
    ],
    ids=["huge", "another type", "no text", "no object", "nothing"],
)
async def test_what_lies_there_must_be_an_object(provider, browser, body, content_type, error):
    async with place(body, content_type) as (address, _):
        await register(provider, signing(request_uris=[address]))
        await refused(browser, {"client_id": "signer", "request_uri": address}, error)


async def test_where_nobody_answers_there_is_no_request(provider, browser):
    async with place(b"") as (address, _):
        pass
    await register(provider, signing(request_uris=[address]))
    await refused(browser, {"client_id": "signer", "request_uri": address}, "invalid_request_uri")
