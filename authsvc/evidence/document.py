"""A document that has been verified, and the days on which it is good."""

from dataclasses import dataclass, field
from datetime import date, datetime

from authsvc.clock import china_today
from authsvc.evidence.errors import (
    DocumentContradictsItself,
    DocumentExpired,
    DocumentNotYetValid,
)
from authsvc.evidence.holder_numbers import HolderNumber
from authsvc.evidence.kinds import Assurance, DocumentKind
from authsvc.evidence.resident_number import Sex


@dataclass(frozen=True)
class VerifiedDocument:
    """A genuine document, good on the day of `verified_at`.

    Only passive authentication makes it, or the register where there is no chip. `number` is its
    holder's, `document_number` the serial number of this one document. `valid_from` is None where
    the document does not tell it; `valid_until` is the last day, or None for life. The repr names
    nobody.
    """

    kind: str
    assurance: Assurance
    number: HolderNumber = field(repr=False)
    document_number: str = field(repr=False)
    name: str = field(repr=False)
    birth_date: date = field(repr=False)
    sex: Sex = field(repr=False)
    valid_from: date | None = field(repr=False)
    valid_until: date | None = field(repr=False)
    portrait: bytes = field(repr=False)
    verified_at: datetime


def require_valid(document: VerifiedDocument, kind: DocumentKind, *, now: datetime) -> None:
    """Returns if the document is good on this day in China, and for no longer than its kind can be.

    DocumentContradictsItself, DocumentNotYetValid, DocumentExpired.
    """
    today = china_today(now)
    first, last = document.valid_from, document.valid_until
    if first is not None and last is not None and last < first:
        raise DocumentContradictsItself(log="validity")
    if kind.term_is_binding:
        # What does not say when it began, began today at the latest.
        longest = kind.longest_validity(document.birth_date, first or today)
        if longest is not None and (last is None or longest < last):
            raise DocumentContradictsItself(log="good for longer than its kind")
    if first is not None and today < first:
        raise DocumentNotYetValid
    if last is not None and last < today:
        raise DocumentExpired
