"""The doors of the chamber: JSON, with a session cookie.

POST /holder/wards                {"code"} -> {"id", "name"}: vouch for a minor, signed in strongly
GET  /holder/wards                a guardian's wards, and when their numbers were used
POST /holder/wards/ending         {"id"} -> 204: no longer the guardian
GET  /holder/guardians            a minor's guardians
GET  /holder/ward-approvals       what children want to use their numbers for
POST /holder/ward-approvals       {"id", "decision"} -> 204: yes (signed in strongly) or no, once
POST /holder/helpers/invitation   {"code", "expires_in"}: invite a helper
GET  /holder/helpers              a person's helpers
POST /holder/helpers/removal      {"id"} -> 204: send one away
POST /holder/helped               {"code"} -> {"id", "name"}: become a helper
GET  /holder/helped               those whom one helps
POST /holder/helped/freeze        {"id"} -> 204: freeze a number for its person
POST /holder/helped/ending        {"id"} -> 204: help no more
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT
from litestar.types import ControllerRouterHandler

from authsvc.holder.door import Door
from authsvc.holder.kin.guardians import GuardianView, OwnGuardians
from authsvc.holder.kin.helped import Helped, HelpedView
from authsvc.holder.kin.helping import HelpedName, HelperView, Helping, InvitationView
from authsvc.holder.kin.uses import WardUses
from authsvc.holder.kin.wards import WardName, Wards, WardView
from authsvc.oidc.guardians.decisions import WaitingUse

_Request = Request[Any, Any, Any]

# Ids have 22 or 43 characters, codes eight letters and what people put between them.
_Short = Annotated[str, msgspec.Meta(max_length=64)]


class Typed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Eight letters, in any case and punctuation."""

    code: _Short


class Which(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which relation."""

    id: _Short


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A guardian's word on a use that waits."""

    id: _Short
    decision: Literal["approve", "deny"]


def routes(
    *,
    wards: Wards,
    guardians: OwnGuardians,
    uses: WardUses,
    helping: Helping,
    helped: Helped,
    door: Door,
) -> Sequence[ControllerRouterHandler]:
    """The handlers of the chamber."""
    return [
        *_wards(wards, guardians, door),
        *_uses(uses, door),
        *_helping(helping, door),
        *_helped(helped, helping, door),
    ]


def _wards(wards: Wards, guardians: OwnGuardians, door: Door) -> Sequence[ControllerRouterHandler]:
    @post(
        "/holder/wards",
        status_code=HTTP_200_OK,
        summary="Vouch, as their guardian, for the minor whose device shows this code",
    )
    async def join(request: _Request, data: JSONBody[Typed]) -> WardName:
        return await wards.join(await door.admit(request), data.code)

    @get("/holder/wards", summary="The minors whose guardian the person is")
    async def list_wards(request: _Request) -> list[WardView]:
        return await wards.of(await door.admit(request))

    @post(
        "/holder/wards/ending",
        status_code=HTTP_204_NO_CONTENT,
        summary="Be somebody's guardian no longer",
    )
    async def end(request: _Request, data: JSONBody[Which]) -> None:
        await wards.end(await door.admit(request), data.id)

    @get("/holder/guardians", summary="The guardians of a minor")
    async def list_guardians(request: _Request) -> list[GuardianView]:
        return await guardians.of(await door.admit(request))

    return join, list_wards, end, list_guardians


def _uses(uses: WardUses, door: Door) -> Sequence[ControllerRouterHandler]:
    @get("/holder/ward-approvals", summary="What children want to use their numbers for")
    async def list_uses(request: _Request) -> list[WaitingUse]:
        return await uses.of(await door.admit(request))

    @post(
        "/holder/ward-approvals",
        status_code=HTTP_204_NO_CONTENT,
        summary="Say yes or no to one use, once",
    )
    async def decide(request: _Request, data: JSONBody[Decision]) -> None:
        visit = await door.admit(request)
        await uses.decide(visit, data.id, approved=data.decision == "approve")

    return list_uses, decide


def _helping(helping: Helping, door: Door) -> Sequence[ControllerRouterHandler]:
    @post(
        "/holder/helpers/invitation",
        status_code=HTTP_200_OK,
        summary="A code by which one helper can join",
    )
    async def invite(request: _Request) -> InvitationView:
        return await helping.invite(await door.admit(request))

    @get("/holder/helpers", summary="The person's helpers")
    async def list_helpers(request: _Request) -> list[HelperView]:
        return await helping.of(await door.admit(request))

    @post(
        "/holder/helpers/removal",
        status_code=HTTP_204_NO_CONTENT,
        summary="Send a helper away",
    )
    async def remove(request: _Request, data: JSONBody[Which]) -> None:
        await helping.remove(await door.admit(request), data.id)

    return invite, list_helpers, remove


def _helped(helped: Helped, helping: Helping, door: Door) -> Sequence[ControllerRouterHandler]:
    @post(
        "/holder/helped",
        status_code=HTTP_200_OK,
        summary="Become the helper of who invites by this code",
    )
    async def accept(request: _Request, data: JSONBody[Typed]) -> HelpedName:
        return await helping.accept(await door.admit(request), data.code)

    @get("/holder/helped", summary="Those whom the person helps, and whether certificates hold")
    async def list_helped(request: _Request) -> list[HelpedView]:
        return await helped.of(await door.admit(request))

    @post(
        "/holder/helped/freeze",
        status_code=HTTP_204_NO_CONTENT,
        summary="Freeze the number of somebody who is helped",
    )
    async def freeze(request: _Request, data: JSONBody[Which]) -> None:
        await helped.freeze(await door.admit(request), data.id)

    @post(
        "/holder/helped/ending",
        status_code=HTTP_204_NO_CONTENT,
        summary="Help somebody no longer",
    )
    async def end(request: _Request, data: JSONBody[Which]) -> None:
        await helped.end(await door.admit(request), data.id)

    return accept, list_helped, freeze, end
