import asyncio
import json
from base64 import b64decode
from datetime import timedelta

import httpx2
import pytest

from authsvc.enrollment import gateway
from authsvc.enrollment.errors import FaceMatchUnavailable, HolderNotRecognised, SMSUnavailable
from authsvc.enrollment.face import HTTPFaceMatch, SandboxFaceMatch
from authsvc.enrollment.sms import HTTPSMSGateway, OutboxSMSGateway
from authsvc.settings import Gateway

GATEWAY = Gateway(url="https://gateway.test/ask", token="a-token")
PHONE = "+8610000000001"


class Answering:
    """What stands behind the gateway's address; it keeps what it was asked."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    async def __call__(self, request):
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        if callable(self.answer):
            return await self.answer()
        return self.answer


@pytest.fixture
async def client_for():
    clients = []

    def make(answer):
        there = Answering(answer)
        clients.append(httpx2.AsyncClient(transport=httpx2.MockTransport(there)))
        return there, clients[-1]

    yield make
    for client in clients:
        await client.aclose()


def says(status=200, **body):
    return httpx2.Response(status, json=body)


async def never():
    await asyncio.sleep(60)


DOUBTFUL = {
    "no connection": httpx2.ConnectError("no"),
    "too late": never,
    "an error": says(500, match=True, accepted=True),
    "a redirect": httpx2.Response(302, headers={"location": "https://elsewhere.test/"}),
    "not JSON": httpx2.Response(200, content=b"yes"),
    "another shape": says(result="yes"),
    "a word for a truth": says(match="true", accepted="true"),
    "an answer without end": httpx2.Response(
        200, content=b'{"match": true, "accepted": true}' + b" " * 70_000
    ),
}


async def test_the_matcher_is_asked_with_both_pictures_and_the_token(client_for):
    there, client = client_for(says(match=True))
    await HTTPFaceMatch(GATEWAY, client).confirm(b"portrait", b"capture")
    [request] = there.asked
    body = json.loads(request.content)
    assert request.headers["authorization"] == "Bearer a-token"
    assert {name: b64decode(value) for name, value in body.items()} == {
        "portrait": b"portrait",
        "capture": b"capture",
    }


async def test_a_helper_without_a_token_is_asked_without_one(client_for):
    there, client = client_for(says(match=True))
    await HTTPFaceMatch(Gateway(url=GATEWAY.url), client).confirm(b"portrait", b"capture")
    assert "authorization" not in there.asked[0].headers


async def test_a_no_of_the_matcher_is_a_no(client_for):
    _, client = client_for(says(match=False))
    with pytest.raises(HolderNotRecognised):
        await HTTPFaceMatch(GATEWAY, client).confirm(b"portrait", b"capture")


@pytest.mark.parametrize("answer", DOUBTFUL.values(), ids=DOUBTFUL)
async def test_a_doubtful_answer_of_the_matcher_is_neither_yes_nor_no(
    client_for, answer, monkeypatch
):
    monkeypatch.setattr(gateway, "DEADLINE_SECONDS", 0.05)
    _, client = client_for(answer)
    with pytest.raises(FaceMatchUnavailable):
        await HTTPFaceMatch(GATEWAY, client).confirm(b"portrait", b"capture")


async def test_a_message_is_handed_over(client_for, now):
    there, client = client_for(says(accepted=True))
    await HTTPSMSGateway(GATEWAY, client).send(PHONE, "a text", now=now)
    assert json.loads(there.asked[0].content) == {"to": PHONE, "text": "a text"}


@pytest.mark.parametrize(
    "answer", [*DOUBTFUL.values(), says(accepted=False)], ids=[*DOUBTFUL, "a refusal"]
)
async def test_a_message_that_was_perhaps_not_taken_is_reported(
    client_for, answer, now, monkeypatch
):
    monkeypatch.setattr(gateway, "DEADLINE_SECONDS", 0.05)
    _, client = client_for(answer)
    with pytest.raises(SMSUnavailable):
        await HTTPSMSGateway(GATEWAY, client).send(PHONE, "a text", now=now)


async def test_the_sandbox_knows_a_face_by_its_token():
    await SandboxFaceMatch().confirm(b"a face", b"a face")
    with pytest.raises(HolderNotRecognised):
        await SandboxFaceMatch().confirm(b"a face", b"another")


async def test_the_outbox_keeps_messages_in_order_for_an_hour(ephemeral, now, time_passes):
    outbox = OutboxSMSGateway(ephemeral)
    assert await outbox.messages(PHONE) == []
    for text in ("first", "second"):
        await outbox.send(PHONE, text, now=now)
    await outbox.send("+8610000000002", "to somebody else", now=now)
    assert [message.text for message in await outbox.messages(PHONE)] == ["first", "second"]
    await time_passes(timedelta(hours=1, seconds=1))
    assert await outbox.messages(PHONE) == []
