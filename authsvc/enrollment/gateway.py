"""One question to an outside helper over HTTPS: JSON in, JSON out, a bearer token, a deadline.

Whatever goes wrong (no answer, a late one, a large one, another status, another shape) is one
refusal of the caller's choice: a doubtful answer must never become a yes.
"""

import asyncio
from typing import TypeVar

import httpx2
import msgspec

from authsvc.errors import Unavailable
from authsvc.evidence.http_register import bearer
from authsvc.settings import Gateway

# The person waits for the answer; shorter than a holder check's claim (`limits`).
DEADLINE_SECONDS = 10.0
_MAX_ANSWER = 64 * 1024

T = TypeVar("T")


async def ask(
    client: httpx2.AsyncClient,
    gateway: Gateway,
    question: dict[str, str],
    *,
    answer: type[T],
    otherwise: type[Unavailable],
) -> T:
    """The gateway's answer to a question; `otherwise` for everything that is not one."""
    request = client.build_request(
        "POST",
        gateway.url,
        json=question,
        headers={"Accept": "application/json", **bearer(gateway.token)},
    )
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            return msgspec.json.decode(await _body(client, request, otherwise), type=answer)
    except (httpx2.HTTPError, TimeoutError, msgspec.MsgspecError) as error:
        raise otherwise(log=type(error).__name__) from None


async def _body(
    client: httpx2.AsyncClient, request: httpx2.Request, otherwise: type[Unavailable]
) -> bytes:
    body = bytearray()
    response = await client.send(request, stream=True)
    try:
        if not response.is_success:
            raise otherwise(log=f"HTTP {response.status_code}")
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > _MAX_ANSWER:
                raise otherwise(log="the answer is too large")
    finally:
        await response.aclose()
    return bytes(body)
