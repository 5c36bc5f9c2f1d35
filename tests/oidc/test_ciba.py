"""Client-Initiated Backchannel Authentication 1.0: poll and ping, and FAPI-CIBA for strict ones."""

import asyncio
import json

import pytest

from authsvc.clients.client import CIBA
from authsvc.clients.signed import unverified_claims
from tests.authentication.makers import totp_code
from tests.clients.makers import SECRET as CLIENT_SECRET
from tests.clients.makers import metadata
from tests.oidc.backchannel_makers import (
    Call,
    approvals,
    call,
    decide_call,
    handles,
    look,
    refusal_of,
    register_all,
    register_bell,
    sign_in,
    signed_call,
    to_consent,
)
from tests.oidc.front_makers import SIGNER, STRANGER
from tests.oidc.makers import Page, Platform, request
from tests.oidc.strict import StrictPlatform
from tests.web.strangers import answer, drips, stranger

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
PATH = "/backchannel_authentication"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
AAL2 = "urn:authsvc:acr:aal2"


@pytest.fixture(autouse=True)
async def registered(provider):
    await register_all(provider)


@pytest.fixture
def bank(provider):
    return Platform(provider, "bank")


@pytest.fixture
def notary(provider):
    return Platform(provider, "notary")


def ciba_metadata(client_id):
    return metadata(client_id, grant_types=[CIBA], backchannel_token_delivery_mode="poll")


async def until(condition):
    """Waits for what another task does; real time, for a socket is involved."""
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


async def test_a_bank_gets_tokens_once_the_person_approved(provider, browser, bank, time_passes):
    asked = await Call.begin(bank, scope="openid age offline_access", binding_message="W-4711")
    assert await asked.refusal() == "authorization_pending"
    response, page = await approvals(browser)
    for told in ("平台 bank", "W-4711", "192.0.2.7", "over 14, 16 and 18"):
        assert told in page.text
    url, page = await to_consent(browser, await look(browser, handles(response)[0]))
    for told in ("平台 bank", "W-4711", "192.0.2.7", "to open an account"):
        assert told in page.text
    page = Page((await browser.submit(url, page, "approve")).text)
    assert "You approved" in page.text
    await time_passes(seconds=5)
    response = await asked.poll()
    assert response.status_code == 200, response.text
    tokens = response.json()
    assert tokens["scope"] == "openid age offline_access"
    assert (await bank.userinfo(tokens["access_token"])).json()["age_over_18"] is True
    assert (await bank.refresh(tokens["refresh_token"])).status_code == 200
    assert await asked.refusal() == "invalid_grant"
    response, page = await approvals(browser)
    assert "Nothing is waiting for you" in page.text


@ONE_STORE
async def test_the_answer_is_as_section_7_3_has_it(bank):
    response = await call(bank)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    told = response.json()
    assert set(told) == {"auth_req_id", "expires_in", "interval"}
    assert len(told["auth_req_id"]) == 43
    assert (told["expires_in"], told["interval"]) == (300, 5)


@ONE_STORE
@pytest.mark.parametrize(("asked", "given"), [("1", 1), ("120", 120), ("600", 600), ("86400", 600)])
async def test_it_waits_as_long_as_asked_up_to_a_bound(bank, asked, given):
    assert (await call(bank, requested_expiry=asked)).json()["expires_in"] == given


@ONE_STORE
@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "age"}, "invalid_scope"),
        ({"login_hint": ""}, "invalid_request"),
        ({"login_hint_token": "x"}, "invalid_request"),
        ({"login_hint": "", "login_hint_token": "x"}, "invalid_request"),
        ({"id_token_hint": "x"}, "invalid_request"),
        ({"login_hint": "", "id_token_hint": "x"}, "invalid_request"),
        ({"user_code": "1234"}, "invalid_request"),
        ({"request": "x.y.z"}, "invalid_request"),
        ({"requested_expiry": "0"}, "invalid_request"),
        ({"requested_expiry": "-5"}, "invalid_request"),
        ({"requested_expiry": "1e3"}, "invalid_request"),
        ({"requested_expiry": "9" * 10}, "invalid_request"),
        ({"binding_message": "x" * 101}, "invalid_binding_message"),
        ({"binding_message": "two\nlines"}, "invalid_binding_message"),
        ({"binding_message": "turned \u202e round"}, "invalid_binding_message"),
        ({"binding_message": "  "}, "invalid_binding_message"),
        ({"resource": "https://elsewhere.example"}, "invalid_target"),
        ({"authorization_details": "[]"}, "invalid_authorization_details"),
    ],
)
async def test_what_is_not_right_is_refused(bank, form, error):
    response = await call(bank, **form)
    assert await refusal_of(response) == error


