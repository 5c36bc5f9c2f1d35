"""A verifier in this process, the issuer that it believes, and a wallet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from authsvc.presentation.routes import create_verifier_app
from authsvc.presentation.verifier import PlatformVerifier, own_memory
from authsvc.web.errors import FetchFailed
from authsvc.web.fetched import Fetched
from tests.makers import NOW, AdjustableClock
from tests.presentation.wallet import (
    PERSON,
    Issuer,
    Request,
    Wallet,
    read_link,
    read_request_object,
)

ADDRESS = "https://verifier.example"
SECTOR = "platform.example"
SESSION = "a session of an artificial browser"
RETURN_TO = "https://platform.example/back"


class IssuerAway:
    """Gets what lies at the issuer's addresses, while it is there."""

    def __init__(self, issuer: Issuer, clock: AdjustableClock) -> None:
        self._issuer = issuer
        self._clock = clock
        self.asked: list[str] = []

    async def get(self, url: str, *, accept: str, largest: int = 0) -> Fetched:
        self.asked.append(url)
        documents = {
            f"{self._issuer.url}/.well-known/jwt-vc-issuer": self._issuer.metadata,
            self._issuer.list_address: self._issuer.status_list(self._clock.now()),
        }
        if url not in documents:
            raise FetchFailed
        return Fetched(documents[url], "application/json", timedelta(minutes=1))

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Door:
    """The verifier as its platform's server and a wallet see it."""

    http: httpx2.AsyncClient
    clock: AdjustableClock
    issuer: Issuer
    fetches: IssuerAway
    token: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def query(self, *claims: str, kind: str = PERSON) -> dict[str, Any]:
        """One credential, and claims of it."""
        asked: dict[str, Any] = {
            "id": "person",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [self.issuer.type(kind)]},
        }
        if claims:
            asked["claims"] = [{"path": [name]} for name in claims]
        return {"credentials": [asked]}

    async def orders(self, *claims: str, way: str = "cross_device", **order: Any) -> dict[str, Any]:
        """The platform's server asks."""
        if way == "same_device":
            order = {"session": SESSION, "return_to": RETURN_TO} | order
        body = {"query": self.query(*claims), "way": way} | order
        answer = await self.http.post("/presentations", json=body, headers=self.bearer)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def opens(self, link: str, *, nonce: str | None = None) -> Request:
        """The wallet follows a link; with a nonce of its own, by POST."""
        told = read_link(link)
        if "request_uri" not in told:
            return Request(told)
        address = told["request_uri"]
        if nonce is None:
            answer = await self.http.get(address)
        else:
            answer = await self.http.post(address, data={"wallet_nonce": nonce})
        assert answer.headers["content-type"] == "application/oauth-authz-req+jwt"
        request = read_request_object(answer.text)
        assert request.parameters["client_id"] == told["client_id"]
        return request

    async def answers(self, request: Request, form: dict[str, str]) -> httpx2.Response:
        """The wallet posts its answer."""
        return await self.http.post(request.parameters["response_uri"], data=form)

    async def result(self, presentation: str) -> dict[str, Any]:
        """The platform's server looks what became of it."""
        answer = await self.http.get(f"/presentations/{presentation}", headers=self.bearer)
        found: dict[str, Any] = answer.json()
        return found

    async def redeems(
        self, presentation: str, code: str, *, session: str = SESSION
    ) -> httpx2.Response:
        """The platform's server, for a browser that came back."""
        return await self.http.post(
            f"/presentations/{presentation}/result",
            json={"session": session, "response_code": code},
            headers=self.bearer,
        )


@pytest.fixture
def clock() -> AdjustableClock:
    return AdjustableClock()


@pytest.fixture
def issuer() -> Issuer:
    return Issuer("https://id.example")


@pytest.fixture
def wallet(issuer: Issuer) -> Wallet:
    """A wallet with a certificate that has no status, so that it lives for a day."""
    return Wallet.of(issuer, now=NOW)


@asynccontextmanager
async def opened(
    directory: Path,
    issuer: Issuer,
    clock: AdjustableClock,
    fetches: Any = None,
    **more: Any,
) -> AsyncIterator[Door]:
    """A verifier with its doors; `fetches` gets what lies at the issuer's addresses."""
    fetches = fetches or IssuerAway(issuer, clock)
    verifier = PlatformVerifier.open(
        issuer=issuer.url,
        address=ADDRESS,
        directory=directory,
        ephemeral=own_memory(clock),
        fetcher=fetches,
        now=clock.now(),
        sector=SECTOR,
        **more,
    )
    app: Any = create_verifier_app(verifier, clock=clock, fetcher=fetches)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as http:
        yield Door(http, clock, issuer, fetches, verifier.identity.token)


@pytest.fixture
async def door(tmp_path: Path, issuer: Issuer, clock: AdjustableClock) -> AsyncIterator[Door]:
    """The verifier."""
    async with opened(tmp_path, issuer, clock) as found:
        yield found
