"""The device authorization grant (RFC 8628)."""

import asyncio
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from authsvc.subscribers import SubscriberStatus
from tests.oidc.backchannel_makers import (
    Device,
    decide_device,
    enter,
    refusal_of,
    register_all,
    to_consent,
)
from tests.oidc.makers import Browser, Page, Platform

ONE_STORE = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture(autouse=True)
async def registered(provider):
    await register_all(provider)


@pytest.fixture
def tv(provider):
    return Platform(provider, "tv")


@pytest.fixture
def kiosk(provider):
    return Platform(provider, "kiosk")


async def test_a_television_gets_tokens_once_the_person_approved(
    provider, browser, tv, time_passes
):
    device = await Device.begin(tv, scope="openid age offline_access")
    assert await device.refusal() == "authorization_pending"
    page = await decide_device(browser, device)
    assert "You approved" in page.text
    await time_passes(seconds=5)
    response = await device.poll()
    assert response.status_code == 200, response.text
    tokens = response.json()
    assert tokens["scope"] == "openid age offline_access"
    assert tokens["id_token"]
    told = (await tv.userinfo(tokens["access_token"])).json()
    assert told["age_over_18"] is True
    assert (await tv.refresh(tokens["refresh_token"])).status_code == 200
    assert await device.refusal() == "invalid_grant"


@ONE_STORE
async def test_the_answer_is_as_section_3_2_has_it(tv):
    response = await tv.post("/device_authorization", scope="openid")
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    told = response.json()
    assert set(told) == {
        "device_code",
        "user_code",
        "verification_uri",
        "verification_uri_complete",
        "expires_in",
        "interval",
    }
    assert len(told["device_code"]) == 43
    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", told["user_code"])
    assert told["verification_uri"] == "https://id.example/device"
    complete = urlsplit(told["verification_uri_complete"])
    assert complete.path == "/device"
    assert parse_qs(complete.query) == {"user_code": [told["user_code"]]}
    assert (told["expires_in"], told["interval"]) == (600, 5)


@ONE_STORE
async def test_a_confidential_client_proves_itself_and_asks_for_resources_and_one_act(
    browser, kiosk, time_passes
):
    device = await Device.begin(
        kiosk,
        resource="https://api.kiosk.example",
        authorization_details='[{"type":"service_case","case_id":"A-1","action":"sign"}]',
    )
    url, page = await to_consent(browser, await enter(browser, device.user_code))
    assert "sign your case A-1" in page.text
    await browser.submit(url, page, "approve")
    tokens = (await device.poll()).json()
    assert tokens["authorization_details"][0]["case_id"] == "A-1"
    assert "refresh_token" not in tokens
    told = await kiosk.introspect(tokens["access_token"])
    assert told.get("aud", "https://api.kiosk.example") == "https://api.kiosk.example"


@ONE_STORE
@pytest.mark.parametrize(
    ("client_id", "form", "status", "error"),
    [
        ("tv", {"scope": "unknown"}, 400, "invalid_scope"),
        ("tv", {}, 400, "invalid_scope"),
        ("platform-a", {"scope": "openid"}, 400, "unauthorized_client"),
        ("nobody", {"scope": "openid"}, 401, "invalid_client"),
        ("kiosk", {"scope": "openid", "resource": "https://x.example"}, 400, "invalid_target"),
        (
            "kiosk",
            {"scope": "openid", "authorization_details": "[]"},
            400,
            "invalid_authorization_details",
        ),
    ],
)
async def test_what_may_not_be_asked_for_is_refused(provider, client_id, form, status, error):
    response = await Platform(provider, client_id).post("/device_authorization", **form)
    assert response.status_code == status
    assert response.json()["error"] == error


@ONE_STORE
async def test_a_confidential_client_without_its_secret_is_refused(provider, kiosk):
    form = {"client_id": "kiosk", "scope": "openid"}
    response = await kiosk.http.post("/device_authorization", data=form)
    assert response.status_code == 401


