"""A document register over HTTP, as the simulated authority's `routes.py` serves it.

    POST /documents/status   {"kind", "document_number"} ->  {"status"}
    POST /documents/numbers  the same                    ->  {"numbers": [...]}
    POST /documents/renewal  the same                    ->  {"answer"}
    GET  /changes?since=0&limit=500                      ->  {"changes": [...]}
    POST /guardianship      {"ward_kind", "ward_document_number", "guardian_number"}
                                                         ->  {"is_guardian": true or false}

Whatever goes wrong (no answer, a late one, a large one, another status than 200, another shape) is
RegisterUnavailable: a doubtful answer must never become a yes. Numbers travel in bodies, not in
addresses, which end in logs.
"""

import asyncio
from collections.abc import Sequence
from typing import TypeVar

import httpx2
import msgspec

from authsvc.evidence.errors import RegisterUnavailable
from authsvc.evidence.register import MAX_CHANGES, RegisterStatus, RenewalAnswer, StatusChange
from authsvc.evidence.register_messages import (
    ChangesAnswer,
    GuardianAnswer,
    NumbersAnswer,
    RenewalReply,
    StatusAnswer,
)

# The person waits for the answer; the whole exchange ends by then, however slowly it drips.
_DEADLINE_SECONDS = 5.0
# 500 changes are about 110 kB.
_MAX_ANSWER = 256 * 1024

T = TypeVar("T")


def bearer(token: str) -> dict[str, str]:
    """The header that hands a bearer token over (RFC 6750 section 2.1); none without a token."""
    return {"Authorization": f"Bearer {token}"} if token else {}


class HTTPRegister:
    """A register at `url`; `token` is the bearer token by which it knows this service."""

    def __init__(self, url: str, client: httpx2.AsyncClient, *, token: str) -> None:
        self._url = url.rstrip("/")
        self._client = client
        # NOTE: identity, and raw reading below: a compressed answer could grow past the bound.
        self._headers = {"Accept-Encoding": "identity", **bearer(token)}

    async def status_of(self, kind: str, document_number: str) -> RegisterStatus:
        """The status of one document now; UNKNOWN if there is none. RegisterUnavailable."""
        return (await self._about("status", kind, document_number, StatusAnswer)).status

    async def numbers_of(self, kind: str, document_number: str) -> Sequence[str]:
        """Every identity number that the holder of a document has had. RegisterUnavailable."""
        return (await self._about("numbers", kind, document_number, NumbersAnswer)).numbers

    async def ask_renewal(self, kind: str, document_number: str) -> RenewalAnswer:
        """Applies for a document in place of this one. RegisterUnavailable."""
        return (await self._about("renewal", kind, document_number, RenewalReply)).answer

    async def changes_since(
        self, cursor: int, *, limit: int = MAX_CHANGES
    ) -> Sequence[StatusChange]:
        """At most `limit` changes after `cursor`, oldest first. RegisterUnavailable."""
        request = self._client.build_request(
            "GET",
            f"{self._url}/changes",
            params={"since": cursor, "limit": limit},
            headers=self._headers,
        )
        answer = await self._ask(request, ChangesAnswer)
        cursors = [entry.cursor for entry in answer.changes]
        # A feed that goes backwards or skips would make the reader loop or miss a loss.
        if cursors != list(range(cursor + 1, cursor + 1 + min(len(cursors), limit))):
            raise RegisterUnavailable(log="the feed is out of order")
        return [entry.change() for entry in answer.changes]

    async def is_guardian(
        self, *, ward_kind: str, ward_document_number: str, guardian_number: str
    ) -> bool:
        """Whether somebody is now a guardian of a document's holder. RegisterUnavailable."""
        question = {
            "ward_kind": ward_kind,
            "ward_document_number": ward_document_number,
            "guardian_number": guardian_number,
        }
        return (await self._ask(self._post("/guardianship", question), GuardianAnswer)).is_guardian

    async def _about(self, what: str, kind: str, document_number: str, answer: type[T]) -> T:
        question = {"kind": kind, "document_number": document_number}
        return await self._ask(self._post(f"/documents/{what}", question), answer)

    def _post(self, path: str, question: dict[str, str]) -> httpx2.Request:
        return self._client.build_request(
            "POST", f"{self._url}{path}", json=question, headers=self._headers
        )

    async def _ask(self, request: httpx2.Request, answer: type[T]) -> T:
        try:
            async with asyncio.timeout(_DEADLINE_SECONDS):
                return msgspec.json.decode(await self._body(request), type=answer)
        except (httpx2.HTTPError, TimeoutError, ValueError, RecursionError) as error:
            raise RegisterUnavailable(log=type(error).__name__) from None

    async def _body(self, request: httpx2.Request) -> bytes:
        body = bytearray()
        response = await self._client.send(request, stream=True)
        try:
            if response.status_code != httpx2.codes.OK:
                raise RegisterUnavailable(log=f"HTTP {response.status_code}")
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > _MAX_ANSWER:
                    raise RegisterUnavailable(log="the answer is too large")
        finally:
            await response.aclose()
        return bytes(body)
