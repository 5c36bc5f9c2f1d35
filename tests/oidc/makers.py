"""A provider with people and platforms, a browser, and the platforms' side of the protocol."""

import base64
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

import httpx2
from litestar import Litestar

from authsvc.attributes import Departments
from authsvc.certificates.credentials.signer import CredentialSigner
from authsvc.clients import Client, Clients
from authsvc.errors import AuthsvcError
from authsvc.identifiers import b64url, new_token
from authsvc.issuance.datasets import Datasets
from authsvc.keyring import KeyRing
from authsvc.oidc.provider import Provider, build_provider
from authsvc.oidc.routes import routes
from authsvc.storage import Database, Ephemeral, Transaction
from authsvc.subscribers import Identity, NewDocument, Subscriber
from authsvc.subscribers.activity import Entry
from authsvc.subscribers.relations import Kinship, Relation, Relations
from authsvc.web.asgi import MAX_BODY
from authsvc.web.exception_handlers import exception_handlers
from authsvc.web.fetcher import Fetcher
from authsvc.web.headers import SecurityHeaders
from authsvc.web.json_body import strict_json
from authsvc.web.templates import Templates
from tests.authentication.makers import ADDRESS, COOKIE, ISSUER, PASSWORD, House, house
from tests.clients.makers import OTHER_SECRET, SECRET, metadata, public_metadata
from tests.makers import AdjustableClock, artificial_person

INTERACTIONS = 200
REFRESHING = ["authorization_code", "refresh_token"]

PLATFORMS = [
    metadata("platform-a", grant_types=REFRESHING),
    metadata("platform-b", client_secret=OTHER_SECRET, grant_types=REFRESHING),
    metadata("plain", require_pkce=False, id_token_signed_response_alg="ES256"),
    public_metadata("spa", grant_types=REFRESHING),
    public_metadata(
        "native",
        application_type="native",
        redirect_uris=["http://127.0.0.1/cb", "org.example.native:/cb"],
    ),
]
SECRETS = {"platform-a": SECRET, "platform-b": OTHER_SECRET, "plain": SECRET, "signer": SECRET}


class Custody:
    """A register to which everybody is a guardian whose relation is not among the `ended`."""

    def __init__(self) -> None:
        self.ended: set[bytes] = set()
        self.asked = 0
        self.away: AuthsvcError | None = None

    async def holds(self, tx: Transaction, relation: Relation, *, now: datetime) -> bool:
        """What it says."""
        self.asked += 1
        if self.away is not None:
            raise self.away
        return relation.id not in self.ended


@dataclass(frozen=True)
class Service:
    """The whole provider, and what a test may want beside it."""

    house: House
    relations: Relations
    kinship: Kinship
    custody: Custody
    clients: Clients
    provider: Provider
    keyring: KeyRing
    clock: AdjustableClock
    app: Any
    issuer: str

    @property
    def database(self) -> Database:
        """Where lasting facts rest."""
        return self.house.database

    async def person(
        self,
        name: str = "zhang",
        *,
        birth_date: date = date(1990, 1, 1),
        totp: str | None = None,
        phone: str | None = None,
    ) -> Subscriber:
        """Somebody with a sign-in name and a password; `phone=""` for somebody without one."""
        somebody = artificial_person(birth_date=birth_date)
        identity = Identity(
            name=somebody.name,
            number=somebody.number,
            birth_date=birth_date,
            sex="female",
            phone=somebody.phone if phone is None else phone,
        )
        card = NewDocument("resident_identity_card", secrets.token_hex(8))
        now = self.clock.now()
        async with self.database.transaction() as tx:
            subscriber, _ = await self.house.subscribers.create(
                tx, identity=identity, document=card, now=now
            )
            await self.house.credentials.set_password(
                tx, subscriber, sign_in_name=name, password=PASSWORD, now=now
            )
            if totp is not None:
                await self.house.credentials.import_totp(tx, subscriber, totp, now=now)
        return subscriber

    async def log_of(self, subscriber: Subscriber) -> list[Entry]:
        """A person's own log, newest first."""
        return await self.house.log_of(subscriber)

    async def client(self, client_id: str) -> Client:
        """A registered client."""
        found = await self.clients.find(client_id, now=self.clock.now())
        assert found is not None
        return found

    async def subject(self, subscriber: Subscriber, client_id: str) -> str:
        """The pairwise subject of a person for a client."""
        client = await self.client(client_id)
        return self.house.subscribers.subject_for(subscriber, client.sector_identifier)

    def http(self, address: str = ADDRESS) -> httpx2.AsyncClient:
        """A fresh browser, or a platform's server."""
        transport = httpx2.ASGITransport(app=self.app, client=(address, 4711))
        return httpx2.AsyncClient(
            transport=transport, base_url=self.issuer, headers={"accept-language": "en"}
        )


