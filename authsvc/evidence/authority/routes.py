"""The authority over HTTP: the register's questions, and the desk for tests and the tour.

    POST /documents/status          {"kind", "document_number"}  ->  {"status"}
    POST /documents/numbers         the same                     ->  {"numbers": [...]}
    POST /documents/renewal         the same                     ->  {"answer"}
    GET  /changes?since=0&limit=500                              ->  {"changes": [...]}
    POST /guardianship              {"ward_kind", "ward_document_number", "guardian_number"}
                                                                 ->  {"is_guardian": true or false}
    GET  /desk/people                                            ->  {"people": [...]}
    POST /desk/people               {"name"?, "birth_date"?, "sex"?, "phone"?}  ->  201, the person
    POST /desk/cards                {"number", "valid_from"?, "valid_until"?}   ->  201, the card
    POST /desk/cards/replacement    the same                                    ->  201, the card
    POST /desk/cards/loss           {"document_number"}                         ->  204
    POST /desk/guardians            {"number", "guardian_number"}               ->  204
    POST /desk/guardians/ending     the same                                    ->  204
    GET  /health                                                 ->  {"status": "ok"}

Everything but /health asks for the bearer token. A card is {"document_number", "chip" (base64 of
the chip file), "holder" (the holder file)}. Errors are RFC 9457 problem documents.
"""

import asyncio
import hmac
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date
from typing import Annotated, Any

import httpx2
import msgspec
from litestar import Litestar, get, post
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.params import FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler, Guard

from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.authority.cards import Card, IssuedCard
from authsvc.evidence.authority.errors import DeskTokenRefused
from authsvc.evidence.authority.people import Person
from authsvc.evidence.authority.pusher import Pusher
from authsvc.evidence.register import MAX_CHANGES, RegisterStatus
from authsvc.evidence.register_messages import (
    ChangeEntry,
    ChangesAnswer,
    DocumentQuestion,
    GuardianAnswer,
    GuardianQuestion,
    NumbersAnswer,
    RenewalReply,
    StatusAnswer,
)
from authsvc.evidence.resident_number import Sex
from authsvc.web.asgi import MAX_BODY
from authsvc.web.exception_handlers import exception_handlers
from authsvc.web.json_body import strict_json

_Limit = Annotated[int, QueryParameter(ge=1, le=MAX_CHANGES)]
_Since = Annotated[int, QueryParameter(ge=0)]


class NewPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whatever is absent is made up."""

    name: str | None = None
    birth_date: date | None = None
    sex: Sex | None = None
    phone: str | None = None


class CardOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose card, and dates other than the law's."""

    number: str
    valid_from: date | None = None
    valid_until: date | None = None


class LossReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which card is gone."""

    document_number: str


class GuardianNaming(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose guardian, and who: both by identity number."""

    number: str
    guardian_number: str


class PersonView(msgspec.Struct, frozen=True):
    """A person as the desk shows one, with the present card."""

    number: str
    name: str
    birth_date: date
    sex: Sex
    phone: str
    document_number: str | None = None
    status: RegisterStatus | None = None

    @classmethod
    def of(
        cls,
        person: Person,
        card: Card | None = None,
        status: RegisterStatus | None = None,
    ) -> "PersonView":
        """The view of a person."""
        return cls(
            number=person.number.value,
            name=person.name,
            birth_date=person.birth_date,
            sex=person.sex,
            phone=person.phone,
            document_number=card.document_number if card else None,
            status=status,
        )


class PeopleView(msgspec.Struct, frozen=True):
    """Everybody."""

    people: list[PersonView]


class CardView(msgspec.Struct, frozen=True):
    """What the desk hands over."""

    document_number: str
    chip: bytes
    holder: dict[str, str]

    @classmethod
    def of(cls, card: IssuedCard) -> "CardView":
        """The view of a card; bytes become base64 in JSON."""
        return cls(card.document_number, card.chip_file, card.holder_file)


def routes(authority: DocumentAuthority) -> list[ControllerRouterHandler]:
    """The handlers. What writes to the disk runs in a thread."""
    return [*_register(authority), *_desk(authority), *_guardians(authority), _health]


