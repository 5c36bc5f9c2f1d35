import asyncio

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from authsvc.oidc.token.id_token import left_half_hash
from authsvc.subscribers import SubscriberStatus
from tests.clients.makers import SECRET
from tests.oidc.makers import Browser, Platform, request

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture
def code(browser):
    async def authorize(asked, **person):
        return (await browser.authorize(asked, **person)).parameters["code"]

    return authorize


def refused(response, error, status=400):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.json()["error"] == error
    assert response.json()["error_description"].isascii()
    return response.json()


async def signing_keys(http):
    return KeySet.import_key_set((await http.get("/jwks")).json())


async def test_a_code_is_good_for_sixty_seconds(provider, platform, code, clock):
    asked, late = request(), request()
    first, second = await code(asked), await code(late)
    clock.advance(seconds=59)
    assert (await platform.redeem(asked, first)).status_code == 200
    clock.advance(seconds=1)
    refused(await platform.redeem(late, second), "invalid_grant")


@ONE_STORE
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"code": ""}, "invalid_request", id="no code"),
        pytest.param({"code": "A" * 43}, "invalid_grant", id="an unknown code"),
        pytest.param({"code": "x" * 100_000}, "invalid_grant", id="a huge code"),
        pytest.param({"redirect_uri": ""}, "invalid_request", id="no redirect URI"),
        pytest.param(
            {"redirect_uri": "https://platform-a.example/other"},
            "invalid_grant",
            id="another redirect URI",
        ),
        pytest.param({"code_verifier": ""}, "invalid_grant", id="no verifier"),
        pytest.param({"code_verifier": "v" * 43}, "invalid_grant", id="a wrong verifier"),
        pytest.param({"code_verifier": "v" * 42}, "invalid_grant", id="a short verifier"),
        pytest.param({"code_verifier": "v" * 129}, "invalid_grant", id="a long verifier"),
        pytest.param({"code_verifier": "ü" * 43}, "invalid_grant", id="a foreign verifier"),
        pytest.param({"grant_type": ""}, "invalid_request", id="no grant type"),
        pytest.param({"grant_type": "password"}, "unsupported_grant_type", id="a password"),
        pytest.param(
            {"grant_type": "client_credentials"}, "unauthorized_client", id="client credentials"
        ),
    ],
)
async def test_a_refused_redemption_consumes_nothing(provider, platform, code, changes, error):
    asked = request()
    issued = await code(asked)
    refused(await platform.redeem(asked, issued, **changes), error)
    assert (await platform.redeem(asked, issued)).status_code == 200


@ONE_STORE
async def test_what_was_presented_is_never_repeated(provider, platform, code):
    asked = request()
    issued = await code(asked)
    for changes in ({"code": "<script>"}, {"code_verifier": "<script>"}, {"grant_type": "<x>"}):
        response = await platform.redeem(asked, issued, **changes)
        assert "<" not in response.text


@ONE_STORE
async def test_a_client_without_refresh_tokens_gets_none(provider, browser):
    plain = Platform(provider, "plain")
    tokens = await plain.tokens(browser)
    assert "refresh_token" not in tokens
    refused(await plain.refresh("x.y"), "unauthorized_client")


@ONE_STORE
async def test_offline_access_is_granted_to_who_refreshes_only(provider, browser, platform):
    wide = "openid offline_access"
    tokens = await platform.tokens(browser, request(scope=wide))
    assert tokens["scope"] == wide
    tokens = await Platform(provider, "plain").tokens(browser, request("plain", scope=wide))
    assert tokens["scope"] == "openid"


@ONE_STORE
async def test_a_client_that_need_not_use_pkce_may_leave_it_out(provider, browser):
    plain = Platform(provider, "plain")
    asked = request("plain").but(code_challenge=None, code_challenge_method=None)
    issued = (await browser.authorize(asked)).parameters["code"]
    refused(await plain.redeem(asked, issued), "invalid_grant")  # a verifier out of nowhere
    assert (await plain.redeem(asked, issued, code_verifier="")).status_code == 200


