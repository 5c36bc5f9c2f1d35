"""The whole service in one process, on the stores of a test, with people and platforms around it.

Everybody here talks HTTP to the ASGI application, as they would outside. What they sent and
received is noted by name, so that a test can look for it elsewhere: in a dump, in a log.
"""

import asyncio
import base64
import os
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from unittest import mock
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx2
import pyotp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from litestar import Litestar

from authsvc.authentication.password import Argon2Parameters, PasswordHasher
from authsvc.certificates import CertificateAuthority
from authsvc.cli.sandbox import sandbox_environment
from authsvc.cli.tour.browser import Page, read_page
from authsvc.clients.registry import Clients
from authsvc.enrollment.in_person.agents import Agents
from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.authority.cards import IssuedCard
from authsvc.identifiers import b64url, new_token
from authsvc.keyring import KeyRing
from authsvc.settings import Settings, load_settings
from authsvc.storage import Database
from tests.authentication.makers import CHEAP
from tests.clerks import Clerk
from tests.databases import MEMORY_URL
from tests.makers import AdjustableClock

ISSUER = "https://authsvc.test"
CARD = "resident_identity_card"
ADDRESS = "192.0.2.77"
_CODE = re.compile(r"\b[0-9]{6}\b")
_BOX = re.compile(r'<input type="checkbox" id="\w+" name="(\w+)" value="([^"]+)">')
_HOPS = 10


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Platform:
    """A platform as the service knows it."""

    client_id: str
    name: str
    redirect_uri: str
    secret: str = field(default_factory=new_token)

    @property
    def registration(self) -> dict[str, object]:
        """Its metadata (RFC 7591)."""
        return {
            "client_id": self.client_id,
            "client_secret": self.secret,
            "client_name": self.name,
            "redirect_uris": [self.redirect_uri],
            "post_logout_redirect_uris": [self.redirect_uri],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "client_secret_basic",
            "scope": "openid age",
            "id_token_signed_response_alg": "ES256",
        }

    @property
    def request(self) -> dict[str, str]:
        """An authorization request; the verifier of its challenge is nobody's."""
        return {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid",
            "code_challenge": "w6uP8Tcg6K2QR905Rms8iXTlksL6OD1KOWBxTK7wxPI",
            "code_challenge_method": "S256",
        }


SQUARE = Platform(
    "platform-square", "The Square 广场之家", "https://square.example/number/callback"
)
MARKET = Platform(
    "platform-market", "The Market 集市之家", "https://market.example/number/callback"
)