@ONE_STORE
@pytest.mark.parametrize(
    ("client_id", "status", "error"),
    [
        ("platform-a", 400, "unauthorized_client"),
        ("spa", 400, "unauthorized_client"),
        ("nobody", 401, "invalid_client"),
    ],
)
async def test_who_may_not_ask_is_refused(provider, client_id, status, error):
    response = await call(Platform(provider, client_id))
    assert response.status_code == status
    assert response.json()["error"] == error


@ONE_STORE
async def test_a_person_is_found_by_an_id_token_that_the_client_was_given(provider, browser, bank):
    tokens = await bank.tokens(browser, request("bank"))
    asked = await Call.begin(bank, login_hint="", id_token_hint=tokens["id_token"])
    await decide_call(browser)
    assert (await asked.poll()).status_code == 200
    other = Platform(provider, "other-bank")
    response = await call(other, login_hint="", id_token_hint=tokens["id_token"])
    assert await refusal_of(response) == "invalid_request"


@ONE_STORE
async def test_an_id_token_from_before_ciba_names_nobody(provider, browser):
    platform = Platform(provider, "platform-a")
    tokens = await platform.tokens(browser)
    assert "authsvc_ref" not in unverified_claims(tokens["id_token"])
    await provider.clients.import_clients([ciba_metadata("platform-a")], now=provider.clock.now())
    response = await call(platform, login_hint="", id_token_hint=tokens["id_token"])
    assert await refusal_of(response) == "invalid_request"


@ONE_STORE
async def test_the_reference_in_an_id_token_is_for_one_client_and_another_each_time(browser, bank):
    references = set()
    for _ in range(2):
        tokens = await bank.tokens(browser, request("bank"))
        references.add(unverified_claims(tokens["id_token"])["authsvc_ref"])
    assert len(references) == 2


@ONE_STORE
async def test_an_id_token_of_a_person_who_has_left_waits_in_vain(provider, browser, bank):
    wang = await provider.person("wang")
    tokens = await bank.tokens(browser, request("bank"), username="wang")
    async with provider.database.transaction() as tx:
        await provider.house.subscribers.erase(tx, wang.id)
    asked = await Call.begin(bank, login_hint="", id_token_hint=tokens["id_token"])
    assert await asked.refusal() == "authorization_pending"


async def test_a_person_who_declines_is_heard(browser, bank):
    asked = await Call.begin(bank)
    page = await decide_call(browser, "deny")
    assert "You declined" in page.text
    assert await asked.refusal() == "access_denied"


async def test_a_request_that_nobody_decided_expires(browser, bank, time_passes):
    asked = await Call.begin(bank)
    response, _ = await approvals(browser)
    [handle] = handles(response)
    await time_passes(minutes=5)
    assert await asked.refusal() == "expired_token"
    response, _ = await approvals(browser)
    assert handles(response) == []
    assert (await look(browser, handle)).status_code == 404


@ONE_STORE
async def test_who_polls_too_often_is_told_to_slow_down(bank, time_passes):
    asked = await Call.begin(bank)
    assert await asked.refusal() == "authorization_pending"
    assert await asked.refusal() == "slow_down"
    await time_passes(seconds=10)
    assert await asked.refusal() == "authorization_pending"


async def test_of_twenty_redemptions_at_once_exactly_one_succeeds(browser, bank):
    asked = await Call.begin(bank)
    await decide_call(browser)
    answers = await asyncio.gather(*(asked.poll() for _ in range(20)))
    assert sorted(each.status_code for each in answers) == [200, *[400] * 19]


@ONE_STORE
async def test_another_client_gets_nothing_and_changes_nothing(provider, browser, bank):
    asked = await Call.begin(bank)
    await decide_call(browser)
    thief = Call(Platform(provider, "other-bank"), asked.auth_req_id)
    assert await thief.refusal() == "invalid_grant"
    assert (await asked.poll()).status_code == 200


async def test_requests_that_come_at_once_all_wait(provider, browser, bank):
    other = Platform(provider, "other-bank")
    answers = await asyncio.gather(*(call(each) for each in [bank, other] * 5))
    assert {each.status_code for each in answers} == {200}
    response, _ = await approvals(browser)
    assert len(set(handles(response))) == 10


