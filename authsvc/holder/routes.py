"""The person's own doors: JSON, with a session cookie. The chambers have more of them.

GET  /holder                 what the service holds about them, masked
GET  /holder/number          the whole online number
GET  /holder/approvals       what waits for them to decide, asked at another device
GET  /holder/export          everything that is held, as a file
POST /holder/freeze          204: nothing is done in their name any more
POST /holder/recovery/stop   204: the recovery that waits is over
POST /holder/opt-out         {"receipt"}: leave for good
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.openapi import ResponseSpec
from litestar.response import Stream
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT
from litestar.types import ControllerRouterHandler

from authsvc.holder.approvals import Approvals, ApprovalView
from authsvc.holder.door import Door
from authsvc.holder.export.document import Export
from authsvc.holder.export.exports import Exports
from authsvc.holder.overview import NumberView, Overview, Overviews
from authsvc.holder.parting import Parting
from authsvc.holder.protection import Protection

_Request = Request[Any, Any, Any]

_EXPORT = ResponseSpec(Export, generate_examples=False, description="The document")
_ATTACHMENT = {"content-disposition": 'attachment; filename="online-number.json"'}


class Left(msgspec.Struct, frozen=True):
    """The person has left; the receipt is a compact JWS, and nobody else has it."""

    receipt: str


def routes(
    *,
    overviews: Overviews,
    exports: Exports,
    protection: Protection,
    parting: Parting,
    approvals: Approvals,
    door: Door,
) -> Sequence[ControllerRouterHandler]:
    """The handlers of the room."""
    return [
        *_views(overviews, exports, door),
        *_protection(protection, door),
        _leave(parting, door),
        _approvals(approvals, door),
    ]


def _views(overviews: Overviews, exports: Exports, door: Door) -> Sequence[ControllerRouterHandler]:
    @get("/holder", summary="What the service holds about the signed-in person")
    async def show(request: _Request) -> Overview:
        return await overviews.of(await door.admit(request))

    @get("/holder/number", summary="The whole online number")
    async def number(request: _Request) -> NumberView:
        return await overviews.number(await door.admit(request))

    @get(
        "/holder/export",
        summary="Everything that is held about the person, as a file",
        responses={HTTP_200_OK: _EXPORT},
    )
    async def export(request: _Request) -> Stream:
        pieces = await exports.of(await door.admit(request))
        return Stream(pieces, media_type=MediaType.JSON, headers=_ATTACHMENT)

    return show, number, export


def _protection(protection: Protection, door: Door) -> Sequence[ControllerRouterHandler]:
    @post(
        "/holder/freeze",
        status_code=HTTP_204_NO_CONTENT,
        summary="Freeze the number: sessions, tokens and certificates are dead at once",
    )
    async def freeze(request: _Request) -> Response[None]:
        visit = await door.admit(request)
        await protection.freeze(visit)
        headers = await door.part(visit)
        return Response(None, status_code=HTTP_204_NO_CONTENT, headers=headers)

    @post(
        "/holder/recovery/stop",
        status_code=HTTP_204_NO_CONTENT,
        summary="Stop the recovery that waits, if one does",
    )
    async def stop_recovery(request: _Request) -> None:
        await protection.stop_recovery(await door.admit(request))

    return freeze, stop_recovery


def _leave(parting: Parting, door: Door) -> ControllerRouterHandler:
    @post(
        "/holder/opt-out",
        status_code=HTTP_200_OK,
        summary="Leave: erase all that can be erased, for good",
    )
    async def leave(request: _Request) -> Response[Left]:
        visit = await door.admit(request)
        receipt = await parting.opt_out(visit)
        # The platforms of the session have heard already, and more than that it is over.
        headers = await door.part(visit, tell=False)
        return Response(Left(receipt), status_code=HTTP_200_OK, headers=headers)

    return leave


def _approvals(approvals: Approvals, door: Door) -> ControllerRouterHandler:
    @get("/holder/approvals", summary="The requests that wait for the person to decide")
    async def list_approvals(request: _Request) -> list[ApprovalView]:
        return await approvals.of(await door.admit(request))

    return list_approvals
