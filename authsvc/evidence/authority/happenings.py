"""What can happen to which kind of document. The rest of the table: docs/document-life.md.

Sources: Resident Identity Card Law, articles 11 and 12, and the Opinion of 2015 on cards away from
home; Measures for Temporary Identity Cards, article 2 (where the household is registered, nowhere
else); Regulations on Household Registration, articles 3 and 6 (so are pages); Measures for
Residence Permits of Hong Kong, Macao and Taiwan Residents (issued where their holder lives); the
National Immigration Administration on travel documents everywhere in the country, 2019, and on
permanent residence cards of December 2023 (18 characters in place of 15; travel permits have had
numbers for life before).
"""

from collections.abc import Mapping
from types import MappingProxyType

from authsvc.evidence.authority.errors import EventNotOfKind
from authsvc.evidence.kinds import (
    HONG_KONG_MACAO_TRAVEL_PERMIT,
    HOUSEHOLD_REGISTER_PAGE,
    KINDS,
    PASSPORT,
    RESIDENT_IDENTITY_CARD,
    TAIWAN_TRAVEL_PERMIT,
    TEMPORARY_IDENTITY_CARD,
    DocumentKind,
)
from authsvc.evidence.register import LifeEvent

_RENEWED_AS_CARDS = frozenset((TEMPORARY_IDENTITY_CARD, HOUSEHOLD_REGISTER_PAGE))
_TRAVEL = frozenset((HONG_KONG_MACAO_TRAVEL_PERMIT, TAIWAN_TRAVEL_PERMIT, PASSPORT))

NEVER: Mapping[LifeEvent, frozenset[DocumentKind]] = MappingProxyType(
    {
        # A page and a temporary card are of the place where a household is registered; a state that
        # issues passports has no provinces here.
        LifeEvent.REISSUED_ELSEWHERE: frozenset(
            (TEMPORARY_IDENTITY_CARD, HOUSEHOLD_REGISTER_PAGE, PASSPORT)
        ),
        # A travel permit's number is for life, and tells nothing that could be wrong; a passport's
        # changes with the passport, which is replaced.
        LifeEvent.NUMBER_CHANGED: _TRAVEL,
        # Whoever only travels has no residence here.
        LifeEvent.RESIDENCE_MOVED: _TRAVEL,
    }
)
"""Which kinds an event never happens to; one that is not listed happens to all of them."""


def happens(event: LifeEvent, kind: DocumentKind) -> bool:
    """Whether there is such an event for this kind."""
    return kind not in NEVER.get(event, frozenset())


def require(event: LifeEvent, kind: str, *, field: str = "number") -> None:
    """Returns if there is such an event for this kind; EventNotOfKind names `field`."""
    if not happens(event, KINDS[kind]):
        raise EventNotOfKind(field=field, log=f"{event.value} of {kind}")


def renewed_as(kind: DocumentKind) -> DocumentKind:
    """What somebody is handed in place of a document that ends.

    Whoever has a temporary card waits for a resident card; whoever turns sixteen gets one.
    """
    return RESIDENT_IDENTITY_CARD if kind in _RENEWED_AS_CARDS else kind