async def test_a_client_asks_one_person_so_often_and_no_more(provider, browser, bank, time_passes):
    answers = [await call(bank, binding_message=f"No. {count}") for count in range(6)]
    assert [each.status_code for each in answers] == [200] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "300"
    assert answers[-1].json()["error"] == "temporarily_unavailable"
    assert (await call(Platform(provider, "other-bank"))).status_code == 200
    await provider.person("wang")
    assert (await call(bank, login_hint="wang")).status_code == 200
    response, _ = await approvals(browser)
    assert len(handles(response)) == 6
    await decide_call(browser, "deny")
    assert (await call(bank)).status_code == 200
    assert (await call(bank)).status_code == 429
    await time_passes(minutes=5)
    assert (await call(bank)).status_code == 200


@ONE_STORE
async def test_a_list_that_is_full_takes_more_and_shows_no_more(provider, browser):
    documents = [ciba_metadata(f"bank-{count}") for count in range(5)]
    await provider.clients.import_clients(documents, now=provider.clock.now())
    http = provider.http()
    for count in range(5):
        for _ in range(5):
            form = {"scope": "openid", "login_hint": "zhang"}
            form |= {"client_id": f"bank-{count}", "client_secret": CLIENT_SECRET}
            assert (await http.post(PATH, data=form)).status_code == 200
    response, _ = await approvals(browser)
    assert len(handles(response)) == 20


@ONE_STORE
async def test_a_client_begins_so_many_in_a_minute(provider, bank, monkeypatch):
    monkeypatch.setattr("authsvc.oidc.backchannel.request_limits._PER_CLIENT", 3)
    for count in range(3):
        assert (await call(bank, login_hint=f"somebody {count}")).status_code == 200
    response = await call(bank)
    assert response.status_code == 429
    assert response.headers["retry-after"] == "60"


# Approving


@ONE_STORE
async def test_the_list_is_shown_after_signing_in_and_names_no_platform_on_the_way(browser):
    response, page = await browser.follow(await browser.get("/approvals"))
    assert "username" in page.inputs
    assert "to continue to" not in page.text
    response, page = await browser.follow(await sign_in(browser, response, page))
    assert response.url.path == "/approvals"
    assert "Nothing is waiting for you" in page.text


@ONE_STORE
async def test_choosing_without_a_session_leads_to_the_list(browser, bank):
    await Call.begin(bank)
    response = await look(browser, "anything")
    assert response.status_code == 303
    assert response.headers["location"] == "/approvals"


@ONE_STORE
async def test_the_list_speaks_chinese(browser, bank):
    browser.http.headers["accept-language"] = "zh-CN"
    await Call.begin(bank, binding_message="柜台 3")
    response, page = await approvals(browser)
    assert "待您确认的请求" in page.text
    _, page = await to_consent(browser, await look(browser, handles(response)[0]))
    assert "必须显示同样的文字" in page.text
    assert "柜台 3" in page.text


@ONE_STORE
async def test_markup_in_a_message_stays_text(browser, bank):
    await Call.begin(bank, binding_message="<b>W</b>&amp;")
    response, page = await approvals(browser)
    assert "<b>" not in response.text
    assert "<b>W</b>&amp;" in page.text


async def test_a_second_factor_is_asked_for_where_the_client_wants_it(
    provider, browser, bank, clock, time_passes
):
    wang = await provider.person("wang")
    asked = await Call.begin(bank, login_hint="wang", acr_values=f"urn:unknown {AAL2}")
    response, _ = await approvals(browser, username="wang")
    async with provider.database.transaction() as tx:
        await provider.house.credentials.import_totp(tx, wang, SECRET, now=clock.now())
    response, page = await browser.follow(await look(browser, handles(response)[0]))
    assert "username" not in page.inputs
    url = str(response.url)
    response = await browser.submit(url, page, otp=totp_code(SECRET, clock.now()))
    url, page = await to_consent(browser, response)
    assert (await browser.submit(url, page, "approve")).status_code == 200
    assert (await asked.poll()).status_code == 200


@ONE_STORE
async def test_a_person_who_has_no_second_factor_cannot_approve_what_wants_one(
    provider, browser, bank
):
    await provider.person("wang", phone="")
    asked = await Call.begin(bank, login_hint="wang", acr_values=AAL2)
    response, _ = await approvals(browser, username="wang")
    response, page = await browser.follow(await look(browser, handles(response)[0]))
    assert response.status_code == 400
    assert "approve" not in page.buttons
    assert await asked.refusal() == "authorization_pending"


@ONE_STORE
async def test_declining_to_sign_in_for_the_list_is_an_end(browser):
    response, _ = await browser.follow(await browser.get("/approvals"))
    response = await browser.http.post(response.url.path, data={"decision": "deny"})
    assert response.status_code == 403
    assert (await browser.http.get(response.url.path)).status_code == 404


