"""The shapes of ASGI 3, and the one reader of request bodies."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from weakref import WeakKeyDictionary

from authsvc.web.errors import BodyTooLarge, MalformedRequest
from authsvc.web.patience import Patience

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 1_000_000
"""1 MB: a chip reading with a portrait is about 60 kB; nothing honest comes near the bound."""


BODY_SECONDS = 30
"""1 MB at the speed of a poor phone connection; a body that drips holds nothing longer."""


class ClientGone(Exception):
    """The client hung up in the middle of its request; there is nobody to answer."""


_PATIENCE: WeakKeyDictionary[asyncio.AbstractEventLoop, Patience] = WeakKeyDictionary()


async def read_body(scope: Scope, receive: Receive) -> bytes:
    """The whole body, whatever Content-Length says of it.

    Raises BodyTooLarge (as soon as it is known, announced or counted), MalformedRequest (also for
    a body that does not arrive in time), ClientGone.
    """
    _require_small(scope)
    loop = asyncio.get_running_loop()
    patience = _PATIENCE.get(loop)
    if patience is None:
        patience = _PATIENCE[loop] = Patience(BODY_SECONDS)
    try:
        return await patience.wait(_read_body(receive))
    except TimeoutError:
        raise MalformedRequest from None


def _require_small(scope: Scope) -> None:
    """What the request announces is a number, and not beyond the bound."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            if not value.isdigit():
                raise MalformedRequest(field="content-length")
            # A count of digits first: int() of a very long number is costly.
            if len(value) > 9 or int(value) > MAX_BODY:
                raise BodyTooLarge


async def _read_body(receive: Receive) -> bytes:
    message = await receive()
    chunks = bytearray()
    while message["type"] == "http.request":
        chunks += message.get("body", b"")
        if len(chunks) > MAX_BODY:
            raise BodyTooLarge
        if not message.get("more_body"):
            return bytes(chunks)
        message = await receive()
    raise ClientGone
