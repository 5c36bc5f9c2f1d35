"""Is what was presented what was asked for (OpenID4VP 1.0 sections 6.4, 7 and 8.6)?

A wallet does its best to keep to a query; whoever asked must look for themselves, at values too
(section 6.4.1). Everything is refused that is one step beside it: there is no half of an answer.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from authsvc.verify.presentation.dcql import ClaimQuery, CredentialQuery, Query
from authsvc.verify.presentation.errors import (
    ClaimMissing,
    ClaimRefused,
    PresentationMissing,
    PresentationUnasked,
)

# How many credentials one person may present to one query that says `multiple`.
MOST_OF_ONE = 8


def check_presentations(query: Query, answered: Mapping[str, Collection[object]]) -> None:
    """Refuses an answer that lacks something, or has something that was not asked for.

    `answered` has the presentations of each credential query by its name. PresentationMissing,
    PresentationUnasked.
    """
    for name, presented in answered.items():
        asked = query.of(name)
        if asked is None or len(presented) > (MOST_OF_ONE if asked.multiple else 1):
            raise PresentationUnasked
        if not presented:
            raise PresentationMissing
    there = set(answered)
    if query.credential_sets is None:
        if there != {each.id for each in query.credentials}:
            raise PresentationMissing
        return
    for alternatives in query.credential_sets:
        options = alternatives.options
        if alternatives.required and not any(there.issuperset(option) for option in options):
            raise PresentationMissing


def check_claims(query: CredentialQuery, claims: Mapping[str, Any]) -> None:
    """Refuses a credential without the claims that were asked for; ClaimMissing, ClaimRefused."""
    asked = query.claims or ()
    if query.claim_sets is None:
        _require_all(asked, claims)
        return
    by_name = {claim.id: claim for claim in asked}
    for option in query.claim_sets:
        if all(_is_there(by_name[name], claims) for name in option):
            return
    raise ClaimMissing


def select(claims: Mapping[str, Any], path: Sequence[str | int | None]) -> list[Any]:
    """What a claims path pointer finds (section 7.1); nothing where it leads nowhere."""
    found: list[Any] = [dict(claims)]
    for step in path:
        kind = Mapping if isinstance(step, str) else list
        if not all(isinstance(each, kind) for each in found):
            return []
        found = [below for each in found for below in _step(each, step)]
    return found


def _step(value: Any, step: str | int | None) -> list[Any]:
    if step is None:
        return list(value)
    if isinstance(step, str):
        return [value[step]] if step in value else []
    return [value[step]] if step < len(value) else []


def _require_all(asked: Sequence[ClaimQuery], claims: Mapping[str, Any]) -> None:
    for claim in asked:
        if not select(claims, claim.path):
            raise ClaimMissing
        if not _is_there(claim, claims):
            raise ClaimRefused


def _is_there(claim: ClaimQuery, claims: Mapping[str, Any]) -> bool:
    found = select(claims, claim.path)
    if claim.values is None:
        return bool(found)
    return any(_same(each, value) for each in found for value in claim.values)


def _same(found: Any, value: str | int | bool) -> bool:
    """Section 6.3: type and value; in Python `True` would be 1."""
    return type(found) is type(value) and bool(found == value)