@ONE_STORE
async def test_approving_the_sign_in_for_the_list_is_no_way_around_it(browser):
    response, _ = await browser.follow(await browser.get("/approvals"))
    response = await browser.http.post(response.url.path, data={"decision": "approve"})
    _, page = await browser.follow(response)
    assert "username" in page.inputs


# Ping


async def test_a_client_that_wants_to_be_told_is_told_and_polls(provider, browser, time_passes):
    async with stranger(answer(b"", status="204 No Content")) as there:
        bell = await register_bell(provider, there.port)
        asked = await Call.begin(bell, client_notification_token="artificial-token")
        assert there.requests == []
        await decide_call(browser)
        await until(lambda: there.requests)
        [told] = there.requests
    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /told HTTP/1.1")
    assert b"bearer artificial-token" in head.lower()
    assert b"content-type: application/json" in head.lower()
    assert json.loads(body) == {"auth_req_id": asked.auth_req_id}
    assert (await asked.poll()).status_code == 200


@ONE_STORE
async def test_a_refusal_is_told_in_the_same_words(provider, browser):
    async with stranger(answer(b"")) as there:
        bell = await register_bell(provider, there.port)
        asked = await Call.begin(bell, client_notification_token="t")
        await decide_call(browser, "deny")
        await until(lambda: there.requests)
        assert b"denied" not in there.requests[0]
    assert await asked.refusal() == "access_denied"


@ONE_STORE
@pytest.mark.parametrize("status", ["500 Oops", "302 Found"])
async def test_a_client_that_does_not_hear_is_noted_and_may_poll(provider, browser, capsys, status):
    async with stranger(answer(b"", "Location: /", status=status)) as there:
        bell = await register_bell(provider, there.port)
        asked = await Call.begin(bell, client_notification_token="t")
        await decide_call(browser)
        await until(lambda: there.requests)
        await until(lambda: "ciba_ping_failed" in capsys.readouterr().out)
    assert (await asked.poll()).status_code == 200


@ONE_STORE
async def test_the_person_does_not_wait_for_a_slow_client(provider, browser):
    async with stranger(drips(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", every=0.5)) as there:
        bell = await register_bell(provider, there.port)
        asked = await Call.begin(bell, client_notification_token="t")
        await asyncio.wait_for(decide_call(browser), timeout=4)
        assert (await asked.poll()).status_code == 200
        await until(lambda: there.requests)


@ONE_STORE
@pytest.mark.parametrize("token", ["", "with space", "x" * 1025, "ünicode"])
async def test_a_client_that_wants_to_be_told_sends_a_token(provider, token):
    bell = await register_bell(provider, 9)
    response = await call(bell, client_notification_token=token)
    assert await refusal_of(response) == "invalid_request"


@ONE_STORE
async def test_a_client_that_polls_may_send_one_in_vain(bank):
    assert (await call(bank, client_notification_token="with space")).status_code == 200


# Signed requests


async def notary_sends(notary, token, **form):
    return await notary.post(PATH, request=token, **form)


@ONE_STORE
async def test_a_signed_request_is_taken_and_counts(provider, browser, notary):
    token = signed_call(provider, "notary", requested_expiry=90, authorization_details=None)
    response = await notary_sends(notary, token)
    assert response.status_code == 200, response.text
    assert response.json()["expires_in"] == 90
    await decide_call(browser)
    assert (await Call(notary, response.json()["auth_req_id"]).poll()).status_code == 200


@ONE_STORE
async def test_a_signed_request_may_hold_documents_and_lists(provider, browser, notary):
    details = [{"type": "service_case", "case_id": "A-1", "action": "sign"}]
    token = signed_call(
        provider, "notary", authorization_details=details, resource=["https://id.example"]
    )
    assert (await notary_sends(notary, token)).status_code == 200
    _, page = await approvals(browser)
    assert "sign your case A-1" in page.text


@ONE_STORE
@pytest.mark.parametrize("typ", ["JWT", "oauth-authz-req+jwt", None])
async def test_a_list_of_audiences_may_hold_the_issuer(provider, notary, typ):
    token = signed_call(provider, "notary", aud=["https://other.example", provider.issuer], typ=typ)
    assert (await notary_sends(notary, token)).status_code == 200


@ONE_STORE
@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "bank"},
        {"iss": None},
        {"aud": "https://other.example"},
        {"aud": None},
        {"sub": "notary"},
        {"exp": None},
        {"iat": None},
        {"nbf": None},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 257},
        {"exp": True},
        {"exp": "soon"},
        {"scope": ["openid"]},
        {"requested_expiry": 1.5},
        {"alg": "none"},
        pytest.param({"alg": "ES256", "key": STRANGER}, id="another key"),
        {"typ": "dpop+jwt"},
        {"typ": "logout+jwt"},
    ],
    ids=str,
)
async def test_a_signed_request_that_is_not_right_is_refused(provider, notary, changes):
    token = signed_call(provider, "notary", **changes)
    assert await refusal_of(await notary_sends(notary, token)) == "invalid_request"


