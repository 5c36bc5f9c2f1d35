"""The enrollment over HTTP: one address for each step, all of them JSON, all of them repeatable.

    POST /enrollments                                     201; {purpose} or no body at all
    GET  /enrollments/{enrollment}                        where it stands
    PUT  /enrollments/{enrollment}/document               {kind, chip}
    PUT  /enrollments/{enrollment}/holder-check           {capture}
    PUT  /enrollments/{enrollment}/phone                  {phone}
    PUT  /enrollments/{enrollment}/phone-confirmation     {code}
    PUT  /enrollments/{enrollment}/credentials            {sign_in_name, password}
    PUT  /enrollments/{enrollment}/certificate-request    {certificate_request}
    PUT  /enrollments/{enrollment}/other-document, …/other-holder-check: to join two documents
    POST /register/changes                                the register's signed push
    GET  /sandbox/outbox?phone=…                          only in the sandbox: messages to a phone
    POST /sandbox/cards                                   only there: somebody new with a card

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
    BeginBody,
    Begun,
    CardBody,
    CertificateRequestBody,
    Completed,
    CredentialsBody,
    DocumentBody,
    HolderCheckBody,
    Outbox,
    PhoneBody,
    PhoneConfirmationBody,
    Progress,
    PushBody,
    from_base64,
)
from authsvc.enrollment.desk import PUSH_PATH, Desk
from authsvc.enrollment.enrollments import Enrollment, EnrollmentKey
from authsvc.enrollment.errors import EnrollmentUnknown
from authsvc.enrollment.phone import parse_phone
from authsvc.enrollment.sandbox_cards import SandboxCards, VirtualCard
from authsvc.enrollment.sms import OutboxSMSGateway
from authsvc.enrollment.state import Purpose, Step
from authsvc.evidence.push import TYPE as PUSH_TYPE
from authsvc.web.errors import FieldInvalid, FieldMissing
from authsvc.web.forms import require_content_type
from authsvc.web.http import HTTPRequest, HTTPResponse, empty, json_response
from authsvc.web.json_body import check_json
from authsvc.web.mount import Handler, mount

# The name under which `app` describes the bearer token in the OpenAPI document.
SECURITY_SCHEME = "EnrollmentToken"
_SIGNED = frozenset({"application/jwt", f"application/{PUSH_TYPE}"})
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


def routes(
    *,
    desk: Desk,
    clock: Clock,
    outbox: OutboxSMSGateway | None = None,
    cards: SandboxCards | None = None,
) -> list[ControllerRouterHandler]:
    """Every address of the room; the outbox's and the cards' only where they are (the sandbox)."""
    handlers: list[ControllerRouterHandler] = [
        *_whole(desk, clock),
        *_identity_steps(desk, clock),
        *_account_steps(desk, clock),
        mount(PUSH_PATH, {"POST": _push(desk, clock)}),
    ]
    if outbox is not None:
        handlers.append(mount("/sandbox/outbox", {"GET": _outbox(outbox)}))
    return handlers if cards is None else [*handlers, _cards(cards)]


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

    return [begin, read]


def _identity_steps(desk: Desk, clock: Clock) -> list[HTTPRouteHandler]:
    @_put(Step.DOCUMENT, "Send the document")
    async def document(
        request: _Request, enrollment: FromPath[str], data: JSONBody[DocumentBody]
    ) -> Progress:
        """The chip is verified, and the register asked whether the document is good."""
        key, chip = _key(request, enrollment), from_base64(data.chip, field="chip")
        found = await desk.document.take(key, kind=data.kind, chip=chip, now=clock.now())
        return await _progress(desk, enrollment, found)

    @_put(Step.HOLDER_CHECK, "Show the holder")
    async def holder_check(
        request: _Request, enrollment: FromPath[str], data: JSONBody[HolderCheckBody]
    ) -> Progress:
        """The picture is compared with the chip's portrait; neither is kept."""
        key, capture = _key(request, enrollment), from_base64(data.capture, field="capture")
        found = await desk.holder.take(key, capture=capture, now=clock.now())
        return await _progress(desk, enrollment, found)

    @_put(Step.OTHER_DOCUMENT, "Send another document of the same person")
    async def other_document(
        request: _Request, enrollment: FromPath[str], data: JSONBody[DocumentBody]
    ) -> Progress:
        """As the first; the register must say that both are one person's."""
        key, chip = _key(request, enrollment), from_base64(data.chip, field="chip")
        found = await desk.joining.take_document(key, kind=data.kind, chip=chip, now=clock.now())
        return await _progress(desk, enrollment, found)

    @_put(Step.OTHER_HOLDER_CHECK, "Show the other document's holder")
    async def other_holder_check(
        request: _Request, enrollment: FromPath[str], data: JSONBody[HolderCheckBody]
    ) -> Progress:
        """Both documents are one number's from now on: that of the document shown first."""
        key, capture = _key(request, enrollment), from_base64(data.capture, field="capture")
        found = await desk.joining.take_holder(key, capture=capture, now=clock.now())
        return await _progress(desk, enrollment, found)

    return [document, holder_check, other_document, other_holder_check]


