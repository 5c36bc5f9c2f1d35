"""Data groups of travel documents (Doc 9303 part 10 section 4.7).

    DG1  61  5F1F machine readable zone
    DG2  75  7F61 { 02 count | 7F60 { A1 header | 5F2E or 7F2E { 5F2E } record } … }
    DG14 6E  SecurityInfos: keys and protocols of the chip
    DG15 6F  SubjectPublicKeyInfo for active authentication

The portrait rests in a record of ISO/IEC 19794-5 (2005), which is taken apart here, or in one of
another format, which is handed on whole: what it shows is for the face matcher.
"""

from authsvc.evidence import tlv
from authsvc.evidence.chip_reading import DATA_GROUP_TAGS
from authsvc.evidence.errors import ChipFileMalformed, DataGroupMalformed

ZONE_GROUP, PORTRAIT_GROUP = 1, 2
SECURITY_GROUP, ACTIVE_GROUP = 14, 15

_ZONE = 0x5F1F
_PORTRAITS, _COUNT, _PORTRAIT, _HEADER = 0x7F61, 0x02, 0x7F60, 0xA1
_RECORD, _CONSTRUCTED_RECORD = 0x5F2E, 0x7F2E

# ISO/IEC 19794-5 (2005): record header, facial information with its feature points, image
# information; then the image (JPEG or JPEG 2000) to the end of the facial record.
_MAGIC = b"FAC\x00010\x00"
_RECORD_HEADER, _FACIAL_BLOCK, _FEATURE_POINT, _IMAGE_BLOCK = 14, 20, 8, 12

MAX_PORTRAIT = 128 * 1024


def read_zone(file: bytes) -> str:
    """The text in EF.DG1; DataGroupMalformed."""
    content = _only(_content(file, ZONE_GROUP), _ZONE)
    try:
        return content.decode("ascii")
    except UnicodeDecodeError:
        raise DataGroupMalformed(log="not ASCII") from None


def read_portrait(file: bytes) -> bytes:
    """The first image in EF.DG2; DataGroupMalformed.

    Several portraits of the holder may stand there (part 10): the first is the one on the page.
    """
    try:
        group = _only(_content(file, PORTRAIT_GROUP), _PORTRAITS)
        instances = tlv.read_repeated(group)
    except ChipFileMalformed as error:
        raise DataGroupMalformed(log=error.log) from None
    if [tag for tag, _ in instances[:2]] != [_COUNT, _PORTRAIT]:
        raise DataGroupMalformed(log="portraits")
    fields = _fields(instances[1][1])
    record = fields.get(_RECORD)
    if record is None and _CONSTRUCTED_RECORD in fields:
        record = _only(fields[_CONSTRUCTED_RECORD], _RECORD)
    if record is None or fields.keys() - {_HEADER, _RECORD, _CONSTRUCTED_RECORD}:
        raise DataGroupMalformed(log="record of the portrait")
    image = _image(record)
    if not 1 <= len(image) <= MAX_PORTRAIT:
        raise DataGroupMalformed(log="size of the portrait")
    return image


def read_security_infos(file: bytes) -> bytes:
    """The SET OF SecurityInfo in EF.DG14, in DER; DataGroupMalformed."""
    return _content(file, SECURITY_GROUP)


def read_active_key(file: bytes) -> bytes:
    """The SubjectPublicKeyInfo in EF.DG15; DataGroupMalformed."""
    return _content(file, ACTIVE_GROUP)


def write_zone(text: str) -> bytes:
    """The EF.DG1 with this zone."""
    return _file(ZONE_GROUP, tlv.write_field(_ZONE, text.encode("ascii")))


def write_portrait(image: bytes) -> bytes:
    """The EF.DG2 with one record of ISO/IEC 19794-5 that holds this image."""
    facial = _FACIAL_BLOCK + _IMAGE_BLOCK + len(image)
    record = (
        _MAGIC
        + (_RECORD_HEADER + facial).to_bytes(4)
        + (1).to_bytes(2)
        + facial.to_bytes(4)
        + bytes(_FACIAL_BLOCK - 4 + _IMAGE_BLOCK)
        + image
    )
    # Part 10: the header says what the record is (87: format owner, 88: format type).
    header = tlv.write_field(0x87, b"\x01\x01") + tlv.write_field(0x88, b"\x00\x08")
    portrait = tlv.write_field(_HEADER, header) + tlv.write_field(_RECORD, record)
    group = tlv.write_field(_COUNT, b"\x01") + tlv.write_field(_PORTRAIT, portrait)
    return _file(PORTRAIT_GROUP, tlv.write_field(_PORTRAITS, group))


def write_security_infos(infos: bytes) -> bytes:
    """The EF.DG14 with these SecurityInfos."""
    return _file(SECURITY_GROUP, infos)


def write_active_key(info: bytes) -> bytes:
    """The EF.DG15 with this SubjectPublicKeyInfo."""
    return _file(ACTIVE_GROUP, info)


def _image(record: bytes) -> bytes:
    if not record.startswith(b"FAC\x00"):
        return record
    if not record.startswith(_MAGIC) or len(record) < _RECORD_HEADER + _FACIAL_BLOCK:
        raise DataGroupMalformed(log="facial record")
    length = int.from_bytes(record[_RECORD_HEADER : _RECORD_HEADER + 4])
    points = int.from_bytes(record[_RECORD_HEADER + 4 : _RECORD_HEADER + 6])
    begins = _RECORD_HEADER + _FACIAL_BLOCK + points * _FEATURE_POINT + _IMAGE_BLOCK
    ends = _RECORD_HEADER + length
    if not begins < ends <= len(record) or int.from_bytes(record[8:12]) != len(record):
        raise DataGroupMalformed(log="lengths in the facial record")
    return record[begins:ends]


def _file(number: int, content: bytes) -> bytes:
    return tlv.write_field(DATA_GROUP_TAGS[number], content)


def _content(file: bytes, number: int) -> bytes:
    return _only(file, DATA_GROUP_TAGS[number])


def _only(data: bytes, tag: int) -> bytes:
    try:
        return tlv.read_only_field(data, tag)
    except ChipFileMalformed as error:
        raise DataGroupMalformed(log=error.log) from None


def _fields(data: bytes) -> dict[int, bytes]:
    try:
        return tlv.read_fields(data)
    except ChipFileMalformed as error:
        raise DataGroupMalformed(log=error.log) from None
