"""Children who decide for another device (RFC 8628, CIBA), and a register that is away."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx2
import pytest

from authsvc.evidence.errors import RegisterUnavailable
from authsvc.oidc.guardians.errors import NoLongerGuardian, NotOfAge, WardUseOver
from authsvc.subscribers import Subscriber
from authsvc.subscribers.activity import ActivityKind
from authsvc.subscribers.relations import RelationKind
from tests.authentication.makers import HOST_COOKIE, PASSWORD
from tests.oidc.backchannel_makers import (
    Call,
    Device,
    approvals,
    decide_device,
    decided,
    enter,
    handles,
    look,
    register_all,
    to_consent,
)
from tests.oidc.makers import Browser, Page, Platform, Service, request

CHILD = date(2016, 5, 5)
TEENAGER = date(2011, 5, 5)


@dataclass(frozen=True)
class Family:
    """A guardian, and `little`, their ward."""

    service: Service
    guardian: Subscriber
    ward: Subscriber
    relation_id: bytes

    async def waiting(self) -> list[str]:
        """What waits for the guardian."""
        decisions = self.service.provider.guardians.decisions
        found = await decisions.waiting_for(self.guardian, now=self.service.clock.now())
        return [each.id for each in found]

    async def decide(self, *, approved: bool) -> None:
        """The guardian's word on all that waits."""
        decisions = self.service.provider.guardians.decisions
        for each in await self.waiting():
            await decisions.decide(
                self.guardian, each, approved=approved, now=self.service.clock.now()
            )

    async def times(self) -> list[Any]:
        """What the guardian's log says of the ward's uses."""
        log = await self.service.log_of(self.guardian)
        return [each for each in log if each.kind is ActivityKind.WARD_USED]


async def family(
    service: Service, birth_date: date = CHILD, *, guardian_born: date = date(1990, 1, 1)
) -> Family:
    """A family that the service knows."""
    guardian = await service.person("big", birth_date=guardian_born)
    ward = await service.person("little", birth_date=birth_date)
    async with service.database.transaction() as tx:
        relation_id = await service.relations.add(
            tx,
            RelationKind.GUARDIAN,
            subscriber=ward,
            subscriber_name="样例欧阳小乙",
            other=guardian,
            other_name="样例欧阳大甲",
            now=service.clock.now(),
        )
    return Family(service, guardian, ward, relation_id)


@pytest.fixture
async def kin(provider: Service) -> Family:
    """A child and a guardian."""
    await register_all(provider)
    return await family(provider)


async def approve_device(browser: Browser, device: Device) -> str:
    """The child types the code, signs in and agrees; the page at which it waits."""
    url, page = await to_consent(browser, await enter(browser, device.user_code), username="little")
    await require_waiting(browser, await browser.submit(url, page, "approve"))
    return url


async def require_waiting(browser: Browser, response: httpx2.Response) -> None:
    """The answer leads to the page of who waits for a guardian."""
    _, page = await browser.follow(response)
    assert page is not None
    assert "Ask your guardian" in page.text


async def test_a_childs_device_waits_for_the_guardian(
    provider: Service, kin: Family, time_passes
) -> None:
    browser = Browser(provider)
    device = await Device.begin(Platform(provider, "tv"))
    url = await approve_device(browser, device)
    assert await device.refusal() == "authorization_pending"
    await kin.decide(approved=True)
    assert "You approved" in (await decided(await browser.get(url))).text
    await time_passes(seconds=10)
    assert (await device.poll()).status_code == 200
    assert len(await kin.times()) == 1


async def test_a_childs_device_hears_a_guardians_no(provider: Service, kin: Family) -> None:
    browser = Browser(provider)
    device = await Device.begin(Platform(provider, "tv"))
    url = await approve_device(browser, device)
    await kin.decide(approved=False)
    assert "You declined" in (await decided(await browser.get(url))).text
    assert await device.refusal() == "access_denied"
    assert await kin.times() == []


