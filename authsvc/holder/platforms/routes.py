"""The doors of the chamber: JSON, with a session cookie.

GET  /holder/platforms                     whom the person allows what
POST /holder/platforms/withdrawal          {"client_id"} -> 204: no longer
POST /holder/platforms/identity-withdrawal {"client_id"} -> 204: not named to it any longer
POST /holder/platforms/withdrawal-of-all   204: nobody anything any longer
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_204_NO_CONTENT
from litestar.types import ControllerRouterHandler

from authsvc.holder.door import Door
from authsvc.holder.platforms.platforms import Platforms, PlatformView

_Request = Request[Any, Any, Any]


class Withdrawal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which platform."""

    client_id: str


def routes(platforms: Platforms, door: Door) -> Sequence[ControllerRouterHandler]:
    """The handlers of the chamber."""

    @get("/holder/platforms", summary="The platforms that the person allows something")
    async def list_platforms(request: _Request) -> list[PlatformView]:
        return await platforms.of(await door.admit(request))

    @post(
        "/holder/platforms/withdrawal",
        status_code=HTTP_204_NO_CONTENT,
        summary="Take back what a platform was allowed; its tokens are dead at once",
    )
    async def withdraw(request: _Request, data: JSONBody[Withdrawal]) -> None:
        await platforms.withdraw(await door.admit(request), data.client_id)

    @post(
        "/holder/platforms/identity-withdrawal",
        status_code=HTTP_204_NO_CONTENT,
        summary="No longer be named to a platform; all else that it was allowed stays",
    )
    async def withdraw_identity(request: _Request, data: JSONBody[Withdrawal]) -> None:
        await platforms.withdraw_identity(await door.admit(request), data.client_id)

    @post(
        "/holder/platforms/withdrawal-of-all",
        status_code=HTTP_204_NO_CONTENT,
        summary="Take back what every platform was allowed",
    )
    async def withdraw_all(request: _Request) -> None:
        await platforms.withdraw_all(await door.admit(request))

    return list_platforms, withdraw, withdraw_identity, withdraw_all
