"""A department over HTTP, as the simulated one's `routes.py` serves it.

    POST /queries         an attribute-query+jwt  ->  an attribute-attestation+jwt; 404
    POST /links/opening   a department-link+jwt   ->  {"proof"}; 404
    POST /links           a department-link+jwt   ->  204; 404
    POST /links/ending    a department-link+jwt   ->  204
    GET  /jwks                                    ->  the department's keys

Whatever goes wrong (no answer, a late one, a large one, another status) is DepartmentUnavailable.
What is asked travels in bodies, not in addresses, which end in logs.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx2
import msgspec

from authsvc.attributes.errors import DepartmentUnavailable
from authsvc.attributes.reading import LONGEST

# A platform's server waits for UserInfo, and usual clients give up after ten seconds. Departments
# are asked together, for their keys as well as for an answer.
DEADLINE_SECONDS = 3.0
# As long as discovery has our own keys kept (docs/architecture.md).
_KEYS_KEPT = timedelta(minutes=15)
_LARGEST_JWKS = 32 * 1024


class HTTPTransport:
    """A department at `url`."""

    def __init__(
        self, url: str, client: httpx2.AsyncClient, *, seconds: float = DEADLINE_SECONDS
    ) -> None:
        self._url = url
        self._client = client
        self._seconds = seconds
        self._known: tuple[datetime, Mapping[str, Any]] | None = None

    async def send(self, path: str, message: str) -> bytes | None:
        """What it answers to a signed message; None for 404. DepartmentUnavailable."""
        # NOTE: identity, and raw reading below: a compressed answer could grow past the bound.
        headers = {"Accept-Encoding": "identity", "Content-Type": "application/jwt"}
        request = self._client.build_request(
            "POST", self._url + path, content=message.encode("ascii"), headers=headers
        )
        return await self._exchange(request, largest=LONGEST)

    async def jwks(self, *, now: datetime) -> Mapping[str, Any]:
        """Its keys. DepartmentUnavailable."""
        if self._known is not None and self._known[0] > now:
            return self._known[1]
        headers = {"Accept-Encoding": "identity", "Accept": "application/json"}
        request = self._client.build_request("GET", f"{self._url}/jwks", headers=headers)
        answer = await self._exchange(request, largest=_LARGEST_JWKS)
        try:
            found = msgspec.json.decode(answer or b"", type=dict[str, list[dict[str, Any]]])
        except ValueError:
            raise DepartmentUnavailable(log="not a JWK Set") from None
        self._known = (now + _KEYS_KEPT, found)
        return found

    async def _exchange(self, request: httpx2.Request, *, largest: int) -> bytes | None:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._body(request, largest=largest)
        except (httpx2.HTTPError, TimeoutError) as error:
            raise DepartmentUnavailable(log=type(error).__name__) from None

    async def _body(self, request: httpx2.Request, *, largest: int) -> bytes | None:
        body = bytearray()
        response = await self._client.send(request, stream=True)
        try:
            if response.status_code == httpx2.codes.NOT_FOUND:
                return None
            if response.status_code not in (httpx2.codes.OK, httpx2.codes.NO_CONTENT):
                raise DepartmentUnavailable(log=f"HTTP {response.status_code}")
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > largest:
                    raise DepartmentUnavailable(log="the answer is too large")
        finally:
            await response.aclose()
        return bytes(body)
