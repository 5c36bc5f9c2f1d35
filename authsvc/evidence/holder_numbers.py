"""Whose a document is: the numbers that documents have for their holders, beside the citizen's.

    H12345678 (01)        Hong Kong/Macao travel permit: H or M, 8 digits for life, 2 of reissue
    12345678              Taiwan travel permit: 8 digits for life
    USA 1101 900101 1 5   permanent residence card until 2023: state, region, birth, number, check
    9 11 840 19900101 001 X   since December 2023: foreigner, province, state, birth, number, check
    UTO/L898902C3         passport: issuer and number, of the one document

`person` is what stays when the document is renewed, as far as its number tells: it is what the
keyed digest of a person is made of, and no two schemes can give one value (each has a shape of its
own). A passport's number ends with the passport.

Sources: National Immigration Administration, rules of the 2023 permanent residence card (18
characters, first digit 9, MOD 11-2) and of the card before it (15 characters, check digit of Doc
9303 with weights 7, 3, 1); the announcements on numbers for life of the two travel permits (eight
digits, Taiwan since 25 September 2008).
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from authsvc.evidence import countries
from authsvc.evidence.errors import HolderNumberInvalid
from authsvc.evidence.mrz_characters import check_digit
from authsvc.evidence.resident_number import PROVINCES, Sex, mod_11_2

_HONG_KONG_MACAO = re.compile(r"([HM][0-9]{8})(?:[0-9]{2})?")
_TAIWAN = re.compile(r"[0-9]{8}")
_FORMER_RESIDENT = re.compile(r"([A-Z]{3})([0-9]{4})([0-9]{6})([0-9])([0-9])")
_RESIDENT = re.compile(r"9([0-9]{2})([0-9]{3})([0-9]{8})([0-9]{3})[0-9X]")
# Doc 9303 part 4: up to nine characters in the zone, longer numbers run on (TD1 only).
_PASSPORT = re.compile(r"([A-Z]{1,3})/([A-Z0-9]{1,22})")


class HolderNumber(Protocol):
    """A number of a document's holder; what it says of them, as far as it says anything."""

    @property
    def value(self) -> str:
        """As it is printed, without spaces."""
        ...

    @property
    def person(self) -> str:
        """What stays of it when the document is renewed."""
        ...

    @property
    def birth_date(self) -> date | None:
        """The date of birth that it tells."""
        ...

    @property
    def sex(self) -> Sex | None:
        """The sex that it tells."""
        ...


@dataclass(frozen=True)
class TravelPermitNumber:
    """Of a mainland travel permit of a Hong Kong, Macao or Taiwan resident; it tells nothing."""

    value: str = field(repr=False)
    person: str = field(repr=False)
    birth_date: None = None
    sex: None = None

    @classmethod
    def of_hong_kong_or_macao(cls, text: str) -> "TravelPermitNumber":
        """H or M and eight digits, with or without the two that count reissues."""
        match = _HONG_KONG_MACAO.fullmatch(text)
        if match is None:
            raise HolderNumberInvalid(log="shape")
        return cls(text, match[1])

    @classmethod
    def of_taiwan(cls, text: str) -> "TravelPermitNumber":
        """Eight digits."""
        if not _TAIWAN.fullmatch(text):
            raise HolderNumberInvalid(log="shape")
        return cls(text, text)


@dataclass(frozen=True)
class PermanentResidentNumber:
    """Of a foreigner's permanent residence card, in either of its forms.

    `birth_date` is None in the form of 15: it gives the year without its century.
    """

    value: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    sex: Sex = field(repr=False)

    @property
    def person(self) -> str:
        """The number itself; a new form of it is for the register to tell."""
        return self.value

    @classmethod
    def parse(cls, text: str) -> "PermanentResidentNumber":
        """A number of 15 or 18 characters; HolderNumberInvalid."""
        if len(text) == 15:
            return cls._former(text)
        match = _RESIDENT.fullmatch(text)
        if match is None:
            raise HolderNumberInvalid(log="shape")
        province, state, born, sequence = match.groups()
        if province not in PROVINCES or state not in countries.NUMERIC_CODES:
            raise HolderNumberInvalid(log="province or state")
        if mod_11_2(text[:17]) != text[17]:
            raise HolderNumberInvalid(log="check character")
        return cls(text, _date(born), _sex(sequence))

    @classmethod
    def _former(cls, text: str) -> "PermanentResidentNumber":
        match = _FORMER_RESIDENT.fullmatch(text)
        if match is None:
            raise HolderNumberInvalid(log="shape")
        state, region, born, sequence, check = match.groups()
        if state not in countries.STATES:
            raise HolderNumberInvalid(log="state")
        if region[:2] not in PROVINCES:
            raise HolderNumberInvalid(log="region")
        # A day of some century: of 2000, which was a leap year, or of 1900, which adds none.
        _date("20" + born)
        if check_digit(text[:14]) != check:
            raise HolderNumberInvalid(log="check digit")
        return cls(text, None, _sex(sequence))


@dataclass(frozen=True)
class PassportNumber:
    """Of a passport: the issuer's code and the document's number. It tells nothing of the holder.

    NOTE: a renewed passport has another number, so that it is another person as far as it tells.
    """

    issuer: str
    number: str = field(repr=False)
    birth_date: None = None
    sex: None = None

    @property
    def value(self) -> str:
        """Issuer and number; a slash stands in no other number."""
        return f"{self.issuer}/{self.number}"

    @property
    def person(self) -> str:
        """The same: nothing of it stays."""
        return self.value

    @classmethod
    def parse(cls, text: str) -> "PassportNumber":
        """Issuer, a slash, number; HolderNumberInvalid."""
        match = _PASSPORT.fullmatch(text)
        if match is None or match[1] not in countries.CODES:
            raise HolderNumberInvalid(log="shape")
        return cls(match[1], match[2])


def _date(digits: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise HolderNumberInvalid(log="date of birth") from None


def _sex(sequence: str) -> Sex:
    """Odd for men, even for women, as in the citizen's number."""
    return Sex.MALE if int(sequence) % 2 else Sex.FEMALE
