"""The parameter `claims` (OpenID Connect Core 5.5): single claims, and how much they matter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from authsvc.clients import Client
from authsvc.clients.json_object import read_object
from authsvc.oidc.claims import known_claims
from authsvc.oidc.claims.asked_claims import read_wishes
from authsvc.oidc.claims.known_claims import VERIFIED_CLAIMS
from authsvc.oidc.claims.verified_claims import (
    MalformedRequest,
    TooManyElements,
    read_verified_claims,
)
from authsvc.oidc.errors import InvalidRequest

ID_TOKEN, USERINFO = "id_token", "userinfo"

# A request for every claim that OpenID Connect for Identity Assurance has examples of, with all its
# evidence, is about 4 kB, 250 values and 10 levels.
_LONGEST = 16_384
_MOST_VALUES = 1000
_DEEPEST = 16
_LONGEST_SUBJECT = 256

_Members = dict[str, Any]


@dataclass(frozen=True)
class ClaimsRequest:
    """What is asked of each place, by name: wishes as `claims.asked_claims` has them.

    `verified_claims` are as `claims.verified_claims` has them. What we do not know, or the client
    may not have, is gone.
    """

    asked: Mapping[str, _Members] = field(default_factory=dict)
    acr: Mapping[str, Any] | None = None
    asks_auth_time: bool = False
    subject: str | None = None

    @property
    def members(self) -> dict[str, _Members] | None:
        """What an authorization keeps of it, None if nothing."""
        return {place: members for place, members in self.asked.items() if members} or None


def read_claims_request(text: str | None, client: Client) -> ClaimsRequest:
    """What the parameter asks for, as far as the client may have it; InvalidRequest."""
    if text is None:
        return ClaimsRequest()
    document = _document(text)
    places = {place: _place(document, place) for place in (ID_TOKEN, USERINFO)}
    known = known_claims.known_to(client)
    at_userinfo = {**known, **known_claims.SIGN_IN}
    return ClaimsRequest(
        asked={
            ID_TOKEN: read_wishes(places[ID_TOKEN], known) | _verified(places[ID_TOKEN], known),
            USERINFO: read_wishes(places[USERINFO], at_userinfo)
            | _verified(places[USERINFO], known),
        },
        acr=places[ID_TOKEN].get("acr"),
        asks_auth_time=any("auth_time" in members for members in places.values()),
        subject=_subject(places),
    )


def _document(text: str) -> _Members:
    if len(text) > _LONGEST:
        raise _refusal("is too long")
    try:
        document = read_object(text.encode("utf-8"))
    except ValueError:
        raise _refusal("is not a JSON object") from None
    _check_size(document)
    return document


def _check_size(document: _Members) -> None:
    level: list[Any] = [document]
    count = 0
    for _ in range(_DEEPEST):
        count += len(level)
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        level = below
    if level or count > _MOST_VALUES:
        raise _refusal("asks for too much")


def _place(document: _Members, place: str) -> _Members:
    """The members of `id_token` or `userinfo`, each null or an object (Core 5.5.1)."""
    members = document.get(place)
    if members is None:
        return {}
    if not isinstance(members, dict):
        raise _refusal(f"has a {place} that is not an object")
    for name, value in members.items():
        several = name == VERIFIED_CLAIMS and isinstance(value, list)
        if value is not None and not isinstance(value, dict) and not several:
            raise _refusal("has a member that is neither null nor an object")
    return members


def _verified(members: _Members, known: Mapping[str, Sequence[object]]) -> _Members:
    """The member `verified_claims`, if anything can be answered to it."""
    try:
        kept = read_verified_claims(members.get(VERIFIED_CLAIMS), known)
    except MalformedRequest:
        raise _refusal("has verified_claims without trust_framework or claims") from None
    except TooManyElements:
        raise _refusal("asks for too many verified_claims") from None
    return {} if kept is None else {VERIFIED_CLAIMS: kept}


def _subject(places: Mapping[str, _Members]) -> str | None:
    """The one subject that will do, if one is named (Core 5.5.1)."""
    named = [(members.get("sub") or {}).get("value") for members in places.values()]
    found = [value for value in named if value is not None]
    if not found:
        return None
    first = found[0]
    if (
        not isinstance(first, str)
        or len(first) > _LONGEST_SUBJECT
        or found[1:] not in ([], [first])
    ):
        raise _refusal("asks for a sub that nobody has")
    return first


def _refusal(what: str) -> InvalidRequest:
    return InvalidRequest(f"claims {what}", field="claims")
