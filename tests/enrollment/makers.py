"""A desk in a small world of its own, and applicants who walk through it."""

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.authentication.credentials import Credentials
from authsvc.authentication.password import Argon2Parameters, PasswordHasher
from authsvc.authentication.password_policy import PasswordPolicy
from authsvc.certificates import Certificate, CertificateAuthority, Certificates, Standings, Status
from authsvc.enrollment.completion import Issued
from authsvc.enrollment.desk import Desk
from authsvc.enrollment.document_step import ShownDocument
from authsvc.enrollment.enrollments import Enrollment, EnrollmentKey
from authsvc.enrollment.face import FaceMatch, SandboxFaceMatch
from authsvc.enrollment.sms import OutboxSMSGateway, SMSGateway
from authsvc.enrollment.steps import Purpose, Step
from authsvc.errors import Unavailable
from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.authority.cards import IssuedCard
from authsvc.evidence.embedded_register import EmbeddedRegister
from authsvc.evidence.emrtd.anchors import read_country_signers
from authsvc.evidence.errors import RegisterUnavailable
from authsvc.evidence.kinds import kind_named
from authsvc.evidence.passive_authentication import PassiveAuthentication
from authsvc.evidence.register import (
    PrintedDetails,
    PrintedRecord,
    RegisterStatus,
    RenewalAnswer,
    StatusChange,
)
from authsvc.keyring import KeyRing
from authsvc.settings import EnrollmentRules
from authsvc.storage import Database, Ephemeral
from authsvc.storage.remembered import Remembered
from authsvc.subscribers import Subscriber, Subscribers
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Alerts
from authsvc.subscribers.relations import Relations
from tests.makers import AdjustableClock

ISSUER = "https://authsvc.test"
CARD = "resident_identity_card"
ADDRESS = "192.0.2.1"
# The least that Argon2 allows: these tests are not about its cost.
QUICK = Argon2Parameters(memory_kib=8, iterations=1, lanes=1)


class Register:
    """The embedded register; it can be switched off, and something can happen as it is asked."""

    def __init__(self, authority: DocumentAuthority) -> None:
        self._inner = EmbeddedRegister(authority)
        self.is_away = False
        self.takes_its_time = False
        self.says_otherwise: dict[str, Sequence[str]] = {}
        self.after_answer: Callable[[], object] = lambda: None
        self.questions = 0

    async def status_of(self, kind: str, document_number: str) -> RegisterStatus:
        self._answer()
        status = await self._inner.status_of(kind, document_number)
        self.after_answer()
        return status

    async def numbers_of(self, kind: str, document_number: str) -> Sequence[str]:
        self._answer()
        if document_number in self.says_otherwise:
            return self.says_otherwise[document_number]
        return await self._inner.numbers_of(kind, document_number)

    async def ask_renewal(self, kind: str, document_number: str) -> RenewalAnswer:
        self._answer()
        return await self._inner.ask_renewal(kind, document_number)

    async def changes_since(self, cursor: int, *, limit: int = 500) -> Sequence[StatusChange]:
        self._answer()
        return await self._inner.changes_since(cursor, limit=limit)

    async def is_guardian(
        self, *, ward_kind: str, ward_document_number: str, guardian_number: str
    ) -> bool:
        self._answer()
        holds = await self._inner.is_guardian(
            ward_kind=ward_kind,
            ward_document_number=ward_document_number,
            guardian_number=guardian_number,
        )
        self.after_answer()
        return holds

    async def printed_record(self, kind: str, details: PrintedDetails) -> PrintedRecord | None:
        self._answer()
        if self.takes_its_time:
            await asyncio.sleep(0.05)
        return await self._inner.printed_record(kind, details)

    def _answer(self) -> None:
        self.questions += 1
        if self.is_away:
            raise RegisterUnavailable(log="switched off")


class Failing:
    """A gateway of either kind that is away until it is switched on."""

    def __init__(self, inner: FaceMatch | SMSGateway, refusal: type[Unavailable]) -> None:
        self._inner = inner
        self._refusal = refusal
        self.is_away = False

    async def confirm(self, portrait: bytes, capture: bytes) -> None:
        self._answer()
        assert isinstance(self._inner, SandboxFaceMatch)
        await self._inner.confirm(portrait, capture)

    async def send(self, phone: str, text: str, *, now: datetime) -> None:
        self._answer()
        assert isinstance(self._inner, OutboxSMSGateway)
        await self._inner.send(phone, text, now=now)

    def _answer(self) -> None:
        if self.is_away:
            raise self._refusal(log="switched off")


