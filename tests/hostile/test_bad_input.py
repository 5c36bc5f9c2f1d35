"""Every route, given anything at all: a clear refusal, nothing lost, and never a 500.

On both pairs of stores: PostgreSQL refuses texts that SQLite takes.
"""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlencode

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bad_input import (
    CONTENT_TYPES,
    FORM,
    JSON,
    MEGABYTE,
    METHODS,
    ODD_BODIES,
    ODD_HEADERS,
    ODD_TEXTS,
    SEGMENTS,
    addresses,
    concrete,
    odd_documents,
)
from tests.dumps import entries
from tests.whole import CARD, SQUARE, Enrolling, Resident, Service

AUTHORIZATION = (
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "prompt", "max_age",
    "code_challenge", "code_challenge_method", "id_token_hint", "login_hint", "acr_values",
    "ui_locales", "claims", "request", "request_uri", "registration", "response_mode", "display",
)  # fmt: skip
CREDENTIALS = ("client_id", "client_secret", "client_assertion", "client_assertion_type")
# What each endpoint that reads forms reads.
PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "/authorize": AUTHORIZATION,
    "/interaction/x": ("username", "password", "otp", "decision"),
    "/token": ("grant_type", *CREDENTIALS),
    "/introspect": ("token", "token_type_hint", *CREDENTIALS),
    "/revoke": ("token", "token_type_hint", *CREDENTIALS),
    "/userinfo": ("access_token", "scope"),
    "/receipt": ("access_token", "reference"),
    "/end-session": (
        "id_token_hint", "client_id", "post_logout_redirect_uri", "state", "logout_hint",
        "ui_locales", "decision", "confirmation",
    ),
}  # fmt: skip


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    async with service.client() as client:
        yield client


async def send(
    client: httpx2.AsyncClient, method: str, url: str, *, content: object = b"", **headers: str
) -> httpx2.Response:
    """Sends a request; whatever it was, the answer is no fault of ours and leads nowhere else."""
    raw = [
        (name.replace("_", "-").encode(), value.encode("latin-1"))
        for name, value in headers.items()
    ]
    answer = await client.request(method, url, content=content, headers=raw)  # type: ignore[arg-type]
    asked = f"{method} {url[:200]} {content!r:.200} {headers!r:.200}"
    said = f"{asked} -> {answer.status_code} {answer.text[:400]}"
    assert answer.status_code < 500, said
    assert "Traceback" not in answer.text, said
    if answer.status_code >= 400 and method != "HEAD":
        require_clear(answer, said)
    return answer


def require_clear(answer: httpx2.Response, said: str) -> None:
    """A refusal has a stable code: ours, OAuth's, or OCSP's; a page says it in words."""
    content_type = answer.headers.get("content-type", "")
    if content_type == "application/problem+json":
        assert answer.json()["code"], said
        assert answer.json()["next_step"], said
    elif content_type == "application/json":
        assert answer.json()["error"], said
    else:
        assert content_type.startswith(("text/html", "application/ocsp-response")), said


@pytest.fixture
async def member(service: Service) -> Resident:
    """Somebody who has enrolled."""
    return await service.enrolled("样例甲")


async def test_every_method_at_every_route(service: Service, client: httpx2.AsyncClient):
    """Also those nobody knows, with and without a body; an OPTIONS and a HEAD are no fault."""
    for address in addresses(service.app):
        for method in METHODS:
            await send(client, method, concrete(address))
            await send(client, method, concrete(address), content=b"{}", content_type=JSON)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PATCH", "DELETE", "TRACE"])
async def test_odd_methods_change_nothing(
    service: Service, client: httpx2.AsyncClient, member: Resident, storage_urls, method: str
):
    """With a living session, at every route: what rests is what rested."""
    body = {"sign_in_name": member.sign_in_name, "password": member.password}
    assert (await client.post("/authentication/password", json=body)).is_success
    before = sorted(rows(await entries(storage_urls)))
    for address in addresses(service.app):
        answer = await send(client, method, concrete(address))
        assert answer.status_code in (200, 204, 303, 400, 401, 404, 405), address
    assert sorted(rows(await entries(storage_urls))) == before