def _account_steps(desk: Desk, clock: Clock) -> list[HTTPRouteHandler]:
    @_put(Step.PHONE, "Send the phone number")
    async def phone(
        request: _Request, enrollment: FromPath[str], data: JSONBody[PhoneBody]
    ) -> Progress:
        """A code goes to the phone. The same number after a minute sends a new one."""
        found = await desk.phone.take(_key(request, enrollment), phone=data.phone, now=clock.now())
        return await _progress(desk, enrollment, found)

    @_put(Step.PHONE_CONFIRMATION, "Confirm the phone")
    async def phone_confirmation(
        request: _Request, enrollment: FromPath[str], data: JSONBody[PhoneConfirmationBody]
    ) -> Progress:
        """Five tries a code; a code lives for ten minutes."""
        found = await desk.phone.confirm(_key(request, enrollment), code=data.code, now=clock.now())
        return await _progress(desk, enrollment, found)

    @_put(Step.CREDENTIALS, "Choose a sign-in name and a password")
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

    @_put(Step.CERTIFICATE_REQUEST, "Request the certificate")
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

    return [phone, phone_confirmation, credentials, certificate_request]


def _push(desk: Desk, clock: Clock) -> Handler:
    async def push(request: HTTPRequest) -> HTTPResponse:
        """204 whether or not it said anything new: pushes may be repeated."""
        await desk.changes.push(_signed(request), now=clock.now())
        return empty(204)

    return push


def _outbox(outbox: OutboxSMSGateway) -> Handler:
    async def read_outbox(request: HTTPRequest) -> HTTPResponse:
        """The messages to one phone."""
        phone = request.query_parameters().get("phone")
        if phone is None:
            raise FieldMissing(field="phone")
        # A plus that was not escaped arrives as a space (application/x-www-form-urlencoded).
        number = parse_phone(phone.replace(" ", "+", 1))
        return json_response(200, Outbox(await outbox.messages(number)))

    return read_outbox


def _cards(cards: SandboxCards) -> HTTPRouteHandler:
    @post("/sandbox/cards", status_code=200, summary="Make somebody up", tags=["sandbox"])
    async def make(data: JSONBody[CardBody]) -> VirtualCard:
        """An artificial person with a card in the simulated register."""
        return await cards.make(
            name=data.name,
            birth_date=data.birth_date,
            phone=data.phone,
            guardian_sign_in_name=data.guardian_sign_in_name,
        )

    return make


def _put(step: Step, summary: str) -> put:
    return put(
        f"/enrollments/{{enrollment:str}}/{step.value}",
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
    return Progress.of(enrollment, found, guardian_code=await desk.guardian.code_for(found))


def _signed(request: HTTPRequest) -> str:
    """The compact JWS of a push: the body itself, or the member `signed` of a JSON body."""
    content_type = request.headers.get("content-type")
    if (content_type or "").partition(";")[0].strip().lower() in _SIGNED:
        return request.body.decode("utf-8", "replace")
    require_content_type(content_type, _JSON)
    check_json(request.body)
    try:
        return msgspec.json.decode(request.body, type=PushBody).signed
    except msgspec.ValidationError:
        raise FieldInvalid(field="signed") from None