@ONE_STORE
async def test_a_client_that_need_not_use_pkce_is_held_to_it_once_it_does(provider, browser):
    plain = Platform(provider, "plain")
    asked = request("plain")
    issued = (await browser.authorize(asked)).parameters["code"]
    refused(await plain.redeem(asked, issued, code_verifier=""), "invalid_grant")
    assert (await plain.redeem(asked, issued)).status_code == 200


@ONE_STORE
async def test_a_public_client_redeems_by_its_id_and_verifier(provider, browser):
    spa = Platform(provider, "spa")
    tokens = await spa.tokens(browser)
    assert (await spa.userinfo(tokens["access_token"])).status_code == 200
    assert (await spa.refresh(tokens["refresh_token"])).status_code == 200


@ONE_STORE
@pytest.mark.parametrize(("client_id", "alg"), [("platform-a", "RS256"), ("plain", "ES256")])
async def test_the_id_token_is_signed_as_registered(provider, browser, client_id, alg):
    platform = Platform(provider, client_id)
    tokens = await platform.tokens(browser)
    keys = await signing_keys(platform.http)
    token = jwt.decode(tokens["id_token"], keys, algorithms=[alg])
    assert token.header["alg"] == alg
    assert token.header["kid"]
    assert token.claims["at_hash"] == left_half_hash(tokens["access_token"], alg=alg)
    assert token.claims["exp"] - token.claims["iat"] == 600


@ONE_STORE
async def test_an_authorization_without_openid_gets_no_id_token(provider, browser, platform):
    tokens = await platform.tokens(browser, request(scope="age"))
    assert "id_token" not in tokens
    assert tokens["scope"] == "age"
    response = await platform.userinfo(tokens["access_token"])
    assert response.status_code == 403
    assert 'error="insufficient_scope"' in response.headers["www-authenticate"]


@ONE_STORE
async def test_subjects_differ_by_platform_and_stay_with_the_person(provider, browser):
    subjects = []
    for client_id in ("platform-a", "platform-b", "platform-a"):
        platform = Platform(provider, client_id)
        tokens = await platform.tokens(browser)
        subjects.append((await platform.userinfo(tokens["access_token"])).json()["sub"])
    assert subjects[0] == subjects[2] != subjects[1]


@ONE_STORE
async def test_a_client_that_is_not_known_gets_nowhere(provider, platform):
    form = {"grant_type": "authorization_code", "client_id": "platform-a", "client_secret": "x"}
    response = await platform.http.post("/token", data=form)
    refused(response, "invalid_client", 401)
    assert response.headers["www-authenticate"].startswith("Basic ")
    response = await platform.http.post("/token", data={"grant_type": "x"})
    refused(response, "invalid_client", 401)


@ONE_STORE
async def test_two_authentication_methods_are_an_invalid_request(provider, platform):
    refused(await platform.post("/token", client_secret=SECRET), "invalid_request")


@ONE_STORE
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"{}", "application/json"),
        (b"grant_type=a&grant_type=b", "application/x-www-form-urlencoded"),
        (b"grant_type=%", "application/x-www-form-urlencoded"),
        (b"\xff=%ff", "application/x-www-form-urlencoded"),
        (b"a=1&" * 70, "application/x-www-form-urlencoded"),
    ],
    ids=["JSON", "a repeated field", "a broken escape", "no UTF-8", "too many fields"],
)
async def test_a_body_that_cannot_be_read_is_an_invalid_request(provider, platform, content, kind):
    response = await platform.http.post("/token", content=content, headers={"content-type": kind})
    refused(response, "invalid_request")


@ONE_STORE
async def test_a_body_that_is_too_large_or_another_method_is_refused(provider, platform):
    headers = {"content-type": "application/x-www-form-urlencoded"}
    response = await platform.http.post("/token", content=b"x" * 1_000_001, headers=headers)
    refused(response, "invalid_request", 413)
    response = await platform.http.get("/token")
    refused(response, "invalid_request", 405)
    assert response.headers["allow"] == "OPTIONS, POST"


