"""The doors of the chamber: JSON, with a session cookie.

GET  /holder/departments          which departments there are, and what each attests
POST /holder/departments/link     {"department", "code"} -> 204: it may be asked from now on
POST /holder/departments/unlink   {"department"} -> 204: it knows the person no longer
"""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_204_NO_CONTENT
from litestar.types import ControllerRouterHandler

from authsvc.holder.departments.own_departments import DepartmentView, OwnDepartments
from authsvc.holder.door import Door

_Request = Request[Any, Any, Any]
_Word = Annotated[str, msgspec.Meta(max_length=64)]


class Linking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which department, and the code that its desk handed out."""

    department: _Word
    code: _Word


class Unlinking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which department."""

    department: _Word


def routes(departments: OwnDepartments, door: Door) -> Sequence[ControllerRouterHandler]:
    """The handlers of the chamber."""

    @get("/holder/departments", summary="The departments, and what each can attest")
    async def list_departments(request: _Request) -> list[DepartmentView]:
        return departments.all(await door.admit(request))

    @post(
        "/holder/departments/link",
        status_code=HTTP_204_NO_CONTENT,
        summary="Link a department's record, by a code from its desk",
    )
    async def link(request: _Request, data: JSONBody[Linking]) -> None:
        await departments.link(
            await door.admit(request), department=data.department, code=data.code
        )

    @post(
        "/holder/departments/unlink",
        status_code=HTTP_204_NO_CONTENT,
        summary="Let a department know the person no longer",
    )
    async def unlink(request: _Request, data: JSONBody[Unlinking]) -> None:
        await departments.unlink(await door.admit(request), department=data.department)

    return list_departments, link, unlink