@asynccontextmanager
async def service(
    database: Database,
    ephemeral: Ephemeral,
    keyring: KeyRing,
    clock: AdjustableClock,
    *,
    issuer: str = ISSUER,
    mtls_issuer: str = "",
    fetcher: Fetcher | None = None,
    departments: Departments | None = None,
) -> AsyncIterator[Service]:
    """Builds everything and registers `PLATFORMS`; `fetcher` is what speaks to platforms."""
    async with house(database, ephemeral, keyring, clock) as built:
        clients = Clients(database)
        await clients.import_clients(PLATFORMS, now=clock.now())
        templates = Templates()
        fetcher = fetcher or Fetcher(loopback_http=True)
        relations, custody = Relations(keyring.digests), Custody()
        kinship = Kinship(
            subscribers=built.subscribers, relations=relations, activity=built.activity
        )
        provider = build_provider(
            issuer=issuer,
            mtls_issuer=mtls_issuer,
            keyring=keyring,
            database=database,
            ephemeral=ephemeral,
            clients=clients,
            fetcher=fetcher,
            subscribers=built.subscribers,
            memory=built.memory,
            activity=built.activity,
            alerts=built.alerts,
            relations=relations,
            kinship=kinship,
            custody=custody,
            credentials=built.credentials,
            sign_in=built.sign_in,
            passkey_sign_in=built.passkey_sign_in,
            step_up=built.step_up,
            sessions=built.sessions,
            templates=templates,
            cookie=COOKIE,
            interactions_per_address=INTERACTIONS,
            to_fetch=Datasets(clients),
            receipt_signer=CredentialSigner(keyring, url=issuer),
            departments=departments or Departments(),
        )
        app: Any = Litestar(
            list(routes(provider=provider, clock=clock, templates=templates)),
            before_request=strict_json,
            request_max_body_size=MAX_BODY,
            exception_handlers=exception_handlers(),
            logging_config=None,
            openapi_config=None,
        )
        guarded = SecurityHeaders(app, https=issuer.startswith("https"))
        kin = (relations, kinship, custody)
        yield Service(built, *kin, clients, provider, keyring, clock, guarded, issuer)
        await provider.logout.close()
        fetcher.close()


class Page(HTMLParser):
    """A page as a program reads it: its forms' inputs, buttons, and the visible text.

    `boxes` are those that nobody has ticked: like a browser, nothing sends them by itself.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.inputs: dict[str, str] = {}
        self.boxes: dict[str, str] = {}
        self.buttons: dict[str, tuple[str, str]] = {}
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes what a form wants."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found.get("action", "")
        elif tag == "input" and found.get("type") == "checkbox" and "checked" not in found:
            self.boxes[found.get("name", "")] = found.get("value", "")
        elif tag == "input":
            self.inputs[found.get("name", "")] = found.get("value", "")
        elif tag == "button" and "id" in found:
            self.buttons[found["id"]] = (found.get("name", ""), found.get("value", ""))

    def handle_data(self, data: str) -> None:
        """Notes what a person reads."""
        self.text += data


@dataclass(frozen=True)
class Answer:
    """What a platform finds at its redirect URI."""

    location: str
    parameters: Mapping[str, str]

    @classmethod
    def of(cls, response: httpx2.Response) -> "Answer":
        """The answer in a redirect."""
        assert response.status_code == 303, response.text
        location = response.headers["location"]
        pairs = parse_qsl(urlsplit(location).query, keep_blank_values=True, strict_parsing=True)
        assert len(pairs) == len(dict(pairs))
        return cls(location, dict(pairs))


class Browser:
    """A person with a browser without JavaScript."""

    def __init__(self, service: Service, address: str = ADDRESS) -> None:
        self.service = service
        self.http = service.http(address)

    async def get(self, url: str, **parameters: Any) -> httpx2.Response:
        """Visits an address."""
        return await self.http.get(url, params=parameters or None)

    async def submit(
        self, url: str, page: Page, button: str | None = None, **inputs: str
    ) -> httpx2.Response:
        """Fills the form of a page and presses a button."""
        assert page.action == urlsplit(url).path
        data = page.inputs | inputs
        if button is not None:
            name, value = page.buttons[button]
            data |= {name: value}
        return await self.http.post(page.action, data=data)

    async def follow(self, response: httpx2.Response) -> tuple[httpx2.Response, Page | None]:
        """Follows redirects within the service; the last answer, and the page if it is one."""
        while response.status_code == 303 and response.headers["location"].startswith("/"):
            response = await self.http.get(response.headers["location"])
        if response.headers.get("content-type", "").startswith("text/html"):
            return response, Page(response.text)
        return response, None

    async def through(
        self,
        response: httpx2.Response,
        *,
        username: str = "zhang",
        password: str = PASSWORD,
        otp: str = "",
        button: str = "approve",
        ticks: bool = False,
    ) -> Answer:
        """Does whatever the pages ask for until the platform is reached; `ticks` every box."""
        for _ in range(6):
            response, page = await self.follow(response)
            if page is None:
                return Answer.of(response)
            url = str(response.url)
            if "username" in page.inputs:
                assert response.status_code == 200, page.text
                response = await self.submit(url, page, username=username, password=password)
            elif "otp" in page.inputs:
                response = await self.submit(url, page, otp=otp)
            elif "skip" in page.buttons:
                response = await self.submit(url, page, "skip")
            else:
                boxes = page.boxes if ticks else {}
                response = await self.submit(url, page, button, **boxes)
        raise AssertionError("the pages lead nowhere")

    async def authorize(self, request: "Request", **person: Any) -> Answer:
        """Carries a request to the platform's answer."""
        return await self.through(await self.get("/authorize", **request.parameters), **person)