async def test_a_code_dies_with_the_consent_and_the_standing_of_the_person(
    provider, browser, platform, clock
):
    subscriber = await provider.person("wang")
    subscribers, grants = provider.house.subscribers, provider.provider.grants

    async def frozen(tx):
        await subscribers.set_status(tx, subscriber.id, SubscriberStatus.FROZEN)

    async def thawed(tx):
        await subscribers.set_status(tx, subscriber.id, SubscriberStatus.ACTIVE)

    async def withdrawn(tx):
        await grants.withdraw(tx, subscriber, "platform-a")

    async def signed_out_everywhere(tx):
        await subscribers.raise_watermark(tx, subscriber.id, now=clock.now())

    async def gone(tx):
        await subscribers.erase(tx, subscriber.id)

    for what in (frozen, withdrawn, signed_out_everywhere, gone):
        asked = request()
        issued = (await browser.authorize(asked, username="wang")).parameters["code"]
        clock.advance(seconds=1)
        async with provider.database.transaction() as tx:
            await what(tx)
        refused(await platform.redeem(asked, issued), "invalid_grant")
        if what is frozen:
            async with provider.database.transaction() as tx:
                await thawed(tx)


async def test_a_new_consent_does_not_revive_what_an_older_one_gave(
    provider, browser, platform, clock
):
    subscriber = await provider.person("wang")
    old = await platform.tokens(browser, username="wang")
    clock.advance(seconds=1)
    async with provider.database.transaction() as tx:
        await provider.provider.grants.withdraw(tx, subscriber, "platform-a")
    clock.advance(seconds=1)
    new = await platform.tokens(browser, username="wang")
    assert (await platform.userinfo(old["access_token"])).status_code == 401
    refused(await platform.refresh(old["refresh_token"]), "invalid_grant")
    assert (await platform.userinfo(new["access_token"])).status_code == 200


@ONE_STORE
async def test_when_storage_is_away_the_client_is_told_to_wait(provider, platform, code):
    asked = request()
    issued = await code(asked)

    async def away(*_args, **_kwargs):
        from authsvc.storage import StorageUnavailable

        raise StorageUnavailable

    provider.provider.token._grant_types["authorization_code"] = away
    response = await platform.redeem(asked, issued)
    refused(response, "temporarily_unavailable", 503)
    assert response.headers["retry-after"] == "5"

    async def broken(*_args, **_kwargs):
        raise RuntimeError("something with a secret")

    provider.provider.token._grant_types["authorization_code"] = broken
    response = await platform.redeem(asked, issued)
    refused(response, "server_error", 500)
    assert "secret" not in response.text


@ONE_STORE
async def test_browsers_of_every_origin_may_read_the_answers(provider, browser):
    spa = Platform(provider, "spa")
    for path, methods in (("/token", "POST"), ("/revoke", "POST"), ("/userinfo", "GET, POST")):
        response = await spa.http.options(path)
        assert response.status_code == 204
        assert response.headers["access-control-allow-origin"] == "*"
        assert response.headers["access-control-allow-methods"] == methods
        assert "authorization" in response.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in response.headers
        response = await spa.http.post(path, data={"x": "y"})
        assert response.status_code in (400, 401)
        assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in (await spa.http.get("/authorize")).headers
    assert "access-control-allow-origin" not in (await spa.http.post("/introspect")).headers


async def test_codes_of_many_people_are_redeemed_at_once(provider, platform):
    people = [f"person-{n}" for n in range(8)]
    for name in people:
        await provider.person(name)

    async def flow(name):
        tokens = await platform.tokens(Browser(provider), username=name)
        return (await platform.userinfo(tokens["access_token"])).json()["sub"]

    assert len(set(await asyncio.gather(*(flow(name) for name in people)))) == len(people)
