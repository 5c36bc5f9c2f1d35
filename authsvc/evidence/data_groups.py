"""What the data groups of a card say: each a template of tagged fields, read strictly.

The outer tags are those of ICAO Doc 9303 part 10; the fields are those of its DG11 and DG12 and of
ISO/IEC 7816-6. Texts are UTF-8, dates are YYYYMMDD.

    DG1  61  50 kind code | 5F0E name | 5F10 identity number | 5F2B date of birth | 5F35 sex 1/2/9
    DG2  75  7F61 { 02 number of portraits: 1 | 7F60 { 5F2E portrait } }
    DG12 6C  5F19 issuing authority | 5A document number | 5F25 valid from | 5F24 valid until

A missing, repeated or foreign field, a trailing byte and an over-long value are refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from authsvc.evidence import tlv
from authsvc.evidence.chip_reading import DATA_GROUP_TAGS
from authsvc.evidence.errors import ChipFileMalformed, DataGroupMalformed
from authsvc.evidence.kinds import HOLDER_GROUP, ISSUE_GROUP, PORTRAIT_GROUP
from authsvc.evidence.resident_number import Sex

# A resident card names up to 30 characters; room is left for other writings.
MAX_NAME = 64
MAX_AUTHORITY = 128
# A chip's portrait is 1 kB on a resident card and about 20 kB in an ICAO chip.
MAX_PORTRAIT = 64 * 1024

# What stands for an expiry date on a card that is valid for life.
LONG_TERM = "LONGTERM"

_KIND, _NAME, _NUMBER, _BIRTH, _SEX = 0x50, 0x5F0E, 0x5F10, 0x5F2B, 0x5F35
_PORTRAITS, _COUNT, _PORTRAIT, _IMAGE = 0x7F61, 0x02, 0x7F60, 0x5F2E
_AUTHORITY, _DOCUMENT, _FROM, _UNTIL = 0x5F19, 0x5A, 0x5F25, 0x5F24
_ONE_PORTRAIT = b"\x01"

_DATE = re.compile(r"[0-9]{8}")
_DOCUMENT_NUMBER = re.compile(r"[A-Z0-9]{6,20}")
# ISO/IEC 5218.
_SEX_CODES: Mapping[str, Sex] = {"1": Sex.MALE, "2": Sex.FEMALE, "9": Sex.UNSPECIFIED}


@dataclass(frozen=True, repr=False)
class HolderRecord:
    """DG1: whose the document is. `number` is text; the kind says what it must be."""

    kind_code: str
    name: str
    number: str
    birth_date: date
    sex: Sex

    @classmethod
    def read(cls, file: bytes) -> "HolderRecord":
        """Reads EF.DG1; DataGroupMalformed."""
        fields = _fields(file, HOLDER_GROUP, {_KIND, _NAME, _NUMBER, _BIRTH, _SEX})
        sex = _SEX_CODES.get(_text(fields[_SEX], 1))
        if sex is None:
            raise DataGroupMalformed(log="sex")
        return cls(
            kind_code=_text(fields[_KIND], 16),
            name=_text(fields[_NAME], MAX_NAME),
            number=_text(fields[_NUMBER], 32),
            birth_date=_date(fields[_BIRTH]),
            sex=sex,
        )

    def write(self) -> bytes:
        """The EF.DG1 that says this."""
        sex = next(code for code, value in _SEX_CODES.items() if value is self.sex)
        return _template(
            HOLDER_GROUP,
            (_KIND, self.kind_code),
            (_NAME, self.name),
            (_NUMBER, self.number),
            (_BIRTH, f"{self.birth_date:%Y%m%d}"),
            (_SEX, sex),
        )


@dataclass(frozen=True)
class PortraitRecord:
    """DG2: the holder's face, in whatever form the face matcher understands."""

    portrait: bytes = field(repr=False)

    @classmethod
    def read(cls, file: bytes) -> "PortraitRecord":
        """Reads EF.DG2; DataGroupMalformed."""
        outer = _fields(file, PORTRAIT_GROUP, {_PORTRAITS})
        group = _exactly(outer[_PORTRAITS], {_COUNT, _PORTRAIT})
        if group[_COUNT] != _ONE_PORTRAIT:
            raise DataGroupMalformed(log="number of portraits")
        portrait = _exactly(group[_PORTRAIT], {_IMAGE})[_IMAGE]
        if not 1 <= len(portrait) <= MAX_PORTRAIT:
            raise DataGroupMalformed(log="size of the portrait")
        return cls(portrait)

    def write(self) -> bytes:
        """The EF.DG2 that says this."""
        portrait = tlv.write_field(_PORTRAIT, tlv.write_field(_IMAGE, self.portrait))
        group = tlv.write_field(_COUNT, _ONE_PORTRAIT) + portrait
        return tlv.write_field(DATA_GROUP_TAGS[PORTRAIT_GROUP], tlv.write_field(_PORTRAITS, group))


