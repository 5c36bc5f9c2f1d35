"""A computer that waits for a phone, a phone, and what each of them shows.

The QR code is not decoded: which computer waits is read from the interaction's own state, and the
picture on the page must be that of the address which follows from it.
"""

import html
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from authsvc.authentication.crossdevice.device_approval import code_of
from authsvc.authentication.totp import qr_code
from authsvc.oidc.interaction.interaction import Interactions
from tests.oidc.makers import Browser, Page, Request, Service, request

PHONE_ADDRESS = "198.51.100.20"
_NUMBER = re.compile(r'id="number">(\d\d)<')
_CHOICE = re.compile(r'name="number" value="(\d\d)"')


@dataclass
class Computer:
    """A browser at a sign-in page, and the address of its interaction."""

    browser: Browser
    interaction: str

    @classmethod
    async def begin(cls, browser: Browser, asked: Request | None = None) -> "Computer":
        """A computer that a platform has sent here and that has asked for a phone."""
        computer = await cls.at_sign_in(browser, asked)
        response = await computer.look()
        assert response.status_code == 200, response.text
        return computer

    @classmethod
    async def at_sign_in(cls, browser: Browser, asked: Request | None = None) -> "Computer":
        """A computer that a platform has sent here."""
        sent = await browser.get("/authorize", **(asked or request()).parameters)
        response, page = await browser.follow(sent)
        assert page is not None
        assert "username" in page.inputs, page.text
        return cls(browser, urlsplit(str(response.url)).path)

    @property
    def address(self) -> str:
        """Of the page that waits."""
        return f"{self.interaction}/phone"

    async def look(self) -> httpx2.Response:
        """What the page shows, or where it leads."""
        return await self.browser.get(self.address)

    async def state(self) -> dict[str, object]:
        """What the script is told."""
        response = await self.browser.get(f"{self.address}/state")
        assert response.status_code == 200, response.text
        found: dict[str, object] = response.json()
        return found

    async def again(self) -> httpx2.Response:
        """Presses the button."""
        return await self.browser.http.post(self.address)

    async def number(self) -> str:
        """What stands on the screen in large type."""
        found = _NUMBER.search((await self.look()).text)
        assert found is not None
        return found[1]

    async def secret(self) -> str:
        """What only this browser's interaction knows."""
        interactions = Interactions(self.browser.service.house.ephemeral, per_address=1)
        found = await interactions.find(self.interaction.rpartition("/")[2])
        assert found.by_phone is not None
        return found.by_phone

    async def scanned(self) -> str:
        """The address in the picture."""
        service = self.browser.service
        address = f"{service.issuer}/link/{code_of(await self.secret())}"
        assert qr_code(address) in html.unescape((await self.look()).text)
        return urlsplit(address).path


async def signed_in_phone(service: Service, name: str = "zhang") -> Browser:
    """A phone whose browser is signed in."""
    phone = Browser(service, PHONE_ADDRESS)
    _, page = await phone.follow(await phone.get("/approvals"))
    assert page is not None
    sent = await phone.http.post(
        page.action or "", data={"username": name, "password": "an artificial password"}
    )
    await phone.follow(sent)
    return phone


async def scan(phone: Browser, link: str) -> Page:
    """The phone's page; signs in on the way if need be."""
    response, page = await phone.follow(await phone.get(link))
    if page is not None and "username" in page.inputs:
        sent = await phone.submit(
            str(response.url), page, username="zhang", password="an artificial password"
        )
        response, page = await phone.follow(sent)
    assert response.status_code == 200, response.text
    assert page is not None
    assert page.action == link, page.text
    return page


def choices(response: httpx2.Response) -> list[str]:
    """The numbers on the phone's page."""
    return _CHOICE.findall(response.text)


async def choose(phone: Browser, link: str, number: str) -> httpx2.Response:
    """Looks at the page and presses a number."""
    return await phone.submit(link, await scan(phone, link), number=number)


async def approve(phone: Browser, computer: Computer) -> None:
    """Scans, compares, presses the right number."""
    link, number = await computer.scanned(), await computer.number()
    response = await choose(phone, link, number)
    assert response.status_code == 200, response.text
    assert "You approved" in response.text