@ONE_STORE
@pytest.mark.parametrize(
    ("claim", "seconds", "good"),
    [
        ("exp", -31, False),
        ("exp", -29, True),
        ("exp", 3600, True),
        ("exp", 3601, False),
        ("nbf", 29, True),
        ("nbf", 31, False),
        ("nbf", -3299, True),
        ("nbf", -3601, False),
        ("iat", 31, False),
    ],
)
async def test_a_signed_request_holds_now_and_for_an_hour(provider, notary, claim, seconds, good):
    moment = int(provider.clock.now().timestamp()) + seconds
    token = signed_call(provider, "notary", **{claim: moment})
    assert (await notary_sends(notary, token)).status_code == (200 if good else 400)


async def test_a_signed_request_is_taken_once(provider, notary):
    token = signed_call(provider, "notary")
    answers = await asyncio.gather(*(notary_sends(notary, token) for _ in range(10)))
    assert sorted(each.status_code for each in answers) == [200, *[400] * 9]


@ONE_STORE
@pytest.mark.parametrize(
    "beside", [{"scope": "openid"}, {"login_hint": "zhang"}, {"resource": "https://x.example"}]
)
async def test_nothing_stands_beside_a_signed_request(provider, notary, beside):
    response = await notary_sends(notary, signed_call(provider, "notary"), **beside)
    assert await refusal_of(response) == "invalid_request"


@ONE_STORE
async def test_who_is_registered_to_sign_must(notary):
    assert await refusal_of(await call(notary)) == "invalid_request"


@ONE_STORE
async def test_an_auth_request_that_failed_uses_up_no_jti(provider, notary):
    token = signed_call(provider, "notary", jti="once", exp=None)
    assert (await notary_sends(notary, token)).status_code == 400
    assert (
        await notary_sends(notary, signed_call(provider, "notary", jti="once"))
    ).status_code == 200


# FAPI-CIBA


async def test_a_strict_client_signs_and_its_tokens_are_bound(provider, browser):
    exchange = StrictPlatform(provider, "exchange", key=SIGNER)
    token = signed_call(provider, "exchange")
    response = await exchange.post(PATH, request=token, dpop=False)
    assert response.status_code == 200, response.text
    form = {"grant_type": CIBA, "auth_req_id": response.json()["auth_req_id"]}
    response, page = await approvals(browser)
    assert "W-4711" in page.text
    await decide_call(browser)
    assert (await exchange.post("/token", dpop=False, **form)).status_code == 400
    response = await exchange.post("/token", **form)
    assert response.status_code == 200, response.text
    assert response.json()["token_type"] == "DPoP"


@ONE_STORE
async def test_a_strict_client_that_does_not_sign_is_refused(provider):
    exchange = StrictPlatform(provider, "exchange", key=SIGNER)
    form = {"scope": "openid", "login_hint": "zhang", "binding_message": "W"}
    response = await exchange.post(PATH, dpop=False, **form)
    assert await refusal_of(response) == "invalid_request"


@ONE_STORE
async def test_a_strict_client_sends_words_to_compare(provider):
    exchange = StrictPlatform(provider, "exchange", key=SIGNER)
    token = signed_call(provider, "exchange", binding_message=None)
    response = await exchange.post(PATH, request=token, dpop=False)
    assert await refusal_of(response) == "invalid_binding_message"


@ONE_STORE
async def test_discovery_says_what_is_offered(bank):
    found = (await bank.http.get("/.well-known/openid-configuration")).json()
    assert found["device_authorization_endpoint"] == "https://id.example/device_authorization"
    assert found["backchannel_authentication_endpoint"] == f"https://id.example{PATH}"
    assert found["backchannel_token_delivery_modes_supported"] == ["poll", "ping"]
    assert found["backchannel_user_code_parameter_supported"] is False
    assert "none" not in found["backchannel_authentication_request_signing_alg_values_supported"]
    assert CIBA in found["grant_types_supported"]
