"""Numbers for people who do not exist, one scheme for each kind of document that has its own.

Each says as plainly as it can that nobody has it: sequences that are counted down from 999,
Antarctica for a foreigner's country, passports of Utopia. A temporary card and a page of the
household register bear the citizen's number, as the resident card does.
"""

from collections.abc import Container
from datetime import date

from authsvc.evidence.authority import people
from authsvc.evidence.authority.errors import NumbersExhausted
from authsvc.evidence.countries import UTOPIA
from authsvc.evidence.kinds import (
    HONG_KONG_MACAO_RESIDENCE_PERMIT,
    HONG_KONG_MACAO_TRAVEL_PERMIT,
    HOUSEHOLD_REGISTER_PAGE,
    PASSPORT,
    PERMANENT_RESIDENCE_CARD,
    RESIDENT_IDENTITY_CARD,
    TAIWAN_RESIDENCE_PERMIT,
    TAIWAN_TRAVEL_PERMIT,
    TEMPORARY_IDENTITY_CARD,
    DocumentKind,
)
from authsvc.evidence.mrz_characters import check_digit
from authsvc.evidence.resident_number import Sex, mod_11_2
from authsvc.identifiers import new_digits

# ISO 3166-1: Antarctica has nobody who was born a citizen of it.
_ANTARCTICA = "010"
_HIGHEST_SEQUENCE = 999
_REGIONS = {
    HONG_KONG_MACAO_RESIDENCE_PERMIT: "810000",
    TAIWAN_RESIDENCE_PERMIT: "830000",
    PERMANENT_RESIDENCE_CARD: "965" + _ANTARCTICA,
}
_OF_CITIZENS = (RESIDENT_IDENTITY_CARD, TEMPORARY_IDENTITY_CARD, HOUSEHOLD_REGISTER_PAGE)


def number_kind(kind: DocumentKind) -> DocumentKind:
    """The kind whose number a document of this kind bears."""
    return RESIDENT_IDENTITY_CARD if kind in _OF_CITIZENS else kind


def free_number(
    kind: DocumentKind,
    birth_date: date,
    sex: Sex,
    *,
    taken: Container[str],
    former: bool = False,
) -> str:
    """A number of this kind that nobody has had; NumbersExhausted.

    `former` gives a permanent resident one of before December 2023.
    """
    if number_kind(kind) is RESIDENT_IDENTITY_CARD:
        return people.another_number(birth_date, sex, taken=taken).value
    born, odd = f"{birth_date:%Y%m%d}", sex is Sex.MALE
    for sequence in range(_HIGHEST_SEQUENCE - (not odd), 0, -2):
        if kind is PASSPORT:
            number = f"{UTOPIA}/T{new_digits(8)}"
        elif kind is HONG_KONG_MACAO_TRAVEL_PERMIT:
            number = f"H{new_digits(8)}"
        elif kind is TAIWAN_TRAVEL_PERMIT:
            number = new_digits(8)
        elif former:
            digits = f"{UTOPIA}6599{born[2:]}{sequence % 10}"
            number = digits + check_digit(digits)
        else:
            digits = f"{_REGIONS[kind]}{born}{sequence:03d}"
            number = digits + mod_11_2(digits)
        if number not in taken:
            return number
    raise NumbersExhausted
