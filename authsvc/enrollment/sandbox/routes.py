"""What only a sandbox has over HTTP.

GET  /sandbox/outbox?phone=…   the messages to a phone
POST /sandbox/cards            somebody new with a document
"""

from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from authsvc.enrollment.bodies import CardBody, Outbox
from authsvc.enrollment.phone import parse_phone
from authsvc.enrollment.sandbox.cards import SandboxCards, VirtualCard, Wishes
from authsvc.enrollment.sms import OutboxSMSGateway
from authsvc.web.errors import FieldMissing
from authsvc.web.http import HTTPRequest, HTTPResponse, json_response
from authsvc.web.mount import Handler, mount


def routes(
    *, outbox: OutboxSMSGateway | None, cards: SandboxCards | None
) -> list[ControllerRouterHandler]:
    """An address for each of the two that is there."""
    handlers: list[ControllerRouterHandler] = []
    if outbox is not None:
        handlers.append(mount("/sandbox/outbox", {"GET": _outbox(outbox)}))
    if cards is not None:
        handlers.append(_cards(cards))
    return handlers


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
        """An artificial person with a document of any kind in the simulated register."""
        same = data.same_person_as
        return await cards.make(
            data.kind,
            Wishes(data.name, data.birth_date, data.phone),
            guardian_sign_in_name=data.guardian_sign_in_name,
            same_person_as=None if same is None else (same.kind, same.document_number),
        )

    return make
