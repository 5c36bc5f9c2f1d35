"""TLV: one spelling, nothing after it, nothing twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.evidence import tlv
from authsvc.evidence.errors import ChipFileMalformed

TAGS = st.integers(0x01, 0xFE).filter(lambda tag: tag & 0x1F != 0x1F) | st.sampled_from(
    [0x5F0E, 0x5F2B, 0x7F61, 0x5F7F]
)


def test_nothing_holds_no_fields() -> None:
    assert tlv.read_fields(b"") == {}


@given(st.dictionaries(TAGS, st.binary(max_size=400), max_size=6))
def test_what_was_written_is_read(fields: dict[int, bytes]) -> None:
    written = b"".join(tlv.write_field(tag, value) for tag, value in fields.items())
    assert tlv.read_fields(written) == fields


@pytest.mark.parametrize("size", [0, 127, 128, 255, 256, 65535, 65536])
def test_every_form_of_length_is_read_back(size: int) -> None:
    assert tlv.read_only_field(tlv.write_field(0x61, bytes(size)), 0x61) == bytes(size)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("61", id="no length"),
        pytest.param("6102 00", id="a value cut short"),
        pytest.param("6180 0000", id="indefinite length"),
        pytest.param("618101 00", id="a long form for a short length"),
        pytest.param("61820080" + "00" * 128, id="a length with a leading zero"),
        pytest.param("6181", id="length octets cut short"),
        pytest.param("6185 0000000001 00", id="five length octets"),
        pytest.param("61FF" + "00" * 10, id="the reserved length"),
        pytest.param("5F", id="half a tag"),
        pytest.param("5F810100", id="a tag of three octets"),
        pytest.param("6100 6100", id="a tag twice"),
    ],
)
def test_any_other_spelling_is_refused(data: str) -> None:
    with pytest.raises(ChipFileMalformed):
        tlv.read_fields(bytes.fromhex(data))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("", id="nothing"),
        pytest.param("6200", id="another tag"),
        pytest.param("61006200", id="something after it"),
        pytest.param("610000", id="a byte after it"),
    ],
)
def test_an_only_field_stands_alone(data: str) -> None:
    with pytest.raises(ChipFileMalformed):
        tlv.read_only_field(bytes.fromhex(data), 0x61)


def test_der_is_required_all_the_way_down() -> None:
    tlv.require_der(bytes.fromhex("3006 3004 0402 FFFF"))
    with pytest.raises(ChipFileMalformed):
        tlv.require_der(bytes.fromhex("3006 3080 0400 0000"))


def test_bottomless_nesting_is_refused() -> None:
    data = b""
    for _ in range(40):
        data = tlv.write_field(0x30, data)
    with pytest.raises(ChipFileMalformed):
        tlv.require_der(data)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        fields = tlv.read_fields(data)
        tlv.require_der(data)
    except ChipFileMalformed:
        return
    assert b"".join(tlv.write_field(tag, value) for tag, value in fields.items()) == data
