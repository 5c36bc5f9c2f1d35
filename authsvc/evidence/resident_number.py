"""The citizen identity number (GB 11643-1999): eighteen characters with a check character.

    110105 19491231 002 X
    region birth    seq check

A number is checked for what it says by itself; whether it was ever given to anybody is for the
document's signature and the register to say.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from authsvc.evidence.errors import IdentityNumberInvalid

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")

# GB/T 2260: the first two digits of every province-level region.
PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
    ]
)
# The residence permits of Hong Kong, Macao and Taiwan residents.
HONG_KONG_AND_MACAO = frozenset(("810000", "820000"))
TAIWAN = "830000"
# These, and Taiwan as a province: the region is named as a whole and never divided further.
_UNDIVIDED = HONG_KONG_AND_MACAO | {TAIWAN, "710000"}
# GB/T 2260: cities 01-20 and 51-70, prefectures and leagues 21-50, directly governed counties 90.
_DIRECTLY_GOVERNED = 90
# Hainan had no prefectures until 2002: its counties were 460001 to 460039.
_WITHOUT_PREFECTURES = "46"
_LAST_PREFECTURE = 70

# The standard itself gives the number of somebody born in 1880; nobody older is alive.
_EARLIEST_BIRTH = date(1800, 1, 1)

# ISO/IEC 7064: MOD 11-2 has radix 2 and the check characters 0 to 9 and X.
_CHECK_CHARACTERS = "0123456789X"


class Sex(Enum):
    """Sex as documents state it; passports may leave it open."""

    MALE = "male"
    FEMALE = "female"
    UNSPECIFIED = "unspecified"


@dataclass(frozen=True)
class ResidentNumber:
    """A well-formed identity number: 18 characters, the last one a digit or a capital X.

    Made by `parse` from what somebody sent, or directly from a value that was parsed before.
    Its repr does not show it.
    """

    value: str = field(repr=False)

    def __post_init__(self) -> None:
        _check(self.value)

    @classmethod
    def parse(
        cls, text: str, *, today: date, field: str | None = "identity_number"
    ) -> "ResidentNumber":
        """A number as a person types it: a small x is taken for a capital one, nothing else is.

        `today` is the day in China; IdentityNumberInvalid also for who is born after it.
        """
        try:
            number = cls(text.replace("x", "X"))
        except IdentityNumberInvalid as error:
            raise IdentityNumberInvalid(field=field, log=error.log) from None
        if number.birth_date > today:
            raise IdentityNumberInvalid(field=field, log="born in the future")
        return number

    @property
    def person(self) -> str:
        """What stays of it for life: the number itself."""
        return self.value

    @property
    def region(self) -> str:
        """The six digits of the region that gave the number."""
        return self.value[:6]

    @property
    def birth_date(self) -> date:
        """The date of birth."""
        return _date_of(self.value[6:14])

    @property
    def sex(self) -> Sex:
        """Odd sequence numbers are given to men, even ones to women."""
        return Sex.MALE if int(self.value[14:17]) % 2 else Sex.FEMALE


def mod_11_2(digits: str) -> str:
    """The check character of ISO/IEC 7064 MOD 11-2 for a string of decimal digits."""
    state = 0
    for digit in digits:
        state = (state + int(digit)) * 2 % 11
    return _CHECK_CHARACTERS[(1 - state) % 11]


def _check(value: str) -> None:
    if not _SHAPE.fullmatch(value):
        raise IdentityNumberInvalid(log="shape")
    if not _plausible(value[:6]):
        raise IdentityNumberInvalid(log="region")
    try:
        birth_date = _date_of(value[6:14])
    except ValueError:
        raise IdentityNumberInvalid(log="date of birth") from None
    if birth_date < _EARLIEST_BIRTH:
        raise IdentityNumberInvalid(log="date of birth")
    # Any sequence is possible: the standard forbids none.
    if mod_11_2(value[:17]) != value[17]:
        raise IdentityNumberInvalid(log="check character")


def _plausible(region: str) -> bool:
    """Whether a region could exist. Codes come and go, so no list of counties is kept.

    NOTE: the county digits are free. Cities without counties (Dongguan, 441900) have given
    numbers that end in 00, and every other pair has been used or may be.
    """
    province, prefecture, county = region[:2], int(region[2:4]), region[4:]
    if region in _UNDIVIDED:
        return True
    if prefecture == 0:
        return province == _WITHOUT_PREFECTURES and county != "00"
    return province in PROVINCES and (
        prefecture <= _LAST_PREFECTURE or prefecture == _DIRECTLY_GOVERNED
    )


def _date_of(digits: str) -> date:
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