@ONE_STORE
async def test_a_person_who_declines_is_heard(browser, tv):
    device = await Device.begin(tv)
    page = await decide_device(browser, device, "deny")
    assert "You declined" in page.text
    assert await device.refusal() == "access_denied"
    assert await device.refusal() == "access_denied"


async def test_a_code_that_nobody_decided_expires(browser, tv, time_passes):
    device = await Device.begin(tv)
    await time_passes(minutes=10)
    assert await device.refusal() == "expired_token"
    response = await enter(browser, device.user_code)
    assert response.status_code == 400
    assert "No device is waiting" in Page(response.text).text
    await time_passes(minutes=10)
    assert await device.refusal() == "invalid_grant"


@ONE_STORE
async def test_an_approval_that_comes_too_late_is_none(browser, tv, time_passes):
    device = await Device.begin(tv)
    await time_passes(minutes=9, seconds=30)
    url, page = await to_consent(browser, await enter(browser, device.user_code))
    await time_passes(seconds=40)
    response = await browser.submit(url, page, "approve")
    assert response.status_code == 404
    assert await device.refusal() == "expired_token"


async def test_who_polls_too_often_waits_five_seconds_more_each_time(tv, time_passes):
    device = await Device.begin(tv)
    assert await device.refusal() == "authorization_pending"
    assert await device.refusal() == "slow_down"
    await time_passes(seconds=5)
    assert await device.refusal() == "slow_down"
    await time_passes(seconds=10)
    assert await device.refusal() == "slow_down"
    await time_passes(seconds=20)
    assert await device.refusal() == "authorization_pending"
    await time_passes(seconds=20)
    assert await device.refusal() == "authorization_pending"


async def test_of_many_polls_at_once_one_is_in_time(tv):
    device = await Device.begin(tv)
    words = await asyncio.gather(*(device.refusal() for _ in range(20)))
    assert sorted(words) == ["authorization_pending", *["slow_down"] * 19]


@ONE_STORE
async def test_who_keeps_the_interval_is_never_scolded(tv, time_passes):
    device = await Device.begin(tv)
    for _ in range(5):
        assert await device.refusal() == "authorization_pending"
        await time_passes(seconds=4.5)


@ONE_STORE
async def test_tokens_are_not_delayed_by_a_hasty_poll(browser, tv):
    device = await Device.begin(tv)
    assert await device.refusal() == "authorization_pending"
    assert await device.refusal() == "slow_down"
    await decide_device(browser, device)
    assert (await device.poll()).status_code == 200


async def test_of_twenty_redemptions_at_once_exactly_one_succeeds(browser, tv):
    device = await Device.begin(tv)
    await decide_device(browser, device)
    answers = await asyncio.gather(*(device.poll() for _ in range(20)))
    assert sorted(each.status_code for each in answers) == [200, *[400] * 19]
    lost = {await refusal_of(each) for each in answers if each.status_code == 400}
    assert lost == {"invalid_grant"}


async def test_of_two_people_who_decide_at_once_one_decides(provider, tv):
    await provider.person("wang")
    device = await Device.begin(tv)
    pages = []
    for name in ("zhang", "wang"):
        browser = Browser(provider)
        response = await enter(browser, device.user_code)
        pages.append((browser, *await to_consent(browser, response, username=name)))
    answers = await asyncio.gather(
        *(browser.submit(url, page, "approve") for browser, url, page in pages)
    )
    assert sorted(each.status_code for each in answers) == [200, 404]
    assert (await device.poll()).status_code == 200


async def test_nothing_is_redeemed_for_a_person_who_was_frozen_after_the_approval(
    provider, browser, tv
):
    wang = await provider.person("wang")
    device = await Device.begin(tv)
    await decide_device(browser, device, username="wang")
    async with provider.database.transaction() as tx:
        await provider.house.subscribers.set_status(tx, wang.id, SubscriberStatus.FROZEN)
    assert await device.refusal() == "invalid_grant"


