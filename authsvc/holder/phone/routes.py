"""The doors of the chamber: JSON, with a session cookie.

POST /holder/phone                {"phone"} -> 204: a code is on its way to it
POST /holder/phone/confirmation   {"phone", "code"} -> {"phone", "ready_at"}: it waits
POST /holder/phone/stop           204: the number that waits is forgotten
"""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import Request, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT
from litestar.types import ControllerRouterHandler

from authsvc.holder.door import Door
from authsvc.holder.phone.changing import PhoneChangeView, PhoneChanging

_Request = Request[Any, Any, Any]
_Short = Annotated[str, msgspec.Meta(max_length=64)]


class NewPhone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The number that is to be on file."""

    phone: _Short

    def __repr__(self) -> str:
        return "NewPhone(…)"


class PhoneProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The number, and the code that was sent to it."""

    phone: _Short
    code: _Short

    def __repr__(self) -> str:
        return "PhoneProof(…)"


def routes(changing: PhoneChanging, door: Door) -> Sequence[ControllerRouterHandler]:
    """The handlers of the chamber."""

    @post(
        "/holder/phone",
        status_code=HTTP_204_NO_CONTENT,
        summary="Begin to change the phone on file: a code goes to the new one",
    )
    async def begin(request: _Request, data: JSONBody[NewPhone]) -> None:
        await changing.send_code(await door.admit(request), data.phone)

    @post(
        "/holder/phone/confirmation",
        status_code=HTTP_200_OK,
        summary="Prove the new phone; it is the one on file once a wait is over",
    )
    async def confirm(request: _Request, data: JSONBody[PhoneProof]) -> PhoneChangeView:
        return await changing.confirm(await door.admit(request), data.phone, data.code)

    @post(
        "/holder/phone/stop",
        status_code=HTTP_204_NO_CONTENT,
        summary="Stop the change of the phone, if one waits",
    )
    async def stop(request: _Request) -> None:
        await changing.stop(await door.admit(request))

    return begin, confirm, stop
