"""Platforms' servers hear that a session is over: over real TLS, on loopback."""

import asyncio
from time import perf_counter

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from structlog.testing import capture_logs

from authsvc.oidc.logout import sign_out
from tests.authentication.makers import PASSWORD
from tests.oidc.jwt_makers import unverified
from tests.oidc.leaving_platforms import (
    BYE,
    EVENT,
    LeavingPlatform,
    reaching_loopback,
    registered,
    silently_signed_in,
    told,
)
from tests.oidc.makers import Answer, Browser, Page, request
from tests.web.strangers import NAME, TestAuthority, answer, drips, says, stranger

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
SILENT = b""


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return TestAuthority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def fetcher(authority):
    return reaching_loopback(authority, seconds=1)


@pytest.fixture
async def server(authority):
    """A platform's server, which takes every logout token."""
    async with stranger(answer(b""), tls=authority.context(NAME)) as listening:
        yield listening


@pytest.fixture
async def leaver(provider, server):
    return await leaving(provider, server)


@pytest.fixture
def at_once(provider, monkeypatch):
    """Whoever does not answer is tried again at once."""
    monkeypatch.setattr(provider.provider.logout.backchannel, "_pauses_seconds", (0, 0))


async def leaving(provider, server, client_id="leaver", **members) -> LeavingPlatform:
    uri = server.url("/backchannel_logout")
    return await registered(
        provider,
        client_id,
        **{"backchannel_logout_uri": uri, "backchannel_logout_session_required": True} | members,
    )


async def verified(browser, token):
    keys = KeySet.import_key_set((await browser.get("/jwks")).json())
    return jwt.decode(token, keys, algorithms=["RS256"])


async def test_oidcc_backchannel_rp_initiated_logout(provider, browser, leaver, server):
    """The token has come before the redirect, fits the ID token, and prompt=none fails then."""
    hint = await leaver.id_token(browser)
    response = await browser.get(
        "/end-session", id_token_hint=hint, post_logout_redirect_uri=BYE, state="s"
    )
    [token] = await told(server)
    assert Answer.of(response).location == BYE + "?state=s"
    read = await verified(browser, token)
    said = unverified(hint)
    assert read.header["typ"] == "logout+jwt"
    assert {name: read.claims[name] for name in ("iss", "aud", "sub", "sid")} == {
        name: said[name] for name in ("iss", "aud", "sub", "sid")
    }
    assert read.claims["events"] == {EVENT: {}}
    assert "nonce" not in read.claims
    assert not await silently_signed_in(browser)


@ONE_STORE
async def test_oidcc_backchannel_discovery_endpoint_verification(browser):
    """oidcc-backchannel-...-discovery: both members are advertised, and so is `sid`."""
    found = (await browser.get("/.well-known/openid-configuration")).json()
    assert found["backchannel_logout_supported"] is True
    assert found["backchannel_logout_session_supported"] is True
    assert "sid" in found["claims_supported"]
    assert found["end_session_endpoint"] == found["issuer"] + "/end-session"


@ONE_STORE
async def test_every_platform_of_the_session_is_told_and_no_other(
    provider, authority, browser, leaver, server
):
    async with (
        stranger(answer(b"", status="204 No Content"), tls=authority.context(NAME)) as second,
        stranger(answer(b""), tls=authority.context(NAME)) as third,
    ):
        other = await leaving(provider, second, "other")
        never_used = await leaving(provider, third, "never-used")
        hint = await leaver.id_token(browser)
        await other.id_token(browser)
        await never_used.id_token(Browser(provider))
        await browser.get("/end-session", id_token_hint=hint)
        [one], [two] = await told(server), await told(second)
        assert third.requests == []
    assert unverified(one)["aud"] == "leaver"
    assert unverified(two)["aud"] == "other"
    assert unverified(one)["sid"] != unverified(two)["sid"]
    assert unverified(one)["sub"] != unverified(two)["sub"]


@ONE_STORE
async def test_whoever_confirms_signs_out_everywhere_as_well(browser, leaver, server):
    await leaver.id_token(browser)
    response = await browser.get("/end-session")
    assert server.requests == []
    await browser.submit(str(response.url), Page(response.text), "logout")
    assert len(await told(server)) == 1


@ONE_STORE
async def test_a_platform_is_told_once_however_often_the_person_signed_in(browser, leaver, server):
    for _ in range(3):
        await leaver.id_token(browser)
    hint = await leaver.id_token(browser)
    await leaver.tokens(browser, request("leaver", prompt="login"))
    for _ in range(2):
        await browser.get("/end-session", id_token_hint=hint)
    assert len(await told(server)) == 1


@ONE_STORE
async def test_a_platform_that_was_disabled_is_not_told(provider, browser, leaver, server, now):
    await leaver.id_token(browser)
    await provider.clients.disable("leaver", now=now)
    response = await browser.get("/end-session")
    await browser.submit(str(response.url), Page(response.text), "logout")
    assert server.requests == []


@ONE_STORE
async def test_when_somebody_else_signs_in_the_platforms_of_the_first_are_told(
    provider, browser, leaver, server
):
    await provider.person("wang")
    first = unverified(await leaver.id_token(browser))
    asked = request("leaver", prompt="login")
    second = unverified((await leaver.tokens(browser, asked, username="wang"))["id_token"])
    [token] = await told(server)
    assert unverified(token)["sid"] == first["sid"] != second["sid"]
    assert unverified(token)["sub"] == first["sub"] != second["sub"]


