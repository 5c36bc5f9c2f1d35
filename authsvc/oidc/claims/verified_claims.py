"""Claims with the word of how they were verified (OpenID Connect for Identity Assurance 1.0).

What a client asks for is held against what we can say of anybody's verification, once, when the
request comes in (section 5.5). A requirement that cannot be met takes its whole element along, and
is no error (5.7.4); a member that we know nothing of is left out (5.7.2). What is left rests in the
authorization as

    {"verification": what will be said, "claims": {name: wish}}

Predicates come first here, too: of the evidence we tell to whoever asks the class of the document,
never its number or a name. Those are told under the scope `identity` alone, as an element of their
own (`identity_element`). When somebody was verified is never told, and never known by asking: the
moment is the same at every platform and nobody else's, so that two platforms would know each
other's people by it. Whoever may ask for a `max_age` finds the moment by asking often; so that is a
requirement that we cannot meet.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from authsvc.oidc.claims.asked_claims import NeverTold, fulfilled, read_wish, read_wishes

# Our own rules (docs/claims.md): the chip of a valid document read and verified, its holder
# recognised by their face, the register asked, all online.
TRUST_FRAMEWORK = "urn:authsvc:trust-framework:cn-online-identity"
ASSURANCE_LEVEL = "chip-and-face"
EVIDENCE = "document"
# The one kind of document by which people opt in, by the word that Identity Assurance has for it.
DOCUMENT_TYPE = "idcard"

# Each of them is in an access token, which must fit into a header.
MOST_ELEMENTS = 4

_CONSTRAINTS = frozenset({"value", "values", "max_age"})


class MalformedRequest(ValueError):
    """An element without `verification.trust_framework` or without `claims` (section 5.3)."""


class TooManyElements(ValueError):
    """More elements than we answer."""


def read_verified_claims(
    asked: object, known: Mapping[str, Sequence[object]]
) -> dict[str, Any] | list[dict[str, Any]] | None:
    """What can be answered of a request for one or several elements; None if nothing can.

    `known` are the claims that the client may ask for. MalformedRequest, TooManyElements.
    """
    if not isinstance(asked, list):
        return None if asked is None else _read_element(asked, known)
    found = [element for each in asked if (element := _read_element(each, known)) is not None]
    distinct = [each for place, each in enumerate(found) if each not in found[:place]]
    if len(distinct) > MOST_ELEMENTS:
        raise TooManyElements
    return distinct or None


def answer(
    kept: Mapping[str, Any] | Sequence[Mapping[str, Any]], values: Mapping[str, Any]
) -> dict[str, Any] | list[dict[str, Any]] | None:
    """The claim `verified_claims` about a person whose claims have these values.

    None if it is to be left out.
    """
    if isinstance(kept, Mapping):
        return _element(kept, values)
    found = [element for each in kept if (element := _element(each, values)) is not None]
    return found or None


def identity_element(name: str, number: str) -> dict[str, Any]:
    """Who somebody is: the name on their document, and the number that it has for its holder.

    That is the identity number, which outlives the card: `personal_number`, not `document_number`.
    """
    details = {"type": DOCUMENT_TYPE, "personal_number": number}
    verification = {
        "trust_framework": TRUST_FRAMEWORK,
        "assurance_level": ASSURANCE_LEVEL,
        "evidence": [{"type": EVIDENCE, "document_details": details}],
    }
    return {"verification": verification, "claims": {"name": name}}


def joined(answered: Any, element: Mapping[str, Any]) -> Mapping[str, Any] | list[Any]:
    """The claim, with an element beside what `answer` gave."""
    if answered is None:
        return element
    several = answered if isinstance(answered, list) else [answered]
    return [*several, element]


def _read_element(asked: object, known: Mapping[str, Sequence[object]]) -> dict[str, Any] | None:
    if not isinstance(asked, Mapping):
        raise MalformedRequest
    verification, claims = asked.get("verification"), asked.get("claims", {})
    if not isinstance(verification, Mapping) or "trust_framework" not in verification:
        raise MalformedRequest
    if claims is not None and not (isinstance(claims, Mapping) and claims):
        raise MalformedRequest
    wishes = read_wishes(claims or {}, known)
    try:
        said = _read_verification(verification)
    except NeverTold:
        return None
    return {"verification": said, "claims": wishes} if wishes else None


def _read_verification(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What will be said of a verification; NeverTold if a requirement cannot be met."""
    said: dict[str, Any] = {"trust_framework": TRUST_FRAMEWORK}
    read_wish(asked["trust_framework"], (TRUST_FRAMEWORK,))
    if "assurance_level" in asked:
        read_wish(asked["assurance_level"], (ASSURANCE_LEVEL,))
        said["assurance_level"] = ASSURANCE_LEVEL
    if asked.get("evidence"):
        said["evidence"] = [_read_evidence(asked["evidence"])]
    for name in asked.keys() - said.keys():
        _refuse_constraint(asked[name])
    return said


def _read_evidence(filters: object) -> dict[str, Any]:
    """Our one piece of evidence, as the first filter that lets it pass asks for it (5.4)."""
    for each in filters if isinstance(filters, list) else [filters]:
        try:
            return _filtered(each)
        except NeverTold:
            continue
    raise NeverTold


def _filtered(asked: object) -> dict[str, Any]:
    if not isinstance(asked, Mapping):
        raise NeverTold
    said: dict[str, Any] = {"type": EVIDENCE}
    read_wish(asked.get("type"), (EVIDENCE,))
    details = asked.get("document_details")
    if isinstance(details, Mapping):
        read_wish(details.get("type"), (DOCUMENT_TYPE,))
        said["document_details"] = {"type": DOCUMENT_TYPE}
        for name in details.keys() - {"type"}:
            _refuse_constraint(details[name])
    for name in asked.keys() - said.keys():
        _refuse_constraint(asked[name])
    return said


def _refuse_constraint(asked: object) -> None:
    """NeverTold if anything is required of a member that we cannot say anything of."""
    if isinstance(asked, Mapping):
        if not _CONSTRAINTS.isdisjoint(asked):
            raise NeverTold
        for each in asked.values():
            _refuse_constraint(each)
    elif isinstance(asked, list):
        for each in asked:
            _refuse_constraint(each)


def _element(kept: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any] | None:
    claims = fulfilled(kept["claims"], values)
    return {"verification": kept["verification"], "claims": claims} if claims else None