def rows(dump: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """The values of a dump, without the raw files.

    Nor the own log: what it notes of the sign-in is written a second later.
    """
    return [entry for entry in dump if " " not in entry[0] and not entry[0].startswith("activity.")]


async def test_every_odd_body_at_every_route(service: Service, client: httpx2.AsyncClient):
    """As JSON and as a form, posted and put."""
    for address in addresses(service.app):
        for body in ODD_BODIES:
            for method, content_type in (("POST", JSON), ("PUT", JSON), ("POST", FORM)):
                await send(
                    client, method, concrete(address), content=body, content_type=content_type
                )


async def test_every_content_type_at_every_route(service: Service, client: httpx2.AsyncClient):
    """A good body under a wrong name, and none at all."""
    for address in addresses(service.app):
        for content_type in CONTENT_TYPES:
            for body in (b'{"a":"b"}', b"a=b", b""):
                await send(
                    client, "POST", concrete(address), content=body, content_type=content_type
                )


async def test_every_odd_header_at_every_route(service: Service, client: httpx2.AsyncClient):
    """Credentials, cookies, lengths and languages that are none."""
    for address in addresses(service.app):
        for headers in ODD_HEADERS:
            for method, body in (("GET", b""), ("POST", b"a=b")):
                await send(
                    client,
                    method,
                    concrete(address),
                    content=body,
                    **{"content_type": FORM, **headers},
                )


async def test_every_odd_segment_and_query_at_every_route(
    service: Service, client: httpx2.AsyncClient
):
    """In the path, behind it, and in the query."""
    for address in addresses(service.app):
        for segment in SEGMENTS:
            for url in (
                concrete(address, segment),
                f"{concrete(address)}/{segment}",
                f"{concrete(address)}?{segment}={segment}&{segment}",
            ):
                for method in ("GET", "POST"):
                    await send(client, method, url)


async def chunks() -> AsyncIterator[bytes]:
    """A megabyte and a little more that does not say how long it is."""
    for _ in range(MEGABYTE // 50_000 + 1):
        yield b" " * 50_000


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_over_a_megabyte_is_refused_everywhere(
    service: Service, client: httpx2.AsyncClient, announced: bool
):
    """With a Content-Length and without one: 413 wherever a body is read at all."""
    refused = set()
    for address in addresses(service.app):
        for method, content_type in (("POST", FORM), ("PUT", JSON), ("POST", JSON)):
            content = b" " * (MEGABYTE + 1) if announced else chunks()
            answer = await send(
                client, method, concrete(address), content=content, content_type=content_type
            )
            assert answer.status_code in (404, 405, 413), (method, address, answer.status_code)
            if answer.status_code == 413:
                refused.add(address)
    assert {"/token", "/enrollments", "/enrollments/{}/document", "/ocsp"} <= refused


@pytest.mark.parametrize("address", list(PARAMETERS))
async def test_every_odd_parameter(service: Service, client: httpx2.AsyncClient, address: str):
    """Each parameter of the protocols with each odd text, as a form and in the query; doubled."""
    auth = base64.b64encode(f"{SQUARE.client_id}:{SQUARE.secret}".encode()).decode()
    headers = {"content_type": FORM, "authorization": f"Basic {auth}"}
    if address in ("/authorize", "/end-session", "/interaction/x"):
        del headers["authorization"]
    for name in PARAMETERS[address]:
        for value in ODD_TEXTS:
            right = {key: known for key, known in SQUARE.request.items() if key != name}
            encoded = urlencode({**right, name: value})
            await send(client, "POST", address, content=encoded.encode(), **headers)
            if len(encoded) < 8000:
                await send(client, "GET", f"{address}?{encoded}")
        twice = urlencode([*SQUARE.request.items(), (name, "x"), (name, "x")])
        assert (
            await send(client, "POST", address, content=twice.encode(), **headers)
        ).status_code in (303, 400, 401, 404)


@pytest.mark.parametrize("grant", ["authorization_code", "refresh_token", "x"])
async def test_every_odd_grant(service: Service, client: httpx2.AsyncClient, grant: str):
    """The token endpoint, past the client's authentication: each grant with odd parameters."""
    auth = base64.b64encode(f"{SQUARE.client_id}:{SQUARE.secret}".encode()).decode()
    for name in ("code", "refresh_token", "redirect_uri", "code_verifier", "scope", "client_id"):
        for value in ODD_TEXTS:
            form = {"grant_type": grant, "code": "x", "refresh_token": "x", name: value}
            answer = await send(
                client,
                "POST",
                "/token",
                content=urlencode(form).encode(),
                content_type=FORM,
                authorization=f"Basic {auth}",
            )
            assert answer.status_code in (400, 401)


STEPS: Mapping[str, dict[str, str]] = {
    "document": {"kind": CARD, "chip": "AAAA"},
    "holder-check": {"capture": "AAAA"},
    "phone": {"phone": "+8610012345678"},
    "phone-confirmation": {"code": "000000"},
    "credentials": {"sign_in_name": "somebody", "password": "a long password"},
    "certificate-request": {"certificate_request": "x"},
}


@pytest.mark.parametrize("step", list(STEPS))
async def test_every_odd_document_at_its_step_of_an_enrollment(
    service: Service, client: httpx2.AsyncClient, step: str
):
    """An enrollment that stands before the step: each member wrong in each way; it goes on."""
    enrolling = await standing_before(step, service, client)
    for number, body in enumerate(odd_documents(STEPS[step])):
        answer = await send(
            client,
            "PUT",
            f"{enrolling.address}/{step}",
            content=body,
            content_type=JSON,
            authorization=f"Bearer {enrolling.token}",
        )
        assert answer.status_code in (200, 400, 403, 409, 413, 429), body[:100]
        if answer.status_code == 200:
            assert step in ("phone", "credentials"), body[:100]
        if answer.status_code == 200 or number % 40 == 0:
            # Tries are limited, and some odd names and passwords are good ones.
            enrolling = await standing_before(step, service, client)


async def standing_before(step: str, service: Service, client: httpx2.AsyncClient) -> Enrolling:
    """A fresh enrollment of somebody new, whose next step this is."""
    enrolling = Enrolling(client, service.resident("样例乙"))
    await enrolling.begin()
    await enrolling.all(until=step)
    return enrolling


@pytest.mark.parametrize("length", [0, 1, 7, 100, -1])
async def test_a_broken_chip_is_a_clear_refusal_and_the_enrollment_goes_on(
    service: Service, client: httpx2.AsyncClient, length: int
):
    """Cut short, flipped, of another kind; then the good one is taken."""
    resident = service.resident("样例丙")
    enrolling = Enrolling(client, resident)
    await enrolling.begin()
    chip = bytearray(resident.card.chip_file)
    cut = base64.b64encode(bytes(chip[:length])).decode()
    chip[len(chip) // 2] ^= 1
    flipped = base64.b64encode(bytes(chip)).decode()
    right = base64.b64encode(resident.card.chip_file).decode()
    for body in (
        {"kind": CARD, "chip": cut},
        {"kind": CARD, "chip": flipped},
        {"kind": "passport_of_atlantis", "chip": right},
    ):
        answer = await enrolling.put("document", **body)
        assert answer.status_code == 400, answer.text
        assert answer.json()["field"] in ("kind", "chip")
        assert resident.number not in answer.text
    assert (await enrolling.document()).status_code == 200


async def test_every_odd_document_of_a_signed_in_person(
    service: Service, client: httpx2.AsyncClient, member: Resident
):
    """The JSON doors of signing in, each member wrong in each way."""
    doors = {
        "/authentication/password": {"sign_in_name": member.sign_in_name, "password": "wrong"},
        "/authentication/second-factor": {"ticket": "x", "otp": "000000"},
        "/authentication/possession": {
            "challenge": "x",
            "certificate": member.certificate,
            "signature": "x",
        },
        "/authentication/totp/confirmation": {"code": "000000"},
        "/register/changes": {"signed": "a.b.c"},
    }
    body = {"sign_in_name": member.sign_in_name, "password": member.password}
    assert (await client.post("/authentication/password", json=body)).is_success
    await service.prove_phone(client, member)
    assert (await client.post("/authentication/totp")).is_success
    for address, members in doors.items():
        for document in odd_documents(members):
            answer = await send(client, "POST", address, content=document, content_type=JSON)
            assert answer.status_code in (400, 401, 403, 409, 413, 429), (address, document[:100])


PLAIN_METHODS = st.sampled_from(METHODS[:7])


@given(data=st.data())
@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
async def test_anything_at_all(service: Service, data: st.DataObject):
    """Any bytes, any JSON, any form, in any header's company, at any route."""
    address = data.draw(st.sampled_from(addresses(service.app)))
    segment = data.draw(st.sampled_from(SEGMENTS))
    content_type = data.draw(st.sampled_from(CONTENT_TYPES))
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
    form = st.dictionaries(st.sampled_from(sum(PARAMETERS.values(), ())) | st.text(), st.text())
    body = data.draw(
        st.binary(max_size=300)
        | anything.map(lambda value: json.dumps(value).encode())
        | form.map(lambda pairs: urlencode(pairs, errors="surrogatepass").encode())
    )
    headers = data.draw(st.sampled_from(ODD_HEADERS))
    async with service.client() as client:
        await send(
            client,
            data.draw(PLAIN_METHODS),
            concrete(address, segment),
            content=body,
            **{"content_type": content_type, **headers},
        )
