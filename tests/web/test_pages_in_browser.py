"""The pages in a real browser without JavaScript, and what the policy lets a browser do."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, cast

import pytest
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from authsvc.web.headers import SecurityHeaders
from authsvc.web.http import HTTPRequest, HTTPResponse, html_response, json_response, redirect
from authsvc.web.mount import mount
from authsvc.web.routes import routes
from authsvc.web.templates import Templates
from tests import services
from tests.web.pages import PAGES

pytestmark = pytest.mark.browser

WIDTHS = {"a phone": 360, "a desk": 1280}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        services.missing("no Chromium here: the pages were not seen by a browser")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        await started.close()


@asynccontextmanager
async def served(
    *handlers: Any, guarded: bool = True, port: int | None = None
) -> AsyncIterator[str]:
    """The handlers on a loopback port of their own, in this event loop."""
    app = Litestar(handlers, openapi_config=None, logging_config=None)
    if guarded:
        outermost: Any = SecurityHeaders(cast("Any", app.asgi_handler), https=False)
        app.asgi_handler = outermost
    port = port or services.free_port()
    server = Server(
        app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False
    )
    task = asyncio.create_task(server.serve())
    for _ in range(100):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        await writer.wait_closed()
        break
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()
        await task


def template_page(name: str, **changes: Any) -> Any:
    html = Templates().render(name, language="en", **{**PAGES[name], **changes})

    async def show(_: HTTPRequest) -> HTTPResponse:
        return html_response(200, html, leads_away=True, scripts="<script" in html)

    return mount("/" + name, {"GET": show})


async def posted(request: HTTPRequest) -> HTTPResponse:
    return json_response(200, request.form())


async def test_every_page_fits_the_width_and_breaks_no_policy(browser: Browser):
    pages = [template_page(name) for name in PAGES]
    async with served(*pages, *routes()) as url:
        for width in WIDTHS.values():
            context = await browser.new_context(
                java_script_enabled=False, viewport={"width": width, "height": 700}
            )
            page = await context.new_page()
            complaints: list[str] = []
            page.on("console", partial(_note, complaints))
            for name in PAGES:
                await page.goto(f"{url}/{name}")
                main = await page.locator("main").bounding_box()
                assert main is not None
                assert main["x"] >= 0
                assert main["x"] + main["width"] <= width
            assert complaints == []
            await context.close()


def _note(complaints: list[str], message: ConsoleMessage) -> None:
    complaints.append(message.text)


async def test_signing_in_and_consenting_work_without_javascript(browser: Browser):
    pages = [template_page(name, action="/posted") for name in ("sign_in.html", "consent.html")]
    async with served(*pages, mount("/posted", {"POST": posted}), *routes()) as url:
        context = await browser.new_context(java_script_enabled=False)
        page = await context.new_page()
        await page.goto(f"{url}/sign_in.html")
        # A browser gives autofocus its focus a moment after the page is there.
        await expect(page.locator("#username")).to_be_focused()
        await page.keyboard.type("ceshi-jia")
        await page.fill("input[autocomplete=current-password]", "密码 with spaces")
        await page.keyboard.press("Enter")
        assert await answered(page) == {
            "ticket": "t",
            "username": "ceshi-jia",
            "password": "密码 with spaces",
        }
        for decision in ("approve", "deny"):
            await page.goto(f"{url}/consent.html")
            await page.click(f"#{decision}")
            assert await answered(page) == {"ticket": "t", "decision": decision}
        await context.close()


async def answered(page: Page) -> Any:
    """The form as the service read it."""
    await page.wait_for_url("**/posted")
    return json.loads(await page.inner_text("body"))


@asynccontextmanager
async def platform_with_two_hosts() -> AsyncIterator[tuple[str, str]]:
    """A platform whose callback sends the browser on to another host of its own."""

    async def arrive(_: HTTPRequest) -> HTTPResponse:
        script = b"<script>document.title = 'arrived, opener ' + !!window.opener</script>"
        return HTTPResponse(200, (("content-type", "text/html"),), script)

    async with served(mount("/home", {"GET": arrive}), guarded=False) as second:

        async def send_on(_: HTTPRequest) -> HTTPResponse:
            return redirect(second + "/home")

        async with served(mount("/callback", {"GET": send_on}), guarded=False) as first:
            yield first, second


@asynccontextmanager
async def service_before(platform: str, seen: list[str | None]) -> AsyncIterator[str]:
    """Two pages whose form ends, by a redirect, at the platform."""
    form = '<form method="post" action="/go"><button id="approve">approve</button></form>'

    async def leads_away(_: HTTPRequest) -> HTTPResponse:
        return html_response(200, form, leads_away=True)

    async def stays_here(_: HTTPRequest) -> HTTPResponse:
        return html_response(200, form)

    async def go(request: HTTPRequest) -> HTTPResponse:
        seen.append(request.headers.get("origin"))
        return redirect(platform + "/callback")

    async with served(
        mount("/leads-away", {"GET": leads_away}),
        mount("/stays-here", {"GET": stays_here}),
        mount("/go", {"POST": go}),
    ) as url:
        yield url


async def test_the_way_back_to_a_platform_of_two_hosts_is_not_blocked(browser: Browser):
    seen: list[str | None] = []
    async with platform_with_two_hosts() as (first, second), service_before(first, seen) as url:
        page = await browser.new_page()
        await page.goto(url + "/leads-away")
        await page.click("#approve")
        await page.wait_for_url(second + "/home")
        assert seen == [url]
        await page.close()


async def test_a_page_that_does_not_lead_away_cannot_be_made_to(browser: Browser):
    async with platform_with_two_hosts() as (first, _), service_before(first, []) as url:
        page = await browser.new_page()
        await page.goto(url + "/stays-here")
        async with page.expect_console_message(lambda heard: "form-action" in heard.text):
            await page.click("#approve")
        assert page.url == url + "/stays-here"
        await page.close()


async def test_a_platform_that_opened_us_in_a_window_finds_it_again(browser: Browser):
    async with platform_with_two_hosts() as (first, second), service_before(first, []) as url:
        page = await browser.new_page()
        await page.goto(second + "/home")
        async with page.expect_popup() as opening:
            await page.evaluate("address => void window.open(address)", url + "/leads-away")
        window = await opening.value
        await window.click("#approve")
        await window.wait_for_url(second + "/home")
        assert await window.title() == "arrived, opener true"
        await page.close()
