"""The service hall and its back office beside the world, as processes of their own."""

import base64
import json
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page

from authsvc.cli.sandbox import sandbox_environment
from authsvc.cli.tour.servers import Server
from tests.journeys.world import PASSWORD, ROOT, Holder, World, lasting_port, run

HALL = "service-hall"
_JWT = re.compile(rb"eyJ[\w-]+\.([\w-]+)\.[\w-]+")


class ServiceHall:
    """Where the hall is, what it received and keeps, and where the post lies."""

    def __init__(self, world: World, directory: Path, *, service_directory: Path) -> None:
        hall, office = lasting_port(), lasting_port()
        self.url = f"http://127.0.0.1:{hall}"
        self.issuer = world.issuer
        self.record, self.data = directory / "hall.record", directory / "hall.db"
        self.mailbox = directory / "office" / "mailbox"
        keys, token = directory / "hall.keys", directory / "office.token"
        token.write_text(secrets.token_urlsafe(32))
        made = run(["examples.service_hall.registering", HALL, str(keys), self.url], check=True)
        clients = directory / "hall.json"
        clients.write_text(json.dumps([json.loads(made.stdout)]))
        subprocess.run(
            [sys.executable, "-m", "authsvc", "clients", "import", str(clients)],
            cwd=ROOT,
            env={**os.environ, **sandbox_environment(world.issuer, service_directory)},
            check=True,
            timeout=60,
            stdout=subprocess.DEVNULL,
        )
        data = service_directory / "data"
        office_url = f"http://127.0.0.1:{office}"
        self.office = Server(
            "back office",
            ["examples.service_hall.back_office", f"--port={office}", f"--token-file={token}"]
            + [f"--register={data / 'register'}", f"--departments={data / 'departments'}"]
            + [f"--data={directory / 'office'}"],
            url=office_url,
            ready="/health",
            log=directory / "office.log",
            root=ROOT,
            environment={},
        )
        self.hall = Server(
            "service hall",
            ["examples.service_hall", f"--port={hall}", f"--issuer={world.issuer}"]
            + [f"--client-id={HALL}", f"--key-file={keys}", f"--office={office_url}"]
            + [f"--office-token-file={token}", f"--data={self.data}", f"--record={self.record}"],
            url=self.url,
            ready="/",
            log=directory / "hall.log",
            root=ROOT,
            environment={},
        )

    def start(self) -> None:
        """Starts both."""
        self.office.start()
        self.hall.start()

    def stop(self) -> None:
        """Stops both."""
        self.hall.stop()
        self.office.stop()

    def received(self) -> bytes:
        """Every byte from the service, and the inside of every token that is not sealed."""
        raw = self.record.read_bytes()
        inside = [base64.urlsafe_b64decode(body + b"==") for body in _JWT.findall(raw)]
        return b"\n".join([raw, *inside])

    def kept(self) -> bytes:
        """Every byte that the hall keeps, while it runs."""
        files = sorted(self.data.parent.glob(f"{self.data.name}*"))
        return b"".join(file.read_bytes() for file in files)


class Visitor:
    """A person at the hall with a real browser."""

    def __init__(
        self, hall: ServiceHall, page: Page, person: Holder, *, password: str = PASSWORD
    ) -> None:
        self._hall = hall
        self._password = password
        self.page = page
        self._person = person

    def begins(self, service: str, city: str | None = None) -> None:
        """From the front page as far as the consent page."""
        self.page.goto(self._hall.url)
        self.page.click(f"#service-{service}")
        if city is not None:
            self.page.select_option("#city", city)
        self.page.click("#begin")
        self._identifies()

    def agrees(self) -> None:
        """Ticks every box that wants separate consent, and approves."""
        for box in self.page.locator("input[type=checkbox]").all():
            box.check()
        self.page.click("#approve")

    def applies(self, service: str, city: str | None = None) -> None:
        """The whole way, until all is carried out."""
        self.begins(service, city)
        self.agrees()
        self.page.click("#file")
        self.waits()

    def waits(self) -> None:
        """Until the last step is over: the page looks by itself."""
        self.page.wait_for_selector("#progress:not([data-state=doing])", timeout=60_000)
        assert self.page.get_attribute("#progress", "data-state") == "done"

    def comes_back(self) -> None:
        """Asks what is attested now."""
        self.page.click("#confirm")
        self._identifies()
        if self.page.is_visible("#approve"):
            self.agrees()
        self.page.wait_for_selector("#confirmed >> nth=0")

    def attested(self) -> str:
        """What departments attest now, as the page says it."""
        return self.page.inner_text("#attested")

    def links(self, case: str, department: str) -> None:
        """Enters the code that the page shows in the app."""
        outcome = self._person.runs("link", department, self.page.inner_text(f"#code-{case}"))
        assert outcome.returncode == 0, outcome.stderr

    def _identifies(self) -> None:
        if self.page.is_visible("#username"):
            self.page.fill("#username", self._person.sign_in_name)
            self.page.fill("#password", self._password)
            self.page.click("#sign-in")
