"""The enrollment over HTTP: one address for each step, all of them JSON, all of them repeatable.

    POST /enrollments                                     201; {purpose} or no body at all
    GET  /enrollments/{enrollment}                        where it stands
    POST /enrollments/{enrollment}/token                  {token}: the one from now on
    PUT  /enrollments/{enrollment}/document               {kind, chip}
    PUT  /enrollments/{enrollment}/holder-check           {capture}
    PUT  /enrollments/{enrollment}/attended-check         {statements}, of two agents at a counter
    PUT  /enrollments/{enrollment}/phone                  {phone}
    PUT  /enrollments/{enrollment}/phone-confirmation     {code}
    PUT  /enrollments/{enrollment}/credentials            {sign_in_name, password}
    PUT  /enrollments/{enrollment}/certificate-request    {certificate_request}
    PUT  /enrollments/{enrollment}/number                 {}, of somebody without a device
    PUT  /enrollments/{enrollment}/other-document, …/other-holder-check: to join two documents
    POST /register/changes                                the register's signed push

They ask for `Authorization: Bearer <token>`. The guardian's step is in the holder room.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import (
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
)
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from authsvc.clock import Clock
from authsvc.enrollment.bodies import (
    AttendedCheckBody,
    BeginBody,
    Begun,
    CertificateRequestBody,
    Completed,
    CredentialsBody,
    DocumentBody,
    HolderCheckBody,
    NumberBody,
    Numbered,
    PhoneBody,
    PhoneConfirmationBody,
    Progress,
    TakenOver,
    from_base64,
)
from authsvc.enrollment.desk import PUSH_PATH, Desk
from authsvc.enrollment.enrollments import Enrollment, EnrollmentKey
from authsvc.enrollment.errors import EnrollmentUnknown
from authsvc.enrollment.push_request import signed_of
from authsvc.enrollment.steps import Purpose, Step
from authsvc.web.errors import FieldInvalid
from authsvc.web.http import HTTPRequest, HTTPResponse, empty
from authsvc.web.mount import Handler, mount

# The name under which `app` describes the bearer token in the OpenAPI document.
SECURITY_SCHEME = "EnrollmentToken"
_JSON = "application/json"

_Request = Request[Any, Any, Any]


@dataclass
class _Beginning(Operation):
    """How OpenAPI describes the beginning: Litestar knows no body that may be absent."""

    def __post_init__(self) -> None:
        purpose = Schema(type=OpenAPIType.STRING, enum=[purpose.value for purpose in Purpose])
        body = Schema(
            type=OpenAPIType.OBJECT, properties={"purpose": purpose}, additional_properties=False
        )
        self.request_body = RequestBody(content={_JSON: OpenAPIMediaType(schema=body)})


def routes(*, desk: Desk, clock: Clock) -> list[ControllerRouterHandler]:
    """Every address of the room but the sandbox's."""
    return [
        *_whole(desk, clock),
        *_identity_steps(desk, clock),
        *_account_steps(desk, clock),
        mount(PUSH_PATH, {"POST": _push(desk, clock)}),
    ]


def _whole(desk: Desk, clock: Clock) -> list[HTTPRouteHandler]:
    @post(
        "/enrollments",
        summary="Begin an enrollment",
        tags=["enrollment"],
        operation_class=_Beginning,
    )
    async def begin(request: _Request) -> Begun:
        """An enrollment, and the token that opens it. It lives for a day.

        The body is optional: {"purpose": "enroll" | "recover" | "unfreeze" | "join"}.
        """
        purpose = _purpose(await request.body())
        address = HTTPRequest.from_scope(request.scope).client
        key, found = await desk.begin(address=address, purpose=purpose, now=clock.now())
        return Begun(key.id, key.token, found.state.next_step.value, found.expires_at)

    @get(
        "/enrollments/{enrollment:str}",
        summary="Read an enrollment",
        tags=["enrollment"],
        security=[{SECURITY_SCHEME: []}],
    )
    async def read(request: _Request, enrollment: FromPath[str]) -> Progress:
        """Where it stands; or the problem that has ended it."""
        found = await desk.look(_key(request, enrollment), now=clock.now())
        return await _progress(desk, enrollment, found)

    @post(
        "/enrollments/{enrollment:str}/token",
        status_code=200,
        summary="Take an enrollment over",
        tags=["enrollment"],
        security=[{SECURITY_SCHEME: []}],
    )
    async def take_over(request: _Request, enrollment: FromPath[str]) -> TakenOver:
        """A new token, for a phone that goes on with what a counter began; the old one is dead."""
        key = _key(request, enrollment)
        fresh = await desk.enrollments.take_over(key, now=clock.now())
        return TakenOver(fresh.id, fresh.token)

    return [begin, read, take_over]


