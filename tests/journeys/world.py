"""A small world: the service, two platforms and the people who use them, all as real processes.

Everybody here talks HTTP or runs a command, as they would outside; nothing is reached into.
"""

import base64
import contextlib
import json
import os
import re
import secrets
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from zlib import crc32

import httpx2

from authsvc.cli.sandbox import sandbox_environment
from authsvc.cli.tour.browser import Browser, Page
from authsvc.cli.tour.servers import Server
from authsvc.clients.client import CIBA, DEVICE_CODE
from tests.journeys.hall import Question, registration

ROOT = Path(__file__).parents[2]
# The check of the mission: a resident identity number in anything that a platform receives.
IDENTITY_NUMBER = re.compile(rb"[1-9][0-9]{5}(19|20)[0-9]{9}[0-9X]")
SQUARE, MARKET, MINIMAL, STRICT = "square", "market", "minimal", "strict"
COUNTER = "counter"
PASSWORD = "only in this test"
MINOR, MINOR_SINCE = "somebody-young", "2012-01-01"
_JWT = re.compile(rb"eyJ[\w-]+\.([\w-]+)\.[\w-]+")
_serial = count(1)


@dataclass(frozen=True)
class Platform:
    """A running platform and the file of all that it received from the service."""

    server: Server
    record: Path
    data: Path

    @property
    def url(self) -> str:
        """Its address."""
        return self.server.url

    def received(self) -> bytes:
        """Every byte from the service, and the inside of every token beside it."""
        raw = self.record.read_bytes() if self.record.exists() else b""
        inside = [base64.urlsafe_b64decode(body + b"==") for body in _JWT.findall(raw)]
        return b"\n".join([raw, *inside])

    def code_for(self, phone: str) -> str:
        """The code of the newest SMS to a phone."""
        outbox = httpx2.get(f"{self.url}/outbox?phone={phone}", trust_env=False).text
        found = re.search(r'class="code">(\d{6})<', outbox)
        assert found is not None
        return found[1]

    def sign_up(self, browser: Browser, handle: str) -> Page:
        """Opens an account of the platform's own kind."""
        phone = phone_of(handle)
        page = browser.visit(f"{self.url}/sign-up")
        page = browser.fill(page, "next", handle=handle, password=PASSWORD, phone=phone)
        return browser.fill(page, "confirm", code=self.code_for(phone))

    def sign_in(self, browser: Browser, handle: str) -> Page:
        """Signs in with password and SMS code."""
        page = browser.visit(f"{self.url}/sign-in")
        page = browser.fill(page, "next", handle=handle, password=PASSWORD)
        return browser.fill(page, "confirm", code=self.code_for(phone_of(handle)))


