"""The sandbox's people: each gets an artificial card and is enrolled as anybody would be."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import rich_click as click
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.app import House
from authsvc.attributes.errors import DepartmentUnknown
from authsvc.authentication.errors import SignInNameTaken
from authsvc.cli.clients import read_documents
from authsvc.clock import Clock
from authsvc.enrollment.document_step import ShownDocument
from authsvc.enrollment.enrollments import EnrollmentKey
from authsvc.enrollment.phone import parse_phone
from authsvc.errors import Conflict, InvalidInput, Text
from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.authority.people import Person
from authsvc.evidence.kinds import RESIDENT_IDENTITY_CARD
from authsvc.evidence.register import RegisterStatus
from authsvc.keyring import KeyRing
from authsvc.settings import Settings
from authsvc.subscribers import Subscriber

_PROGRESS_EVERY = 50
_CODE = re.compile(r"\d{6}")


class PeopleInvalid(InvalidInput):
    """The file of people is not right."""

    code = "sandbox.people_invalid"
    title = Text("测试人员文件不正确", "The file of people is not right")
    next_step = Text("请按 README 中的示例修改", "Compare it with the example in the README")


class TestPerson(msgspec.Struct, frozen=True):
    """One entry of the file; other members are ignored."""

    __test__ = False

    username: Annotated[str, msgspec.Meta(min_length=1)]
    password: Annotated[str, msgspec.Meta(min_length=1)]
    totp_secret: str | None = None
    name: str | None = None
    birth_date: date | None = None
    phone: str | None = None
    # What departments have on record of them, by the department's id.
    departments: dict[str, dict[str, str | bool]] = {}

    @property
    def bare_name(self) -> str | None:
        """The name without blanks around it; None if nothing is left."""
        return (self.name or "").strip() or None

    @property
    def bare_phone(self) -> str | None:
        """The phone without the spaces, dashes and brackets that people write."""
        return re.sub(r"[\s().-]", "", self.phone or "") or None


def read_people_file(file: Path) -> list[TestPerson]:
    """The people of a JSON file; PeopleInvalid."""
    return read_people(read_documents(file, otherwise=PeopleInvalid))


def read_people(document: object) -> list[TestPerson]:
    """The people of a JSON array; PeopleInvalid names the entry and member at fault."""
    try:
        people = msgspec.convert(document, list[TestPerson])
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$")
        raise PeopleInvalid(field=path.strip("`.") or None, log=reason) from None
    names = [person.username for person in people]
    if len(set(names)) != len(names):
        raise PeopleInvalid(field="username", log="two people of one username")
    return people


def open_authority(
    settings: Settings, keyring: KeyRing, clock: Clock | None = None
) -> DocumentAuthority:
    """The simulated authority of a sandbox, trusted by its key ring."""
    authority = DocumentAuthority.open(settings.register_directory, clock=clock)
    authority.publish_trust(keyring.directory)
    return authority


async def enroll_people(
    house: House, authority: DocumentAuthority, people: Sequence[TestPerson]
) -> None:
    """Enrolls everybody who is not; says how far it has come when there are many."""
    known = 0
    for number, entry in enumerate(people, start=1):
        try:
            known += not await _enroll(house, authority, entry)
        except (InvalidInput, Conflict) as refusal:
            # Which person of the file it is, and the room's own words for what is wrong.
            field = f"[{number - 1}].{refusal.field or 'username'}"
            raise PeopleInvalid(field=field, log=refusal.title.en) from None
        if number % _PROGRESS_EVERY == 0 or number == len(people):
            click.echo(f"{number} of {len(people)} people enrolled")
    if known:
        click.echo(f"{known} of them were there already and stay as they were, passwords included")


async def _enroll(house: House, authority: DocumentAuthority, entry: TestPerson) -> bool:
    """True if the person was enrolled now, False if they are known."""
    if not await _is_new(house, entry):
        return False
    person = authority.create_person(
        name=entry.bare_name, birth_date=entry.birth_date, phone=entry.bare_phone
    )
    card = authority.issue_card(person.number.value)
    key, _ = await house.desk.enrollments.begin(now=house.clock.now())
    await house.desk.document.take(
        key,
        shown=ShownDocument(RESIDENT_IDENTITY_CARD.name, chip=card.chip_file),
        now=house.clock.now(),
    )
    await house.desk.holder.take(key, capture=person.portrait, now=house.clock.now())
    # The file is the developer's own world: its children are there without their parents.
    await house.desk.guardian.skip_for_a_made_up_person(key, now=house.clock.now())
    await _confirm_phone(house, key, person)
    await house.desk.credentials.take(
        key, sign_in_name=entry.username, password=entry.password, now=house.clock.now()
    )
    await house.desk.completion.take(
        key, certificate_request=_certificate_request(), now=house.clock.now()
    )
    if entry.totp_secret is not None:
        await _import_totp(house, person, entry.totp_secret)
    await _link_departments(house, authority, person, card.document_number, entry)
    return True


async def _link_departments(
    house: House, authority: DocumentAuthority, person: Person, number: str, entry: TestPerson
) -> None:
    """The person goes to each department's desk with their card, and comes home with a code."""

    async def is_good(kind: str, document_number: str) -> bool:
        return authority.status(kind, document_number) is RegisterStatus.VALID

    for name, attributes in entry.departments.items():
        department = house.departments.simulated.get(name)
        if department is None:
            raise DepartmentUnknown(field=f"departments.{name}")
        record = department.write(None, attributes)
        card = (RESIDENT_IDENTITY_CARD.name, number)
        code = await department.hand_out_code(record.id, card=card, is_good=is_good)
        subscriber = await _subscriber(house, person)
        await house.links.make(subscriber, department=name, code=code, now=house.clock.now())


async def _is_new(house: House, entry: TestPerson) -> bool:
    try:
        async with house.database.reading() as tx:
            await house.credentials.require_free(tx, entry.username)
    except SignInNameTaken:
        return False
    return True


async def _confirm_phone(house: House, key: EnrollmentKey, person: Person) -> None:
    """Reads the code in the outbox, as a developer would."""
    outbox = house.outside.outbox
    assert outbox is not None  # noqa: S101 - a sandbox has one
    await house.desk.phone.take(key, phone=person.phone, now=house.clock.now())
    message = (await outbox.messages(parse_phone(person.phone)))[-1]
    code = _CODE.search(message.text)
    assert code is not None  # noqa: S101 - our own message
    await house.desk.phone.confirm(key, code=code[0], now=house.clock.now())


async def _subscriber(house: House, person: Person) -> Subscriber:
    digest = house.subscribers.person_digest(person.number.value)
    async with house.database.reading() as tx:
        subscriber = await house.subscribers.find_by_person(tx, digest)
    assert subscriber is not None  # noqa: S101 - enrolled a moment ago
    return subscriber


async def _import_totp(house: House, person: Person, secret: str) -> None:
    subscriber = await _subscriber(house, person)
    async with house.database.transaction() as tx:
        await house.credentials.import_totp(tx, subscriber, secret, now=house.clock.now())


def _certificate_request() -> bytes:
    """A request for a key that nobody keeps: these people sign in by password."""
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([]))
        .sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    )
    return request.public_bytes(serialization.Encoding.PEM)
