"""The boxes beside questions to departments that want separate consent: one for each question.

Nobody has ticked one before, and the sign-in goes on without (Personal Information Protection Law,
articles 16, 28 and 29). A box's value is a digest of what stood beside it, and a tick counts for
the session to which it was shown: whoever ticked one question has not allowed another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from authsvc.authentication.session import Session
from authsvc.errors import Text
from authsvc.identifiers import b64url
from authsvc.oidc.authorization_details import ATTRIBUTES, AttributeQuery
from authsvc.oidc.authorize.authorization_request import AuthorizationRequest
from authsvc.oidc.interaction.interaction import Interaction

_BOX = "attributes-"


@dataclass(frozen=True)
class AttributeQuestion:
    """One box: the name and value of its input, and what stands beside it."""

    box: str
    value: str
    sentence: Text


def wants_ticks(request: AuthorizationRequest) -> bool:
    """Whether the request has a question that is asked by itself."""
    return any(map(_is_sensitive, request.details))


def asked_by_themselves(request: AuthorizationRequest) -> list[AttributeQuestion]:
    """What the page shows beside boxes."""
    return [
        AttributeQuestion(
            f"{_BOX}{place}", _value(each), msgspec.convert(each, AttributeQuery).sentence
        )
        for place, each in enumerate(request.details)
        if _is_sensitive(each)
    ]


def asked_together(request: AuthorizationRequest) -> tuple[dict[str, Any], ...]:
    """The acts that are allowed with the rest of the page."""
    return tuple(each for each in request.details if not _is_sensitive(each))


def as_allowed(
    interaction: Interaction, session: Session, approval: Mapping[str, str] | None
) -> Interaction:
    """The interaction without what was asked by itself and not allowed.

    `approval` is the form in which the person said yes; None where that was no page with boxes.
    """
    request = interaction.request
    if not wants_ticks(request):
        return interaction
    form = approval if approval is not None and interaction.reader == session.id else {}
    kept = tuple(
        each
        for place, each in enumerate(request.details)
        if not _is_sensitive(each) or form.get(f"{_BOX}{place}") == _value(each)
    )
    return msgspec.structs.replace(
        interaction, request=msgspec.structs.replace(request, details=kept)
    )


def _is_sensitive(detail: Mapping[str, Any]) -> bool:
    return detail["type"] == ATTRIBUTES and msgspec.convert(detail, AttributeQuery).is_sensitive


def _value(detail: Mapping[str, Any]) -> str:
    return b64url(sha256(msgspec.json.encode(detail, order="sorted")).digest())
