"""Whatever the OpenAPI document allows is answered as the document says, and never by a 500.

The document of the whole service is read as another program reads it. Requests are made of it,
those that fit and those that do not, by strangers and by somebody with a session and an enrollment;
each answer must have a status, a content type and a body that the document promises.
"""

import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx2
import pytest
import schemathesis
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

from authsvc.app import open_house
from authsvc.clock import china_today
from authsvc.identifiers import b64url
from tests.attributes.makers import good
from tests.authentication.authenticators import Authenticator
from tests.family import app_of, browser_of, grown_up, ward_of
from tests.whole import CARD, ISSUER, SQUARE, Enrolling, Resident, Service

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True),
]

PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FITS = st.sampled_from((True, True, False))
_INSTEAD_OF = {
    "token": "document",
    "attended-check": "holder-check",
    "number": "certificate-request",
}
_ENROLLMENT = re.compile(r"/enrollments/[^/]+")


class Somebody:
    """Who has something to lose: a session, and an enrollment under way at each step."""

    def __init__(self, service: Service, client: httpx2.AsyncClient) -> None:
        self._service = service
        self._client = client
        self._member: Resident | None = None
        self._enrolling: dict[str, Enrolling] = {}

    async def send(self, case: Case) -> httpx2.Response:
        """The case, where and by whom it can do something."""
        if case.path.startswith("/enrollments/"):
            enrolling = await self._standing_before(case.path.rpartition("/")[2])
            headers = {"authorization": f"Bearer {enrolling.token}"}
            return await send(self._client, case, address=enrolling.address, headers=headers)
        await self._sign_in()
        return await send(self._client, case)

    async def _sign_in(self) -> None:
        """Signs in unless they are; who has left comes back as somebody else."""
        if (await self._client.get("/holder")).status_code == 200:
            return
        if self._member is None or not await sign_in(self._client, self._member):
            self._member = await self._service.enrolled("样例全")
            assert await sign_in(self._client, self._member)

    async def _standing_before(self, step: str) -> Enrolling:
        """An enrollment whose next step this is; a new one if the last has gone on or ended."""
        # What is no step, and what takes the place of one.
        step = _INSTEAD_OF.get(step, "document" if step.startswith("{") else step)
        found = self._enrolling.get(step)
        if found is not None:
            headers = {"authorization": f"Bearer {found.token}"}
            stands = await self._client.get(found.address, headers=headers)
            if stands.is_success and stands.json()["next_step"] == step:
                return found
        if step.startswith("other-"):
            member = await self._service.enrolled("样例合")
            other = self._service.second_card(member)
            found = Enrolling(self._client, member, purpose="join", other=other)
        else:
            found = Enrolling(self._client, self._service.resident("样例半"))
        await found.begin()
        await found.all(until=step)
        self._enrolling[step] = found
        return found


async def send(
    client: httpx2.AsyncClient,
    case: Case,
    *,
    address: str | None = None,
    headers: dict[str, str] | None = None,
) -> httpx2.Response:
    """The request that a case describes, perhaps at another address of its kind."""
    parts: dict[str, Any] = case.as_transport_kwargs(base_url=str(client.base_url))
    url = parts["url"]
    return await client.request(
        parts["method"],
        url if address is None else _ENROLLMENT.sub(lambda _: address, url, count=1),
        params=parts.get("params"),
        headers={**parts["headers"], **(headers or {})},
        **({"content": parts["data"]} if "data" in parts else {"json": parts.get("json")}),
    )


async def sign_in(client: httpx2.AsyncClient, member: Resident) -> bool:
    """Whether the member's password opened a session."""
    body = {"sign_in_name": member.sign_in_name, "password": member.password}
    return (await client.post("/authentication/password", json=body)).is_success


@pytest.fixture
async def api(service: Service) -> OpenApiSchema:
    """The document, read by another program."""
    async with service.client() as client:
        document = (await client.get("/openapi/openapi.json")).json()
    return schemathesis.openapi.from_dict(document)


def operations(api: OpenApiSchema) -> list[APIOperation]:
    """Everything that the document describes; all of it can be read."""
    found = list(api.get_all_operations())
    readable = [each.ok() for each in found if isinstance(each, Ok)]
    assert len(readable) == len(found) > 0
    return readable


@dataclass(frozen=True)
class Requests:
    """How requests of every operation are made: worked out once, not for each request."""

    operations: list[APIOperation]
    _made: dict[tuple[str, GenerationMode], st.SearchStrategy[Case]] = field(default_factory=dict)

    def of(self, operation: APIOperation, mode: GenerationMode) -> st.SearchStrategy[Case]:
        """Those of one operation."""
        key = (operation.label, mode)
        if key not in self._made:
            self._made[key] = operation.as_strategy(generation_mode=mode)
        return self._made[key]


@pytest.fixture
def requests(api: OpenApiSchema) -> Requests:
    """How requests are made."""
    return Requests(operations(api))