@dataclass(frozen=True)
class Request:
    """An authorization request of a platform, and the verifier it keeps."""

    parameters: dict[str, str]
    verifier: str

    def but(self, **changes: str | None) -> "Request":
        """The same with parameters replaced, or (None) removed."""
        merged = {**self.parameters, **changes}
        return Request({k: v for k, v in merged.items() if v is not None}, self.verifier)


def request(client_id: str = "platform-a", **parameters: str) -> Request:
    """A request as it should be."""
    verifier = new_token(32)
    return Request(
        {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": f"https://{client_id}.example/callback",
            "scope": "openid age",
            "state": "state & 状态",
            "nonce": "nonce-1",
            "code_challenge": b64url(sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
            **parameters,
        },
        verifier,
    )


class Platform:
    """A platform's server."""

    def __init__(self, service: Service, client_id: str = "platform-a") -> None:
        self.service = service
        self.client_id = client_id
        self.http = service.http()

    async def post(self, path: str, **form: str) -> httpx2.Response:
        """A request with the client's own authentication."""
        secret = SECRETS.get(self.client_id)
        if secret is None:
            return await self.http.post(path, data={"client_id": self.client_id, **form})
        pair = f"{quote_plus(self.client_id)}:{quote_plus(secret)}".encode()
        headers = {"authorization": "Basic " + base64.b64encode(pair).decode()}
        return await self.http.post(path, data=form, headers=headers)

    async def redeem(self, request: Request, issued: str, /, **changes: str) -> httpx2.Response:
        """Redeems a code."""
        form = {
            "grant_type": "authorization_code",
            "code": issued,
            "redirect_uri": request.parameters["redirect_uri"],
            "code_verifier": request.verifier,
            **changes,
        }
        return await self.post("/token", **{k: v for k, v in form.items() if v})

    async def refresh(self, token: str, **form: str) -> httpx2.Response:
        """Uses a refresh token."""
        return await self.post("/token", grant_type="refresh_token", refresh_token=token, **form)

    async def introspect(self, token: str) -> dict[str, Any]:
        """What the service says about a token."""
        response = await self.post("/introspect", token=token)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def revoke(self, token: str, **form: str) -> httpx2.Response:
        """Gives a token back."""
        return await self.post("/revoke", token=token, **form)

    async def userinfo(self, token: str) -> httpx2.Response:
        """Asks about the person."""
        return await self.http.get("/userinfo", headers={"authorization": f"Bearer {token}"})

    async def tokens(
        self, browser: Browser, asked: Request | None = None, **person: Any
    ) -> dict[str, Any]:
        """A whole code flow."""
        asked = asked or request(self.client_id)
        answer = await browser.authorize(asked, **person)
        response = await self.redeem(asked, answer.parameters["code"])
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found
