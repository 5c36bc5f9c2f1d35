"""Artificial people: nobody here can be taken for a real person.

Names say that they are made up. Numbers are well formed, so that everything behaves as for a real
one, but come from a region that was never assigned.
"""

import hashlib
import re
import secrets
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from authsvc.evidence.authority.errors import NumbersExhausted, PersonRefused
from authsvc.evidence.data_groups import MAX_NAME
from authsvc.evidence.holder_numbers import HolderNumber
from authsvc.evidence.kinds import RESIDENT_IDENTITY_CARD
from authsvc.evidence.resident_number import ResidentNumber, Sex, mod_11_2

# GB/T 2260: 6590 is the cities that Xinjiang governs directly. They are numbered from 01 upwards,
# about a dozen of them exist, and none is or was number 99; the structure of the code is sound.
ARTIFICIAL_REGION = "659099"

# No mobile number in China begins with 10.
_PHONE_PREFIX = "+86100"

_FAMILY_NAMES = ("测试", "样例", "虚构", "演示")
_GIVEN_NAMES = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"

_PORTRAIT = "artificial-portrait:"

_LATIN = re.compile(r"[A-Z]+(?: [A-Z]+)*")

T = TypeVar("T")


@dataclass(frozen=True)
class Person:
    """Somebody who does not exist. `face` is a token that stands for an image of the face.

    `kind` is the kind of document whose number it is; a citizen's is that of the resident card.
    """

    number: HolderNumber
    name: str = field(repr=False)
    face: str = field(repr=False)
    phone: str = field(repr=False)
    birth_date: date = field(repr=False)
    sex: Sex = field(repr=False)
    kind: str = RESIDENT_IDENTITY_CARD.name

    @property
    def portrait(self) -> bytes:
        """What stands in the chip's portrait, and what a camera sees of this person."""
        return self.face.encode("ascii")


def make_person(
    *,
    name: str | None,
    birth_date: date | None,
    sex: Sex | None,
    phone: str | None,
    seed: str | None,
    taken: Container[str],
    today: date,
) -> Person:
    """Makes up whatever is not given; the same seed gives the same person while room is left.

    `taken` has the numbers that are in use. PersonRefused, NumbersExhausted.
    """
    source = seed.encode("utf-8") if seed is not None else secrets.token_bytes(32)
    age, month = 20 + _draw(source, "age", 41), 1 + _draw(source, "month", 12)
    birth_date = birth_date or date(today.year - age, month, 15)
    if not birth_date <= today or birth_date.year < 1900:
        raise PersonRefused(field="birth_date")
    sex = sex or _pick(source, "sex", (Sex.MALE, Sex.FEMALE))
    return Person(
        number=_number(birth_date, sex, taken=taken),
        name=checked_name(_name(source) if name is None else name),
        face=_PORTRAIT + _digest(source, "face").hex(),
        phone=phone or f"{_PHONE_PREFIX}{_draw(source, 'phone', 10**8):08d}",
        birth_date=birth_date,
        sex=sex,
    )


def another_number(birth_date: date, sex: Sex, *, taken: Container[str]) -> ResidentNumber:
    """A number that nobody has had, for somebody who needs another one; NumbersExhausted."""
    return _number(birth_date, sex, taken=taken)


def _name(source: bytes) -> str:
    return _pick(source, "family", _FAMILY_NAMES) + _pick(source, "given", _GIVEN_NAMES)


def _pick(source: bytes, what: str, choices: Sequence[T]) -> T:
    return choices[_draw(source, what, len(choices))]


def _draw(source: bytes, what: str, below: int) -> int:
    return int.from_bytes(_digest(source, what)) % below


def _digest(source: bytes, what: str) -> bytes:
    """One independent draw for each thing that is made up."""
    return hashlib.sha256(what.encode("ascii") + b"\0" + source).digest()


def _number(birth_date: date, sex: Sex, *, taken: Container[str]) -> ResidentNumber:
    """The first free number of the artificial region: odd sequences for men, even for women."""
    for sequence in range(1 if sex is Sex.MALE else 2, 1000, 2):
        digits = f"{ARTIFICIAL_REGION}{birth_date:%Y%m%d}{sequence:03d}"
        number = digits + mod_11_2(digits)
        if number not in taken:
            return ResidentNumber(number)
    raise NumbersExhausted


def checked_name(name: str, *, latin: bool = False) -> str:
    """A name that a card can bear (the same rule by which a card is read).

    `latin` is for a machine readable zone: letters A to Z and single spaces (Doc 9303 part 3
    section 4.6).
    """
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable() or name != name.strip():
        raise PersonRefused(field="name")
    if latin and not _LATIN.fullmatch(name):
        raise PersonRefused(field="name", log="not of a machine readable zone")
    return name
