"""oidcc-backchannel- and oidcc-frontchannel-rp-initiated-logout-certification-test-plan.

A static client; its server is on loopback, as the suite's is, with a certificate of a test CA.
"""

from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.authentication.makers import ISSUER
from tests.conformance.registrar import Registrar
from tests.oidc.leaving_platforms import EVENT, reaching_loopback, told
from tests.oidc.makers import Answer
from tests.web.strangers import NAME, answer, stranger

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
BYE = "https://localhost:8443/test/a/authsvc/post_logout_redirect"
FRONT = "https://localhost:8443/test/a/authsvc/frontchannel_logout"


@pytest.fixture
def fetcher(authority):
    return reaching_loopback(authority)


@pytest.fixture
async def server(authority):
    async with stranger(answer(b""), tls=authority.context(NAME)) as listening:
        yield listening


async def leaving(provider, **members):
    registrar = Registrar(provider, dynamic=False)
    return await registrar.client(post_logout_redirect_uris=[BYE], **members)


async def leave(person, signed_in):
    sent = {
        "id_token_hint": signed_in.id_token,
        "post_logout_redirect_uri": BYE,
        "state": "a state",
    }
    return await person.get("/end-session", **sent)


async def require_signed_out(rp, person):
    assert (await rp.ask(person, prompt="none")).error == "login_required"


async def test_back_channel_logout_is_advertised(person):
    """oidcc-backchannel-logout-discovery-endpoint-verification: with sessions."""
    found = (await person.get("/.well-known/openid-configuration")).json()
    assert found["backchannel_logout_supported"] is True
    assert found["backchannel_logout_session_supported"] is True
    assert found["end_session_endpoint"] == ISSUER + "/end-session"


async def test_front_channel_logout_is_advertised(person):
    """oidcc-frontchannel-logout-discovery-endpoint-verification: with sessions."""
    found = (await person.get("/.well-known/openid-configuration")).json()
    assert found["frontchannel_logout_supported"] is True
    assert found["frontchannel_logout_session_supported"] is True
    assert found["end_session_endpoint"] == ISSUER + "/end-session"


async def test_a_logout_token_comes_before_the_redirect(provider, person, server):
    """oidcc-backchannel-rp-initiated-logout: it is valid, and prompt=none fails afterwards."""
    rp = await leaving(
        provider,
        backchannel_logout_uri=server.url("/backchannel_logout"),
        backchannel_logout_session_required=True,
    )
    signed_in = await rp.sign_in(person)
    response = await leave(person, signed_in)
    assert len(server.requests) == 1
    [token] = await told(server)
    await require_logout_token(rp, token, signed_in)
    answered = Answer.of(response)
    assert answered.location.startswith(BYE + "?")
    assert answered.parameters == {"state": "a state"}
    await require_signed_out(rp, person)


async def require_logout_token(rp, token, signed_in):
    """OpenID Connect Back-Channel Logout 2.4 and 2.6."""
    keys = KeySet.import_key_set((await rp.http.get("/jwks")).json())
    read = jwt.decode(token, keys, algorithms=["RS256"])
    assert read.header["typ"] == "logout+jwt"
    assert read.header["kid"]
    claims = read.claims
    now = rp.service.clock.now().timestamp()
    assert claims["iss"] == ISSUER
    assert claims["aud"] in (rp.client_id, [rp.client_id])
    assert claims["sub"] == signed_in.claims["sub"]
    assert claims["sid"] == signed_in.claims["sid"]
    assert claims["jti"]
    assert abs(claims["iat"] - now) <= 60
    assert now < claims["exp"] <= now + 120
    assert claims["events"] == {EVENT: {}}
    assert "nonce" not in claims


class Frames(HTMLParser):
    """Where the frames and the way back of a page lead."""

    def __init__(self, html):
        super().__init__()
        self.sources, self.links = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "iframe":
            self.sources.append(found["src"])
        elif tag == "a" and "href" in found:
            self.links.append(found["href"])


async def test_a_frame_of_the_platform_is_shown_before_the_way_back(provider, person):
    """oidcc-frontchannel-rp-initiated-logout: with iss and sid; prompt=none fails afterwards."""
    rp = await leaving(
        provider, frontchannel_logout_uri=FRONT, frontchannel_logout_session_required=True
    )
    signed_in = await rp.sign_in(person)
    response = await leave(person, signed_in)
    assert response.status_code == 200
    page = Frames(response.text)
    [source] = page.sources
    assert urlsplit(source)._replace(query="").geturl() == FRONT
    assert dict(parse_qsl(urlsplit(source).query)) == {
        "iss": ISSUER,
        "sid": signed_in.claims["sid"],
    }
    [back] = [link for link in page.links if link.startswith(BYE)]
    assert dict(parse_qsl(urlsplit(back).query)) == {"state": "a state"}
    await require_signed_out(rp, person)


async def test_a_platform_that_is_in_a_frame_and_has_a_server_hears_twice(provider, person, server):
    """oidcc-frontchannel-rp-initiated-logout: both ways beside each other, one `sid`."""
    rp = await leaving(
        provider,
        backchannel_logout_uri=server.url("/backchannel_logout"),
        frontchannel_logout_uri=FRONT,
        frontchannel_logout_session_required=True,
    )
    signed_in = await rp.sign_in(person)
    response = await leave(person, signed_in)
    assert f"sid={signed_in.claims['sid']}" in Frames(response.text).sources[0]
    [token] = await told(server)
    await require_logout_token(rp, token, signed_in)
