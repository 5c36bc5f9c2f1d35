"""Passkeys by JSON: the person's own, in a session; and signing in by one.

    POST /authentication/passkeys/options      (session) -> {"challenge", "options"}
    POST /authentication/passkeys              (session) {"challenge", "credential", "name"}
    GET  /authentication/passkeys              (session) -> [{"id", "name", "added_at", …}]
    POST /authentication/passkeys/removal      (session) {"id"} -> 204
    POST /authentication/passkey/challenges    -> {"challenge", "options"}
    POST /authentication/passkey               {"challenge", "credential"} -> signed in

`options` and `credential` are the JSON forms of Web Authentication Level 3 (section 5.1).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT
from litestar.types import ControllerRouterHandler

from authsvc.authentication.passkeys.messages import Assertion, Attestation
from authsvc.authentication.passkeys.passkey_sign_in import PasskeySignIn
from authsvc.authentication.passkeys.passkeys import KeptPasskey
from authsvc.authentication.passkeys.registration import Offered, PasskeyRegistration
from authsvc.authentication.routes import SignedInAnswer, Threshold, network
from authsvc.authentication.session import Session
from authsvc.web.http import HTTPRequest


class OptionsAnswer(msgspec.Struct, frozen=True):
    """What to hand to `navigator.credentials`; `challenge` comes back with its answer."""

    challenge: str
    options: dict[str, Any]


class NewPasskey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the browser made, and what the person calls it."""

    challenge: str
    credential: Attestation
    name: str


class PasskeyAssertion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the browser was given by the authenticator."""

    challenge: str
    credential: Assertion


class ChosenPasskey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the person's own."""

    id: str


class AddedAnswer(msgspec.Struct, frozen=True):
    """The passkey that was added."""

    id: str
    name: str
    added_at: datetime


class PasskeyAnswer(msgspec.Struct, frozen=True):
    """One of the person's passkeys."""

    id: str
    name: str
    added_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, kept: KeptPasskey) -> "PasskeyAnswer":
        """What a person sees of it."""
        passkey = kept.passkey
        return cls(kept.id, passkey.name, passkey.added_at, passkey.last_used_at)


def routes(
    *, registration: PasskeyRegistration, sign_in: PasskeySignIn, door: Threshold
) -> Sequence[ControllerRouterHandler]:
    """The handlers of this chamber."""
    return [*_own(registration, door), *_change(registration, door), *_sign_in(sign_in, door)]


def _own(registration: PasskeyRegistration, door: Threshold) -> Sequence[ControllerRouterHandler]:
    @get("/authentication/passkeys", summary="The person's passkeys")
    async def passkeys(request: Request[Any, Any, Any]) -> list[PasskeyAnswer]:
        session = await _session(request, door)
        return [PasskeyAnswer.of(kept) for kept in await registration.of(session)]

    @post("/authentication/passkeys/options", summary="Begin to add a passkey")
    async def options(request: Request[Any, Any, Any]) -> OptionsAnswer:
        session = await _session(request, door)
        return _offered(await registration.offer(session, now=door.clock.now()))

    return passkeys, options


def _change(
    registration: PasskeyRegistration, door: Threshold
) -> Sequence[ControllerRouterHandler]:
    @post("/authentication/passkeys", summary="Add a passkey")
    async def add(request: Request[Any, Any, Any], data: JSONBody[NewPasskey]) -> AddedAnswer:
        session = await _session(request, door)
        kept = await registration.add(
            session,
            data.challenge,
            data.credential,
            name=data.name,
            network=network(request),
            now=door.clock.now(),
        )
        return AddedAnswer(kept.id, kept.passkey.name, kept.passkey.added_at)

    @post(
        "/authentication/passkeys/removal",
        status_code=HTTP_204_NO_CONTENT,
        summary="Remove a passkey",
    )
    async def remove(request: Request[Any, Any, Any], data: JSONBody[ChosenPasskey]) -> None:
        session = await _session(request, door)
        now = door.clock.now()
        await registration.remove(session, data.id, network=network(request), now=now)

    return add, remove


def _sign_in(sign_in: PasskeySignIn, door: Threshold) -> Sequence[ControllerRouterHandler]:
    @post("/authentication/passkey/challenges", summary="Something fresh for a passkey to sign")
    async def challenges() -> OptionsAnswer:
        return _offered(await sign_in.offer(now=door.clock.now()))

    @post("/authentication/passkey", status_code=HTTP_200_OK, summary="Sign in by a passkey")
    async def passkey(
        request: Request[Any, Any, Any], data: JSONBody[PasskeyAssertion]
    ) -> Response[SignedInAnswer]:
        address = HTTPRequest.from_scope(request.scope).client
        signed_in = await sign_in.finish(
            data.challenge, data.credential, address=address, now=door.clock.now()
        )
        return await door.admit(request, signed_in)

    return challenges, passkey


async def _session(request: Request[Any, Any, Any], door: Threshold) -> Session:
    return await door.sessions.require(door.token(request), now=door.clock.now())


def _offered(offered: Offered) -> OptionsAnswer:
    return OptionsAnswer(offered.challenge, offered.options)