@pytest.mark.parametrize(("approved", "says"), [(True, 200), (False, 400)])
async def test_a_platform_that_asks_for_a_child_waits_for_the_guardian(
    provider: Service, kin: Family, time_passes, approved: bool, says: int
) -> None:
    browser = Browser(provider)
    call = await Call.begin(Platform(provider, "bank"), login_hint="little")
    response, _ = await approvals(browser, username="little")
    url, page = await to_consent(browser, await look(browser, handles(response)[0]))
    await require_waiting(browser, await browser.submit(url, page, "approve"))
    assert await call.refusal() == "authorization_pending"
    await kin.decide(approved=approved)
    await decided(await browser.get(url))
    await time_passes(seconds=10)
    assert (await call.poll()).status_code == says


async def test_a_session_that_changed_hands_does_not_go_on_with_a_childs_consent(
    provider: Service, kin: Family
) -> None:
    browser, other = Browser(provider), Browser(provider)
    device = await Device.begin(Platform(provider, "tv"))
    url = await approve_device(browser, device)
    await kin.decide(approved=True)
    # Somebody else's session is in this browser now: they have consented to nothing.
    await other.authorize(request())
    browser.http.cookies.set(HOST_COOKIE, other.http.cookies[HOST_COOKIE], domain="id.example")
    page = Page((await browser.get(url)).text)
    assert "approve" in page.buttons
    assert await device.refusal() == "authorization_pending"


async def test_a_teenagers_device_waits_for_nobody_and_is_told_of(provider: Service) -> None:
    await register_all(provider)
    kin = await family(provider, TEENAGER)
    device = await Device.begin(Platform(provider, "tv"))
    page = await decide_device(Browser(provider), device, username="little")
    assert "You approved" in page.text
    [line] = await kin.times()
    assert line.name == "样例欧阳小乙"
    assert (line.client_id, line.scopes, line.network) == (None, (), None)


async def test_a_register_that_is_away_decides_nothing(provider: Service, kin: Family) -> None:
    browser = Browser(provider)
    await _wait(browser)
    provider.custody.away = RegisterUnavailable()
    with pytest.raises(RegisterUnavailable):
        await kin.decide(approved=True)
    provider.custody.away = None
    await kin.decide(approved=True)
    assert await kin.waiting() == []


async def test_a_register_that_says_no_ends_the_relation(provider: Service, kin: Family) -> None:
    await _wait(Browser(provider))
    [shown] = await kin.waiting()
    provider.custody.ended.add(kin.relation_id)
    with pytest.raises(NoLongerGuardian):
        await provider.provider.guardians.decisions.decide(
            kin.guardian, shown, approved=True, now=provider.clock.now()
        )
    for person in (kin.guardian, kin.ward):
        assert (await provider.log_of(person))[0].kind is ActivityKind.GUARDIAN_ENDED
    assert await kin.waiting() == []


async def test_a_guardian_who_is_a_minor_decides_nothing(provider: Service) -> None:
    kin = await family(provider, guardian_born=date(2010, 1, 1))
    await _wait(Browser(provider))
    with pytest.raises(NotOfAge):
        await kin.decide(approved=True)
    assert len(await kin.waiting()) == 1


async def test_a_handle_that_nothing_waits_under_is_refused(provider: Service, kin: Family) -> None:
    decisions = provider.provider.guardians.decisions
    for handle in ("", "A" * 43, "no such thing"):
        with pytest.raises(WardUseOver):
            await decisions.decide(kin.guardian, handle, approved=True, now=provider.clock.now())


async def test_the_register_is_asked_about_a_teenager_once_a_day(
    provider: Service, time_passes
) -> None:
    kin = await family(provider, TEENAGER)
    browser = Browser(provider)
    for _ in range(3):
        await browser.authorize(request(), username="little")
    assert provider.custody.asked == 1
    assert len(await kin.times()) == 3
    await time_passes(days=1)
    provider.custody.away = RegisterUnavailable()
    for _ in range(2):
        await browser.authorize(request(), username="little")
    assert provider.custody.asked == 3
    assert len(await kin.times()) == 5


async def _wait(browser: Browser) -> None:
    """The child waits for the guardian."""
    response, page = await browser.follow(await browser.get("/authorize", **request().parameters))
    assert page is not None
    person = {"username": "little", "password": PASSWORD}
    response = await browser.submit(str(response.url), page, **person)
    response, page = await browser.follow(response)
    assert page is not None
    await require_waiting(browser, await browser.submit(str(response.url), page, "approve"))
