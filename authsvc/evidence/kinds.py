"""The kinds of documents that people opt in with, in one table: `KINDS`.

What each row means, and where its rules come from: docs/documents.md. A further kind is one more
row; what is proved of it, and how, follows from `proof`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from types import MappingProxyType

from authsvc.errors import Text
from authsvc.evidence.errors import DocumentKindUnknown, HolderNumberInvalid, IdentityNumberInvalid
from authsvc.evidence.holder_numbers import (
    HolderNumber,
    PassportNumber,
    PermanentResidentNumber,
    TravelPermitNumber,
)
from authsvc.evidence.resident_number import (
    HONG_KONG_AND_MACAO,
    TAIWAN,
    ResidentNumber,
)
from authsvc.evidence.terms import (
    FIVE_YEARS,
    PASSPORT_TERM,
    RESIDENT_CARD_TERM,
    THREE_MONTHS,
    TRAVEL_PERMIT_TERM,
    UNTIL_SIXTEEN,
    Term,
)

HOLDER_GROUP, PORTRAIT_GROUP, ISSUE_GROUP = 1, 2, 12


class Proof(Enum):
    """What shows that a document is genuine."""

    CARD_CHIP = "card_chip"
    """A chip with the data groups of `data_groups.py`, as the resident card has it."""
    TRAVEL_CHIP = "travel_chip"
    """A chip of ICAO Doc 9303: machine readable zone, portrait (`emrtd/`)."""
    REGISTER = "register"
    """No chip: the register says whether what is printed is so, and knows the face."""


class Assurance(Enum):
    """How an identity was verified, by the word that platforms are told."""

    CHIP_AND_FACE = "chip-and-face"
    REGISTER_AND_FACE = "register-and-face"


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document.

    `name` is its word in every interface, `code` what the chip says of itself ("CN-RIC" in a card,
    the first letters of a machine readable zone in a travel document, empty without a chip),
    `document_type` the word of OpenID Connect for Identity Assurance. `parse_number` reads the
    number of its holder. `term` is how long it is good at the longest; it is binding where no
    document in use was issued by an older law. `required_details` are members of `PrintedDetails`.
    """

    name: str
    code: str
    title: Text
    proof: Proof
    document_type: str
    parse_number: Callable[[str, date], HolderNumber] = field(repr=False)
    number_is_for_life: bool
    term: Term
    term_is_binding: bool = True
    required_data_groups: frozenset[int] = frozenset()
    required_details: frozenset[str] = frozenset()

    @property
    def has_chip(self) -> bool:
        """Whether there is a chip to read."""
        return self.proof is not Proof.REGISTER

    @property
    def assurance(self) -> Assurance:
        """What can be said of an identity that was verified by it."""
        return Assurance.CHIP_AND_FACE if self.has_chip else Assurance.REGISTER_AND_FACE

    def number(self, text: str, *, today: date, field: str = "chip") -> HolderNumber:
        """The number of the holder, as this kind spells it.

        IdentityNumberInvalid or HolderNumberInvalid, which name `field`.
        """
        try:
            number = self.parse_number(text, today)
        except (IdentityNumberInvalid, HolderNumberInvalid) as error:
            raise type(error)(field=field, log=error.log) from None
        if number.birth_date is not None and number.birth_date > today:
            raise HolderNumberInvalid(field=field, log="born in the future")
        return number

    def longest_validity(self, birth_date: date, valid_from: date) -> date | None:
        """The last day on which one that begins on `valid_from` can be good; None for life."""
        return self.term.last_day(birth_date, valid_from)


def _citizen(text: str, today: date) -> HolderNumber:
    number = ResidentNumber.parse(text, today=today)
    if number.region in HONG_KONG_AND_MACAO or number.region == TAIWAN:
        raise IdentityNumberInvalid(log="a residence permit's number")
    return _as_printed(number, text)


def _hong_kong_or_macao(text: str, today: date) -> HolderNumber:
    number = ResidentNumber.parse(text, today=today)
    if number.region not in HONG_KONG_AND_MACAO:
        raise IdentityNumberInvalid(log="not 810000 or 820000")
    return _as_printed(number, text)


def _taiwan(text: str, today: date) -> HolderNumber:
    number = ResidentNumber.parse(text, today=today)
    if number.region != TAIWAN:
        raise IdentityNumberInvalid(log="not 830000")
    return _as_printed(number, text)


def _as_printed(number: ResidentNumber, text: str) -> ResidentNumber:
    """A chip spells a number as it is printed: with a capital X."""
    if number.value != text:
        raise IdentityNumberInvalid(log="spelling")
    return number


_CARD_GROUPS = frozenset((HOLDER_GROUP, PORTRAIT_GROUP, ISSUE_GROUP))
_TRAVEL_GROUPS = frozenset((HOLDER_GROUP, PORTRAIT_GROUP))

