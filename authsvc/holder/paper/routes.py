"""The door of the chamber: JSON, with a session cookie.

POST /holder/certificates/printed   {"purpose", "tells"?} -> 201: a sheet, its picture, and the PIN
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, post
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from authsvc.holder.door import Door
from authsvc.holder.paper.sheets import Sheets

_Request = Request[Any, Any, Any]
_Purpose = Annotated[str, msgspec.Meta(max_length=512)]
_Claim = Annotated[str, msgspec.Meta(max_length=64)]
# More than a sheet can tell.
_Claims = Annotated[tuple[_Claim, ...], msgspec.Meta(max_length=10)]


class SheetWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What it is for, in the person's words, and which claims it tells beside that."""

    purpose: _Purpose
    tells: _Claims = ()


class SheetView(msgspec.Struct, frozen=True):
    """A sheet. `picture` is a data URI of the QR code of `text`; the PIN is not to be printed."""

    text: str
    picture: str
    claims: dict[str, Any]
    pin: str
    expires_at: datetime


def routes(sheets: Sheets, door: Door) -> Sequence[ControllerRouterHandler]:
    """The handlers of the chamber."""

    @post("/holder/certificates/printed", summary="Print a certificate")
    async def print_sheet(request: _Request, data: JSONBody[SheetWish]) -> SheetView:
        visit = await door.admit(request)
        made = await sheets.print(visit, purpose=data.purpose, tells=data.tells)
        sheet = made.sheet
        return SheetView(sheet.text, made.picture, dict(sheet.claims), sheet.pin, sheet.expires_at)

    return [print_sheet]
