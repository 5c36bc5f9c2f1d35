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
from dataclasses import dataclass
from typing import Any

from authsvc.evidence.kinds import KINDS, PASSPORT, RESIDENT_IDENTITY_CARD, Assurance, DocumentKind
from authsvc.oidc.claims.asked_claims import NeverTold, fulfilled, read_wish, read_wishes

# Our own rules (docs/claims.md): a valid document proved by its chip or the register, its holder
# recognised by their face, the register asked, all online.
TRUST_FRAMEWORK = "urn:authsvc:trust-framework:cn-online-identity"
ASSURANCE_LEVELS = tuple(level.value for level in Assurance)
EVIDENCE = "document"
# The kinds of documents by which people opt in, by the words that Identity Assurance has for them.
DOCUMENT_TYPES = tuple(dict.fromkeys(kind.document_type for kind in KINDS.values()))

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


@dataclass(frozen=True)
class VerifiedBy:
    """By what kind of document somebody was verified."""

    kind: DocumentKind = RESIDENT_IDENTITY_CARD

    @classmethod
    def named(cls, kind: str) -> "VerifiedBy":
        """By the name of the kind; who has none on file opted in with a resident card."""
        return cls(KINDS.get(kind, RESIDENT_IDENTITY_CARD))

    @property
    def assurance_level(self) -> str:
        """How."""
        return self.kind.assurance.value


def answer(
    kept: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    values: Mapping[str, Any],
    by: VerifiedBy,
) -> dict[str, Any] | list[dict[str, Any]] | None:
    """The claim `verified_claims` about a person whose claims have these values.

    None if it is to be left out.
    """
    if isinstance(kept, Mapping):
        return _element(kept, values, by)
    found = [element for each in kept if (element := _element(each, values, by)) is not None]
    return found or None


def identity_element(name: str, number: str, by: VerifiedBy) -> dict[str, Any]:
    """Who somebody is: the name on their document, and the number that it has for its holder.

    That is the identity number, which outlives the card: `personal_number`, not `document_number`.
    A passport has no other number than its own.
    """
    details: dict[str, Any] = {"type": by.kind.document_type}
    if by.kind is PASSPORT:
        issuer, _, document_number = number.partition("/")
        details |= {"document_number": document_number, "issuer": {"country_code": issuer}}
    else:
        details["personal_number"] = number
    verification = {
        "trust_framework": TRUST_FRAMEWORK,
        "assurance_level": by.assurance_level,
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
    """What will be said of a verification; NeverTold if a requirement can be met by nobody.

    In the place of what differs from person to person stands what it may be.
    """
    said: dict[str, Any] = {"trust_framework": TRUST_FRAMEWORK}
    read_wish(asked["trust_framework"], (TRUST_FRAMEWORK,))
    if "assurance_level" in asked:
        wish = read_wish(asked["assurance_level"], ASSURANCE_LEVELS)
        said["assurance_level"] = list(wish or ASSURANCE_LEVELS)
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
        wish = read_wish(details.get("type"), DOCUMENT_TYPES)
        said["document_details"] = {"type": list(wish or DOCUMENT_TYPES)}
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


def _element(
    kept: Mapping[str, Any], values: Mapping[str, Any], by: VerifiedBy
) -> dict[str, Any] | None:
    claims = fulfilled(kept["claims"], values)
    try:
        verification = _said_of(kept["verification"], by)
    except NeverTold:
        return None
    return {"verification": verification, "claims": claims} if claims else None


def _said_of(kept: Mapping[str, Any], by: VerifiedBy) -> dict[str, Any]:
    """What is said of this person's verification; NeverTold if it is not as required."""
    said = dict(kept)
    if "assurance_level" in said:
        said["assurance_level"] = _as_required(by.assurance_level, said["assurance_level"])
    evidence = [dict(each) for each in said.get("evidence", ())]
    for each in evidence:
        if "document_details" in each:
            required = each["document_details"]["type"]
            each["document_details"] = {"type": _as_required(by.kind.document_type, required)}
    return said | ({"evidence": evidence} if evidence else {})


def _as_required(word: str, possible: object) -> str:
    """The word, if it is among those that may be said. What was kept before has one word only."""
    if word not in (possible if isinstance(possible, list | tuple) else (possible,)):
        raise NeverTold
    return word
