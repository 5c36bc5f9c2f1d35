"""JSON bodies before Litestar decodes them: one reading only (RFC 8259, RFC 7493 manners).

msgspec takes the last of two members of one name and another reader takes the first, so a
repeated member is refused, at any depth. Typed handlers say `data: JSONBody[TheStruct]` (from
litestar.params) and find a document that two readers cannot read differently.
"""

import asyncio
import json
from typing import Any, NoReturn

from litestar import Request
from litestar.exceptions import InternalServerException

from authsvc.web.asgi import BODY_SECONDS
from authsvc.web.errors import (
    MalformedJSON,
    MalformedRequest,
    RepeatedMember,
    TooDeep,
    TooManyValues,
)
from authsvc.web.forms import require_content_type

MAX_DEPTH = 16
"""Our deepest own document has 5 levels; client metadata with an embedded key set has 6."""

MAX_VALUES = 4000
"""Our largest own document has a dozen. A megabyte of small ones takes a worker a second and more,
half of it in Litestar's decoder, and meanwhile it serves nobody."""

# Each value but the first in a container follows a comma, and each container has an opening.
_MARKS = (b",", b"[", b"{")


async def strict_json(request: Request[Any, Any, Any]) -> None:
    """Litestar's before_request hook: refuses a body that is not strict JSON.

    Raises ContentTypeRefused, MalformedJSON, RepeatedMember, TooDeep, TooManyValues. The bound of
    1 MB is Litestar's own (`request_max_body_size=MAX_BODY`), which counts what arrives.
    """
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await request.body()
    except (InternalServerException, TimeoutError):
        # Litestar's word for a client that hung up, or one that drips: no fault of ours.
        raise MalformedRequest from None
    if body:
        types = [value for name, value in request.scope["headers"] if name == b"content-type"]
        require_content_type(
            types[0].decode("latin-1") if len(types) == 1 else None, "application/json"
        )
        check_json(body)
    elif request.route_handler.parsed_data_field is not None:
        raise MalformedJSON


def check_json(body: bytes) -> None:
    """Refuse what is not one unambiguous JSON document in UTF-8."""
    # Counted before anything is built of them; marks inside of texts count, too.
    if sum(body.count(mark) for mark in _MARKS) > MAX_VALUES:
        raise TooManyValues
    try:
        document = json.loads(
            body.decode("utf-8"), object_pairs_hook=_members, parse_constant=_refuse_constant
        )
    except (UnicodeDecodeError, ValueError):
        raise MalformedJSON from None
    except RecursionError:
        raise TooDeep from None
    _check_values(document)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise RepeatedMember
    return members


def _refuse_constant(_: str) -> NoReturn:
    """NaN and Infinity, which Python reads and JSON does not have."""
    raise MalformedJSON


def _check_values(document: object) -> None:
    """Bound the depth; refuse half characters (RFC 7493 section 2.1) and U+0000."""
    level = [document]
    for _ in range(MAX_DEPTH):
        below: list[object] = []
        for value in level:
            if isinstance(value, dict):
                below += [*value, *value.values()]
            elif isinstance(value, list):
                below += value
            elif isinstance(value, str):
                _check_text(value)
        if not below:
            return
        level = below
    raise TooDeep


def _check_text(text: str) -> None:
    # NOTE: no member of any protocol we speak holds U+0000, and PostgreSQL cannot store it.
    if "\0" in text:
        raise MalformedJSON
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise MalformedJSON from None
