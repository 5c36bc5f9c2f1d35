"""The machine readable zone of travel documents (ICAO Doc 9303 parts 3 to 6).

    TD1, cards         30 + 30 + 30   I<UTOD231458907<<… 7408122F1204159UTO<<… ERIKSSON<<ANNA<…
    TD2, larger cards  36 + 36        I<UTOERIKSSON<<ANNA<MARIA<<… D231458907UTO7408122F1204159…
    TD3, passports     44 + 44        P<UTOERIKSSON<<ANNA<MARIA<<… L898902C36UTO7408122F1204159…

Every check digit is verified, and every character belongs to the zone; what does not follow is a
ZoneMalformed. A document number of more than nine characters runs on in the optional data of TD1
and TD2 (part 5 section 4.2.2, note j). Years have two digits: a birth is the latest day that is not
ahead, an expiry the one nearest to today (part 3 section 4.8 leaves it to the reader).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from authsvc.evidence import countries
from authsvc.evidence.errors import ZoneMalformed
from authsvc.evidence.mrz_characters import FILLER, check_digit, is_zone_text
from authsvc.evidence.resident_number import Sex

_SEXES: Mapping[str, Sex] = {"M": Sex.MALE, "F": Sex.FEMALE, FILLER: Sex.UNSPECIFIED}
_UNKNOWN = FILLER * 2
# Nearest means: half a century either way.
_HALF_CENTURY = 50


@dataclass(frozen=True)
class MachineReadableZone:
    """What a zone says. Codes and numbers are without fillers.

    `birth_date` is the last day that the zone allows where month or day are unknown, so that
    nobody is called older than they are. `optional` is the optional data, TD1's first and second
    together; `name` is primary and secondary identifier with a space between.
    """

    size: str
    document_code: str
    issuer: str
    number: str = field(repr=False)
    nationality: str
    birth_date: date = field(repr=False)
    sex: Sex = field(repr=False)
    valid_until: date = field(repr=False)
    primary: str = field(repr=False)
    secondary: str = field(repr=False)
    optional: str = field(repr=False)

    @property
    def name(self) -> str:
        """The name as the zone has it: capital letters without marks."""
        return f"{self.primary} {self.secondary}".strip()

    @classmethod
    def parse(cls, text: str, *, today: date) -> "MachineReadableZone":
        """A zone, its lines one after the other or on lines of their own; ZoneMalformed."""
        zone = text.replace("\n", "")
        reader = _READERS.get(len(zone))
        if reader is None or not is_zone_text(zone):
            raise ZoneMalformed(log="length or characters")
        return reader(zone, today)


@dataclass(frozen=True)
class _Parts:
    """The pieces of a zone that every size has: where they stand is all that differs."""

    size: str
    head: str
    dates: str
    nationality: str
    names: str
    number: str
    optional: str

    def read(self, today: date) -> MachineReadableZone:
        born, expires = self.dates[:6], self.dates[8:14]
        _check(born, self.dates[6], "date of birth")
        _check(expires, self.dates[14], "date of expiry")
        primary, secondary = _names(self.names)
        sex = _SEXES.get(self.dates[7])
        if sex is None:
            raise ZoneMalformed(log="sex")
        return MachineReadableZone(
            size=self.size,
            document_code=_plain(self.head[:2]),
            issuer=_code(self.head[2:]),
            number=self.number,
            nationality=_code(self.nationality),
            birth_date=_birth(born, today),
            sex=sex,
            valid_until=_expiry(expires, today),
            primary=primary,
            secondary=secondary,
            optional=self.optional,
        )


def _td1(zone: str, today: date) -> MachineReadableZone:
    first, second, third = zone[:30], zone[30:60], zone[60:]
    _check(first[5:] + second[:7] + second[8:15] + second[18:29], second[29], "composite")
    number, rest = _number(first[5:14], first[14], first[15:])
    optional = rest + second[18:29].rstrip(FILLER)
    return _Parts("TD1", first[:5], second[:15], second[15:18], third, number, optional).read(today)


def _td2(zone: str, today: date) -> MachineReadableZone:
    first, second = zone[:36], zone[36:]
    _check(second[:10] + second[13:20] + second[21:35], second[35], "composite")
    number, rest = _number(second[:9], second[9], second[28:35])
    parts = _Parts("TD2", first[:5], second[13:28], second[10:13], first[5:], number, rest)
    return parts.read(today)


def _td3(zone: str, today: date) -> MachineReadableZone:
    first, second = zone[:44], zone[44:]
    _check(second[:10] + second[13:20] + second[21:43], second[43], "composite")
    _check(second[:9], second[9], "number")
    # Part 4: an empty personal number may have a filler for its check digit.
    if second[42] != FILLER or second[28:42].strip(FILLER):
        _check(second[28:42], second[42], "personal number")
    number, rest = _plain(second[:9]), second[28:42].rstrip(FILLER)
    parts = _Parts("TD3", first[:5], second[13:28], second[10:13], first[5:], number, rest)
    return parts.read(today)


_READERS = {90: _td1, 72: _td2, 88: _td3}


def _check(text: str, digit: str, what: str) -> None:
    if check_digit(text) != digit:
        raise ZoneMalformed(log=f"check digit of {what}")


def _plain(text: str) -> str:
    """A code or number without its fillers, which come last and only there."""
    plain = text.rstrip(FILLER)
    if not plain or FILLER in plain:
        raise ZoneMalformed(log="filler")
    return plain


def _code(text: str) -> str:
    code = text.rstrip(FILLER)
    if code not in countries.CODES:
        raise ZoneMalformed(log="code of a state")
    return code


def _number(number: str, digit: str, optional: str) -> tuple[str, str]:
    """The document number, and what is left of the optional data."""
    if digit != FILLER:
        _check(number, digit, "number")
        return _plain(number), optional.rstrip(FILLER)
    more, _, rest = optional.partition(FILLER)
    if len(more) < 2 or FILLER in number:
        raise ZoneMalformed(log="long number")
    _check(number + more[:-1], more[-1], "number")
    return number + more[:-1], rest.rstrip(FILLER)


def _names(field: str) -> tuple[str, str]:
    """Primary and secondary identifier, their components with a space between (part 3, 4.6)."""
    primary, _, secondary = field.rstrip(FILLER).partition(_UNKNOWN)
    if not primary.strip(FILLER) or any(character.isdigit() for character in field):
        raise ZoneMalformed(log="name")
    return " ".join(primary.split(FILLER)).strip(), " ".join(secondary.split(FILLER)).strip()


def _birth(text: str, today: date) -> date:
    """The last day that it can be; of two centuries the one that is not ahead of today."""
    year, month, day = text[:2], text[2:4], text[4:]
    if not year.isdigit() or not (month.isdigit() or month == day == _UNKNOWN):
        raise ZoneMalformed(log="date of birth")
    if not (day.isdigit() or day == _UNKNOWN):
        raise ZoneMalformed(log="date of birth")
    years = (century + int(year) for century in (2000, 1900))
    for each in years:
        born = _day(each, 12 if month == _UNKNOWN else int(month), day)
        # Of somebody born this year on an unknown day we know that it was not after today.
        if born <= today or (born.year == today.year and day == _UNKNOWN):
            return min(born, today)
    raise ZoneMalformed(log="date of birth")


def _expiry(text: str, today: date) -> date:
    if not text.isdigit():
        raise ZoneMalformed(log="date of expiry")
    year = today.year - (today.year - int(text[:2]) + _HALF_CENTURY) % 100 + _HALF_CENTURY
    return _day(year, int(text[2:4]), text[4:])


def _day(year: int, month: int, day: str) -> date:
    try:
        if day != _UNKNOWN:
            return date(year, month, int(day))
        first = date(year, month, 1)
        following = date(year + first.month // 12, first.month % 12 + 1, 1)
        return date.fromordinal(following.toordinal() - 1)
    except ValueError:
        raise ZoneMalformed(log="date") from None
