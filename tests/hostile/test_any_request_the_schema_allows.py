"""Whatever the OpenAPI document allows is answered as the document says, and never by a 500.

The document of the whole service is read as another program reads it. Requests are made of it,
those that fit and those that do not, by strangers and by somebody with a session and an enrollment;
each answer must have a status, a content type and a body that the document promises.
"""

import re
from collections import Counter
from collections.abc import AsyncIterator
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

from authsvc.identifiers import b64url
from tests.whole import SQUARE, Enrolling, Resident, Service

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
        step = "document" if step.startswith("{") else step
        found = self._enrolling.get(step)
        if found is not None:
            headers = {"authorization": f"Bearer {found.token}"}
            stands = await self._client.get(found.address, headers=headers)
            if stands.is_success and stands.json()["next_step"] == step:
                return found
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


@pytest.fixture
async def somebody(service: Service) -> AsyncIterator[Somebody]:
    """Somebody known."""
    async with service.client() as client:
        yield Somebody(service, client)


@given(data=st.data())
@settings(
    max_examples=1500,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
async def test_any_request_is_answered_as_the_document_says(
    service: Service, api: OpenApiSchema, somebody: Somebody, data: st.DataObject
):
    """Every operation, with what fits it and what does not, by strangers and by somebody known."""
    operation = data.draw(st.sampled_from(operations(api)))
    takes_nothing = not operation.body and not operation.path_parameters
    fits = takes_nothing or data.draw(FITS)
    mode = GenerationMode.POSITIVE if fits else GenerationMode.NEGATIVE
    case = data.draw(operation.as_strategy(generation_mode=mode))
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
    everything = {operation.label for operation in operations(api)}
    assert everything <= set(answered), everything - set(answered)


async def live(service: Service, client: httpx2.AsyncClient) -> None:
    """Enrolls, signs in in every way, uses a platform and takes it back, and leaves."""
    assert (await client.post("/sandbox/cards", json={"name": "样例生"})).is_success
    resident = service.resident("样例生")
    enrolling = Enrolling(client, resident)
    await enrolling.begin()
    headers = {"authorization": f"Bearer {enrolling.token}"}
    assert (await client.get(enrolling.address, headers=headers)).is_success
    await enrolling.all()
    await service.turn_totp_on(client, resident)
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
    body = {"client_id": SQUARE.client_id}
    assert (await client.post("/holder/platforms/withdrawal", json=body)).is_success
    assert (await client.post("/holder/opt-out")).is_success
