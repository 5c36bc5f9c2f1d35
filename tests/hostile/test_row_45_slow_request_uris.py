"""Row 45: addresses of request objects that never answer, in many browsers at once."""

import asyncio

import pytest

from authsvc.oidc.authorize import request_object
from authsvc.web.fetcher import Fetcher
from tests.oidc.front_makers import register, signing
from tests.oidc.makers import Browser

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


async def test_slow_addresses_do_not_take_every_turn(provider, monkeypatch):
    """Thirty browsers bring a request_uri that hangs: eight wait, the others are told to wait."""
    release = asyncio.Event()
    fetching = 0

    async def hangs(self, url, **_):
        nonlocal fetching
        fetching += 1
        await release.wait()
        raise AssertionError("nobody waits for this")

    monkeypatch.setattr(Fetcher, "get", hangs)
    address = "https://slow.example/request"
    await register(provider, signing(request_uris=[address]))
    sent = {"client_id": "signer", "request_uri": address}
    asked = [asyncio.create_task(Browser(provider).get("/authorize", **sent)) for _ in range(30)]
    async with asyncio.timeout(30):
        while sum(task.done() for task in asked) < 30 - request_object._AT_ONCE:
            await asyncio.sleep(0.01)
    done = [task for task in asked if task.done()]
    waiting = [task for task in asked if not task.done()]
    assert fetching == len(waiting) == request_object._AT_ONCE
    for task in done:
        assert task.result().status_code == 429
        assert int(task.result().headers["retry-after"]) > 0
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
