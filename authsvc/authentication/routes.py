"""Signing in by JSON: for the person's app and the command line. The pages are elsewhere.

    POST /authentication/challenges         -> {"challenge", "message", "expires_in"}
    POST /authentication/possession         {"challenge", "certificate", "signature"}
    POST /authentication/password           {"sign_in_name", "password"}
    POST /authentication/second-factor      {"ticket", "otp"}
    POST /authentication/totp               (session) -> {"secret", "uri", "qr"}
    POST /authentication/totp/confirmation  (session) {"code"} -> {"recovery_codes"}
    POST /authentication/sign-out           -> 204, with or without a session

A sign-in answers {"outcome": "signed_in", "acr", "amr"} and sets the session cookie, or
{"outcome": "second_factor_needed", "ticket"}.
"""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from litestar import Request, Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT
from litestar.types import ControllerRouterHandler

from authsvc.authentication.assurance import Factor, acr_of, amr_of
from authsvc.authentication.possession import LIFETIME
from authsvc.authentication.session import Sessions
from authsvc.authentication.session_cookie import SessionCookie
from authsvc.authentication.session_ended import SessionEnded, nobody
from authsvc.authentication.sign_in import SignIn
from authsvc.authentication.signed_in import SecondFactorNeeded, SignedIn
from authsvc.authentication.totp_enrollment import TOTPEnrollment
from authsvc.clock import Clock
from authsvc.subscribers.activity import ActivityKind, ActivityLog, Entry
from authsvc.web.forwarded import network_of
from authsvc.web.http import HTTPRequest


class ChallengeAnswer(msgspec.Struct, frozen=True):
    """What a device key is to sign: the bytes of `message`, in ASCII.

    The device checks its first three lines (see `possession`) against the issuer that it means:
    whoever signs what a stranger passes on signs in the stranger.
    """

    challenge: str
    message: str
    expires_in: int


