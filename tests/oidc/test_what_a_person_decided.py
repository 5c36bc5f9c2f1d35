"""What a person approved for another device, and what they refused, stands in their own log."""

import pytest

from authsvc.subscribers.activity import ActivityKind
from tests.oidc.backchannel_makers import Call, Device, decide_call, decide_device, register_all
from tests.oidc.makers import Browser, Platform, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture(autouse=True)
async def registered(provider):
    await register_all(provider)


@pytest.fixture
async def zhang(provider):
    async with provider.database.reading() as tx:
        credentials, subscribers = provider.house.credentials, provider.house.subscribers
        row = await credentials.find_password(tx, credentials.name_digest("zhang"))
        return await subscribers.find(tx, row.subscriber_id)


async def entries(provider, subscriber, kind):
    return [each for each in await provider.log_of(subscriber) if each.kind is kind]


async def test_a_device_that_was_approved(provider, browser, zhang):
    device = await Device.begin(Platform(provider, "tv"), scope="openid age")
    await decide_device(browser, device)
    [approved] = await entries(provider, zhang, ActivityKind.OTHER_DEVICE_APPROVED)
    assert (approved.client_id, approved.scopes) == ("tv", ("openid", "age"))
    assert (approved.network, approved.at) == ("192.0.2.7", provider.clock.now())


async def test_a_request_that_was_approved_by_name(provider, browser, zhang):
    await Call.begin(Platform(provider, "bank"))
    await decide_call(browser)
    [approved] = await entries(provider, zhang, ActivityKind.OTHER_DEVICE_APPROVED)
    assert (approved.client_id, approved.network) == ("bank", "192.0.2.7")


@pytest.mark.parametrize("kind", ["device", "call"])
async def test_a_device_that_was_refused(provider, browser, zhang, kind):
    if kind == "device":
        await decide_device(browser, await Device.begin(Platform(provider, "tv")), "deny")
    else:
        await Call.begin(Platform(provider, "bank"))
        await decide_call(browser, "deny")
    [refused] = await entries(provider, zhang, ActivityKind.PLATFORM_REFUSED)
    assert refused.client_id == {"device": "tv", "call": "bank"}[kind]
    assert await entries(provider, zhang, ActivityKind.OTHER_DEVICE_APPROVED) == []


async def test_a_platform_that_was_refused(provider, browser, zhang):
    answer = await browser.authorize(request(), button="deny")
    assert answer.parameters["error"] == "access_denied"
    [refused] = await entries(provider, zhang, ActivityKind.PLATFORM_REFUSED)
    assert (refused.client_id, refused.network) == ("platform-a", "192.0.2.7")


async def test_who_is_not_signed_in_refuses_in_nobodys_log(provider, zhang):
    browser = Browser(provider)
    response, page = await browser.follow(await browser.get("/authorize", **request().parameters))
    assert page is not None
    response = await browser.http.post(page.action or "", data={"decision": "deny"})
    assert "access_denied" in response.headers["location"]
    assert await provider.log_of(zhang) == []
