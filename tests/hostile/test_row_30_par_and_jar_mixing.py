"""Row 30: a pushed or signed request cannot be mixed with anything that is neither."""

import pytest

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
from tests.oidc.jwt_makers import jwks_of, signed
from tests.oidc.makers import Browser, Page, Platform, request
from tests.oidc.strict import StrictPlatform

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
EVIL = "https://evil.example/callback"
# Everything that an attacker would like to add to, or change in, somebody else's request.
OUTSIDE = {
    "redirect_uri": EVIL,
    "state": "evil",
    "nonce": "evil",
    "scope": "openid age offline_access",
    "response_mode": "form_post",
    "response_type": "token",
    "code_challenge": "A" * 43,
    "prompt": "none",
    "claims": '{"id_token":{"age_band":null}}',
    "authorization_details": '[{"type":"service_case","case_id":"1","action":"sign"}]',
    "resource": "https://evil.example/",
    "dpop_jkt": "A" * 43,
}


def sent_nowhere(response):
    """A page, and no way to anywhere."""
    assert response.status_code == 400
    assert "location" not in response.headers
    assert "evil" not in response.text
    return Page(response.text).text


@pytest.fixture
async def signer(provider):
    """A platform with a key, whose people have consented."""
    await register(provider, signing())
    await Browser(provider).authorize(request("signer"))
    return Platform(provider, "signer")


async def pushed(platform, asked):
    response = await platform.post("/par", **asked.parameters)
    assert response.status_code == 201, response.text
    return {"client_id": platform.client_id, "request_uri": response.json()["request_uri"]}


@pytest.mark.parametrize("name", OUTSIDE)
async def test_what_stands_beside_a_pushed_request_changes_nothing(
    provider, browser, platform, name
):
    """A link with the victim's reference and one parameter of the attacker's: ignored."""
    asked = request()
    await browser.authorize(request())
    outside = await pushed(platform, asked) | {name: OUTSIDE[name]}
    answer = await browser.through(await browser.get("/authorize", **outside))
    assert answer.location.startswith(asked.parameters["redirect_uri"])
    assert answer.parameters["state"] == asked.parameters["state"]
    tokens = (await platform.redeem(asked, answer.parameters["code"])).json()
    assert tokens["scope"] == "openid age"
    assert tokens["token_type"] == "Bearer"
    assert "authorization_details" not in tokens


@pytest.mark.parametrize("name", OUTSIDE)
async def test_what_stands_beside_a_signed_request_changes_nothing(provider, browser, signer, name):
    """The same beside `request`: only what was signed counts."""
    asked = request("signer")
    sent = {"client_id": "signer", "request": request_object(asked, provider)}
    answer = await browser.through(
        await browser.get("/authorize", **(sent | {name: OUTSIDE[name]}))
    )
    assert answer.location.startswith(asked.parameters["redirect_uri"])
    tokens = (await signer.redeem(asked, answer.parameters["code"])).json()
    assert tokens["scope"] == "openid age"
    assert tokens["token_type"] == "Bearer"


@pytest.mark.parametrize("name", ["request", "request_uri", "client_id"])
async def test_a_second_source_beside_a_reference_is_refused(provider, browser, platform, name):
    """`request_uri` together with `request`, with another `request_uri` or another client."""
    outside = await pushed(platform, request())
    second = await pushed(platform, request())
    more = {"request": "eyJ.e30.x", "request_uri": second["request_uri"], "client_id": "platform-b"}
    response = await browser.http.get("/authorize", params=[*outside.items(), (name, more[name])])
    sent_nowhere(response)


