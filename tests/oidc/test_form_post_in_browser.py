"""The page that sends itself, in a real browser: with scripts, without them, and to two hosts."""

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import cast

import pytest

from authsvc.oidc.authorize.answer_delivery import AnswerDelivery
from authsvc.oidc.authorize.destination import Destination
from authsvc.oidc.authorize.jarm import SignedResponses
from authsvc.web.http import HTTPRequest, json_response, redirect
from authsvc.web.mount import mount
from authsvc.web.routes import routes
from authsvc.web.templates import Templates
from tests.clients.makers import client
from tests.web.test_pages_in_browser import browser, served

__all__ = ["browser"]

pytestmark = pytest.mark.browser
ANSWER = {"code": "c", "state": "</script><script>document.title = 'evil'</script>"}


async def callback(request: HTTPRequest):
    """A platform that looks at the origin, as careful ones do."""
    return json_response(200, {"form": request.form(), "origin": request.headers.get("origin")})


def sending(redirect_uri):
    """Our side: the answer on its page."""
    signed = cast("SignedResponses", None)  # Nothing is signed in this mode.
    delivery = AnswerDelivery(issuer="i", signed=signed, templates=Templates())
    destination = Destination(client(), redirect_uri, response_mode="form_post")

    async def show(http):
        return await delivery.send(http, ANSWER, destination, now=datetime.now(UTC))

    return mount("/show", {"GET": show})


async def home(_):
    """Where a platform sends people in the end."""
    return json_response(200, {})


@asynccontextmanager
async def way(answer):
    """The service's address and the platform's, whose callback gives this answer."""
    async with (
        served(mount("/cb", {"POST": answer}), guarded=False) as platform,
        served(sending(f"{platform}/cb"), *routes()) as service,
    ):
        yield service, platform


@pytest.mark.parametrize("scripts", [True, False])
async def test_the_platform_receives_the_answer_and_who_sends_it(browser, scripts):
    async with way(callback) as (service, platform):
        context = await browser.new_context(java_script_enabled=scripts)
        page = await context.new_page()
        complaints = []
        page.on("console", lambda message: complaints.append(message.text))
        await page.goto(f"{service}/show")
        if not scripts:
            await page.click("#continue")
        await page.wait_for_url(f"{platform}/cb")
        found = json.loads(await page.inner_text("body"))
        assert found == {"form": ANSWER | {"iss": "i"}, "origin": service}
        assert not [each for each in complaints if "Security Policy" in each]
        await context.close()


async def test_a_platform_that_sends_on_to_another_host_is_not_blocked(browser):
    async with served(mount("/home", {"GET": home}), guarded=False) as second:

        async def send_on(_):
            return redirect(f"{second}/home")

        async with way(send_on) as (service, _):
            page = await browser.new_page()
            await page.goto(f"{service}/show")
            await page.wait_for_url(f"{second}/home")
            await page.close()