def _identity_steps(desk: Desk, clock: Clock) -> list[HTTPRouteHandler]:
    @_put(Step.DOCUMENT.value, "Send the document")
    async def document(
        request: _Request, enrollment: FromPath[str], data: JSONBody[DocumentBody]
    ) -> Progress:
        """The chip is verified, and the register asked whether the document is good.

        A document without a chip is what the register says of `printed`.
        """
        key = _key(request, enrollment)
        found = await desk.document.take(key, shown=data.shown(), now=clock.now())
        return await _progress(desk, enrollment, found)

    @_put(Step.HOLDER_CHECK.value, "Show the holder")
    async def holder_check(
        request: _Request, enrollment: FromPath[str], data: JSONBody[HolderCheckBody]
    ) -> Progress:
        """The picture is compared with the chip's portrait; neither is kept."""
        key, capture = _key(request, enrollment), from_base64(data.capture, field="capture")
        found = await desk.holder.take(key, capture=capture, now=clock.now())
        return await _progress(desk, enrollment, found)

    @_put("attended-check", "Show the holder to two agents")
    async def attended_check(
        request: _Request, enrollment: FromPath[str], data: JSONBody[AttendedCheckBody]
    ) -> Progress:
        """In the place of a picture: two agents of one counter have looked, and signed for it."""
        found = await desk.holder.take_attended(
            _key(request, enrollment), statements=data.statements, now=clock.now()
        )
        return await _progress(desk, enrollment, found)

    @_put(Step.OTHER_DOCUMENT.value, "Send another document of the same person")
    async def other_document(
        request: _Request, enrollment: FromPath[str], data: JSONBody[DocumentBody]
    ) -> Progress:
        """As the first; the register must say that both are one person's."""
        key = _key(request, enrollment)
        found = await desk.joining.take_document(key, shown=data.shown(), now=clock.now())
        return await _progress(desk, enrollment, found)

    @_put(Step.OTHER_HOLDER_CHECK.value, "Show the other document's holder")
    async def other_holder_check(
        request: _Request, enrollment: FromPath[str], data: JSONBody[HolderCheckBody]
    ) -> Progress:
        """Both documents are one number's from now on: that of the document shown first."""
        key, capture = _key(request, enrollment), from_base64(data.capture, field="capture")
        found = await desk.joining.take_holder(key, capture=capture, now=clock.now())
        return await _progress(desk, enrollment, found)

    return [document, holder_check, attended_check, other_document, other_holder_check]


def _account_steps(desk: Desk, clock: Clock) -> list[HTTPRouteHandler]:
    @_put(Step.PHONE.value, "Send the phone number")
    async def phone(
        request: _Request, enrollment: FromPath[str], data: JSONBody[PhoneBody]
    ) -> Progress:
        """A code goes to the phone. The same number after a minute sends a new one."""
        found = await desk.phone.take(_key(request, enrollment), phone=data.phone, now=clock.now())
        return await _progress(desk, enrollment, found)

    @_put(Step.PHONE_CONFIRMATION.value, "Confirm the phone")
    async def phone_confirmation(
        request: _Request, enrollment: FromPath[str], data: JSONBody[PhoneConfirmationBody]
    ) -> Progress:
        """Five tries a code; a code lives for ten minutes."""
        found = await desk.phone.confirm(_key(request, enrollment), code=data.code, now=clock.now())
        return await _progress(desk, enrollment, found)

    @_put(Step.CREDENTIALS.value, "Choose a sign-in name and a password")
    async def credentials(
        request: _Request, enrollment: FromPath[str], data: JSONBody[CredentialsBody]
    ) -> Progress:
        """They may be chosen anew until the enrollment is completed."""
        found = await desk.credentials.take(
            _key(request, enrollment),
            sign_in_name=data.sign_in_name,
            password=data.password,
            now=clock.now(),
        )
        return await _progress(desk, enrollment, found)

    @_put(Step.CERTIFICATE_REQUEST.value, "Request the certificate")
    async def certificate_request(
        request: _Request, enrollment: FromPath[str], data: JSONBody[CertificateRequestBody]
    ) -> Completed:
        """The online number and the device certificate; the same key gets the same answer."""
        issued = await desk.completion.take(
            _key(request, enrollment),
            certificate_request=data.certificate_request.encode("utf-8"),
            now=clock.now(),
        )
        return Completed.of(issued)

    @_put(Step.NUMBER.value, "Ask for the number alone")
    async def number(
        request: _Request,
        enrollment: FromPath[str],
        data: JSONBody[NumberBody],  # noqa: ARG001 - strict JSON, and nothing in it
    ) -> Numbered:
        """The online number of somebody who has no phone, as a counter has seen."""
        return Numbered.of(
            await desk.completion.take_number(_key(request, enrollment), now=clock.now())
        )

    return [phone, phone_confirmation, credentials, certificate_request, number]


def _push(desk: Desk, clock: Clock) -> Handler:
    async def push(request: HTTPRequest) -> HTTPResponse:
        """204 whether or not it said anything new: pushes may be repeated."""
        await desk.changes.push(signed_of(request), now=clock.now())
        return empty(204)

    return push


def _put(step: str, summary: str) -> put:
    return put(
        f"/enrollments/{{enrollment:str}}/{step}",
        summary=summary,
        tags=["enrollment"],
        security=[{SECURITY_SCHEME: []}],
    )


def _key(request: _Request, enrollment: str) -> EnrollmentKey:
    """The key of an enrollment; without a bearer token (RFC 6750 section 2.1) it is unknown."""
    header = HTTPRequest.from_scope(request.scope).headers.get("authorization") or ""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise EnrollmentUnknown
    return EnrollmentKey(enrollment, token)


def _purpose(body: bytes) -> Purpose:
    """What an enrollment is for; strict JSON was looked after before (`json_api`)."""
    if not body:
        return Purpose.ENROLL
    try:
        return msgspec.json.decode(body, type=BeginBody).purpose
    except msgspec.ValidationError:
        raise FieldInvalid(field="purpose") from None


async def _progress(desk: Desk, enrollment: str, found: Enrollment) -> Progress:
    return Progress.of(
        enrollment,
        found,
        guardian_code=await desk.guardian.code_for(found),
        chip_challenge=desk.enrollments.chip_challenge(found),
    )
