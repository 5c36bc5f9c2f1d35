"""A register over HTTP that misbehaves is unavailable; it never becomes a yes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest

from authsvc.evidence import http_register
from authsvc.evidence.errors import RegisterUnavailable
from authsvc.evidence.http_register import HTTPRegister
from authsvc.evidence.register import RegisterStatus

CARD = "resident_identity_card"
CHANGE = {
    "cursor": 1,
    "kind": CARD,
    "document_number": "T1",
    "status": "lost",
    "at": "2026-11-23T02:00:00Z",
}


def register(answer: Callable[[httpx2.Request], httpx2.Response]) -> HTTPRegister:
    """A register that answers like this."""
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    return HTTPRegister("https://register.test", client, token="secret")


def saying(status: int, body: bytes, **headers: str) -> HTTPRegister:
    """A register that says this to everything, as a stream as over a network."""
    return register(
        lambda _: httpx2.Response(status, stream=httpx2.ByteStream(body), headers=headers)
    )


async def test_the_question_carries_the_token_and_no_number_in_the_address() -> None:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, stream=httpx2.ByteStream(b'{"status": "valid"}'))

    assert await register(answer).status_of(CARD, "T1") is RegisterStatus.VALID
    assert str(asked[0].url) == "https://register.test/documents/status"
    assert asked[0].headers["authorization"] == "Bearer secret"
    assert json.loads(asked[0].content) == {"kind": CARD, "document_number": "T1"}


async def test_a_register_without_a_token_is_asked_without_one() -> None:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, stream=httpx2.ByteStream(b'{"status": "valid"}'))

    client = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    await HTTPRegister("https://register.test", client, token="").status_of(CARD, "T1")
    assert "authorization" not in asked[0].headers


@pytest.mark.parametrize(
    "status,body",
    [
        pytest.param(500, b"", id="a fault"),
        pytest.param(401, b'{"status": "valid"}', id="a refusal"),
        pytest.param(204, b"", id="another success"),
        pytest.param(302, b"", id="a redirect"),
        pytest.param(200, b"", id="nothing"),
        pytest.param(200, b"<html>", id="a page"),
        pytest.param(200, b"\xff\xfe", id="no UTF-8"),
        pytest.param(200, b'{"status": "fine"}', id="an unknown status"),
        pytest.param(200, b'{"status": null}', id="no status"),
        pytest.param(200, b"[]", id="a list"),
        pytest.param(200, b'{"status": "valid"}' + b" " * 300_000, id="an oversize answer"),
        pytest.param(200, b'{"x":' + b"[" * 100_000, id="a deep answer"),
    ],
)
async def test_any_other_answer_makes_it_unavailable(status: int, body: bytes) -> None:
    with pytest.raises(RegisterUnavailable) as refusal:
        await saying(status, body, location="https://elsewhere.test/").status_of(CARD, "T1")
    assert refusal.value.__cause__ is None
    assert "T1" not in str(refusal.value)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([{**CHANGE, "cursor": 0}], id="an impossible cursor"),
        pytest.param([{**CHANGE, "cursor": 2}], id="a skipped change"),
        pytest.param([CHANGE, CHANGE], id="a change twice"),
        pytest.param([{**CHANGE, "cursor": 2}, CHANGE], id="out of order"),
        pytest.param([{**CHANGE, "cursor": n} for n in range(1, 5)], id="more than asked for"),
        pytest.param([{**CHANGE, "at": "2026-11-23T02:00:00"}], id="a time without offset"),
        pytest.param([{**CHANGE, "document_number": "x" * 65}], id="an over-long number"),
        pytest.param([{}], id="an empty change"),
    ],
)
async def test_a_feed_that_cannot_be_followed_is_unavailable(changes: list[object]) -> None:
    answer = json.dumps({"changes": changes}).encode()
    with pytest.raises(RegisterUnavailable):
        await saying(200, answer).changes_since(0, limit=3)


async def test_nobody_there_is_unavailable() -> None:
    async with httpx2.AsyncClient(trust_env=False) as client:
        with pytest.raises(RegisterUnavailable):
            await HTTPRegister("http://127.0.0.1:1", client, token="t").status_of(CARD, "T1")


async def test_a_slow_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_register, "_DEADLINE_SECONDS", 0.05)

    class Dripping(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                yield b" "
                await asyncio.sleep(0.01)

    dripping = register(lambda _: httpx2.Response(200, stream=Dripping()))
    with pytest.raises(RegisterUnavailable):
        await dripping.status_of(CARD, "T1")


async def test_the_question_for_a_guardian_carries_no_number_in_the_address() -> None:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, stream=httpx2.ByteStream(b'{"is_guardian": true}'))

    assert await is_guardian(register(answer)) is True
    assert str(asked[0].url) == "https://register.test/guardianship"
    assert asked[0].headers["authorization"] == "Bearer secret"
    assert json.loads(asked[0].content) == {
        "ward_kind": CARD,
        "ward_document_number": "T1",
        "guardian_number": "N1",
    }


@pytest.mark.parametrize(
    "status,body",
    [
        pytest.param(500, b'{"is_guardian": true}', id="a fault"),
        pytest.param(404, b'{"is_guardian": true}', id="an address that is not there"),
        pytest.param(200, b'{"is_guardian": 1}', id="a number"),
        pytest.param(200, b'{"is_guardian": "true"}', id="a text"),
        pytest.param(200, b'{"is_guardian": null}', id="nothing"),
        pytest.param(200, b"{}", id="no answer"),
        pytest.param(200, b"true", id="no object"),
    ],
)
async def test_a_doubtful_answer_makes_nobody_a_guardian(status: int, body: bytes) -> None:
    with pytest.raises(RegisterUnavailable) as refusal:
        await is_guardian(saying(status, body))
    assert "T1" not in str(refusal.value)
    assert "N1" not in str(refusal.value)


async def is_guardian(register: HTTPRegister) -> bool:
    return await register.is_guardian(
        ward_kind=CARD, ward_document_number="T1", guardian_number="N1"
    )
