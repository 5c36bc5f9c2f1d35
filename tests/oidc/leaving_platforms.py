"""Platforms that want to hear when a person signs out, and what they hear."""

import asyncio
from typing import Any
from urllib.parse import parse_qs

from authsvc.web.fetcher import Fetcher, trusted_authorities
from tests.clients.makers import SECRET, metadata
from tests.oidc.makers import Answer, Browser, Platform, Service, request
from tests.web.strangers import LOOPBACK, Stranger, TestAuthority, resolving

BYE = "https://leaver.example/post_logout_redirect"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


class LeavingPlatform(Platform):
    """A platform with a secret in the body of the form."""

    def __init__(self, service: Service, client_id: str = "leaver") -> None:
        super().__init__(service, client_id)

    async def post(self, path: str, **form: str) -> Any:
        """A request with the client's own authentication."""
        sent = {"client_id": self.client_id, "client_secret": SECRET} | form
        return await self.http.post(path, data=sent)

    async def id_token(self, browser: Browser, **person: Any) -> str:
        """Signs a person in; the ID token."""
        token: str = (await self.tokens(browser, request(self.client_id), **person))["id_token"]
        return token


def reaching_loopback(authority: TestAuthority, *, seconds: float = 5.0) -> Fetcher:
    """Every name is a server of the test, on loopback."""
    return Fetcher(
        open_networks=LOOPBACK,
        trust=trusted_authorities(str(authority.file)),
        resolver=resolving("127.0.0.1"),
        total_seconds=seconds,
    )


async def registered(
    service: Service, client_id: str = "leaver", **members: Any
) -> LeavingPlatform:
    """A platform of these metadata."""
    document = metadata(
        client_id,
        post_logout_redirect_uris=[f"https://{client_id}.example/post_logout_redirect"],
        **members,
    )
    await service.clients.import_clients([document], now=service.clock.now())
    return LeavingPlatform(service, client_id)


async def silently_signed_in(browser: Browser, client_id: str = "leaver") -> bool:
    """Whether `prompt=none` still finds somebody."""
    asked = request(client_id, prompt="none")
    found = Answer.of(await browser.get("/authorize", **asked.parameters)).parameters
    assert "code" in found or found["error"] == "login_required"
    return "code" in found


async def told(server: Stranger, *, times: int = 1) -> list[str]:
    """The logout tokens that a server was sent, once so many have come."""
    async with asyncio.timeout(5):
        while len(server.requests) < times:
            await asyncio.sleep(0.01)
    return [logout_token_in(sent) for sent in server.requests]


def logout_token_in(sent: bytes) -> str:
    """The token in a POST of a form."""
    head, _, body = sent.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /backchannel_logout HTTP/1.1")
    assert b"content-type: application/x-www-form-urlencoded" in head.lower()
    assert b"cookie" not in head.lower()
    form = parse_qs(body.decode("ascii"), strict_parsing=True)
    assert list(form) == ["logout_token"]
    [token] = form["logout_token"]
    return token