def create_register_app(
    authority: DocumentAuthority,
    *,
    token: str,
    push_url: str | None = None,
    push_client: httpx2.AsyncClient | None = None,
) -> Litestar:
    """The authority as a web application.

    `token` is the bearer token that it asks for. With `push_url`, every loss and replacement is
    also pushed there, signed, with `push_url` as the audience (see `evidence.push`).
    """

    @asynccontextmanager
    async def pushing(_: Litestar) -> AsyncIterator[None]:
        if push_url is None:
            yield
            return
        async with push_client or httpx2.AsyncClient(trust_env=False) as client:
            task = asyncio.create_task(Pusher(authority, push_url, client).run())
            yield
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    return Litestar(
        routes(authority),
        before_request=strict_json,
        exception_handlers=exception_handlers(),
        guards=[_token_guard(token)],
        lifespan=[pushing],
        openapi_config=None,
        request_max_body_size=MAX_BODY,
    )


def _register(authority: DocumentAuthority) -> Sequence[ControllerRouterHandler]:
    @post("/documents/status", status_code=200)
    async def status(data: JSONBody[DocumentQuestion]) -> StatusAnswer:
        return StatusAnswer(authority.status(data.kind, data.document_number))

    @post("/documents/numbers", status_code=200)
    async def numbers(data: JSONBody[DocumentQuestion]) -> NumbersAnswer:
        return NumbersAnswer(list(authority.numbers(data.kind, data.document_number)))

    @post("/documents/renewal", status_code=200, sync_to_thread=True)
    def renewal(data: JSONBody[DocumentQuestion]) -> RenewalReply:
        return RenewalReply(authority.lives.ask_renewal(data.kind, data.document_number))

    @get("/changes")
    async def changes(since: FromQuery[_Since], limit: FromQuery[_Limit] = 500) -> ChangesAnswer:
        found = authority.changes_since(since, limit=limit)
        return ChangesAnswer([ChangeEntry.of(change) for change in found])

    @post("/guardianship", status_code=200)
    async def guardianship(data: JSONBody[GuardianQuestion]) -> GuardianAnswer:
        return GuardianAnswer(
            authority.is_guardian(data.ward_kind, data.ward_document_number, data.guardian_number)
        )

    return status, numbers, renewal, changes, guardianship


def _desk(authority: DocumentAuthority) -> Sequence[ControllerRouterHandler]:
    @get("/desk/people", sync_to_thread=False)
    def people() -> PeopleView:
        return PeopleView(
            [
                PersonView.of(person, card, authority.status(card.kind, card.document_number))
                if card
                else PersonView.of(person)
                for person, card in authority.people()
            ]
        )

    @post("/desk/people", sync_to_thread=True)
    def create(data: JSONBody[NewPerson]) -> PersonView:
        person = authority.create_person(
            name=data.name, birth_date=data.birth_date, sex=data.sex, phone=data.phone
        )
        return PersonView.of(person)

    @post("/desk/cards", sync_to_thread=True)
    def issue(data: JSONBody[CardOrder]) -> CardView:
        return CardView.of(
            authority.issue_card(
                data.number, valid_from=data.valid_from, valid_until=data.valid_until
            )
        )

    @post("/desk/cards/replacement", sync_to_thread=True)
    def replace(data: JSONBody[CardOrder]) -> CardView:
        return CardView.of(
            authority.replace_card(
                data.number, valid_from=data.valid_from, valid_until=data.valid_until
            )
        )

    @post("/desk/cards/loss", status_code=204, sync_to_thread=True)
    def loss(data: JSONBody[LossReport]) -> None:
        authority.report_lost(data.document_number)

    return people, create, issue, replace, loss


def _guardians(authority: DocumentAuthority) -> Sequence[ControllerRouterHandler]:
    @post("/desk/guardians", status_code=204, sync_to_thread=True)
    def name(data: JSONBody[GuardianNaming]) -> None:
        authority.set_guardian(data.number, data.guardian_number, holds=True)

    @post("/desk/guardians/ending", status_code=204, sync_to_thread=True)
    def end(data: JSONBody[GuardianNaming]) -> None:
        authority.set_guardian(data.number, data.guardian_number, holds=False)

    return name, end


@get("/health", sync_to_thread=False, opt={"public": True})
def _health() -> dict[str, str]:
    return {"status": "ok"}


def _token_guard(token: str) -> Guard:
    expected = f"Bearer {token}".encode()

    def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        presented = connection.headers.get("authorization", "").encode("latin-1")
        if not handler.opt.get("public") and not hmac.compare_digest(presented, expected):
            raise DeskTokenRefused

    return guard