async def test_nothing_is_redeemed_once_the_person_has_withdrawn_or_left(provider, browser, tv):
    wang = await provider.person("wang")
    device = await Device.begin(tv)
    await decide_device(browser, device, username="wang")
    async with provider.database.transaction() as tx:
        await provider.provider.grants.withdraw(tx, wang, "tv")
    assert await device.refusal() == "invalid_grant"
    device = await Device.begin(tv)
    await decide_device(browser, device)
    async with provider.database.transaction() as tx:
        await provider.house.subscribers.erase(tx, wang.id)
    assert await device.refusal() == "invalid_grant"


@ONE_STORE
async def test_another_client_gets_nothing_and_changes_nothing(provider, browser, kiosk):
    device = await Device.begin(kiosk)
    await decide_device(browser, device)
    thief = Device(Platform(provider, "other-kiosk"), device.device_code, "", "")
    assert await thief.refusal() == "invalid_grant"
    assert (await device.poll()).status_code == 200


@ONE_STORE
async def test_the_poll_names_its_code(tv):
    device = await Device.begin(tv)
    assert await device.refusal(device_code="") == "invalid_request"
    assert await device.refusal(device_code="x" * 43) == "invalid_grant"
    assert await device.refusal(device_code=device.user_code) == "invalid_grant"


@ONE_STORE
async def test_consent_is_asked_again_for_every_device(browser, tv):
    await decide_device(browser, await Device.begin(tv))
    device = await Device.begin(tv)
    _, page = await browser.follow(await enter(browser, device.user_code))
    assert "approve" in page.buttons


@ONE_STORE
async def test_the_page_shows_what_there_is_to_compare(provider, browser, tv):
    device = await Device.begin(tv)
    _, page = await to_consent(browser, await enter(browser, device.user_code))
    assert device.user_code in page.text
    assert "平台 tv" in page.text
    assert "192.0.2.7" in page.text
    assert "(the network that you use now)" in page.text
    shown = provider.clock.now() + timedelta(hours=8)
    assert f"{shown:%Y-%m-%d %H:%M} (UTC+8)" in page.text


@ONE_STORE
@pytest.mark.parametrize("spelling", ["{0}", " {1} {2} ", "{1}{2}", "{1}–{2}", "{1}.{2}"])
async def test_a_code_may_be_typed_as_people_type(browser, tv, spelling):
    device = await Device.begin(tv)
    first, _, second = device.user_code.partition("-")
    typed = spelling.format(device.user_code, first, second)
    for each in (typed, typed.lower()):
        _, page = await to_consent(browser, await enter(browser, each))
        assert device.user_code in page.text


@ONE_STORE
@pytest.mark.parametrize(
    "typed",
    ["", "BCDF-GHJ", "BCDF-GHJKL", "AEIO-UAEI", "1234-5678", "B" * 33, "乙丙丁戊己庚辛壬", "ß" * 4],
)
async def test_what_is_no_code_is_said_on_the_page(browser, typed):
    response = await enter(browser, typed)
    assert response.status_code == 400
    page = Page(response.text)
    assert "No device is waiting under this code" in page.text
    assert page.inputs["user_code"] == ""


@ONE_STORE
async def test_the_page_speaks_chinese(browser, tv):
    browser.http.headers["accept-language"] = "zh-CN"
    device = await Device.begin(tv)
    response = await browser.get("/device")
    assert "您的设备上显示什么代码" in Page(response.text).text
    _, page = await to_consent(browser, await enter(browser, device.user_code))
    assert "必须显示同样的代码" in page.text


@ONE_STORE
async def test_public_clients_of_one_address_begin_so_many_in_an_hour(tv, kiosk, time_passes):
    for _ in range(200):
        response = await tv.post("/device_authorization", scope="openid")
        assert response.status_code == 200
    response = await tv.post("/device_authorization", scope="openid")
    assert response.status_code == 429
    assert response.headers["retry-after"] == "3600"
    assert (await kiosk.post("/device_authorization", scope="openid")).status_code == 200
    await time_passes(hours=1)
    assert (await tv.post("/device_authorization", scope="openid")).status_code == 200