@pytest.fixture
async def somebody(service: Service) -> AsyncIterator[Somebody]:
    """Somebody known."""
    async with service.client() as client:
        yield Somebody(service, client)


@given(data=st.data())
@settings(
    max_examples=800,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
async def test_any_request_is_answered_as_the_document_says(
    service: Service, requests: Requests, somebody: Somebody, data: st.DataObject
):
    """Every operation, with what fits it and what does not, by strangers and by somebody known."""
    operation = data.draw(st.sampled_from(requests.operations))
    takes_nothing = not operation.body and not operation.path_parameters
    fits = takes_nothing or data.draw(FITS)
    mode = GenerationMode.POSITIVE if fits else GenerationMode.NEGATIVE
    case = data.draw(requests.of(operation, mode))
    if data.draw(st.booleans()):
        response = await somebody.send(case)
    else:
        async with service.client() as stranger:
            response = await send(stranger, case)
    case.validate_response(response, checks=PROMISES)


async def test_a_whole_life_is_answered_as_the_document_says(service: Service, api: OpenApiSchema):
    """Every operation that the document names succeeds once, and answers as it promises."""
    answered = Counter[str]()

    async def look(response: httpx2.Response) -> None:
        await response.aread()
        path = _ENROLLMENT.sub("/enrollments/{enrollment}", response.url.path)
        operation = api.find_operation_by_label(f"{response.request.method} {path}")
        if operation is not None and response.is_success:
            operation.Case(path_parameters={"enrollment": "x"}).validate_response(
                response, checks=PROMISES
            )
            answered[operation.label] += 1

    async with service.client() as client:
        client.event_hooks["response"].append(look)
        await live(service, client)
        await live_with_others(service, client)
    everything = {operation.label for operation in operations(api)}
    assert everything <= set(answered), everything - set(answered)


async def strengthen(service: Service, client: httpx2.AsyncClient, resident: Resident) -> None:
    """A code by SMS while there is nothing better; then TOTP, and a passkey that comes and goes."""
    assert await sign_in(client, resident)
    await service.turn_totp_on(client, resident)
    authenticator = Authenticator(origin=ISSUER)
    begun = (await client.post("/authentication/passkeys/options")).json()
    made = authenticator.create(begun["options"])
    new = {"challenge": begun["challenge"], "credential": made, "name": "n"}
    added = await client.post("/authentication/passkeys", json=new)
    assert added.is_success, added.text
    asked = (await client.post("/authentication/passkey/challenges")).json()
    used = {"challenge": asked["challenge"], "credential": authenticator.get(asked["options"])}
    assert (await client.post("/authentication/passkey", json=used)).is_success
    assert (await client.get("/authentication/passkeys")).is_success
    chosen = {"id": added.json()["id"]}
    assert (await client.post("/authentication/passkeys/removal", json=chosen)).is_success


async def live(service: Service, client: httpx2.AsyncClient) -> None:
    """Enrolls, signs in in every way, uses a platform and takes it back, and leaves."""
    assert (await client.post("/sandbox/cards", json={"name": "样例生"})).is_success
    resident = service.resident("样例生")
    enrolling = Enrolling(client, resident)
    await enrolling.begin()
    headers = {"authorization": f"Bearer {enrolling.token}"}
    assert (await client.get(enrolling.address, headers=headers)).is_success
    await enrolling.all()
    await go_to_a_counter(service, client)
    await show_two_documents(service, client)
    await strengthen(service, client, resident)
    assert (await client.post("/authentication/sign-out")).is_success
    challenge = (await client.post("/authentication/challenges")).json()
    signature = resident.device.sign(challenge["message"].encode(), ec.ECDSA(hashes.SHA256()))
    body = {
        "challenge": challenge["challenge"],
        "certificate": resident.certificate,
        "signature": b64url(signature),
    }
    ticket = (await client.post("/authentication/possession", json=body)).json()["ticket"]
    service.clock.advance(minutes=1)
    body = {"ticket": ticket, "otp": service.otp(resident)}
    assert (await client.post("/authentication/second-factor", json=body)).is_success
    await service.code_flow(client, SQUARE, resident)
    assert (await client.get("/holder")).is_success
    assert (await client.get("/holder/platforms")).is_success
    await look_after_oneself(service, client, resident)
    body = {"client_id": SQUARE.client_id}
    for path in ("identity-withdrawal", "withdrawal"):
        assert (await client.post(f"/holder/platforms/{path}", json=body)).is_success, path
    assert (await client.post("/holder/platforms/withdrawal-of-all")).is_success
    assert (await client.post("/holder/opt-out")).is_success
    assert await sign_in(client, await service.enrolled("样例冻"))
    assert (await client.post("/holder/freeze")).is_success


async def show_two_documents(service: Service, client: httpx2.AsyncClient) -> None:
    """Somebody joins two documents, applies for the next one and links a department's record."""
    resident = service.resident("样例合")
    soon = china_today(service.clock.now()) + timedelta(days=30)
    resident.card = service.authority.replace_card(resident.number, valid_until=soon)
    await service.enroll(resident)
    joining = Enrolling(client, resident, purpose="join", other=service.second_card(resident))
    await joining.begin()
    await joining.all()
    assert await sign_in(client, resident)
    await service.prove_phone(client, resident)
    assert (await client.get("/holder/departments")).is_success
    code = await code_of_a_record(service, resident)
    named = {"department": "residence"}
    linked = await client.post("/holder/departments/link", json={**named, "code": code})
    assert linked.is_success, linked.text
    assert (await client.post("/holder/departments/unlink", json=named)).is_success
    renewal = await client.post("/holder/documents/renewal", json={})
    assert renewal.is_success, renewal.text
    assert (await client.post("/authentication/sign-out")).is_success


async def code_of_a_record(service: Service, resident: Resident) -> str:
    """What the residence department hands out to whoever shows a card there."""
    house = open_house(service.settings, service.clock)
    desk = house.departments.simulated["residence"]
    record = desk.write(None, {"residence_city": "440300"})
    card = (CARD, resident.card.document_number)
    code = await desk.hand_out_code(record.id, card=card, is_good=good)
    await house.close()
    return code


async def go_to_a_counter(service: Service, client: httpx2.AsyncClient) -> None:
    """Two agents begin, somebody without a phone goes on."""
    enrolling = Enrolling(client, service.resident("样例窗"))
    await enrolling.begin()
    await enrolling.document()
    assert (await enrolling.attended(await service.clerks(), device=False)).is_success
    assert (await enrolling.choose()).is_success
    assert (await enrolling.put("number")).is_success
    headers = {"authorization": f"Bearer {enrolling.token}"}
    assert (await client.post(f"{enrolling.address}/token", headers=headers)).is_success


async def look_after_oneself(
    service: Service, client: httpx2.AsyncClient, resident: Resident
) -> None:
    """Sees everything; after a strong sign-in takes it along, adds a device and removes it."""
    for path in ("number", "activity", "approvals", "devices"):
        assert (await client.get(f"/holder/{path}")).is_success, path
    for path in ("alerts/seen", "recovery/stop"):
        assert (await client.post(f"/holder/{path}")).is_success, path
    body = {"sign_in_name": resident.sign_in_name, "password": resident.password}
    ticket = (await client.post("/authentication/password", json=body)).json()["ticket"]
    service.clock.advance(minutes=1)
    body = {"ticket": ticket, "otp": service.otp(resident)}
    assert (await client.post("/authentication/second-factor", json=body)).is_success
    assert (await client.get("/holder/export")).is_success
    body = {"phone": "+8610099999999"}
    assert (await client.post("/holder/phone", json=body)).is_success
    messages = (await client.get("/sandbox/outbox", params=body)).json()["messages"]
    body["code"] = re.findall(r"[0-9]{6}", messages[-1]["text"])[0]
    assert (await client.post("/holder/phone/confirmation", json=body)).is_success
    assert (await client.post("/holder/phone/stop")).is_success
    wish = {"certificates": ["verified-person"]}
    assert (await client.post("/holder/wallets/offers", json=wish)).status_code == 201
    sheet = {"purpose": "办理借书证", "tells": ["age_over_18"]}
    assert (await client.post("/holder/certificates/printed", json=sheet)).status_code == 201
    resident.device = ec.generate_private_key(ec.SECP256R1())
    body = {"name": "a tablet", "certificate_request": resident.certificate_request}
    added = await client.post("/holder/devices", json=body)
    assert added.is_success, added.text
    body = {"serial": added.json()["serial"], "name": "another name"}
    assert (await client.post("/holder/devices/name", json=body)).is_success
    body = {"serial": added.json()["serial"]}
    assert (await client.post("/holder/devices/removal", json=body)).is_success


async def live_with_others(service: Service, watched: httpx2.AsyncClient) -> None:
    """A guardian joins, decides and ends it; a helper joins, is sent away, freezes and ends it."""
    async with grown_up(service) as elder:
        elder.client.event_hooks = watched.event_hooks
        child = await ward_of(service, elder, birth_date=date(2016, 5, 5))
        async with app_of(service, child) as app, browser_of(service, child) as browser:
            app.client.event_hooks = watched.event_hooks
            await browser.go(SQUARE)
            [waiting] = await elder.waiting()
            assert (await elder.decide(waiting["id"])).is_success
            assert len(await app.sees("/guardians")) == 1
            [ward] = await elder.sees("/wards")
            assert (await elder.does("/wards/ending", id=ward["id"])).is_success
            for ending in ("/helpers/removal", "/helped/ending"):
                code = (await app.does("/helpers/invitation")).json()["code"]
                helped = (await elder.does("/helped", code=code)).json()["id"]
                assert len(await app.sees("/helpers")) == len(await elder.sees("/helped")) == 1
                if ending == "/helped/ending":
                    assert (await elder.does("/helped/freeze", id=helped)).is_success
                whoever = app if ending == "/helpers/removal" else elder
                assert (await whoever.does(ending, id=helped)).is_success
