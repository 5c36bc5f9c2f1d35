"""Row 27: a token bound to a certificate, with another certificate or with none."""

from typing import Any

import httpx2
import pytest

from authsvc.web.client_certificate import CLIENT_CERTIFICATE
from tests.clients.makers import public_metadata
from tests.clients.signer import Signer, der
from tests.oidc.makers import Platform, request

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


def certificate():
    """A fresh one, as a proxy reports it."""
    return der(Signer().certificate())


class App(Platform):
    """A public client on a person's device, which has nothing but its certificate."""

    def __init__(self, service: Any) -> None:
        super().__init__(service, "app")
        self.shown: bytes | None = None

        async def behind_a_proxy(scope: Any, receive: Any, send: Any) -> None:
            await service.app(scope | {CLIENT_CERTIFICATE: self.shown}, receive, send)

        transport = httpx2.ASGITransport(app=behind_a_proxy, client=("127.0.0.1", 4711))
        self.http = httpx2.AsyncClient(transport=transport, base_url=service.issuer)


@pytest.fixture
async def app(provider, clock):
    metadata = public_metadata(
        "app",
        grant_types=["authorization_code", "refresh_token"],
        tls_client_certificate_bound_access_tokens=True,
    )
    await provider.clients.import_clients([metadata], now=clock.now())
    return App(provider)


@pytest.fixture
async def tokens(app, browser):
    app.shown = certificate()
    return await app.tokens(browser, request("app"))


async def test_the_access_token_with_another_certificate_or_none(app, tokens):
    """A stolen access token, with the thief's certificate and without any: refused."""
    assert (await app.userinfo(tokens["access_token"])).status_code == 200
    for shown in (certificate(), None, b"junk"):
        app.shown = shown
        assert (await app.userinfo(tokens["access_token"])).status_code == 401


async def test_the_refresh_token_with_another_certificate_or_none(app, tokens):
    """A stolen refresh token of a client that has nothing else (RFC 8705 section 7.1): refused."""
    mine = app.shown
    for shown, error in ((certificate(), "invalid_grant"), (None, "invalid_request")):
        app.shown = shown
        response = await app.refresh(tokens["refresh_token"])
        assert response.json()["error"] == error
    app.shown = mine
    assert (await app.refresh(tokens["refresh_token"])).status_code == 200


async def test_a_code_without_a_certificate(app, browser):
    """A code of such a client, redeemed without a certificate: refused, and not used up."""
    asked = request("app")
    code = (await browser.authorize(asked)).parameters["code"]
    assert (await app.redeem(asked, code)).json()["error"] == "invalid_request"
    app.shown = certificate()
    assert (await app.redeem(asked, code)).status_code == 200
