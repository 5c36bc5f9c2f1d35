"""Signing in by the phone in a real browser: two profiles, a computer's and a phone's.

No camera is there to read the picture, so which address it holds is worked out from the service's
own state; that the picture holds this address is asserted on the picture itself.
"""

from urllib.parse import urlencode

import pytest
from playwright.async_api import expect

from authsvc.authentication.crossdevice.device_approval import code_of
from authsvc.authentication.totp import qr_code
from authsvc.oidc.interaction.interaction import Interactions
from authsvc.oidc.routes import routes as oidc_routes
from authsvc.web.routes import routes as web_routes
from authsvc.web.templates import Templates
from tests import services
from tests.authentication.makers import PASSWORD
from tests.interop.packages import installed_packages
from tests.oidc.makers import request, service
from tests.web.test_pages_in_browser import browser, served

__all__ = ["browser"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True),
]
WIDTH = 360
PHONE = {"viewport": {"width": WIDTH, "height": 740}, "is_mobile": True, "has_touch": True}


@pytest.fixture
async def world(storage, keyring, clock):
    """A service at a port of loopback, and zhang."""
    port = services.free_port()
    stores = (storage.database, storage.ephemeral)
    async with service(*stores, keyring, clock, issuer=f"http://127.0.0.1:{port}") as built:
        await built.person()
        doors = oidc_routes(provider=built.provider, clock=clock, templates=Templates())
        async with served(*doors, *web_routes(), port=port):
            yield built


async def arrive(route):
    """The platform."""
    await route.fulfill(status=200, body="arrived", content_type="text/plain")


async def computer_at_code(world, browser, complaints, **profile):
    """A computer that a platform sent here, and that shows a code."""
    context = await browser.new_context(locale="en-GB", **profile)
    page = await context.new_page()
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.route("https://platform-a.example/**", arrive)
    await page.goto(f"{world.issuer}/authorize?{urlencode(request().parameters)}")
    await page.click("#by-phone")
    return page


async def scanned(world, page):
    """The address in the picture."""
    interaction = page.url.split("/")[-2]
    interactions = Interactions(world.house.ephemeral, per_address=1)
    found = await interactions.find(interaction)
    assert found.by_phone is not None
    address = f"{world.issuer}/link/{code_of(found.by_phone)}"
    assert await page.get_attribute("#qr", "src") == qr_code(address)
    return address


async def phone_at(browser, address):
    """A phone that has scanned it, and signs in."""
    context = await browser.new_context(locale="en-GB", **PHONE)
    phone = await context.new_page()
    await phone.goto(address)
    await phone.fill("#username", "zhang")
    await phone.fill("#password", PASSWORD)
    await phone.click("#sign-in")
    return phone


@pytest.mark.parametrize("scripts", [True, False])
async def test_the_phone_approves_and_the_computer_goes_on_by_itself(world, browser, scripts):
    complaints: list[str] = []
    computer = await computer_at_code(world, browser, complaints, java_script_enabled=scripts)
    number = await computer.inner_text("#number")
    phone = await phone_at(browser, await scanned(world, computer))
    await expect(phone.locator("#deny")).to_be_visible()
    width = await phone.evaluate("document.documentElement.scrollWidth")
    assert width <= WIDTH
    await phone.click(f'button[name="number"][value="{number}"]')
    await expect(phone.locator("h1")).to_have_text("You approved")
    # By itself: nothing is pressed here.
    await computer.click("#approve", timeout=20_000)
    await computer.wait_for_url("https://platform-a.example/callback?**")
    assert complaints == []


@pytest.mark.parametrize("scripts", [True, False])
async def test_the_phone_refuses_and_the_computer_says_so_and_goes_another_way(
    world, browser, scripts
):
    complaints: list[str] = []
    computer = await computer_at_code(world, browser, complaints, java_script_enabled=scripts)
    first = await scanned(world, computer)
    phone = await phone_at(browser, first)
    await phone.click("#deny")
    await expect(phone.locator("h1")).to_have_text("You declined")
    await computer.wait_for_selector("#refused", timeout=20_000)
    await computer.click("#again")
    await expect(computer.locator("#number")).to_be_visible()
    assert await scanned(world, computer) != first
    await computer.click("#by-password")
    await computer.fill("#username", "zhang")
    await computer.fill("#password", PASSWORD)
    await computer.click("#sign-in")
    await computer.click("#approve")
    await computer.wait_for_url("https://platform-a.example/callback?**")
    assert complaints == []


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_code_that_nobody_scanned_expires_before_ones_eyes(world, browser, clock, scripts):
    complaints: list[str] = []
    computer = await computer_at_code(world, browser, complaints, java_script_enabled=scripts)
    await expect(computer.locator("#qr")).to_be_visible()
    clock.advance(seconds=60)
    await computer.wait_for_selector("#over", timeout=20_000)
    await computer.click("#again")
    await expect(computer.locator("#qr")).to_be_visible()
    assert complaints == []


@pytest.mark.slow
@pytest.mark.parametrize(("locale", "scheme"), [("zh-CN", "dark"), ("en-GB", "light")])
async def test_axe_finds_nothing_grave_on_any_page_of_the_way(
    world, browser, clock, locale, scheme
):
    axe = installed_packages() / "node_modules" / "axe-core" / "axe.min.js"
    look = {"locale": locale, "color_scheme": scheme, "reduced_motion": "reduce"}
    computers = await browser.new_context(**look)
    phones = await browser.new_context(**look, **PHONE)
    for context in (computers, phones):
        await context.add_init_script(path=axe)
    computer, phone = await computers.new_page(), await phones.new_page()
    await computer.goto(f"{world.issuer}/authorize?{urlencode(request().parameters)}")
    assert await grave_faults(computer) == []
    await computer.click("#by-phone")
    assert await grave_faults(computer) == []
    await phone.goto(await scanned(world, computer))
    await phone.fill("#username", "zhang")
    await phone.fill("#password", PASSWORD)
    await phone.click("#sign-in")
    await phone.wait_for_selector("#deny")
    assert await grave_faults(phone) == []
    await phone.click("#deny")
    await phone.wait_for_selector("#deny", state="detached")
    assert await grave_faults(phone) == []
    await computer.wait_for_selector("#refused", timeout=20_000)
    assert await grave_faults(computer) == []
    await computer.click("#again")
    await computer.wait_for_selector("#qr")
    clock.advance(seconds=60)
    await computer.wait_for_selector("#over", timeout=20_000)
    assert await grave_faults(computer) == []


async def grave_faults(page):
    """What axe calls serious or critical (`tests.journeys.axe` has the same for its own pages)."""
    found = await page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']}: {fault['help']}"
        for fault in found["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]
