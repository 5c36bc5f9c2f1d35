"""Kinds of documents, and the document that has been verified.

A further kind of document is one more entry in `KINDS`: its name in the interface, its code on
the chip, and the data groups that must be there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from authsvc.errors import Text
from authsvc.evidence.data_groups import HOLDER_GROUP, ISSUE_GROUP, PORTRAIT_GROUP
from authsvc.evidence.errors import DocumentKindUnknown
from authsvc.evidence.resident_number import ResidentNumber, Sex


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document: how it is called here, on its chip, and what its chip must hold."""

    name: str
    code: str
    title: Text
    required_data_groups: frozenset[int]


RESIDENT_IDENTITY_CARD = DocumentKind(
    name="resident_identity_card",
    code="CN-RIC",
    title=Text("居民身份证", "Resident identity card"),
    required_data_groups=frozenset((HOLDER_GROUP, PORTRAIT_GROUP, ISSUE_GROUP)),
)

KINDS: Mapping[str, DocumentKind] = MappingProxyType(
    {kind.name: kind for kind in (RESIDENT_IDENTITY_CARD,)}
)


def kind_named(name: str) -> DocumentKind:
    """The kind with this name; DocumentKindUnknown."""
    try:
        return KINDS[name]
    except KeyError:
        raise DocumentKindUnknown(field="kind") from None


@dataclass(frozen=True)
class VerifiedDocument:
    """A genuine document, good on the day of `verified_at`. Only passive authentication makes it.

    `document_number` is the serial number of this one card, not of its holder. `valid_until` is
    the last day, or None for life. The repr names nobody.
    """

    kind: str
    number: ResidentNumber = field(repr=False)
    document_number: str = field(repr=False)
    name: str = field(repr=False)
    birth_date: date = field(repr=False)
    sex: Sex = field(repr=False)
    valid_from: date = field(repr=False)
    valid_until: date | None = field(repr=False)
    portrait: bytes = field(repr=False)
    verified_at: datetime