@dataclass
class Holder:
    """A person with a document and a device."""

    number: str
    name: str
    chip: Path
    papers: Path
    device: Path
    sign_in_name: str

    def runs(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs a command of the person's app."""
        command = ["examples.holder_cli", "--state", str(self.device), *arguments]
        return run(command, check=False)

    def identify(self, browser: Browser, page: Page) -> Page:
        """Signs in at the service, if it asks, and approves, if it asks."""
        if page.has("username"):
            page = browser.fill(page, "sign-in", username=self.sign_in_name, password=PASSWORD)
        if page.has("approve"):
            page = browser.press(page, "approve")
        return page


class World:
    """The service in its sandbox, two platforms, and the authority that issues cards."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._register = directory / "service" / "data" / "register"
        # The sandbox has a verifier for whoever tries things out.
        self.verifier_token = directory / "service/data/verifier/door/token.key"
        self._password = directory / "password"
        self._password.write_text(PASSWORD)
        # Another name than the platforms', so that for a browser they are other sites.
        self.issuer = f"http://localhost:{lasting_port()}"
        self._platform_ports = {SQUARE: lasting_port(), MARKET: lasting_port()}
        # Nothing is there: whoever reads the address has the answer.
        self._hall_uri = f"http://127.0.0.1:{self._platform_ports[SQUARE]}/hall"
        self.service = self._server(
            "service",
            [
                "authsvc",
                "sandbox",
                f"--port={self.issuer.rpartition(':')[2]}",
                f"--issuer={self.issuer}",
                f"--clients={self._clients()}",
                f"--people={self._people()}",
                f"--directory={directory / 'service'}",
            ],
            url=self.issuer,
            ready="/.well-known/openid-configuration",
        )
        self.square = self._platform(SQUARE)
        self.market = self._platform(MARKET)

    def start(self) -> None:
        """Starts everything."""
        for server in (self.service, self.square.server, self.market.server):
            server.start()

    def stop(self) -> None:
        """Stops everything."""
        for server in (self.square.server, self.market.server, self.service):
            server.stop()

    @property
    def service_directory(self) -> Path:
        """Where the sandbox rests, with register and departments."""
        return self._directory / "service"

    def hall_asks(self) -> Question:
        """The hall asks who somebody is."""
        return Question(self.issuer, self._hall_uri)

    def secret_file(self, client_id: str) -> Path:
        """The file with a client's secret."""
        return self._directory / f"{client_id}.secret"

    def person(self, *options: str, kind: str = "resident_identity_card") -> Holder:
        """A new artificial citizen with a card, enrolled nowhere; options of `register person`."""
        serial = next(_serial)
        made = json.loads(self._desk("person", *options))
        out = ("--kind", kind, "--out", str(self._directory))
        card = json.loads(self._desk("issue", *out, made["number"]))
        return Holder(
            number=made["number"],
            name=made["name"],
            chip=Path(card["chip"]),
            papers=Path(card["holder"]),
            device=self._directory / f"device-{serial}",
            sign_in_name=f"person-{serial}",
        )

    def enrolled_person(self, *options: str) -> Holder:
        """A new artificial person who has opted in with their own device."""
        holder = self.person(*options)
        outcome = self.enroll(holder)
        assert outcome.returncode == 0, outcome.stderr
        return holder

    def enroll(self, holder: Holder) -> subprocess.CompletedProcess[str]:
        """Opts in by the person's app."""
        return holder.runs(
            "enroll",
            f"--service={self.issuer}",
            f"--chip={holder.chip}",
            f"--holder={holder.papers}",
            f"--sign-in-name={holder.sign_in_name}",
            f"--password-file={self._password}",
            "--sandbox",
        )

    def minor(self) -> Holder:
        """Somebody of 14 who has enrolled; the sandbox's own people need no guardian for that."""
        nowhere = self._directory / "nowhere"
        return Holder("", "", nowhere, nowhere, nowhere, sign_in_name=MINOR)

    def new_card(self, holder: Holder) -> None:
        """The authority gives the person a new card; the old one is void."""
        out = str(self._directory)
        card = json.loads(self._desk("replace", "--out", out, holder.number))
        holder.chip, holder.papers = Path(card["chip"]), Path(card["holder"])

    def operates(self, *arguments: str, text: str | None = None) -> str:
        """What a command of the operator prints; `text` is its standard input."""
        settings = sandbox_environment(self.issuer, self._directory / "service")
        done = subprocess.run(
            [sys.executable, "-m", "authsvc", *arguments],
            cwd=ROOT,
            env=os.environ | settings,
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout

    def changes_custody(self, change: str, ward: str, guardian: str) -> None:
        """The register gives somebody a guardian (`add`) or takes one (`end`); by their numbers."""
        self._desk("guardian", change, ward, guardian)

    def _desk(self, *arguments: str) -> str:
        directory = f"--directory={self._register}"
        return run(["authsvc", "register", *arguments, directory], check=True).stdout

    def _clients(self) -> Path:
        clients: list[dict[str, Any]] = [
            {
                "client_id": name,
                "client_secret": f"the secret of {name} is longer than 32 characters",
                "client_name": name,
                "redirect_uris": [f"http://127.0.0.1:{port}/online-number/callback"],
                "scope": "openid age",
                "id_token_signed_response_alg": "ES256",
            }
            for name, port in self._platform_ports.items()
        ]
        # On loopback a host is no sector of itself. Nobody fetches this: it is imported.
        square = f"http://127.0.0.1:{self._platform_ports[SQUARE]}/sector"
        clients[0]["sector_identifier_uri"] = square
        minimal = {
            "client_id": MINIMAL,
            "redirect_uris": ["http://127.0.0.1:8765/callback"],
            "token_endpoint_auth_method": "none",
            "application_type": "native",
        }
        counter = {
            "client_id": COUNTER,
            "client_secret": f"the secret of {COUNTER} is longer than 32 characters",
            "client_name": COUNTER,
            "grant_types": [CIBA, DEVICE_CODE],
            "backchannel_token_delivery_mode": "poll",
            "scope": "openid age",
        }
        for client in (*clients, counter):
            self.secret_file(str(client["client_id"])).write_text(str(client["client_secret"]))
        hall = registration(self._hall_uri)
        path = self._directory / "clients.json"
        made = run(["examples.strict_client", STRICT, str(self.secret_file(STRICT))], check=True)
        path.write_text(json.dumps([*clients, counter, minimal, hall, json.loads(made.stdout)]))
        return path

    def _people(self) -> Path:
        path = self._directory / "people.json"
        minor = {"username": MINOR, "password": PASSWORD, "birth_date": MINOR_SINCE}
        path.write_text(json.dumps([minor]))
        return path

    def _platform(self, name: str) -> Platform:
        port = self._platform_ports[name]
        record, data = self._directory / f"{name}.record", self._directory / f"{name}.db"
        server = self._server(
            name,
            [
                "examples.social_platform",
                f"--port={port}",
                f"--issuer={self.issuer}",
                f"--client-id={name}",
                f"--client-secret-file={self.secret_file(name)}",
                f"--verifier={self.issuer}/verifier",
                f"--verifier-token-file={self.verifier_token}",
                f"--data={data}",
                f"--record={record}",
            ],
            url=f"http://127.0.0.1:{port}",
            ready="/",
        )
        return Platform(server, record, data)

    def _server(self, name: str, command: Sequence[str], *, url: str, ready: str) -> Server:
        log = self._directory / f"{name}.log"
        return Server(name, command, url=url, ready=ready, log=log, root=ROOT, environment={})


def lasting_port() -> int:
    """A free port that stays free while its server is down.

    It lies below the range from which the kernel gives ports to passing connections (32768 and
    up on Linux), of which other tests make many.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def phone_of(handle: str) -> str:
    """A phone of nobody, for the member of that handle."""
    return f"100{crc32(handle.encode()) % 10**8:08d}"


def run(command: Sequence[str], *, check: bool) -> subprocess.CompletedProcess[str]:
    """Runs a module of this project to its end."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=check,
    )
