"""A house with this room and those below it, people in it, and their devices."""

import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
import pyotp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from litestar import Litestar

from authsvc.authentication.assurance import Factor
from authsvc.authentication.credentials import Credentials
from authsvc.authentication.passkeys import routes as passkeys_routes
from authsvc.authentication.passkeys.ceremonies import Ceremonies
from authsvc.authentication.passkeys.passkey_sign_in import PasskeySignIn
from authsvc.authentication.passkeys.registration import PasskeyRegistration
from authsvc.authentication.passkeys.sign_in_challenges import SignInChallenges
from authsvc.authentication.password import Argon2Parameters, PasswordHasher
from authsvc.authentication.password_policy import PasswordPolicy
from authsvc.authentication.possession import Challenge
from authsvc.authentication.routes import Threshold, routes
from authsvc.authentication.session import Session, Sessions
from authsvc.authentication.session_cookie import SessionCookie
from authsvc.authentication.session_ended import SessionEnded, nobody
from authsvc.authentication.sign_in import SignIn
from authsvc.authentication.signed_in import SecondFactorNeeded, SignedIn
from authsvc.authentication.step_up import routes as step_up_routes
from authsvc.authentication.step_up.sms_codes import SMSCodes
from authsvc.authentication.step_up.step_up import StepUp
from authsvc.authentication.throttle import Throttle
from authsvc.authentication.totp_enrollment import TOTPEnrollment
from authsvc.certificates import CertificateAuthority, Certificates, Standings, parse_request
from authsvc.clock import Clock
from authsvc.identifiers import b64url
from authsvc.keyring import KeyRing
from authsvc.settings import Throttling
from authsvc.storage import Database, Ephemeral
from authsvc.storage.remembered import Remembered
from authsvc.subscribers import Identity, NewDocument, Subscriber, Subscribers
from authsvc.subscribers.activity import ActivityLog, Alerts, Entry
from authsvc.subscribers.memory import SubscriberMemory
from authsvc.web.exception_handlers import exception_handlers
from authsvc.web.json_body import strict_json
from tests.makers import artificial_person

ISSUER = "https://id.example"
ADDRESS = "192.0.2.7"
PASSWORD = "an artificial password"
COOKIE = "authsvc-session"
HOST_COOKIE = "__Host-authsvc-session"

# Cheap, for tests that are not about the cost.
CHEAP = Argon2Parameters(memory_kib=64, iterations=1, lanes=1)
LIMITS = Throttling(
    failures_per_person=5, lock_seconds=60, failures_per_address=200, address_window_seconds=3600
)


