from datetime import date

import pytest

from authsvc.algorithms import ES256
from authsvc.oidc import jws
from authsvc.subscribers import SubscriberStatus
from tests.authentication.makers import ISSUER
from tests.clients.makers import metadata
from tests.makers import NOW
from tests.oidc.makers import Platform, request

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
WHERE = f'resource_metadata="{ISSUER}/.well-known/oauth-protected-resource/userinfo"'
CHALLENGES = [
    f'Bearer realm="authsvc", {WHERE}',
    f'DPoP realm="authsvc", {WHERE}, algs="PS256 ES256 EdDSA"',
]


async def test_the_header_by_get_and_post_and_the_body_are_all_understood(
    provider, browser, platform
):
    token = (await platform.tokens(browser))["access_token"]
    http, header = platform.http, {"authorization": f"bEaReR {token}"}
    answers = [
        await http.get("/userinfo", headers=header),
        await http.post("/userinfo", headers=header),
        await http.post("/userinfo", headers=header, data={"x": "y"}),
        await http.post("/userinfo", data={"access_token": token}),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json() == answers[0].json()


@ONE_STORE
async def test_openid_alone_tells_the_subject_and_nothing_else(provider, browser, platform):
    tokens = await platform.tokens(browser, request(scope="openid"))
    claims = (await platform.userinfo(tokens["access_token"])).json()
    assert set(claims) == {"sub"}
    assert len(claims["sub"]) == 43


@ONE_STORE
@pytest.mark.parametrize(
    ("birth_date", "over", "band"),
    [
        (date(2012, 11, 23), [True, False, False], "14_to_15"),
        (date(2010, 11, 23), [True, True, False], "16_to_17"),
        (date(2008, 11, 24), [True, True, False], "16_to_17"),
        (date(2008, 11, 23), [True, True, True], "18_and_over"),
    ],
    ids=str,
)
async def test_ages_are_told_by_predicate_and_band(
    provider, browser, platform, birth_date, over, band
):
    await provider.person("wang", birth_date=birth_date)
    tokens = await platform.tokens(browser, username="wang")
    claims = (await platform.userinfo(tokens["access_token"])).json()
    assert [claims[f"age_over_{years}"] for years in (14, 16, 18)] == over
    assert claims["age_band"] == band
    assert str(birth_date) not in str(claims)


@ONE_STORE
async def test_who_shows_no_token_is_told_the_scheme_and_no_error(provider, platform):
    for response in (
        await platform.http.get("/userinfo"),
        await platform.http.get("/userinfo", params={"access_token": "x"}),
        await platform.http.get("/userinfo", headers={"authorization": "Basic x"}),
        await platform.http.get("/userinfo", headers={"authorization": "Bearer"}),
        await platform.http.post("/userinfo", data={"access_token": ""}),
        await platform.http.post("/userinfo", json={"access_token": "x"}),
    ):
        assert response.status_code == 401
        assert response.headers.get_list("www-authenticate") == CHALLENGES


@ONE_STORE
async def test_two_tokens_are_one_too_many(provider, browser, platform):
    token = (await platform.tokens(browser))["access_token"]
    response = await platform.http.post(
        "/userinfo", data={"access_token": token}, headers={"authorization": f"Bearer {token}"}
    )
    assert response.status_code == 400
    assert 'error="invalid_request"' in response.headers["www-authenticate"]
    response = await platform.http.get(
        "/userinfo", headers=[("authorization", "Bearer a"), ("authorization", "Bearer b")]
    )
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"


def forgeries(token, keyring):
    header, payload, signature = token.split(".")
    key = keyring.signing.current(ES256, now=NOW)
    return {
        "nothing": "x",
        "two parts": f"{header}.{payload}",
        "a flipped signature": f"{header}.{payload}.{'A' if signature[0] != 'A' else 'B'}"
        + signature[1:],
        "no signature": f"{header}.{payload}.",
        "alg none": f"eyJhbGciOiJub25lIn0.{payload}.",
        "another header": f"eyJhbGciOiJIUzI1NiJ9.{payload}.{signature}",
        "foreign letters": "é" * 50,
        "far too long": token + "A" * 10_000,
        "an ID token's type": jws.sign({"iss": ISSUER}, key=key, typ="JWT"),
        "no claims": jws.sign({}, key=key, typ="at+jwt"),
        "a foreign reference": jws.sign(
            {"jti": "x", "authsvc_ref": "AAAA"},
            key=key,
            typ="at+jwt",
        ),
    }


@ONE_STORE
async def test_a_forged_token_is_invalid(provider, browser, platform):
    tokens = await platform.tokens(browser)
    forged = forgeries(tokens["access_token"], provider.keyring)
    for token in (*forged.values(), tokens["id_token"]):
        header = [(b"authorization", b"Bearer " + token.encode())]
        response = await platform.http.get("/userinfo", headers=header)
        assert response.status_code == 401, token[:30]
        assert 'error="invalid_token"' in response.headers["www-authenticate"]
        assert response.json()["error"] == "invalid_token"


async def test_a_token_ends_after_ten_minutes(provider, browser, platform, clock):
    token = (await platform.tokens(browser))["access_token"]
    clock.advance(seconds=599)
    assert (await platform.userinfo(token)).status_code == 200
    clock.advance(seconds=1)
    response = await platform.userinfo(token)
    assert response.status_code == 401
    assert "expired" in response.headers["www-authenticate"]


@pytest.mark.parametrize("what", ["frozen", "withdrawn", "watermark", "gone", "revoked"])
async def test_a_token_dies_before_its_time(provider, browser, platform, clock, what):
    subscriber = await provider.person("wang")
    tokens = await platform.tokens(browser, username="wang")
    other = await platform.tokens(browser, username="wang")
    subscribers = provider.house.subscribers
    now = clock.advance(seconds=1)
    async with provider.database.transaction() as tx:
        if what == "frozen":
            await subscribers.set_status(tx, subscriber.id, SubscriberStatus.FROZEN)
        elif what == "withdrawn":
            await provider.provider.grants.withdraw(tx, subscriber, "platform-a")
        elif what == "watermark":
            await subscribers.raise_watermark(tx, subscriber.id, now=now)
        elif what == "gone":
            await subscribers.erase(tx, subscriber.id)
    if what == "revoked":
        await platform.revoke(tokens["access_token"])
        assert (await platform.userinfo(other["access_token"])).status_code == 200
    response = await platform.userinfo(tokens["access_token"])
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["www-authenticate"]


@ONE_STORE
async def test_a_platform_that_is_asked_for_another_scope_gets_only_its_own(provider, browser):
    plain = Platform(provider, "plain")
    tokens = await plain.tokens(browser, request("plain", scope="openid"))
    assert set((await plain.userinfo(tokens["access_token"])).json()) == {"sub"}


@ONE_STORE
async def test_storage_that_is_away_is_told_without_a_word_about_the_token(
    provider, browser, platform, monkeypatch
):
    from authsvc.storage import StorageUnavailable

    token = (await platform.tokens(browser))["access_token"]

    async def away(*_, now):
        raise StorageUnavailable

    monkeypatch.setattr(provider.provider.userinfo._status, "require_good", away)
    response = await platform.userinfo(token)
    assert response.status_code == 503
    assert response.json() == {"error": "temporarily_unavailable"}
    assert response.headers["retry-after"] == "5"

    async def broken(*_, now):
        raise RuntimeError("secret")

    monkeypatch.setattr(provider.provider.userinfo._status, "require_good", broken)
    response = await platform.userinfo(token)
    assert response.status_code == 500
    assert response.json() == {"error": "server_error"}


@ONE_STORE
async def test_a_person_who_leaves_between_two_looks_is_gone(
    provider, browser, platform, monkeypatch
):
    token = (await platform.tokens(browser))["access_token"]

    async def nobody(*_, **__):
        return None

    monkeypatch.setattr(provider.house.memory, "birth_date", nobody)
    assert (await platform.userinfo(token)).status_code == 401


@ONE_STORE
async def test_a_token_for_another_resource_server_opens_nothing_here(provider, browser, clock):
    api = "https://api.example"
    document = metadata("plain", resources=[api])
    await provider.clients.import_clients([document], now=clock.now())
    plain = Platform(provider, "plain")
    tokens = await plain.tokens(browser, request("plain", resource=api))
    response = await plain.userinfo(tokens["access_token"])
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_token"


@ONE_STORE
async def test_without_openid_there_is_nothing_to_tell(browser, platform):
    tokens = await platform.tokens(browser, request(scope="age"))
    response = await platform.userinfo(tokens["access_token"])
    assert response.status_code == 403
    assert response.json()["error"] == "insufficient_scope"
