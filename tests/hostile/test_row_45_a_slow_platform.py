"""Row 45: a platform whose server answers slowly, while others want to be served."""

import asyncio
import json
from datetime import timedelta

import pytest
from joserfc.jwk import RSAKey

from authsvc.web.fetched import Fetched
from tests.clients.makers import SECRET, metadata
from tests.oidc.makers import SECRETS, Platform, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


class SlowFetcher:
    """Answers with the platform's key, and from a moment on not before it is let."""

    def __init__(self):
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.key = RSAKey.generate_key(2048, {"kid": "slow", "use": "enc"})
        self.asked = asyncio.Event()

    async def get(self, url, *, accept, largest=0):
        self.asked.set()
        await self.may_answer.wait()
        body = json.dumps({"keys": [self.key.as_dict(private=False)]}).encode()
        return Fetched(body=body, content_type="application/json", fresh_for=timedelta(0))

    def close(self):
        """Nothing was opened."""


@pytest.fixture
def fetcher():
    return SlowFetcher()


async def test_a_refresh_that_waits_for_the_platforms_keys_keeps_nobody_from_writing(
    provider, browser, fetcher, clock, monkeypatch
):
    """ID tokens are encrypted to keys at a `jwks_uri` that does not answer; then a refresh comes.

    While it waits somebody else writes at once: no transaction is open.
    """
    monkeypatch.setitem(SECRETS, "slow", SECRET)
    document = metadata(
        "slow",
        grant_types=["authorization_code", "refresh_token"],
        id_token_encrypted_response_alg="RSA-OAEP-256",
        jwks_uri="https://slow.example/jwks",
    )
    await provider.clients.import_clients([document], now=clock.now())
    platform = Platform(provider, "slow")
    tokens = await platform.tokens(browser, request("slow"))
    clock.advance(minutes=3)
    fetcher.may_answer.clear()
    fetcher.asked.clear()
    refreshing = asyncio.create_task(platform.refresh(tokens["refresh_token"]))
    async with asyncio.timeout(3):
        await fetcher.asked.wait()
        async with provider.database.transaction():
            assert not refreshing.done()
    fetcher.may_answer.set()
    assert (await refreshing).status_code == 200
