"""Opting in over HTTP, from the first request to the certificate, as the person's app does it.

The cards are made beforehand: who issues them is another authority.
"""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.kinds import RESIDENT_IDENTITY_CARD
from bench.http import Asked, LoadFailed
from bench.load import Work
from bench.subject import PASSWORD, Subject

_serial = count(1)


@dataclass(frozen=True)
class Applicant:
    """Somebody with a card, who has not opted in."""

    chip: str
    portrait: str
    phone: str
    request: str


def make_applicants(authority: DocumentAuthority, number: int) -> Iterator[Applicant]:
    """So many artificial people, with cards of this authority."""
    for _ in range(number):
        person = authority.create_person()
        card = authority.issue_card(person.number.value)
        yield Applicant(
            chip=b64encode(card.chip_file).decode(),
            portrait=b64encode(person.portrait).decode(),
            phone=person.phone,
            request=_certificate_request(),
        )


def enrolling(subject: Subject, *, connections: int) -> list[Work]:
    """A work whose every operation opts one more person in, while there are any."""

    async def work(connection: Asked) -> None:
        if not subject.applicants:
            raise LoadFailed("more applicants are needed")
        await _enroll(subject, connection, subject.applicants.pop())

    return [work] * connections


async def _enroll(subject: Subject, connection: Asked, applicant: Applicant) -> None:
    begun = await _ask(subject, connection, "POST", "/enrollments", {}, token="")
    place, token = f"/enrollments/{begun['enrollment']}", begun["token"]

    async def step(name: str, **body: str) -> None:
        await _ask(subject, connection, "PUT", f"{place}/{name}", body, token=token)

    await step("document", kind=RESIDENT_IDENTITY_CARD.name, chip=applicant.chip)
    await step("holder-check", capture=applicant.portrait)
    await step("phone", phone=applicant.phone)
    outbox = f"/sandbox/outbox?phone={quote(applicant.phone)}"
    found = json.loads((await connection.ask(subject.server.get(outbox))).body)
    code = "".join(each for each in found["messages"][-1]["text"] if each.isdigit())[:6]
    await step("phone-confirmation", code=code)
    await step("credentials", sign_in_name=f"applicant-{next(_serial)}", password=PASSWORD)
    await step("certificate-request", certificate_request=applicant.request)


async def _ask(
    subject: Subject,
    connection: Asked,
    method: str,
    path: str,
    body: Mapping[str, str],
    *,
    token: str,
) -> dict[str, str]:
    answer = await connection.ask(subject.server.json(method, path, body, token=token))
    if answer.status not in (200, 201):
        raise LoadFailed(f"{path.rpartition('/')[2]}: {answer.status} {answer.body[:300]!r}")
    found: dict[str, str] = json.loads(answer.body)
    return found


def _certificate_request() -> str:
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([]))
        .sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    )
    return request.public_bytes(serialization.Encoding.PEM).decode()
