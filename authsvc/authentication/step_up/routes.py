"""Proving one more factor, by JSON, in a session.

    POST /authentication/step-up      (session) {"password"} or {"otp"} -> {"acr", "amr"}
    POST /authentication/step-up/sms  (session) -> 204: a code is on its way to the phone

The session goes on under a new token, which comes in the cookie.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT
from litestar.types import ControllerRouterHandler

from authsvc.authentication.routes import Door
from authsvc.authentication.session import Session
from authsvc.authentication.signed_in import SignedIn
from authsvc.authentication.step_up.step_up import StepUp
from authsvc.errors import InvalidInput
from authsvc.web.http import HTTPRequest


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the two: the password, or a code (TOTP, recovery code, or the one by SMS)."""

    password: str | None = None
    otp: str | None = None

    def __repr__(self) -> str:
        return "Proof()"


class Strength(msgspec.Struct, frozen=True):
    """How strong the session is now."""

    acr: str
    amr: tuple[str, ...]


def routes(*, step_up: StepUp, door: Door) -> Sequence[ControllerRouterHandler]:
    """The handlers of this chamber."""

    @post(
        "/authentication/step-up",
        status_code=HTTP_200_OK,
        summary="Prove one more factor; the session goes on under a new identifier",
    )
    async def prove(request: Request[Any, Any, Any], data: JSONBody[Proof]) -> Response[Strength]:
        now = door.clock.now()
        token = door.token(request)
        session = await door.sessions.require(token, now=now)
        added = await _proved(step_up, session, data, request, now=now)
        new = await door.sessions.step_up(token or "", added, now=now)
        stronger = await door.sessions.require(new, now=now)
        answer = Strength(acr=stronger.acr, amr=stronger.amr)
        return Response(answer, status_code=HTTP_200_OK, headers=door.cookie(new))

    @post(
        "/authentication/step-up/sms",
        status_code=HTTP_204_NO_CONTENT,
        summary="Send a code to the phone of who has no stronger second factor",
    )
    async def send(request: Request[Any, Any, Any]) -> None:
        now = door.clock.now()
        session = await door.sessions.require(door.token(request), now=now)
        await step_up.send_code(session, now=now)

    return prove, send


async def _proved(
    step_up: StepUp,
    session: Session,
    data: Proof,
    request: Request[Any, Any, Any],
    *,
    now: datetime,
) -> SignedIn:
    if (data.password is None) == (data.otp is None):
        raise InvalidInput(field="otp", log="one of password and otp")
    if data.otp is not None:
        return await step_up.with_code(session, data.otp, now=now)
    address = HTTPRequest.from_scope(request.scope).client
    return await step_up.with_password(session, data.password or "", address=address, now=now)
