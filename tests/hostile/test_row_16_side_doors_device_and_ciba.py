"""Row 16: who may not get in gets nothing through a device code or a backchannel request either."""

from datetime import timedelta

import pytest

from authsvc.subscribers import SubscriberStatus
from tests.authentication.makers import PASSWORD
from tests.oidc.backchannel_makers import (
    Call,
    Device,
    approvals,
    decide_call,
    decide_device,
    enter,
    handles,
    look,
    register_all,
    sign_in,
    to_consent,
)
from tests.oidc.makers import Browser, Platform

WAYS = pytest.mark.parametrize("way", ["device", "ciba"])


@pytest.fixture(autouse=True)
async def registered(provider):
    await register_all(provider)


@pytest.fixture
async def wang(provider):
    return await provider.person("wang")


async def approved(provider, browser, way):
    """What wang has just approved, ready to be redeemed."""
    if way == "device":
        device = await Device.begin(Platform(provider, "tv"))
        await decide_device(browser, device, username="wang")
        return device
    call = await Call.begin(Platform(provider, "bank"), login_hint="wang")
    await decide_call(browser, username="wang")
    return call


async def freeze(provider, person):
    async with provider.database.transaction() as tx:
        await provider.house.subscribers.set_status(tx, person.id, SubscriberStatus.FROZEN)


async def leave(provider, person):
    async with provider.database.transaction() as tx:
        await provider.house.subscribers.erase(tx, person.id)


async def sign_out_everywhere(provider, person):
    moment = provider.clock.now() + timedelta(seconds=1)
    async with provider.database.transaction() as tx:
        await provider.house.subscribers.raise_watermark(tx, person.id, now=moment)


async def withdraw(provider, person):
    async with provider.database.transaction() as tx:
        for client_id in ("tv", "bank"):
            await provider.provider.grants.withdraw(tx, person, client_id)


@WAYS
@pytest.mark.parametrize("what", [freeze, leave, sign_out_everywhere, withdraw])
async def test_nothing_is_redeemed_after_the_person_could_no_longer(
    provider, browser, wang, way, what
):
    """Approved while all was well; then frozen, gone, signed out everywhere, or withdrawn.

    invalid_grant at the redemption, and again, and no token.
    """
    waiting = await approved(provider, browser, way)
    await what(provider, wang)
    for _ in range(2):
        response = await waiting.poll()
        assert response.status_code == 400
        assert response.json()["error"] == "invalid_grant"
        assert not {"access_token", "id_token", "refresh_token"} & set(response.json())


@WAYS
async def test_a_new_consent_does_not_revive_what_was_withdrawn(provider, browser, wang, way):
    """Approved, withdrawn, and approved again for another request: the first stays dead."""
    first = await approved(provider, browser, way)
    await withdraw(provider, wang)
    provider.clock.advance(seconds=1)
    second = await approved(provider, browser, way)
    assert (await first.poll()).json()["error"] == "invalid_grant"
    assert (await second.poll()).status_code == 200


@WAYS
async def test_an_approval_after_the_freeze_is_none(provider, browser, wang, way):
    """The page stood open when the person was frozen; then the button. They must sign in first."""
    waiting: Device | Call
    if way == "device":
        waiting = await Device.begin(Platform(provider, "tv"))
        response = await enter(browser, waiting.user_code)
    else:
        waiting = await Call.begin(Platform(provider, "bank"), login_hint="wang")
        listed, _ = await approvals(browser, username="wang")
        response = await look(browser, handles(listed)[0])
    url, page = await to_consent(browser, response, username="wang")
    await freeze(provider, wang)
    response, page = await browser.follow(await browser.submit(url, page, "approve"))
    assert "username" in page.inputs
    assert await waiting.refusal() == "authorization_pending"


async def test_a_frozen_person_cannot_be_asked_and_the_platform_does_not_learn_it(
    provider, browser, wang
):
    """A request for a frozen person is taken like any other, and nobody ever sees it."""
    await approvals(browser, username="wang")
    await freeze(provider, wang)
    call = await Call.begin(Platform(provider, "bank"), login_hint="wang")
    assert await call.refusal() == "authorization_pending"
    async with provider.database.transaction() as tx:
        await provider.house.subscribers.set_status(tx, wang.id, SubscriberStatus.ACTIVE)
    response, _ = await approvals(Browser(provider), username="wang")
    assert handles(response) == []


@WAYS
async def test_a_locked_name_does_not_sign_in_at_these_doors(provider, wang, way):
    """Five wrong passwords at the page of a device, or of approvals; then the right one: 429."""
    browser = Browser(provider)
    if way == "device":
        device = await Device.begin(Platform(provider, "tv"))
        response = await enter(browser, device.user_code)
    else:
        response = await browser.get("/approvals")
    response, page = await browser.follow(response)
    assert page is not None
    for _ in range(5):
        await sign_in(browser, response, page, username="wang", password="wrong")
    last = await sign_in(browser, response, page, username="wang", password=PASSWORD)
    assert last.status_code == 429
    assert "authsvc-session" not in last.headers.get("set-cookie", "")