SPELLINGS = {
    "capitals": str.upper,
    "a capital scheme": lambda uri: uri.replace("urn:", "URN:"),
    "a fragment": lambda uri: uri + "#",
    "a space": lambda uri: uri + " ",
    "cut": lambda uri: uri[:-1],
    "bare": lambda uri: uri.rpartition(":")[2],
    "an address": lambda uri: "https://id.example/" + uri,
    "nothing in it": lambda uri: uri.rpartition(":")[0] + ":",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_a_reference_has_one_spelling(browser, platform, spelling):
    """Another spelling of a living reference: not found, and nothing is fetched."""
    outside = await pushed(platform, request())
    bent = outside | {"request_uri": SPELLINGS[spelling](outside["request_uri"])}
    assert "invalid_request_uri" in sent_nowhere(await browser.get("/authorize", **bent))


async def test_a_code_or_an_interaction_is_no_reference(browser, platform):
    """What was made for another purpose, offered as a reference: not found."""
    answer = await browser.authorize(request())
    response = await browser.get("/authorize", **request(prompt="login").parameters)
    interaction = response.headers["location"].rpartition("/")[2]
    for other in (answer.parameters["code"], interaction):
        uri = f"urn:ietf:params:oauth:request_uri:{other}"
        sent_nowhere(await browser.get("/authorize", client_id="platform-a", request_uri=uri))


async def test_a_reference_is_no_code(browser, platform):
    """And the other way round: invalid_grant."""
    asked = request()
    outside = await pushed(platform, asked)
    reference = outside["request_uri"].rpartition(":")[2]
    for code in (reference, outside["request_uri"]):
        response = await platform.redeem(asked, code)
        assert response.json()["error"] == "invalid_grant"
    assert (await browser.get("/authorize", **outside)).status_code == 303


async def test_a_reference_that_was_used_expired_or_is_another_s_is_sent_nowhere(
    provider, browser, platform, time_passes
):
    """Reused, too late, of another client: a page, whatever address stands beside it."""
    beside = {"redirect_uri": "https://platform-a.example/callback", "state": "x"}
    used = await pushed(platform, request())
    await browser.through(await browser.get("/authorize", **used))
    sent_nowhere(await browser.get("/authorize", **(used | beside)))
    fresh = await pushed(platform, request())
    sent_nowhere(await browser.get("/authorize", **(fresh | beside | {"client_id": "platform-b"})))
    await time_passes(seconds=91)
    sent_nowhere(await browser.get("/authorize", **(fresh | beside)))


async def test_an_object_of_one_platform_is_not_another_s(provider, browser, signer):
    """A platform passes on what another one has signed, under its own name: refused."""
    await register(provider, signing("other", jwks=jwks_of(STRANGER)))
    token = request_object(request("signer"), provider)
    sent_nowhere(await browser.get("/authorize", client_id="other", request=token))
    forged = request_object(request("signer"), provider, key=STRANGER)
    sent_nowhere(await browser.get("/authorize", client_id="signer", request=forged))
    response = await Platform(provider).post("/par", request=token)
    assert response.json()["error"] == "invalid_request_object"


async def test_an_object_inside_an_object_is_refused(provider, browser, signer):
    """`request` or `request_uri` among the signed parameters: refused."""
    inner = request_object(request("signer"), provider)
    address = "urn:ietf:params:oauth:request_uri:x"
    for token in (
        request_object(request("signer"), provider, request=inner),
        request_object(request("signer"), provider, request_uri=address),
    ):
        sent_nowhere(await browser.get("/authorize", client_id="signer", request=token))


async def test_a_reference_cannot_be_pushed(platform):
    """A reference inside a push would let one request hide another: invalid_request."""
    outside = await pushed(platform, request())
    for form in (outside, request().parameters | outside):
        response = await platform.post("/par", **form)
        assert response.status_code == 400
        assert response.json()["error"] == "invalid_request"


async def test_an_assertion_is_no_request_object_and_the_other_way_round(provider, browser, clock):
    """The two JWTs that a platform signs for us do not pass for each other."""
    await register(provider, strict())
    platform, asked = StrictPlatform(provider, "strict", key=SIGNER), request("strict")
    form = platform.credentials()
    response = await platform.post("/par", request=form["client_assertion"], dpop=False)
    assert response.json()["error"] == "invalid_request_object"
    # Even one that looks like an assertion: it would be worth one in the hands of any browser.
    claims = claims_of(asked, ISSUER, clock, sub="strict", jti="x")
    both = signed(claims, SIGNER)
    response = await platform.post("/par", request=both, dpop=False)
    assert response.json()["error"] == "invalid_request_object"
    thrown = claims_of(asked, ISSUER, clock, jti="y", exp=int(clock.now().timestamp()) + 60)
    form["client_assertion"] = signed(thrown, SIGNER, typ="oauth-authz-req+jwt")
    async with provider.http() as http:
        response = await http.post("/par", data=asked.parameters | form)
    assert response.json()["error"] == "invalid_client"


async def test_a_script_inside_a_signed_request_stays_text(provider, browser, signer):
    """A platform signs a script into its state, to be run on the page that sends itself."""
    hostile = "</script><script>alert(1)</script>"
    token = request_object(request("signer", state=hostile, response_mode="form_post"), provider)
    await browser.authorize(request("signer"))
    response = await browser.get("/authorize", client_id="signer", request=token)
    assert response.status_code == 200
    assert hostile not in response.text
    assert response.text.count("<script") == 1
