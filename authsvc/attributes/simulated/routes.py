"""The department over HTTP: what the service asks, its keys, and the desk for tests.

    POST /queries, /links/opening, /links, /links/ending     signed messages (see `http_transport`)
    GET  /jwks, /.well-known/openid-configuration            its keys, for whoever holds an answer
    GET  /desk/records                                       ->  every record, and its link
    POST /desk/records     {"record"?, "attributes"}         ->  the record, new or changed
    POST /desk/removals    {"record", "attribute"}           ->  the record without it
    POST /desk/codes       {"record", "document_kind"?, "document_number"}  ->  {"code"}
    GET  /health                                             ->  {"status": "ok"}

The desk asks for its bearer token; a message proves itself by its signature. Errors are RFC 9457
problem documents.
"""

import hmac
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from authsvc.attributes import messages
from authsvc.attributes.reading import LONGEST
from authsvc.attributes.simulated.department import CardCheck, SimulatedDepartment
from authsvc.attributes.simulated.errors import DeskTokenRefused, MessageRefused
from authsvc.attributes.simulated.records import Record
from authsvc.web.asgi import MAX_BODY
from authsvc.web.exception_handlers import exception_handlers
from authsvc.web.json_body import strict_json

_Request = Request[Any, Any, Any]

_JWT = "application/jwt"
_CACHED = {"cache-control": "public, max-age=900"}


class RecordChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new record, or one with these attributes changed."""

    attributes: dict[str, str | bool]
    record: str | None = None


class Removal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An attribute that a record no longer has."""

    record: str
    attribute: str


class CodeOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose record, and the card that was shown."""

    record: str
    document_number: str
    document_kind: str = "resident_identity_card"


class Code(msgspec.Struct, frozen=True):
    """What the person takes home."""

    code: str


class RecordView(msgspec.Struct, frozen=True):
    """A record as the desk shows it."""

    record: str
    attributes: dict[str, str | bool]
    is_linked: bool

    @classmethod
    def of(cls, record: Record) -> "RecordView":
        """The view of a record; the pseudonym is nobody's business at a desk."""
        return cls(record.id, record.attributes, record.pseudonym is not None)


def create_department_app(department: SimulatedDepartment, *, is_good: CardCheck) -> Litestar:
    """The department as a web application of its own. `is_good` asks the document register."""
    return Litestar(
        [
            *published(department, below=""),
            *_asked(department),
            *_desk(department, is_good, _guard(department.desk_token)),
            _health,
        ],
        before_request=_strict,
        exception_handlers=exception_handlers(),
        openapi_config=None,
        request_max_body_size=MAX_BODY,
    )


def published(department: SimulatedDepartment, *, below: str) -> Sequence[ControllerRouterHandler]:
    """What anybody may ask: under which keys its answers verify (OpenID Connect Discovery 4)."""
    name = department.kind.id

    @get(f"{below}/jwks", sync_to_thread=False, name=f"{name}-jwks", include_in_schema=False)
    def jwks() -> Response[dict[str, Any]]:
        return Response(department.jwks(), headers=_CACHED)

    @get(
        f"{below}/.well-known/openid-configuration",
        sync_to_thread=False,
        name=f"{name}-metadata",
        include_in_schema=False,
    )
    def metadata() -> Response[dict[str, Any]]:
        document = {
            "issuer": department.url,
            "jwks_uri": f"{department.url}/jwks",
            "claims_supported": sorted(department.kind.attributes),
            "id_token_signing_alg_values_supported": [messages.ATTESTATION_ALG],
        }
        return Response(document, headers=_CACHED)

    return jwks, metadata


def _asked(department: SimulatedDepartment) -> Sequence[ControllerRouterHandler]:
    @post("/queries", status_code=200, media_type=_JWT)
    async def query(request: _Request) -> str:
        return await department.answer(await _message(request))

    @post("/links/opening", status_code=200)
    async def opening(request: _Request) -> messages.Opened:
        return await department.open_link(await _message(request))

    @post("/links", status_code=204)
    async def link(request: _Request) -> None:
        await department.link(await _message(request))

    @post("/links/ending", status_code=204)
    async def ending(request: _Request) -> None:
        await department.end_link(await _message(request))

    return query, opening, link, ending


def _desk(
    department: SimulatedDepartment, is_good: CardCheck, guard: Any
) -> Sequence[ControllerRouterHandler]:
    @get("/desk/records", sync_to_thread=True, guards=[guard])
    def records() -> list[RecordView]:
        return [RecordView.of(each) for each in department.records()]

    @post("/desk/records", status_code=200, sync_to_thread=True, guards=[guard])
    def write(data: JSONBody[RecordChange]) -> RecordView:
        return RecordView.of(department.write(data.record, data.attributes))

    @post("/desk/removals", status_code=200, sync_to_thread=True, guards=[guard])
    def remove(data: JSONBody[Removal]) -> RecordView:
        return RecordView.of(department.remove(data.record, data.attribute))

    @post("/desk/codes", status_code=200, guards=[guard])
    async def code(data: JSONBody[CodeOrder]) -> Code:
        card = (data.document_kind, data.document_number)
        return Code(await department.hand_out_code(data.record, card=card, is_good=is_good))

    return records, write, remove, code


@get("/health", sync_to_thread=False, media_type=MediaType.JSON)
def _health() -> dict[str, str]:
    return {"status": "ok"}


async def _message(request: _Request) -> str:
    body = await request.body()
    if len(body) > LONGEST or request.headers.get("content-type") != _JWT:
        raise MessageRefused(log="size or type")
    return body.decode("ascii", "replace")


async def _strict(request: _Request) -> Any:
    """The desk speaks JSON; messages are read where they are verified."""
    return await strict_json(request) if request.url.path.startswith("/desk/") else None


def _guard(token: str) -> Any:
    expected = f"Bearer {token}".encode()

    def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        del handler
        presented = connection.headers.get("authorization", "").encode("latin-1")
        if not hmac.compare_digest(presented, expected):
            raise DeskTokenRefused

    return guard
