"""The chip file: what a reader gathered from a document's chip, in one container.

    E1 <length>                     the container (private class, ours)
       61 … | 75 … | 63 … | …       the data groups as elementary files, by rising number
       77 …                         EF.SOD, the document security object, last

Every elementary file stands there byte for byte as the chip gives it, with the tag of ICAO Doc
9303 part 10. EF.COM is left out: nobody signs it, so nothing may rest on it. There is exactly
one way to write a reading; every other spelling is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from authsvc.evidence import tlv
from authsvc.evidence.errors import ChipFileMalformed, ChipFileTooLarge

# A resident card holds about 3 kB and an ICAO chip with a portrait about 30 kB; in base64 this
# bound still fits into a request of 1 MB.
MAX_CHIP_FILE = 256 * 1024

CONTAINER_TAG = 0xE1
SECURITY_OBJECT_TAG = 0x77

# ICAO Doc 9303 part 10, section 4.6: the tags of the data groups.
DATA_GROUP_TAGS: Mapping[int, int] = {
    1: 0x61,
    2: 0x75,
    3: 0x63,
    4: 0x76,
    5: 0x65,
    6: 0x66,
    7: 0x67,
    8: 0x68,
    9: 0x69,
    10: 0x6A,
    11: 0x6B,
    12: 0x6C,
    13: 0x6D,
    14: 0x6E,
    15: 0x6F,
    16: 0x70,
}
_NUMBERS = {tag: number for number, tag in DATA_GROUP_TAGS.items()}


@dataclass(frozen=True)
class ChipReading:
    """Elementary files as they were read, unverified.

    `data_groups` has whole files (tag and length included: that is what is hashed) by number.
    """

    data_groups: Mapping[int, bytes] = field(repr=False)
    security_object: bytes = field(repr=False)

    @classmethod
    def parse(cls, chip_file: bytes) -> "ChipReading":
        """Takes a chip file apart; ChipFileMalformed or ChipFileTooLarge."""
        if len(chip_file) > MAX_CHIP_FILE:
            raise ChipFileTooLarge(field="chip")
        files = tlv.read_fields(tlv.read_only_field(chip_file, CONTAINER_TAG))
        if not files or next(reversed(files)) != SECURITY_OBJECT_TAG:
            raise ChipFileMalformed(log="EF.SOD is not the last file")
        security_object = tlv.write_field(SECURITY_OBJECT_TAG, files.pop(SECURITY_OBJECT_TAG))
        numbers = [_NUMBERS.get(tag, 0) for tag in files]
        if 0 in numbers or numbers != sorted(numbers):
            raise ChipFileMalformed(log="data groups")
        return cls(
            data_groups={
                number: tlv.write_field(tag, value)
                for number, (tag, value) in zip(numbers, files.items(), strict=True)
            },
            security_object=security_object,
        )

    def to_chip_file(self) -> bytes:
        """The reading in its one spelling."""
        groups = b"".join(self.data_groups[number] for number in sorted(self.data_groups))
        return tlv.write_field(CONTAINER_TAG, groups + self.security_object)