class Possession(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The certificate in PEM, and the base64url of its key's DER signature over the message."""

    challenge: str
    certificate: str
    signature: str


class Password(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person knows."""

    sign_in_name: str
    password: str


class SecondFactor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Six digits, or a recovery code."""

    ticket: str
    otp: str


class Confirmation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first code that the person's app shows."""

    code: str


class SignedInAnswer(msgspec.Struct, frozen=True):
    """The claimant is signed in; the session is in the cookie."""

    acr: str
    amr: tuple[str, ...]
    outcome: Literal["signed_in"] = "signed_in"


class SecondFactorAnswer(msgspec.Struct, frozen=True):
    """The first factor was right; the ticket goes along with the second."""

    ticket: str
    outcome: Literal["second_factor_needed"] = "second_factor_needed"


class TOTPAnswer(msgspec.Struct, frozen=True):
    """What an authenticator app needs; `qr` is an SVG in a data URI."""

    secret: str
    uri: str
    qr: str


class RecoveryCodesAnswer(msgspec.Struct, frozen=True):
    """Shown once."""

    recovery_codes: tuple[str, ...]


class Threshold:
    """The session cookie at the door: who comes in, and what they leave with.

    `ended` hears of every session that a person ends.
    """

    def __init__(
        self,
        *,
        sessions: Sessions,
        clock: Clock,
        cookie: SessionCookie,
        activity: ActivityLog,
        ended: SessionEnded = nobody,
    ) -> None:
        self.sessions = sessions
        self.clock = clock
        self._cookie = cookie
        self._activity = activity
        self._ended = ended

    def token(self, request: Request[Any, Any, Any]) -> str | None:
        """The token that was sent."""
        return self._cookie.token(HTTPRequest.from_scope(request.scope))

    async def take(
        self, request: Request[Any, Any, Any], outcome: SignedIn | SecondFactorNeeded
    ) -> Response[SignedInAnswer | SecondFactorAnswer]:
        """Admits whoever is signed in; gives a ticket to whom the second factor is asked of."""
        if isinstance(outcome, SecondFactorNeeded):
            return Response(SecondFactorAnswer(outcome.ticket), status_code=HTTP_200_OK)
        answer, headers = await self._open(request, outcome)
        return Response(answer, status_code=HTTP_200_OK, headers=headers)

    async def admit(
        self, request: Request[Any, Any, Any], signed_in: SignedIn
    ) -> Response[SignedInAnswer]:
        """A session for whoever has proved everything."""
        answer, headers = await self._open(request, signed_in)
        return Response(answer, status_code=HTTP_200_OK, headers=headers)

    async def _open(
        self, request: Request[Any, Any, Any], signed_in: SignedIn
    ) -> tuple[SignedInAnswer, dict[str, str]]:
        """Opens a session under a new token, whatever token was sent; that one is dead."""
        now = self.clock.now()
        token, ended = await self.sessions.renew(self.token(request), signed_in, now=now)
        if ended is not None:
            await self._ended(ended, now=now)
        if (session := await self.sessions.find(token, now=now)) is not None:
            entry = Entry(kind=ActivityKind.SIGNED_IN, at=now, network=network(request))
            self._activity.note(session.subscriber, entry)
        factors = signed_in.factors
        return SignedInAnswer(acr=acr_of(factors), amr=amr_of(factors)), self.cookie(token)

    async def let_go(self, request: Request[Any, Any, Any]) -> Response[None]:
        """Ends the session, if there is one, and takes the cookie back."""
        now = self.clock.now()
        token = self.token(request)
        session = await self.sessions.find(token, now=now)
        await self.sessions.close(token)
        if session is not None:
            await self._ended(session, now=now)
        headers = dict([self._cookie.take_back()])
        return Response(None, status_code=HTTP_204_NO_CONTENT, headers=headers)

    def cookie(self, token: str) -> dict[str, str]:
        """The header that hands a token over."""
        return dict([self._cookie.give(token)])


def network(request: Request[Any, Any, Any]) -> str:
    """Where a request came from, as people are shown it."""
    return network_of(HTTPRequest.from_scope(request.scope).client)


def routes(
    *, sign_in: SignIn, totp_enrollment: TOTPEnrollment, door: Threshold
) -> Sequence[ControllerRouterHandler]:
    """The handlers of the room itself; `passkeys` and `step_up` have their own."""
    return [
        *_possession(sign_in, door),
        *_password(sign_in, door),
        *_totp(totp_enrollment, door),
        _sign_out(door),
    ]


def _possession(sign_in: SignIn, door: Threshold) -> Sequence[ControllerRouterHandler]:
    @post("/authentication/challenges", summary="Something fresh for a device key to sign")
    async def challenges() -> ChallengeAnswer:
        challenge = await sign_in.challenge()
        return ChallengeAnswer(
            challenge=challenge.id,
            message=challenge.message.decode("ascii"),
            expires_in=int(LIFETIME.total_seconds()),
        )

    @post(
        "/authentication/possession",
        status_code=HTTP_200_OK,
        summary="Sign in by a device key and its certificate",
    )
    async def possession(
        request: Request[Any, Any, Any], data: JSONBody[Possession]
    ) -> Response[SignedInAnswer | SecondFactorAnswer]:
        outcome = await sign_in.with_possession(
            data.challenge, data.certificate, data.signature, now=door.clock.now()
        )
        return await door.take(request, outcome)

    return challenges, possession


def _password(sign_in: SignIn, door: Threshold) -> Sequence[ControllerRouterHandler]:
    @post(
        "/authentication/password",
        status_code=HTTP_200_OK,
        summary="Sign in by a password, or begin to",
    )
    async def password(
        request: Request[Any, Any, Any], data: JSONBody[Password]
    ) -> Response[SignedInAnswer | SecondFactorAnswer]:
        address = HTTPRequest.from_scope(request.scope).client
        outcome = await sign_in.with_password(
            data.sign_in_name, data.password, address=address, now=door.clock.now()
        )
        return await door.take(request, outcome)

    @post(
        "/authentication/second-factor",
        status_code=HTTP_200_OK,
        summary="Finish a sign-in by a TOTP code or a recovery code",
    )
    async def second_factor(
        request: Request[Any, Any, Any], data: JSONBody[SecondFactor]
    ) -> Response[SignedInAnswer]:
        signed_in = await sign_in.with_second_factor(data.ticket, data.otp, now=door.clock.now())
        return await door.admit(request, signed_in)

    return password, second_factor


def _totp(enrollment: TOTPEnrollment, door: Threshold) -> Sequence[ControllerRouterHandler]:
    @post("/authentication/totp", summary="Begin to turn TOTP on")
    async def begin(request: Request[Any, Any, Any]) -> TOTPAnswer:
        now = door.clock.now()
        session = await door.sessions.require(door.token(request), now=now)
        pending = await enrollment.begin(session, now=now)
        return TOTPAnswer(secret=pending.secret, uri=pending.uri, qr=pending.qr)

    @post(
        "/authentication/totp/confirmation",
        status_code=HTTP_200_OK,
        summary="Turn TOTP on; the session goes on under a new identifier",
    )
    async def confirm(
        request: Request[Any, Any, Any], data: JSONBody[Confirmation]
    ) -> Response[RecoveryCodesAnswer]:
        now = door.clock.now()
        old = door.token(request)
        session = await door.sessions.require(old, now=now)
        codes = await enrollment.confirm(session, data.code, network=network(request), now=now)
        added = SignedIn(session.subscriber_id, frozenset({Factor.TOTP}), now)
        token = await door.sessions.step_up(old or "", added, now=now)
        return Response(RecoveryCodesAnswer(codes), headers=door.cookie(token))

    return begin, confirm


def _sign_out(door: Threshold) -> ControllerRouterHandler:
    @post(
        "/authentication/sign-out",
        status_code=HTTP_204_NO_CONTENT,
        summary="End the session",
    )
    async def sign_out(request: Request[Any, Any, Any]) -> Response[None]:
        return await door.let_go(request)

    return sign_out