@dataclass(frozen=True, repr=False)
class IssueRecord:
    """DG12: who issued the document, under which number, and how long it is good.

    `valid_until` is the last day, or None for a card that is valid for life.
    """

    authority: str
    document_number: str
    valid_from: date
    valid_until: date | None

    @classmethod
    def read(cls, file: bytes) -> "IssueRecord":
        """Reads EF.DG12; DataGroupMalformed."""
        fields = _fields(file, ISSUE_GROUP, {_AUTHORITY, _DOCUMENT, _FROM, _UNTIL})
        document_number = _text(fields[_DOCUMENT], 20)
        if not _DOCUMENT_NUMBER.fullmatch(document_number):
            raise DataGroupMalformed(log="document number")
        long_term = fields[_UNTIL] == LONG_TERM.encode("ascii")
        return cls(
            authority=_text(fields[_AUTHORITY], MAX_AUTHORITY),
            document_number=document_number,
            valid_from=_date(fields[_FROM]),
            valid_until=None if long_term else _date(fields[_UNTIL]),
        )

    def write(self) -> bytes:
        """The EF.DG12 that says this."""
        until = LONG_TERM if self.valid_until is None else f"{self.valid_until:%Y%m%d}"
        return _template(
            ISSUE_GROUP,
            (_AUTHORITY, self.authority),
            (_DOCUMENT, self.document_number),
            (_FROM, f"{self.valid_from:%Y%m%d}"),
            (_UNTIL, until),
        )


def _template(number: int, *fields: tuple[int, str]) -> bytes:
    content = b"".join(tlv.write_field(tag, text.encode("utf-8")) for tag, text in fields)
    return tlv.write_field(DATA_GROUP_TAGS[number], content)


def _fields(file: bytes, number: int, tags: set[int]) -> dict[int, bytes]:
    try:
        content = tlv.read_only_field(file, DATA_GROUP_TAGS[number])
    except ChipFileMalformed as error:
        raise DataGroupMalformed(log=error.log) from None
    return _exactly(content, tags)


def _exactly(content: bytes, tags: set[int]) -> dict[int, bytes]:
    try:
        fields = tlv.read_fields(content)
    except ChipFileMalformed as error:
        raise DataGroupMalformed(log=error.log) from None
    if fields.keys() != tags:
        raise DataGroupMalformed(log="a field is missing or foreign")
    return fields


def _text(value: bytes, longest: int) -> str:
    """A printable text without spaces at its ends; control and direction marks do not print."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        raise DataGroupMalformed(log="not UTF-8") from None
    if not 1 <= len(text) <= longest or not text.isprintable() or text != text.strip():
        raise DataGroupMalformed(log="text")
    return text


def _date(value: bytes) -> date:
    text = _text(value, 8)
    if not _DATE.fullmatch(text):
        raise DataGroupMalformed(log="date")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise DataGroupMalformed(log="date") from None