RESIDENT_IDENTITY_CARD = DocumentKind(
    name="resident_identity_card",
    code="CN-RIC",
    title=Text("居民身份证", "Resident identity card"),
    proof=Proof.CARD_CHIP,
    document_type="idcard",
    parse_number=_citizen,
    number_is_for_life=True,
    term=RESIDENT_CARD_TERM,
    term_is_binding=False,
    required_data_groups=_CARD_GROUPS,
)
TEMPORARY_IDENTITY_CARD = DocumentKind(
    name="temporary_identity_card",
    code="",
    title=Text("临时居民身份证", "Temporary resident identity card"),
    proof=Proof.REGISTER,
    document_type="idcard",
    parse_number=_citizen,
    number_is_for_life=True,
    term=THREE_MONTHS,
    required_details=frozenset(("valid_until",)),
)
HOUSEHOLD_REGISTER_PAGE = DocumentKind(
    name="household_register_page",
    code="",
    title=Text("居民户口簿内页", "Page of the household register"),
    proof=Proof.REGISTER,
    document_type="household_register",
    parse_number=_citizen,
    number_is_for_life=True,
    term=UNTIL_SIXTEEN,
    required_details=frozenset(("document_number",)),
)
HONG_KONG_MACAO_RESIDENCE_PERMIT = DocumentKind(
    name="hong_kong_macao_residence_permit",
    code="CN-RPH",
    title=Text("港澳居民居住证", "Residence permit for Hong Kong and Macao residents"),
    proof=Proof.CARD_CHIP,
    document_type="residence_permit",
    parse_number=_hong_kong_or_macao,
    number_is_for_life=True,
    term=FIVE_YEARS,
    required_data_groups=_CARD_GROUPS,
)
TAIWAN_RESIDENCE_PERMIT = DocumentKind(
    name="taiwan_residence_permit",
    code="CN-RPT",
    title=Text("台湾居民居住证", "Residence permit for Taiwan residents"),
    proof=Proof.CARD_CHIP,
    document_type="residence_permit",
    parse_number=_taiwan,
    number_is_for_life=True,
    term=FIVE_YEARS,
    required_data_groups=_CARD_GROUPS,
)
HONG_KONG_MACAO_TRAVEL_PERMIT = DocumentKind(
    name="hong_kong_macao_travel_permit",
    code="CR",
    title=Text(
        "港澳居民来往内地通行证", "Mainland travel permit for Hong Kong and Macao residents"
    ),
    proof=Proof.TRAVEL_CHIP,
    document_type="travel_permit",
    parse_number=lambda text, _: TravelPermitNumber.of_hong_kong_or_macao(text),
    number_is_for_life=True,
    term=TRAVEL_PERMIT_TERM,
    required_data_groups=_TRAVEL_GROUPS,
)
TAIWAN_TRAVEL_PERMIT = DocumentKind(
    name="taiwan_travel_permit",
    code="CT",
    title=Text("台湾居民来往大陆通行证", "Mainland travel permit for Taiwan residents"),
    proof=Proof.TRAVEL_CHIP,
    document_type="travel_permit",
    parse_number=lambda text, _: TravelPermitNumber.of_taiwan(text),
    number_is_for_life=True,
    term=FIVE_YEARS,
    required_data_groups=_TRAVEL_GROUPS,
)
PERMANENT_RESIDENCE_CARD = DocumentKind(
    name="permanent_residence_card",
    code="CN-PRC",
    title=Text("外国人永久居留身份证", "Foreigner's permanent residence card"),
    proof=Proof.CARD_CHIP,
    document_type="residence_permit",
    parse_number=lambda text, _: PermanentResidentNumber.parse(text),
    number_is_for_life=True,
    term=TRAVEL_PERMIT_TERM,
    required_data_groups=_CARD_GROUPS,
)
PASSPORT = DocumentKind(
    name="passport",
    code="P",
    title=Text("普通护照", "Ordinary passport"),
    proof=Proof.TRAVEL_CHIP,
    document_type="passport",
    parse_number=lambda text, _: PassportNumber.parse(text),
    number_is_for_life=False,
    term=PASSPORT_TERM,
    required_data_groups=_TRAVEL_GROUPS,
)

KINDS: Mapping[str, DocumentKind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            RESIDENT_IDENTITY_CARD,
            TEMPORARY_IDENTITY_CARD,
            HOUSEHOLD_REGISTER_PAGE,
            HONG_KONG_MACAO_RESIDENCE_PERMIT,
            TAIWAN_RESIDENCE_PERMIT,
            HONG_KONG_MACAO_TRAVEL_PERMIT,
            TAIWAN_TRAVEL_PERMIT,
            PERMANENT_RESIDENCE_CARD,
            PASSPORT,
        )
    }
)


def kind_named(name: str) -> DocumentKind:
    """The kind with this name; DocumentKindUnknown."""
    try:
        return KINDS[name]
    except KeyError:
        raise DocumentKindUnknown(field="kind") from None