@dataclass(frozen=True)
class Device:
    """A key on a device, and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: str

    def sign(self, message: bytes) -> str:
        """What the device answers to a challenge."""
        return b64url(self.key.sign(message, ec.ECDSA(hashes.SHA256())))


@dataclass
class Outbox:
    """Every message to a phone: to which, and what it said. `away` makes the gateway be so."""

    messages: list[tuple[str, str]] = field(default_factory=list)
    away: Exception | None = None

    async def send(self, phone: str, text: str, *, now: datetime) -> None:
        """Keeps a message."""
        if self.away is not None:
            raise self.away
        self.messages.append((phone, text))

    @property
    def code(self) -> str:
        """The code in the newest message."""
        found = re.search(r"\d{6}", self.messages[-1][1])
        assert found is not None
        return found[0]


@dataclass(frozen=True)
class House:
    """Everything that a test of this room may want."""

    clock: Clock
    database: Database
    ephemeral: Ephemeral
    subscribers: Subscribers
    certificates: Certificates
    hasher: PasswordHasher
    credentials: Credentials
    throttle: Throttle
    sign_in: SignIn
    sessions: Sessions
    totp_enrollment: TOTPEnrollment
    memory: SubscriberMemory
    activity: ActivityLog
    alerts: Alerts
    outbox: Outbox
    passkeys: PasskeyRegistration
    passkey_sign_in: PasskeySignIn
    step_up: StepUp

    async def subscriber(self, *, phone: str | None = None) -> Subscriber:
        """A new person without credentials."""
        person = artificial_person()
        identity = Identity(
            name=person.name,
            number=person.number,
            birth_date=person.birth_date,
            sex="male",
            phone=person.phone if phone is None else phone,
        )
        document = NewDocument(kind="resident_identity_card", document_number=secrets.token_hex(8))
        async with self.database.transaction() as tx:
            subscriber, _ = await self.subscribers.create(
                tx, identity=identity, document=document, now=self.clock.now()
            )
        return subscriber

    async def person(
        self,
        sign_in_name: str,
        password: str = PASSWORD,
        *,
        totp: str | None = None,
        phone: str | None = None,
    ) -> Subscriber:
        """A new person with a password, and TOTP if a secret is given; `phone=""` for none."""
        subscriber = await self.subscriber(phone=phone)
        now = self.clock.now()
        async with self.database.transaction() as tx:
            await self.credentials.set_password(
                tx, subscriber, sign_in_name=sign_in_name, password=password, now=now
            )
            if totp is not None:
                await self.credentials.import_totp(tx, subscriber, totp, now=now)
        return subscriber

    async def device(self, subscriber: Subscriber) -> Device:
        """A new device of a person."""
        key = ec.generate_private_key(ec.SECP256R1())
        request = x509.CertificateSigningRequestBuilder(x509.Name([])).sign(key, hashes.SHA256())
        async with self.database.transaction() as tx:
            certificate = await self.certificates.issue(
                tx,
                subscriber_id=subscriber.id,
                document_digest=secrets.token_bytes(32),
                request=parse_request(request.public_bytes(serialization.Encoding.PEM)),
                document_valid_until=None,
                now=self.clock.now(),
            )
        return Device(key, certificate.pem)

    async def session(self, signed_in: SignedIn) -> Session:
        """A session for whoever has signed in."""
        token = await self.sessions.open(signed_in, now=self.clock.now())
        return await self.sessions.require(token, now=self.clock.now())

    async def session_of(self, name: str) -> Session:
        """The session of a sign-in by password."""
        return await self.session(await self.signed_in(name))

    async def own_session_of(self, subscriber: Subscriber) -> Session:
        """A session that a device of theirs opened just now: it may set up a second factor."""
        by_device = frozenset({Factor.DEVICE_KEY})
        return await self.session(SignedIn(subscriber.id, by_device, self.clock.now()))

    async def log_of(self, subscriber: Subscriber) -> list[Entry]:
        """A person's own log, newest first."""
        await self.activity.flush()
        async with self.database.reading() as tx:
            return await self.activity.of(tx, subscriber)

    async def password(
        self, name: str, password: str = PASSWORD, *, address: str = ADDRESS
    ) -> SignedIn | SecondFactorNeeded:
        """An attempt with a password, now."""
        return await self.sign_in.with_password(
            name, password, address=address, now=self.clock.now()
        )

    async def signed_in(self, name: str, password: str = PASSWORD) -> SignedIn:
        """A sign-in that needs no more than a password."""
        outcome = await self.password(name, password)
        assert isinstance(outcome, SignedIn)
        return outcome

    async def ticket(self, name: str, password: str = PASSWORD) -> str:
        """The ticket of a sign-in that needs a second factor."""
        outcome = await self.password(name, password)
        assert isinstance(outcome, SecondFactorNeeded)
        return outcome.ticket

    async def second_factor(self, ticket: str, answer: str) -> SignedIn:
        """An attempt with a second factor, now."""
        return await self.sign_in.with_second_factor(ticket, answer, now=self.clock.now())

    async def possession(
        self, device: Device, challenge: Challenge
    ) -> SignedIn | SecondFactorNeeded:
        """A device's answer, now."""
        return await self.sign_in.with_possession(
            challenge.id,
            device.certificate,
            device.sign(challenge.message),
            now=self.clock.now(),
        )

    def client(self, *, secure: bool = True, ended: SessionEnded = nobody) -> httpx2.AsyncClient:
        """A client of this room's own routes; `ended` is the room above."""
        door = Threshold(
            sessions=self.sessions,
            clock=self.clock,
            cookie=SessionCookie(COOKIE, secure=secure),
            activity=self.activity,
            ended=ended,
        )
        app: Any = Litestar(
            [
                *routes(sign_in=self.sign_in, totp_enrollment=self.totp_enrollment, door=door),
                *passkeys_routes.routes(
                    registration=self.passkeys, sign_in=self.passkey_sign_in, door=door
                ),
                *step_up_routes.routes(step_up=self.step_up, door=door),
            ],
            before_request=strict_json,
            exception_handlers=exception_handlers(),
            logging_config=None,
            openapi_config=None,
        )
        transport = httpx2.ASGITransport(app=app, client=(ADDRESS, 4711))
        base = ISSUER if secure else "http://127.0.0.1:9000"
        return httpx2.AsyncClient(
            transport=transport, base_url=base, headers={"accept-language": "en"}
        )


