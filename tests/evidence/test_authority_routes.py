"""The authority over HTTP: who may ask, what is answered, and what is refused."""

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx2
import pytest

from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.authority.pusher import Pusher
from authsvc.evidence.authority.routes import create_register_app
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.passive_authentication import PassiveAuthentication
from authsvc.evidence.push import VerifiedPush, verify_push
from authsvc.evidence.register import LifeEvent, RegisterStatus

CARD = "resident_identity_card"
TOKEN = "the-token-of-this-test"
URL = "https://id.test/register-push"


@pytest.fixture
async def desk(authority: DocumentAuthority) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that knows the token."""
    app: Any = create_register_app(authority, token=TOKEN)
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(
        transport=transport,
        base_url="http://register.test",
        headers={"Authorization": f"Bearer {TOKEN}"},
    ) as client:
        yield client


class Service:
    """Takes pushes; refuses as many as it is told to."""

    def __init__(self, authority: DocumentAuthority, now: datetime) -> None:
        self._authority = authority
        self._now = now
        self.taken: list[VerifiedPush] = []
        self.refusing: list[int | Exception] = []
        self.asked = asyncio.Event()

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.set()
        if self.refusing:
            answer = self.refusing.pop()
            if isinstance(answer, Exception):
                raise answer
            return httpx2.Response(answer)
        assert request.headers["content-type"] == "application/document-status+jwt"
        self.taken.append(
            verify_push(
                request.content.decode(),
                anchors=[self._authority.register_anchor],
                audience=str(request.url),
                now=self._now,
            )
        )
        return httpx2.Response(204)


@pytest.fixture
def service(authority: DocumentAuthority, now: datetime) -> Service:
    return Service(authority, now)


def a_card(authority: DocumentAuthority) -> str:
    """Somebody new with a card; its number."""
    return authority.issue_card(authority.create_person().number.value).document_number


async def test_a_whole_life_of_a_card_at_the_desk(
    desk: httpx2.AsyncClient, authority: DocumentAuthority, now: datetime
) -> None:
    person = (await desk.post("/desk/people", json={"name": "样例乙"})).json()
    assert person["name"] == "样例乙"
    issued = await desk.post("/desk/cards", json={"number": person["number"]})
    assert issued.status_code == 201
    card = issued.json()
    reading = ChipReading.parse(base64.b64decode(card["chip"]))
    verifier = PassiveAuthentication([authority.document_anchor])
    document = verifier.verify(CARD, reading, now=now)
    assert document.number.value == person["number"]
    assert base64.b64decode(card["holder"]["face"]) == document.portrait

    lost = await desk.post("/desk/cards/loss", json={"document_number": card["document_number"]})
    assert (lost.status_code, lost.content) == (204, b"")
    replaced = await desk.post(
        "/desk/cards/replacement",
        json={
            "number": person["number"],
            "valid_from": "2026-01-01",
            "valid_until": "2036-01-01",
        },
    )
    new = replaced.json()["document_number"]
    question = {"kind": CARD, "document_number": card["document_number"]}
    assert (await desk.post("/documents/status", json=question)).json() == {"status": "replaced"}
    changes = (await desk.get("/changes", params={"since": 0})).json()["changes"]
    assert [change["status"] for change in changes] == ["valid", "lost", "replaced"]
    assert [change["event"] for change in changes] == ["issued", "loss_reported", "replaced"]
    (listed,) = (await desk.get("/desk/people")).json()["people"]
    assert (listed["document_number"], listed["status"]) == (new, "valid")


async def test_guardians_at_the_desk(desk: httpx2.AsyncClient) -> None:
    ward, parent = [(await desk.post("/desk/people", json={})).json() for _ in range(2)]
    card = (await desk.post("/desk/cards", json={"number": ward["number"]})).json()
    naming = {"number": ward["number"], "guardian_number": parent["number"]}
    question = {
        "ward_kind": CARD,
        "ward_document_number": card["document_number"],
        "guardian_number": parent["number"],
    }
    for path, expected in (("/desk/guardians", True), ("/desk/guardians/ending", False)):
        assert (await desk.post(path, json=naming)).status_code == 204
        answer = await desk.post("/guardianship", json=question)
        assert (answer.status_code, answer.json()) == (200, {"is_guardian": expected})


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param(None, id="nothing"),
        pytest.param("", id="an empty header"),
        pytest.param(TOKEN, id="no scheme"),
        pytest.param("Bearer ", id="an empty token"),
        pytest.param(f"Bearer {TOKEN}x", id="another token"),
        pytest.param(f"Basic {TOKEN}", id="another scheme"),
        pytest.param("Bearer \xff", id="a foreign character"),
    ],
)
@pytest.mark.parametrize("path", ["/changes?since=0", "/desk/people"])
async def test_without_the_token_nothing_is_answered(
    desk: httpx2.AsyncClient, path: str, authorization: str | None
) -> None:
    del desk.headers["Authorization"]
    if authorization is not None:
        desk.headers.encoding = "latin-1"
        desk.headers["Authorization"] = authorization
    answer = await desk.get(path)
    assert answer.status_code == 401
    assert answer.json()["code"] == "register.token_refused"
    assert "www-authenticate" in answer.headers


async def test_anybody_may_ask_for_its_health(desk: httpx2.AsyncClient) -> None:
    del desk.headers["Authorization"]
    answer = await desk.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    "path,body,status,code",
    [
        ("/documents/status", b"", 400, None),
        ("/documents/status", b"[]", 400, None),
        ("/documents/status", b'{"kind": "x"}', 400, None),
        ("/documents/status", b'{"kind": "x", "document_number": 5}', 400, None),
        ("/documents/status", b'{"kind": "x", "document_number": ""}', 400, None),
        ("/documents/status", b'{"kind":"x","kind":"y","document_number":"T"}', 400, None),
        ("/documents/status", b'{"kind":"x","document_number":"T","more":1}', 400, None),
        ("/documents/status", b"\xff", 400, None),
        ("/documents/status", b" " * 1_100_000, 413, None),
        ("/guardianship", b'{"ward_kind": "x", "ward_document_number": "T"}', 400, None),
        (
            "/desk/guardians",
            b'{"number": "1", "guardian_number": "2"}',
            404,
            "register.person_unknown",
        ),
        ("/desk/people", b'{"birth_date": "yesterday"}', 400, None),
        ("/desk/people", b'{"birth_date": "2999-01-01"}', 400, "register.person_refused"),
        ("/desk/people", b'{"sex": "unknown"}', 400, None),
        ("/desk/cards", b'{"number": "1"}', 404, "register.person_unknown"),
        ("/desk/cards/replacement", b'{"number": "1"}', 404, "register.person_unknown"),
        ("/desk/cards/loss", b'{"document_number": "1"}', 404, "register.card_unknown"),
        (
            "/desk/documents",
            b'{"kind": "taiwan_residence_permit", "former_number": true}',
            409,
            "register.number_of_another_kind",
        ),
    ],
)
async def test_bad_input_is_told_and_never_a_fault(
    desk: httpx2.AsyncClient, path: str, body: bytes, status: int, code: str | None
) -> None:
    answer = await desk.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert code is None or answer.json()["code"] == code


@pytest.mark.parametrize(
    "query", ["", "since=-1", "since=x", "since=0&limit=0", "since=0&limit=501", "since=0.5"]
)
async def test_a_feed_asked_for_wrongly_is_refused(desk: httpx2.AsyncClient, query: str) -> None:
    assert (await desk.get(f"/changes?{query}")).status_code == 400


async def test_a_loss_is_pushed_once_it_is_in_the_log(
    authority: DocumentAuthority, service: Service
) -> None:
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(service))
    pusher = Pusher(authority, URL, client)
    assert await pusher.push_news()
    assert service.taken == []
    card = a_card(authority)
    authority.report_lost(card)
    assert await pusher.push_news()
    assert await pusher.push_news()
    ((issued, change),) = [push.changes for push in service.taken]
    assert issued.event is LifeEvent.ISSUED
    assert (change.document_number, change.status) == (card, RegisterStatus.LOST)


@pytest.mark.parametrize("refusal", [503, 401, httpx2.ConnectError("away")], ids=str)
async def test_a_push_that_was_not_taken_is_sent_again(
    authority: DocumentAuthority, service: Service, refusal: int | Exception
) -> None:
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(service))
    pusher = Pusher(authority, URL, client)
    service.refusing = [refusal]
    cards = [a_card(authority)]
    assert not await pusher.push_news()
    cards.append(a_card(authority))
    assert await pusher.push_news()
    (push,) = service.taken
    assert [change.document_number for change in push.changes] == cards


async def test_a_serving_register_pushes_what_happens_from_now_on(
    authority: DocumentAuthority, service: Service
) -> None:
    card = a_card(authority)
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(service))
    app = create_register_app(authority, token=TOKEN, push_url=URL, push_client=client)
    async with app.lifespan():
        await asyncio.sleep(0)
        authority.report_lost(card)
        await asyncio.wait_for(service.asked.wait(), 5)
    (push,) = service.taken
    assert [change.document_number for change in push.changes] == [card]
    assert client.is_closed


async def test_a_register_without_a_push_address_pushes_nothing(
    authority: DocumentAuthority,
) -> None:
    app: Any = create_register_app(authority, token=TOKEN)
    async with app.lifespan():
        a_card(authority)
