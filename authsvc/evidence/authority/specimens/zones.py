"""Machine readable zones of artificial documents (Doc 9303 parts 3 to 6)."""

from datetime import date

from authsvc.evidence.mrz_characters import FILLER, check_digit
from authsvc.evidence.resident_number import Sex

_SEXES = {Sex.MALE: "M", Sex.FEMALE: "F", Sex.UNSPECIFIED: FILLER}


def passport_zone(
    *,
    issuer: str,
    nationality: str,
    number: str,
    primary: str,
    secondary: str,
    birth_date: date,
    sex: Sex,
    valid_until: date,
    code: str = "P",
    optional: str = "",
) -> str:
    """Two lines of 44 (TD3), one after the other."""
    first = _filled(code, 2) + _filled(issuer, 3) + _names(primary, secondary, 39)
    numbered = _checked(_filled(number, 9))
    dates = _dates(birth_date, sex, valid_until)
    more = _checked(_filled(optional, 14))
    composite = numbered + dates[:7] + dates[8:] + more
    return first + numbered + _filled(nationality, 3) + dates + more + check_digit(composite)


def card_zone(
    *,
    code: str,
    issuer: str,
    nationality: str,
    number: str,
    primary: str,
    secondary: str,
    birth_date: date,
    sex: Sex,
    valid_until: date,
    optional: str = "",
) -> str:
    """Three lines of 30 (TD1), one after the other; a long number runs on."""
    if len(number) <= 9:
        numbered = _checked(_filled(number, 9)) + _filled(optional, 15)
    else:
        numbered = number[:9] + FILLER + _filled(number[9:] + check_digit(number), 15)
    dates = _dates(birth_date, sex, valid_until)
    more = _filled("", 11)
    composite = check_digit(numbered + dates[:7] + dates[8:] + more)
    second = dates + _filled(nationality, 3) + more + composite
    head = _filled(code, 2) + _filled(issuer, 3)
    return head + numbered + second + _names(primary, secondary, 30)


def _dates(birth_date: date, sex: Sex, valid_until: date) -> str:
    return _checked(f"{birth_date:%y%m%d}") + _SEXES[sex] + _checked(f"{valid_until:%y%m%d}")


def _names(primary: str, secondary: str, length: int) -> str:
    names = primary + FILLER * 2 + secondary if secondary else primary
    return _filled(names.replace(" ", FILLER), length)[:length]


def _checked(text: str) -> str:
    return text + check_digit(text)


def _filled(text: str, length: int) -> str:
    return text.ljust(length, FILLER)