@asynccontextmanager
async def house(
    database: Database,
    ephemeral: Ephemeral,
    keyring: KeyRing,
    clock: Clock,
    *,
    limits: Throttling = LIMITS,
    parameters: Argon2Parameters = CHEAP,
) -> AsyncIterator[House]:
    """Builds the house."""
    remembered = Remembered(ephemeral, namespace="subscriber-changing")
    subscribers = Subscribers(keyring, remembered)
    memory = SubscriberMemory(database=database, subscribers=subscribers, remembered=remembered)
    certificates = Certificates(
        CertificateAuthority.create(keyring, base_url=ISSUER, now=clock.now()),
        Standings(database, ephemeral),
    )
    hasher = PasswordHasher(threads=2, parameters=parameters)
    credentials = Credentials(digests=keyring.digests, hasher=hasher, policy=PasswordPolicy())
    throttle = Throttle(ephemeral, limits)
    activity = ActivityLog(database, ephemeral)
    outbox = Outbox()
    alerts = Alerts(
        database=database, ephemeral=ephemeral, subscribers=subscribers, messenger=outbox
    )
    ceremonies = Ceremonies(issuer=ISSUER)
    parts: dict[str, Any] = {
        "database": database,
        "ephemeral": ephemeral,
        "subscribers": subscribers,
    }
    known: dict[str, Any] = {"credentials": credentials, **parts}
    yield House(
        clock=clock,
        certificates=certificates,
        hasher=hasher,
        credentials=credentials,
        throttle=throttle,
        sign_in=SignIn(
            credentials=credentials,
            certificates=certificates,
            hasher=hasher,
            throttle=throttle,
            issuer=ISSUER,
            **parts,
        ),
        sessions=Sessions(ephemeral=ephemeral, seals=keyring.sealer, memory=memory),
        memory=memory,
        totp_enrollment=TOTPEnrollment(
            throttle=throttle, activity=activity, alerts=alerts, issuer=ISSUER, **known
        ),
        activity=activity,
        alerts=alerts,
        outbox=outbox,
        passkeys=PasskeyRegistration(
            activity=activity, alerts=alerts, ceremonies=ceremonies, **known
        ),
        passkey_sign_in=PasskeySignIn(
            database=database,
            challenges=SignInChallenges(ephemeral, seals=keyring.sealer),
            credentials=credentials,
            subscribers=subscribers,
            throttle=throttle,
            ceremonies=ceremonies,
        ),
        step_up=StepUp(
            database=database,
            credentials=credentials,
            subscribers=subscribers,
            hasher=hasher,
            throttle=throttle,
            sms_codes=SMSCodes(ephemeral=ephemeral, digests=keyring.digests, messenger=outbox),
        ),
        **parts,
    )
    hasher.close()


def totp_code(secret: str, moment: datetime, *, steps: int = 0) -> str:
    """What a person's app shows at a moment, or some steps from it."""
    return pyotp.TOTP(secret).at(moment.astimezone(UTC), counter_offset=steps)


def wrong_code(*right: str) -> str:
    """Six digits that are none of these."""
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in right)


def cookie_of(answer: httpx2.Response) -> str:
    """The session token that an answer sets, empty if it takes one back."""
    name, _, rest = answer.headers["set-cookie"].partition("=")
    assert name == HOST_COOKIE
    return str(rest.partition(";")[0])


def with_cookie(token: str) -> dict[str, str]:
    """The header of a browser that holds this token."""
    return {"cookie": f"{HOST_COOKIE}={token}"}