@ONE_STORE
async def test_a_session_that_ends_elsewhere_is_told_as_well(provider, browser, leaver, server):
    """What the rooms below are given to call (`SessionEnded`); nobody waits for it."""
    await leaver.id_token(browser)
    sessions, now = provider.house.sessions, provider.clock.now()
    token = next(value for name, value in browser.http.cookies.items() if "session" in name)
    session = await sessions.find(token, now=now)
    await provider.provider.logout.sign_out.ended(session, now=now)
    assert len(await told(server)) == 1


@ONE_STORE
async def test_a_slow_platform_does_not_keep_the_person(
    provider, authority, browser, server, leaver, monkeypatch
):
    monkeypatch.setattr(sign_out, "PATIENCE_SECONDS", 0.2)
    slow_manner = drips(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", every=0.05)
    async with stranger(slow_manner, tls=authority.context(NAME)) as slow:
        await (await leaving(provider, slow, "slow")).id_token(browser)
        hint = await leaver.id_token(browser)
        began = perf_counter()
        response = await browser.get(
            "/end-session", id_token_hint=hint, post_logout_redirect_uri=BYE
        )
        assert perf_counter() - began < 1
        assert response.headers["location"] == BYE
        assert len(await told(server)) == 1
        assert not await silently_signed_in(browser)


@ONE_STORE
@pytest.mark.parametrize(
    "manner",
    [
        answer(b"", status="503 Away"),
        SILENT,
        answer(b"", "Location: https://platform.example/", status="302 Found"),
    ],
    ids=["away", "silent", "elsewhere"],
)
async def test_silence_is_tried_again_with_the_same_token(
    provider, authority, browser, at_once, manner
):
    async with stranger(manner, tls=authority.context(NAME)) as there:
        hint = await (await leaving(provider, there)).id_token(browser)
        with capture_logs() as lines:
            response = await browser.get("/end-session", id_token_hint=hint)
            tokens = await told(there, times=3)
            await ended(provider)
    assert response.status_code == 200
    assert len(there.requests) == 3
    assert len(set(tokens)) == 1
    failures = [line for line in lines if line["event"] == "backchannel_logout_failed"]
    assert len(failures) == 3
    for line in failures:
        assert set(line) <= {"event", "log_level", "code", "status"}


@ONE_STORE
@pytest.mark.parametrize(
    ("status", "failures"), [("400 Bad Request", 1), ("404 Not Found", 1), ("204 No Content", 0)]
)
async def test_an_answer_is_an_answer(provider, authority, browser, at_once, status, failures):
    async with stranger(answer(b"", status=status), tls=authority.context(NAME)) as there:
        hint = await (await leaving(provider, there)).id_token(browser)
        with capture_logs() as lines:
            await browser.get("/end-session", id_token_hint=hint)
            await ended(provider)
    assert len(there.requests) == 1
    assert [line["event"] for line in lines].count("backchannel_logout_failed") == failures


@ONE_STORE
async def test_a_platform_that_was_away_hears_of_it_when_it_is_back(
    provider, authority, browser, at_once
):
    states = iter(["503 Away", "200 OK"])

    async def recovers(writer):
        await says(answer(b"", status=next(states)))(writer)

    async with stranger(recovers, tls=authority.context(NAME)) as there:
        hint = await (await leaving(provider, there)).id_token(browser)
        await browser.get("/end-session", id_token_hint=hint)
        await told(there, times=2)
        await ended(provider)
    assert len(there.requests) == 2


async def ended(provider):
    """Waits until nothing is under way."""
    async with asyncio.timeout(5):
        while provider.provider.logout.backchannel._underway:
            await asyncio.sleep(0.01)


@ONE_STORE
async def test_what_cannot_be_encrypted_is_not_sent(provider, server, browser):
    leaver = await leaving(provider, server)
    await leaver.id_token(browser)
    await leaving(
        provider,
        server,
        jwks_uri="https://platform.example:1/nowhere",
        id_token_encrypted_response_alg="RSA-OAEP-256",
    )
    response = await browser.get("/end-session")
    with capture_logs() as lines:
        await browser.submit(str(response.url), Page(response.text), "logout")
    assert server.requests == []
    assert {"clients.keys_unavailable"} == {
        line["code"] for line in lines if line["event"] == "backchannel_logout_failed"
    }


@ONE_STORE
async def test_what_is_under_way_ends_with_the_service(provider, authority, browser, monkeypatch):
    monkeypatch.setattr(sign_out, "PATIENCE_SECONDS", 0.05)
    async with stranger(answer(b"", status="500 Broken"), tls=authority.context(NAME)) as there:
        leaver = await leaving(provider, there)
        hint = await leaver.id_token(browser)
        await browser.get("/end-session", id_token_hint=hint)
        await told(there)
        async with asyncio.timeout(1):
            await provider.provider.logout.close()
        assert provider.provider.logout.backchannel._underway == set()


@ONE_STORE
async def test_the_password_is_asked_for_again_after_a_sign_out(browser, leaver):
    hint = await leaver.id_token(browser)
    await browser.get("/end-session", id_token_hint=hint)
    answered = await browser.authorize(request("leaver"), password=PASSWORD)
    assert "code" in answered.parameters
