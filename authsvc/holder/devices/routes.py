"""The doors of the chamber: JSON, with a session cookie.

GET  /holder/devices           the devices that the person has
POST /holder/devices           {"name", "certificate_request"} -> 201: the certificate of a new one
POST /holder/devices/name      {"serial", "name"} -> 204
POST /holder/devices/removal   {"serial"} -> 204: its certificate and its sessions are dead at once
"""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_204_NO_CONTENT
from litestar.types import ControllerRouterHandler

from authsvc.enrollment.bodies import StatusClaim, StatusListClaim
from authsvc.holder.devices.adding import Added, Adding
from authsvc.holder.devices.devices import Devices, DeviceView
from authsvc.holder.door import Door

_Request = Request[Any, Any, Any]
_Short = Annotated[str, msgspec.Meta(max_length=256)]


class NewDevice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to call it, and a PKCS #10 request in PEM for a P-256 key that was made on it."""

    name: _Short
    certificate_request: str


class Naming(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which device, and what to call it."""

    serial: _Short
    name: _Short


class Removal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which device."""

    serial: _Short


class Certified(msgspec.Struct, frozen=True):
    """A new device: its certificate with the chain (PEM), and where its status is found."""

    serial: str
    masked: str
    certificate: str
    chain: str
    status: StatusClaim | None


def routes(devices: Devices, adding: Adding, door: Door) -> Sequence[ControllerRouterHandler]:
    """The handlers of the chamber."""

    @get("/holder/devices", summary="The devices that the person has")
    async def list_devices(request: _Request) -> list[DeviceView]:
        return await devices.of(await door.admit(request))

    @post("/holder/devices", summary="A certificate for a further device")
    async def add(request: _Request, data: JSONBody[NewDevice]) -> Certified:
        visit = await door.admit(request)
        encoded = data.certificate_request.encode("utf-8", "replace")
        return _certified(await adding.add(visit, name=data.name, certificate_request=encoded))

    @post("/holder/devices/name", status_code=HTTP_204_NO_CONTENT, summary="Name a device")
    async def name(request: _Request, data: JSONBody[Naming]) -> None:
        await devices.name(await door.admit(request), data.serial, data.name)

    @post(
        "/holder/devices/removal",
        status_code=HTTP_204_NO_CONTENT,
        summary="Remove a device; its certificate and its sessions are dead at once",
    )
    async def remove(request: _Request, data: JSONBody[Removal]) -> Response[None]:
        visit = await door.admit(request)
        own = await devices.remove(visit, data.serial)
        headers = await door.part(visit) if own else {}
        return Response(None, status_code=HTTP_204_NO_CONTENT, headers=headers)

    return list_devices, add, name, remove


def _certified(added: Added) -> Certified:
    listed = added.status
    claim = None if listed is None else StatusListClaim(uri=listed.uri, idx=listed.idx)
    return Certified(
        serial=f"{added.certificate.serial:X}",
        masked=added.masked,
        certificate=added.certificate.pem,
        chain=added.chain,
        status=None if claim is None else StatusClaim(claim),
    )