def new_request(key: ec.EllipticCurvePrivateKey | None = None) -> bytes:
    """A certificate request for a key made on a device."""
    builder = x509.CertificateSigningRequestBuilder(x509.Name([]))
    signed = builder.sign(key or ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


@dataclass
class World:
    """Everything an enrollment meets, and the desk itself."""

    database: Database
    ephemeral: Ephemeral
    keyring: KeyRing
    clock: AdjustableClock
    authority: DocumentAuthority
    register: Register
    subscribers: Subscribers
    certificates: Certificates
    activity: ActivityLog
    alerts: Alerts
    relations: Relations
    credentials: Credentials
    outbox: OutboxSMSGateway
    faces: Failing
    sms: Failing
    hasher: PasswordHasher
    passive_authentication: PassiveAuthentication
    desk: Desk

    @classmethod
    def make(
        cls,
        database: Database,
        ephemeral: Ephemeral,
        keyring: KeyRing,
        clock: AdjustableClock,
        directory: Path,
        rules: EnrollmentRules | None = None,
    ) -> "World":
        """A world with an authority in `directory`, which it trusts."""
        authority = DocumentAuthority.open(directory, clock=clock)
        authority.publish_trust(keyring.directory)
        passive_authentication = PassiveAuthentication(
            keyring.directory.certificates("document-anchors"),
            read_country_signers(keyring.directory.root, now=clock.now()),
        )
        return cls._over(
            database, ephemeral, keyring, clock, authority, passive_authentication, rules
        )

    def started_anew(self, database: Database, ephemeral: Ephemeral) -> "World":
        """The services of another process, over these stores, with the same keys and register."""
        return World._over(
            database,
            ephemeral,
            self.keyring,
            self.clock,
            self.authority,
            self.passive_authentication,
        )

    @classmethod
    def _over(
        cls,
        database: Database,
        ephemeral: Ephemeral,
        keyring: KeyRing,
        clock: AdjustableClock,
        authority: DocumentAuthority,
        passive_authentication: PassiveAuthentication,
        rules: EnrollmentRules | None = None,
    ) -> "World":
        from authsvc.enrollment.errors import FaceMatchUnavailable, SMSUnavailable

        ca = CertificateAuthority.create(keyring, base_url=ISSUER, now=clock.now())
        hasher = PasswordHasher(threads=1, parameters=QUICK)
        outbox = OutboxSMSGateway(ephemeral)
        remembered = Remembered(ephemeral, namespace="subscriber-changing")
        subscribers = Subscribers(keyring, remembered)
        sms = Failing(outbox, SMSUnavailable)
        parts = {
            "database": database,
            "ephemeral": ephemeral,
            "keyring": keyring,
            "register": Register(authority),
            "subscribers": subscribers,
            "activity": ActivityLog(database, ephemeral),
            "alerts": Alerts(
                database=database, ephemeral=ephemeral, subscribers=subscribers, messenger=sms
            ),
            "relations": Relations(keyring.digests),
            "certificates": Certificates(ca, Standings(database, ephemeral)),
            "credentials": Credentials(
                digests=keyring.digests, hasher=hasher, policy=PasswordPolicy()
            ),
            "faces": Failing(SandboxFaceMatch(), FaceMatchUnavailable),
            "sms": sms,
        }
        desk = Desk.open(
            **parts,  # type: ignore[arg-type]  # a table of many types
            passive_authentication=passive_authentication,
            register_anchors=keyring.directory.certificates("register-anchors"),
            rules=rules or EnrollmentRules(),
            issuer=ISSUER,
            clock=clock,
        )
        return cls(
            clock=clock,
            authority=authority,
            outbox=outbox,
            hasher=hasher,
            passive_authentication=passive_authentication,
            desk=desk,
            **parts,  # type: ignore[arg-type]  # as above
        )

    def new_card(self, birth_date: date = date(1990, 1, 1)) -> IssuedCard:
        """A first card of somebody new."""
        person = self.authority.create_person(birth_date=birth_date)
        return self.authority.issue_card(person.number.value)

    async def begin(
        self, card: IssuedCard | None = None, purpose: Purpose = Purpose.ENROLL
    ) -> "Applicant":
        """Somebody with a card who has just begun."""
        key, _ = await self.desk.begin(address=ADDRESS, purpose=purpose, now=self.clock.now())
        return Applicant(self, card or self.new_card(), key)

    async def enroll(self, card: IssuedCard | None = None) -> "Applicant":
        """Somebody who is through."""
        applicant = await self.begin(card)
        await applicant.go_to(Step.COMPLETED)
        return applicant

    async def close(self) -> None:
        """Lets what happens behind answers end, and threads go."""
        await self.desk.close()
        self.hasher.close()

    async def log_of(self, applicant: "Applicant") -> list[ActivityKind]:
        """What happened in somebody's name, oldest first."""
        await self.desk.failed_checks.settle()
        await self.activity.flush()
        async with self.database.reading() as tx:
            entries = await self.activity.of(tx, await applicant.subscriber())
        return [entry.kind for entry in reversed(entries)]

    async def messages_to(self, applicant: "Applicant") -> list[str]:
        """What reached somebody's phone, oldest first."""
        await self.desk.failed_checks.settle()
        return [message.text for message in await self.outbox.messages(applicant.phone_number)]

    async def rows(self, table: str) -> int:
        """How many rows a table has."""
        from sqlalchemy import text

        async with self.database.reading() as tx:
            count = await tx.scalar(text(f"SELECT count(*) FROM {table}"))
            return int(count)


@dataclass
class Applicant:
    """Somebody at the desk, with the card in hand."""

    world: World
    card: IssuedCard
    key: EnrollmentKey
    sign_in_name: str = ""
    password: str = "correct horse battery"
    request: bytes = field(default_factory=new_request)
    issued: Issued | None = None

    def __post_init__(self) -> None:
        self.sign_in_name = self.sign_in_name or f"person-{self.card.document_number}"

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    @property
    def face(self) -> bytes:
        return base64.b64decode(self.card.holder_file["face"])

    @property
    def phone_number(self) -> str:
        return self.card.holder_file["phone"]

    async def look(self) -> Enrollment:
        return await self.world.desk.enrollments.open(self.key, now=self.now)

    async def next_step(self) -> Step:
        return (await self.look()).state.next_step

    @property
    def printed(self) -> PrintedDetails | None:
        """What is printed on a document without a chip, as far as its kind asks for it."""
        file = self.card.holder_file
        kind = kind_named(file["kind"])
        if kind.has_chip:
            return None
        asked = kind.required_details
        return PrintedDetails(
            file["number"],
            file["name"],
            date.fromisoformat(file["valid_until"]) if "valid_until" in asked else None,
            file["document_number"] if "document_number" in asked else None,
        )

    async def document(self, chip: bytes | None = None, kind: str | None = None) -> Enrollment:
        return await self.world.desk.document.take(
            self.key,
            shown=ShownDocument(
                kind or self.card.holder_file["kind"],
                chip=self.card.chip_file if chip is None else chip,
                printed=self.printed,
            ),
            now=self.now,
        )

    async def holder(self, capture: bytes | None = None) -> Enrollment:
        capture = self.face if capture is None else capture
        return await self.world.desk.holder.take(self.key, capture=capture, now=self.now)

    async def phone(self, number: str | None = None) -> Enrollment:
        return await self.world.desk.phone.take(
            self.key, phone=number or self.phone_number, now=self.now
        )

    async def code(self, number: str | None = None) -> str:
        """The code in the latest message."""
        messages = await self.world.outbox.messages(number or self.phone_number)
        found = re.search(r"\b[0-9]{6}\b", messages[-1].text)
        assert found
        return found[0]

    async def confirm(self, code: str | None = None) -> Enrollment:
        code = await self.code() if code is None else code
        return await self.world.desk.phone.confirm(self.key, code=code, now=self.now)

    async def choose(self, name: str | None = None, password: str | None = None) -> Enrollment:
        return await self.world.desk.credentials.take(
            self.key,
            sign_in_name=name or self.sign_in_name,
            password=password or self.password,
            now=self.now,
        )

    async def finish(self, request: bytes | None = None) -> Issued:
        self.issued = await self.world.desk.completion.take(
            self.key, certificate_request=request or self.request, now=self.now
        )
        return self.issued

    async def go_to(self, step: Step) -> "Applicant":
        """Takes every step before `step`."""
        acts: dict[Step, Callable[[], Awaitable[object]]] = {
            Step.DOCUMENT: self.document,
            Step.HOLDER_CHECK: self.holder,
            Step.PHONE: self.phone,
            Step.PHONE_CONFIRMATION: self.confirm,
            Step.CREDENTIALS: self.choose,
            Step.CERTIFICATE_REQUEST: self.finish,
        }
        while (here := await self.next_step()) is not step:
            await acts[here]()
        return self

    async def shown_code(self) -> str | None:
        """The code that the device shows to a guardian."""
        return await self.world.desk.guardian.code_for(await self.look())

    async def vouch_for(self, code: str | None) -> tuple[bytes, str]:
        """Somebody enters a code in their own app."""
        return await self.world.desk.guardian.vouch(
            code or "", await self.subscriber(), now=self.now
        )

    def becomes_guardian_of(self, ward: "Applicant", *, holds: bool = True) -> None:
        """The register learns it."""
        numbers = (ward.card.holder_file["number"], self.card.holder_file["number"])
        self.world.authority.set_guardian(*numbers, holds=holds)

    async def freeze(self) -> bool:
        """Somebody freezes their own number."""
        subscriber = await self.subscriber()
        async with self.world.database.transaction() as tx:
            return await self.world.desk.freezing.freeze(tx, subscriber, now=self.now)

    async def subscriber(self) -> Subscriber:
        number = self.card.holder_file["number"]
        digest = self.world.subscribers.person_digest(number)
        async with self.world.database.reading() as tx:
            found = await self.world.subscribers.find_by_person(tx, digest)
        assert found
        return found

    async def subscriber_id(self) -> UUID:
        return (await self.subscriber()).id

    async def certificates(self) -> list[Certificate]:
        subscriber_id = await self.subscriber_id()
        async with self.world.database.reading() as tx:
            return await self.world.certificates.of_subscriber(tx, subscriber_id)

    async def statuses(self) -> list[Status]:
        return [certificate.standing.status for certificate in await self.certificates()]
