"""EF.SOD of a travel document (Doc 9303 part 10 section 4.6.2): hashes of data groups, signed.

Version 0 and version 1 of the LDS security object, any hash of `algorithms.HASHES`.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from authsvc.evidence import tlv
from authsvc.evidence.chip_reading import SECURITY_OBJECT_TAG, ChipReading
from authsvc.evidence.emrtd.algorithms import read_digest
from authsvc.evidence.emrtd.certificates import UNREADABLE
from authsvc.evidence.emrtd.signed_data import SignedData
from authsvc.evidence.errors import (
    ChipFileMalformed,
    DataGroupAltered,
    DataGroupMissing,
    DataGroupNotSigned,
    SecurityObjectMalformed,
)
from authsvc.evidence.security_object import (
    LDS_SECURITY_OBJECT,
    MOST_DATA_GROUPS,
    LDSSecurityObject,
)

# One certificate of 8192 bits with a curve written out is 4 kB; some states send several.
_MAX_SECURITY_OBJECT = 32 * 1024


@dataclass(frozen=True)
class TravelSecurityObject:
    """What an EF.SOD says; consistent with itself, believed by nobody yet."""

    hash_algorithm: str
    data_group_hashes: Mapping[int, bytes] = field(repr=False)
    signed_data: SignedData

    @classmethod
    def parse(cls, file: bytes) -> "TravelSecurityObject":
        """Takes an EF.SOD apart; SecurityObjectMalformed, AlgorithmNotAllowed."""
        if len(file) > _MAX_SECURITY_OBJECT:
            raise SecurityObjectMalformed(log="size")
        try:
            content_info = tlv.read_only_field(file, SECURITY_OBJECT_TAG)
        except ChipFileMalformed as error:
            raise SecurityObjectMalformed(log=error.log) from None
        signed_data = SignedData.parse(content_info, content_type=LDS_SECURITY_OBJECT)
        try:
            algorithm, hashes = _hashes(signed_data.content)
        except UNREADABLE as error:
            raise SecurityObjectMalformed(log=type(error).__name__) from None
        return cls(algorithm, hashes, signed_data)

    def compare(self, reading: ChipReading, required: frozenset[int]) -> None:
        """Returns if every data group that was read is as signed, and none that is required lacks.

        DataGroupMissing, DataGroupNotSigned, DataGroupAltered.
        """
        if not required <= reading.data_groups.keys():
            raise DataGroupMissing
        for number, file in reading.data_groups.items():
            signed = self.data_group_hashes.get(number)
            if signed is None:
                raise DataGroupNotSigned(log=f"DG{number}")
            found = hashlib.new(self.hash_algorithm, file).digest()
            if not hmac.compare_digest(found, signed):
                raise DataGroupAltered(log=f"DG{number}")


def _hashes(content: bytes) -> tuple[str, dict[int, bytes]]:
    lds = LDSSecurityObject.load(content, strict=True)
    if lds["version"].native not in (0, 1):
        raise ValueError("version of the LDS security object")
    algorithm = read_digest(lds["hash_algorithm"])
    length = hashlib.new(algorithm).digest_size
    hashes: dict[int, bytes] = {}
    for entry in lds["hashes"]:
        number, value = entry["number"].native, entry["hash"].native
        if not 1 <= number <= MOST_DATA_GROUPS or number in hashes or len(value) != length:
            raise ValueError("hashes of data groups")
        hashes[number] = value
    if len(hashes) < 2:
        raise ValueError("number of hashes")
    return algorithm, hashes