@dataclass
class Resident:
    """An artificial person with a card, a phone and a device."""

    name: str
    number: str
    birth_date: date
    phone: str
    face: bytes
    card: IssuedCard
    sign_in_name: str
    password: str
    device: ec.EllipticCurvePrivateKey = field(default_factory=_new_key)
    online_number: str = ""
    certificate: str = ""
    totp_secret: str = ""
    ticks: bool = False
    """whether they tick a box that a page shows"""

    @property
    def certificate_request(self) -> str:
        """A request for the device's key, in PEM."""
        builder = x509.CertificateSigningRequestBuilder(x509.Name([]))
        signed = builder.sign(self.device, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def personal(self) -> dict[str, str]:
        """What names this person, by what it is called, in every spelling that is in use."""
        return {
            "identity number": self.number,
            "number without its check character": self.number[:-1],
            "name": self.name,
            "phone": self.phone,
            "national phone": self.phone.removeprefix("+86"),
            "sign-in name": self.sign_in_name,
            "online number": self.online_number,
            "document number": self.card.document_number,
            "birth date": self.birth_date.isoformat(),
            "compact birth date": f"{self.birth_date:%Y%m%d}",
        }


class Enrolling:
    """An enrollment over HTTP, step by step."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        resident: Resident,
        *,
        purpose: str = "enroll",
        other: IssuedCard | None = None,
    ) -> None:
        self._client = client
        self._resident = resident
        self._purpose = purpose
        self._other = other
        self.address = ""
        self.token = ""
        self.codes: list[str] = []

    async def begin(self) -> None:
        """Begins."""
        answer = await self._client.post("/enrollments", json={"purpose": self._purpose})
        assert answer.status_code == 201, answer.text
        self.address = f"/enrollments/{answer.json()['enrollment']}"
        self.token = answer.json()["token"]

    async def put(self, step: str, **body: object) -> httpx2.Response:
        """Takes a step, whatever comes of it."""
        headers = {"authorization": f"Bearer {self.token}"}
        return await self._client.put(f"{self.address}/{step}", json=body, headers=headers)

    async def document(self) -> httpx2.Response:
        """Sends the chip."""
        chip = base64.b64encode(self._resident.card.chip_file).decode()
        return await self.put("document", kind=CARD, chip=chip)

    async def holder(self) -> httpx2.Response:
        """Shows the face."""
        capture = base64.b64encode(self._resident.face).decode()
        return await self.put("holder-check", capture=capture)

    async def attended(self, clerks: Sequence[Clerk], **said: Any) -> httpx2.Response:
        """Shows the face to two agents in the place of a camera."""
        about = (self.address.rpartition("/")[2], self._resident.card.document_number)
        statements = [
            clerk.states(act, *about, **said)
            for clerk, act in zip(clerks, ("compared", "confirmed"), strict=True)
        ]
        return await self.put("attended-check", statements=statements)

    async def phone(self) -> httpx2.Response:
        """Asks for a code, and reads it."""
        answer = await self.put("phone", phone=self._resident.phone)
        outbox = await self._client.get("/sandbox/outbox", params={"phone": self._resident.phone})
        found = _CODE.search(outbox.json()["messages"][-1]["text"])
        assert found is not None
        self.codes.append(found[0])
        return answer

    async def confirm(self) -> httpx2.Response:
        """Types the newest code."""
        return await self.put("phone-confirmation", code=self.codes[-1])

    async def choose(self) -> httpx2.Response:
        """Chooses sign-in name and password."""
        resident = self._resident
        return await self.put(
            "credentials", sign_in_name=resident.sign_in_name, password=resident.password
        )

    async def other_document(self) -> httpx2.Response:
        """Sends the chip of another document of the same person."""
        assert self._other is not None
        chip = base64.b64encode(self._other.chip_file).decode()
        return await self.put("other-document", kind=CARD, chip=chip)

    async def other_holder(self) -> httpx2.Response:
        """Shows the face in the other document."""
        assert self._other is not None
        return await self.put("other-holder-check", capture=self._other.holder_file["face"])

    async def finish(self) -> httpx2.Response:
        """Requests the certificate; the resident keeps what comes."""
        request = self._resident.certificate_request
        answer = await self.put("certificate-request", certificate_request=request)
        if answer.is_success:
            self._resident.online_number = answer.json()["online_number"]
            self._resident.certificate = answer.json()["certificate"]
        return answer

    async def all(self, *, until: str = "completed") -> None:
        """Takes every step up to one, by the next step that each answer names."""
        acts = {
            "document": self.document,
            "holder-check": self.holder,
            "phone": self.phone,
            "phone-confirmation": self.confirm,
            "credentials": self.choose,
            "certificate-request": self.finish,
            "other-document": self.other_document,
            "other-holder-check": self.other_holder,
        }
        here = "document"
        while here != until:
            answer = await acts[here]()
            assert answer.is_success, f"{here}: {answer.text}"
            here = answer.json().get("next_step", "completed")


@dataclass
class Received:
    """Everything that a platform received about one person."""

    platform: Platform
    redirect: dict[str, str]
    verifier: str
    tokens: dict[str, Any] = field(default_factory=dict)
    reference: str = ""
    answers: list[httpx2.Response] = field(default_factory=list)


class Service:
    """The service, open."""

    def __init__(
        self,
        app: Litestar,
        settings: Settings,
        authority: DocumentAuthority,
        clock: AdjustableClock,
    ) -> None:
        self.app = app
        self.settings = settings
        self.authority = authority
        self.clock = clock

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx2.AsyncClient]:
        """A browser or an app, with cookies of its own; it follows no redirect by itself."""
        transport = httpx2.ASGITransport(
            cast("Any", self.app), raise_app_exceptions=False, client=(ADDRESS, 1)
        )
        async with httpx2.AsyncClient(transport=transport, base_url=ISSUER) as client:
            yield client

    def new_card(self, resident: Resident) -> None:
        """The authority gives a person a new card; they present it with a new key."""
        resident.card = self.authority.replace_card(resident.number)
        resident.device = _new_key()

    def second_card(self, resident: Resident) -> IssuedCard:
        """A card under another number, whose holder the register calls the same person."""
        other = self.authority.create_person(name=resident.name).number.value
        card = self.authority.issue_card(other)
        self.authority.lives.merge(
            resident.number,
            other,
            document_number=resident.card.document_number,
            other_document_number=card.document_number,
        )
        return card

    def resident(
        self, name: str, *, birth_date: date = date(1990, 1, 1), phone: str | None = None
    ) -> Resident:
        """Somebody new with a first card, enrolled nowhere."""
        person = self.authority.create_person(name=name, birth_date=birth_date, phone=phone)
        card = self.authority.issue_card(person.number.value)
        return Resident(
            name=person.name,
            number=person.number.value,
            birth_date=person.birth_date,
            phone=person.phone,
            face=person.portrait,
            card=card,
            sign_in_name=f"sign-in-{new_token(6)}",
            password=f"artificial password {new_token(6)}",
        )

    async def enroll(self, resident: Resident) -> Enrolling:
        """Opts in over HTTP, from the chip to the certificate."""
        async with self.client() as client:
            enrolling = Enrolling(client, resident)
            await enrolling.begin()
            await enrolling.all()
            return enrolling

    async def enrolled(self, name: str, *, birth_date: date = date(1990, 1, 1)) -> Resident:
        """Somebody new who has opted in."""
        resident = self.resident(name, birth_date=birth_date)
        await self.enroll(resident)
        return resident

    async def clerks(self) -> list[Clerk]:
        """Two agents at a counter, whom the operator has added."""
        database = Database(self.settings.database)
        try:
            agents = Agents(database, KeyRing.open(self.settings.key_directory))
            return [await Clerk(agents, self.clock, ISSUER).hired() for _ in range(2)]
        finally:
            await database.close()

    def otp(self, resident: Resident) -> str:
        """What the resident's authenticator shows at this moment."""
        return pyotp.TOTP(resident.totp_secret).at(self.clock.now())

    async def newest_code(self, client: httpx2.AsyncClient, resident: Resident) -> str:
        """The code in the newest message to a resident's phone."""
        outbox = await client.get("/sandbox/outbox", params={"phone": resident.phone})
        found = _CODE.search(outbox.json()["messages"][-1]["text"])
        assert found is not None
        return found[0]

    async def prove_phone(self, client: httpx2.AsyncClient, resident: Resident) -> None:
        """In the session that is there: a code comes to the resident's phone, and is typed."""
        assert (await client.post("/authentication/step-up/sms")).is_success
        body = {"otp": await self.newest_code(client, resident)}
        answer = await client.post("/authentication/step-up", json=body)
        assert answer.is_success, answer.text

    async def turn_totp_on(self, client: httpx2.AsyncClient, resident: Resident) -> list[str]:
        """Signs in, proves the phone, turns TOTP on; the recovery codes."""
        body = {"sign_in_name": resident.sign_in_name, "password": resident.password}
        assert (await client.post("/authentication/password", json=body)).is_success
        await self.prove_phone(client, resident)
        resident.totp_secret = (await client.post("/authentication/totp")).json()["secret"]
        answer = await client.post(
            "/authentication/totp/confirmation", json={"code": self.otp(resident)}
        )
        assert answer.is_success, answer.text
        codes: list[str] = answer.json()["recovery_codes"]
        return codes

    async def code_flow(
        self, browser: httpx2.AsyncClient, platform: Platform, resident: Resident, **asked: str
    ) -> Received:
        """A whole code flow: sign-in and consent as far as asked for, then the tokens."""
        received = await self.authorize(browser, platform, resident, **asked)
        form = {
            "grant_type": "authorization_code",
            "code": received.redirect["code"],
            "redirect_uri": platform.redirect_uri,
            "code_verifier": received.verifier,
        }
        answer = await self.as_platform(received, "/token", form)
        assert answer.status_code == 200, answer.text
        received.tokens = answer.json()
        return received

    async def code_flow_of_a_new_browser(self, platform: Platform, resident: Resident) -> Received:
        """The same, in a browser that nobody used before."""
        async with self.client() as browser:
            return await self.code_flow(browser, platform, resident)

    async def authorize(
        self, browser: httpx2.AsyncClient, platform: Platform, resident: Resident, **asked: str
    ) -> Received:
        """The person's part of a code flow."""
        verifier = new_token()
        query = {
            "response_type": "code",
            "client_id": platform.client_id,
            "redirect_uri": platform.redirect_uri,
            "scope": "openid age",
            "state": new_token(),
            "nonce": new_token(),
            "code_challenge": b64url(sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        } | asked
        answer = await self.through(browser, f"/authorize?{urlencode(query)}", resident)
        return Received(platform, answer, verifier)

    async def through(
        self, browser: httpx2.AsyncClient, url: str, resident: Resident
    ) -> dict[str, str]:
        """Does whatever the pages ask for; what the platform is told at its redirect URI."""
        outcome = await visit(browser, url)
        for _ in range(_HOPS):
            if isinstance(outcome, str):
                return dict(parse_qsl(urlsplit(outcome).query))
            outcome = await self._answer(browser, outcome, resident)
        raise AssertionError("the pages never end")

    async def as_platform(
        self, received: Received, path: str, form: Mapping[str, str]
    ) -> httpx2.Response:
        """A request of the platform, with its credentials; the answer is kept with the others."""
        platform = received.platform
        async with self.client() as client:
            answer = await client.post(
                path, data=dict(form), auth=(platform.client_id, platform.secret)
            )
        received.answers.append(answer)
        return answer

    async def userinfo(self, received: Received) -> httpx2.Response:
        """What UserInfo says."""
        headers = {"authorization": f"Bearer {received.tokens['access_token']}"}
        async with self.client() as client:
            answer = await client.get("/userinfo", headers=headers)
        received.answers.append(answer)
        return answer

    async def receipt(self, received: Received) -> httpx2.Response:
        """A receipt for an account of the platform, whose salt the platform keeps."""
        received.reference = b64url(sha256(os.urandom(32) + b"an artificial account").digest())
        headers = {"authorization": f"Bearer {received.tokens['access_token']}"}
        async with self.client() as client:
            answer = await client.post(
                "/receipt", data={"reference": received.reference}, headers=headers
            )
        received.answers.append(answer)
        return answer

    async def _answer(
        self, browser: httpx2.AsyncClient, page: Page, resident: Resident
    ) -> Page | str:
        if page.has("username"):
            form = {"username": resident.sign_in_name, "password": resident.password}
        elif page.has("otp"):
            form = {"otp": self.otp(resident)}
        else:
            assert page.has("approve"), page.text
            form = {"decision": "approve"}
            if resident.ticks:
                form |= dict(_BOX.findall(page.html))
        hidden = page.forms[0].values
        return await visit(browser, urljoin(page.url, page.forms[0].action), {**hidden, **form})


async def visit(
    browser: httpx2.AsyncClient, url: str, form: Mapping[str, str] | None = None
) -> Page | str:
    """The page behind an address, or the address of a platform that the way led to."""
    for _ in range(_HOPS):
        if form is None:
            response = await browser.get(url)
        else:
            response = await browser.post(url, data=dict(form))
        if not response.has_redirect_location:
            return read_page(response)
        url, form = urljoin(str(response.url), response.headers["location"]), None
        if not url.startswith(ISSUER):
            return url
    raise AssertionError("redirects without an end")


@contextmanager
def hashing(cost: Argon2Parameters = CHEAP) -> Iterator[None]:
    """Whatever house is opened meanwhile hashes passwords at this cost."""
    hasher = partial(PasswordHasher, parameters=cost)
    with mock.patch("authsvc.app.house.PasswordHasher", hasher):
        yield


@asynccontextmanager
async def open_service(
    urls: tuple[str, str],
    keyring: KeyRing,
    clock: AdjustableClock,
    directory: Path,
    cost: Argon2Parameters = CHEAP,
    /,
    **environment: str,
) -> AsyncIterator[Service]:
    """The service on these stores (`urls`), with two platforms; `environment` adds settings.

    Passwords cost little unless a test is about that. The key directory of `keyring` must be
    `directory / "keys"`, as the fixtures have it.
    """
    from authsvc.app import create_app

    settings = load_settings(None, _environment(urls, directory) | environment)
    CertificateAuthority.create(keyring, base_url=ISSUER, now=clock.now())
    authority = DocumentAuthority.open(settings.register_directory, clock=clock)
    authority.publish_trust(keyring.directory)
    database = Database(settings.database)
    registry = Clients(database, loopback_http=True)
    await registry.import_clients(
        [platform.registration for platform in (SQUARE, MARKET)], now=clock.now()
    )
    await database.close()
    with hashing(cost):
        app = create_app(settings, clock)
    async with _running(app):
        yield Service(app, settings, authority, clock)


@asynccontextmanager
async def _running(app: Litestar) -> AsyncIterator[None]:
    """The application from startup to shutdown, in a task of its own.

    A fixture's beginning and end are two tasks, and a cancel scope may not be left in another
    task than it was entered in.
    """
    started, over = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await over.wait()

    living = asyncio.create_task(live())
    starting = asyncio.create_task(started.wait())
    await asyncio.wait({living, starting}, return_when=asyncio.FIRST_COMPLETED)
    starting.cancel()
    try:
        if started.is_set():
            yield
    finally:
        over.set()
        await living


def _environment(urls: tuple[str, str], directory: Path) -> dict[str, str]:
    lasting, passing = urls
    environment = sandbox_environment(ISSUER, directory) | {"AUTHSVC_DATABASE_URL": lasting}
    return environment if passing == MEMORY_URL else environment | {"AUTHSVC_REDIS_URL": passing}
