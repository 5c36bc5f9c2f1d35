"""Simulated departments, and how a test reaches them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from authsvc.attributes import DEPARTMENTS, AttributeQuery, Department, Departments, Transport
from authsvc.attributes.http_transport import HTTPTransport
from authsvc.attributes.simulated.department import SimulatedDepartment
from authsvc.attributes.simulated.routes import create_department_app
from authsvc.attributes.simulated.transport import EmbeddedTransport
from authsvc.identifiers import from_b64url
from authsvc.keyring import KeyRing
from tests.makers import AdjustableClock

SERVICE = "https://op.example"
CARD = ("resident_identity_card", "T000000000001")
LAW = "《样例法》第一条"
# What each of the made-up people has on record, by department.
ON_RECORD: dict[str, dict[str, str | bool]] = {
    "education": {"education_level": "bachelor", "student": False},
    "employment": {"employment_status": "employed", "vocational_certificate": True},
    "residence": {"residence_province": "650000", "residence_city": "659000"},
    "social_insurance": {"pension_insured": True, "contribution_years": "5_to_14"},
}


class Away:
    """A transport that can be taken away."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner
        self.error: Exception | None = None

    async def send(self, path: str, message: str) -> bytes | None:
        """What the inner one says."""
        if self.error is not None:
            raise self.error
        return await self.inner.send(path, message)

    async def jwks(self, *, now: Any) -> Any:
        """The keys."""
        return await self.inner.jwks(now=now)


@dataclass(frozen=True)
class Office:
    """One department: itself, and as the service sees it."""

    simulated: SimulatedDepartment
    seen: Department
    transport: Away

    async def link(
        self, person: str, attributes: dict[str, str | bool], clock: AdjustableClock
    ) -> str:
        """Somebody who showed their card at the desk, linked by `person`; their record."""
        record = self.simulated.write(None, attributes)
        code = await self.simulated.hand_out_code(record.id, card=CARD, is_good=good)
        await self.seen.link(person=person, code=code, document=CARD, now=clock.now())
        return record.id


async def good(kind: str, number: str) -> bool:
    """A register that has every card as good."""
    return bool(kind and number)


async def not_good(kind: str, number: str) -> bool:
    """A register that has no card as good."""
    return not (kind and number)


def office(
    kind: str,
    directory: Path,
    keyring: KeyRing,
    clock: AdjustableClock,
    *,
    service: str = SERVICE,
    http: bool = False,
) -> Office:
    """A department, in process or behind its own web application."""

    async def service_keys() -> Any:
        return keyring.signing.public_jwks(now=clock.now())

    url = f"https://{kind.replace('_', '-')}.example"
    simulated = SimulatedDepartment(
        DEPARTMENTS[kind],
        directory / kind,
        url=url,
        service=service,
        service_keys=service_keys,
        clock=clock,
    )
    inner: Transport = EmbeddedTransport(simulated)
    if http:
        app: Any = create_department_app(simulated, is_good=good)
        inner = HTTPTransport(url, httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)))
    transport = Away(inner)
    seen = Department(
        DEPARTMENTS[kind], url=url, service=service, keys=keyring.signing, transport=transport
    )
    return Office(simulated, seen, transport)


def offices(
    directory: Path, keyring: KeyRing, clock: AdjustableClock, *, service: str = SERVICE
) -> dict[str, Office]:
    """All four, in process."""
    return {kind: office(kind, directory, keyring, clock, service=service) for kind in DEPARTMENTS}


def departments_of(found: dict[str, Office]) -> Departments:
    """As the service has them."""
    return Departments([each.seen for each in found.values()])


def query(person: str = "pseudonym-1", **changes: Any) -> AttributeQuery:
    """A question as it should be."""
    members: dict[str, Any] = {
        "person": person,
        "attributes": ("residence_city",),
        "purpose": "school_admission",
        "legal_basis": LAW,
        "category": "government",
        "consent": "reference-0123456789",
    }
    return AttributeQuery(**(members | changes))


def part(token: str, place: int) -> dict[str, Any]:
    """The header (0) or the claims (1) of a JWT, unverified."""
    found: dict[str, Any] = json.loads(from_b64url(token.split(".")[place]))
    return found
