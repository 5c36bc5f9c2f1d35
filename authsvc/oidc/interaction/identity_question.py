"""The question beside the box: may this platform be told who you are?

What exactly (masked, for a screen is read over shoulders), why, under which law, until when. The
box's value is a digest of what stood beside it and of the session that it was shown to: whoever
ticked one law has not allowed another that was registered since, and nobody else's name is given
where a browser has changed hands.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from authsvc.clock import china_today
from authsvc.identifiers import b64url
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.interaction.visitor import Visitor
from authsvc.oidc.separate_consent import LIFETIME, Answer, terms_of
from authsvc.storage import Database
from authsvc.subscribers import Subscribers

# The input of the box.
BOX = "identity"

# Of a number the region's beginning and the last four characters: its owner knows it by them.
_SHOWN_FIRST, _SHOWN_LAST = 5, 4


@dataclass(frozen=True)
class IdentityQuestion:
    """What the page shows. `box` is its value; `allowed_until` is of a yes that still holds."""

    box: str
    law: str
    contacts: tuple[str, ...]
    until: date
    allowed_until: date | None
    name: str = field(repr=False)
    number: str = field(repr=False)


class IdentityQuestions:
    """Makes them, with what the person is called."""

    def __init__(self, *, database: Database, subscribers: Subscribers) -> None:
        self._database = database
        self._subscribers = subscribers

    async def ask(
        self, request: AuthorizationRequest, visitor: Visitor, *, now: datetime
    ) -> IdentityQuestion | None:
        """The question that a request puts to a person, None if it puts none."""
        client = visitor.client
        if not visitor.is_asked_to_be_named(request) or client.identity_legal_basis is None:
            return None
        async with self._database.reading() as tx:
            identity = await self._subscribers.identity_of(tx, visitor.subscriber)
        if identity is None:
            return None
        grant = visitor.grant
        allowed_until = None if grant is None else grant.identity_until(client, now=now)
        return IdentityQuestion(
            box=_box_of(visitor),
            law=client.identity_legal_basis,
            contacts=client.contacts,
            until=china_today(now + LIFETIME),
            allowed_until=None if allowed_until is None else china_today(allowed_until),
            name=identity.name[:1] + "*" * (len(identity.name) - 1),
            number=_masked(identity.number),
        )


def was_asked_otherwise(
    form: Mapping[str, str], request: AuthorizationRequest, visitor: Visitor
) -> bool:
    """Whether the box was ticked beside other terms, or shown to somebody else: then ask again."""
    asked = visitor.is_asked_to_be_named(request)
    return asked and BOX in form and form[BOX] != _box_of(visitor)


def read_answer(
    form: Mapping[str, str], request: AuthorizationRequest, visitor: Visitor
) -> Answer | None:
    """What the person said beside the box; None if nothing was asked, whatever was sent."""
    if not visitor.is_asked_to_be_named(request):
        return None
    return Answer(form.get(BOX) == _box_of(visitor), terms_of(visitor.client))


def _box_of(visitor: Visitor) -> str:
    shown_to = visitor.session.id.encode("utf-8")
    return b64url(sha256(b"\n".join((shown_to, terms_of(visitor.client)))).digest())


def _masked(number: str) -> str:
    hidden = len(number) - _SHOWN_FIRST - _SHOWN_LAST
    return f"{number[:_SHOWN_FIRST]}{'*' * hidden}{number[-_SHOWN_LAST:]}"
