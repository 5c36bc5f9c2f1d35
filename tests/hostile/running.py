"""The service as processes on loopback: one worker on the embedded pair, two on the production."""

import asyncio
import os
import secrets
import signal
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2

from authsvc.app import House, open_house
from authsvc.cli.keys import create_keys
from authsvc.cli.sandbox import sandbox_environment
from authsvc.cli.sandbox_people import TestPerson, enroll_people, open_authority
from authsvc.cli.tour.browser import Browser
from authsvc.cli.tour.servers import Server
from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.identifiers import new_token
from authsvc.settings import Settings, load_settings
from tests.oidc.strict import strict_metadata
from tests.services import free_port

# A client that proves itself by keys, and asks for itself.
KEY_CLIENT_ID, MACHINE = "racing-keys", "client_credentials"
CLIENT_ID, CALLBACK = "racing", "http://127.0.0.1:1/cb"
OTHER_ID = "another"
SECRET = "an artificial client secret, long enough"


def _somebody() -> TestPerson:
    return TestPerson(username=f"racer-{new_token(6)}", password="an artificial password")


@dataclass(frozen=True)
class Running:
    """A running service with one person and one client; `settings` are the service's own."""

    url: str
    settings: Settings
    person: TestPerson = field(default_factory=_somebody)
    server: Server | None = None

    def code(self) -> dict[str, str]:
        """The token request for a fresh code; the person signs in and approves."""
        verifier = secrets.token_urlsafe(48)
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": CALLBACK,
            "scope": "openid",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        browser = Browser()
        try:
            page = browser.visit(f"{self.url}/authorize?{urlencode(query)}")
            page = browser.fill(page, username=self.person.username, password=self.person.password)
            browser.press(page, "approve")
        except httpx2.ConnectError as way_back:  # Nobody listens at the platform's address.
            [code] = parse_qs(urlsplit(str(way_back.request.url)).query)["code"]
        else:
            # Remembered consent answers before a page is shown; there was none to press.
            raise AssertionError("no way back to the platform")
        finally:
            browser.close()
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        }

    async def at_once(self, path: str, form: dict[str, str], times: int) -> list[httpx2.Response]:
        """The same request many times in parallel, each on a connection of its own."""
        limits = httpx2.Limits(max_connections=times)
        async with httpx2.AsyncClient(limits=limits, timeout=60, trust_env=False) as client:
            auth = (CLIENT_ID, SECRET)
            posts = (client.post(self.url + path, data=form, auth=auth) for _ in range(times))
            return await asyncio.gather(*posts)

    def post(self, path: str, *, client_id: str = CLIENT_ID, **form: str) -> httpx2.Response:
        """One request of a client, on a connection of its own: whichever worker takes it."""
        return httpx2.post(
            self.url + path, data=form, auth=(client_id, SECRET), timeout=20, trust_env=False
        )

    @asynccontextmanager
    async def house(self) -> AsyncIterator[House]:
        """The rooms of another process on the same stores (not on a memory, which is its own)."""
        house = open_house(self.settings)
        try:
            yield house
        finally:
            await house.close()

    def kill(self) -> None:
        """SIGKILL to every process of it, wherever it happens to be."""
        assert self.server is not None
        assert self.server._process is not None
        os.killpg(self.server._process.pid, signal.SIGKILL)
        self.server._process.wait()

    async def start_again(self) -> None:
        """After `kill`: returns when it answers."""
        assert self.server is not None
        await asyncio.to_thread(self.server.start)

    async def for_somebody_new(self) -> "Running":
        """The same service, and a person of whom no test has heard."""
        found = replace(self, person=_somebody())
        await found.enroll()
        return found

    async def enroll(self) -> None:
        """The person opts in."""
        authority = DocumentAuthority.open(self.settings.register_directory)
        async with self.house() as house:
            await enroll_people(house, authority, [self.person])

    def userinfo(self, access_token: str) -> int:
        """The status with which UserInfo answers."""
        headers = {"authorization": f"Bearer {access_token}"}
        answer = httpx2.get(f"{self.url}/userinfo", headers=headers, timeout=20, trust_env=False)
        return answer.status_code


@asynccontextmanager
async def running(database_url: str, ephemeral_url: str, directory: Path) -> AsyncIterator[Running]:
    """A running service; one worker in memory, two with Redis."""
    port = free_port()
    redis = "" if ephemeral_url.startswith("memory") else ephemeral_url
    environment = {
        **sandbox_environment(f"http://127.0.0.1:{port}", directory),
        "AUTHSVC_DATABASE_URL": database_url,
        "AUTHSVC_REDIS_URL": redis,
    }
    found = Running(f"http://127.0.0.1:{port}", load_settings(None, {**os.environ, **environment}))
    await _prepare(found)
    workers = ["--workers", "2"] if redis else []
    server = Server(
        "service",
        ["authsvc", "serve", "--port", str(port), *workers],
        url=found.url,
        ready="/readyz",
        log=directory / "service.log",
        root=Path.cwd(),
        environment=environment,
    )
    with _started(server):
        yield replace(found, server=server)


@contextmanager
def _started(server: Server) -> Iterator[None]:
    server.start()
    try:
        yield
    finally:
        server.stop()


async def _prepare(service: Running) -> None:
    keyring = create_keys(service.settings)
    service.settings.data_directory.mkdir(parents=True, exist_ok=True)
    client: dict[str, Any] = {
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
    }
    other = {**client, "client_id": OTHER_ID}
    strict = strict_metadata(KEY_CLIENT_ID, redirect_uris=[CALLBACK], grant_types=[MACHINE])
    strict |= {"response_types": [], "redirect_uris": [], "scope": ""}
    open_authority(service.settings, keyring)
    async with service.house() as house:
        await house.clients.import_clients([client, other, strict], now=house.clock.now())
    await service.enroll()
