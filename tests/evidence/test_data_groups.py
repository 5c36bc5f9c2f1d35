"""Data groups: what a card says, and nothing else."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.evidence import tlv
from authsvc.evidence.data_groups import MAX_PORTRAIT, HolderRecord, IssueRecord, PortraitRecord
from authsvc.evidence.errors import DataGroupMalformed
from authsvc.evidence.resident_number import Sex
from tests.evidence.makers import holder_record, issue_record

NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=64
)
DAYS = st.dates(date(1000, 1, 1), date(9999, 12, 31))


def holder_fields(**changed: bytes | None) -> bytes:
    """EF.DG1 with fields changed or, where None, left out."""
    fields = {
        "50": b"CN-RIC",
        "5F0E": "测试甲".encode(),
        "5F10": b"659099199001010019",
        "5F2B": b"19900101",
        "5F35": b"1",
        **{tag.removeprefix("t"): value for tag, value in changed.items()},
    }
    content = b"".join(
        tlv.write_field(int(tag, 16), value) for tag, value in fields.items() if value is not None
    )
    return tlv.write_field(0x61, content)


def test_the_unchanged_record_reads() -> None:
    assert HolderRecord.read(holder_fields()).name == "测试甲"


@given(NAMES, DAYS, st.sampled_from(Sex))
def test_a_holder_is_read_as_written(name: str, birth_date: date, sex: Sex) -> None:
    record = holder_record(name=name, birth_date=birth_date, sex=sex)
    assert HolderRecord.read(record.write()) == record


@given(DAYS, st.none() | DAYS)
def test_an_issue_is_read_as_written(valid_from: date, valid_until: date | None) -> None:
    record = issue_record(valid_from=valid_from, valid_until=valid_until)
    assert IssueRecord.read(record.write()) == record


@given(st.binary(min_size=1, max_size=1000))
def test_a_portrait_is_read_as_written(portrait: bytes) -> None:
    assert PortraitRecord.read(PortraitRecord(portrait).write()).portrait == portrait


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(holder_fields() + b"\0", id="a trailing byte"),
        pytest.param(tlv.write_field(0x6B, b""), id="another data group"),
        pytest.param(tlv.write_field(0x61, b"\x50"), id="half a field"),
        pytest.param(holder_fields(t5F0E=None), id="no name"),
        pytest.param(holder_fields(t5F42=b"somewhere"), id="a field too many"),
        pytest.param(holder_fields(t5F0E=b""), id="an empty name"),
        pytest.param(holder_fields(t5F0E=b"x" * 65), id="an over-long name"),
        pytest.param(holder_fields(t5F0E=b"\xff\xfe"), id="not UTF-8"),
        pytest.param(holder_fields(t5F0E=b"\xed\xa0\x80"), id="half a surrogate pair"),
        pytest.param(holder_fields(t5F0E=b"A\nB"), id="a line break in a name"),
        pytest.param(holder_fields(t5F0E="\u202eB".encode()), id="a direction mark in a name"),
        pytest.param(holder_fields(t5F0E=b" A"), id="a space before a name"),
        pytest.param(holder_fields(t5F35=b"3"), id="an unknown sex"),
        pytest.param(holder_fields(t5F2B=b"19900230"), id="30 February"),
        pytest.param(holder_fields(t5F2B=b"1990-1-1"), id="a date spelt otherwise"),
        pytest.param(holder_fields(t5F2B="１９９０".encode()), id="full-width digits"),
    ],
)
def test_a_broken_holder_record_is_refused(file: bytes) -> None:
    with pytest.raises(DataGroupMalformed) as refusal:
        HolderRecord.read(file)
    assert refusal.value.field == "chip"


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("T1", id="short"),
        pytest.param("T" * 21, id="long"),
        pytest.param("t0000001", id="small letters"),
        pytest.param("T000 0001", id="a space"),
    ],
)
def test_a_document_number_of_another_shape_is_refused(number: str) -> None:
    with pytest.raises(DataGroupMalformed):
        IssueRecord.read(issue_record(document_number=number).write())


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("7F6100", id="an empty group"),
        pytest.param("7F6106 020102 7F6000", id="two portraits are claimed"),
        pytest.param("7F6106 020101 7F6000", id="no image"),
        pytest.param("7F6109 020101 7F6003 5F2E00", id="an empty image"),
        pytest.param("7F610A 020101 7F6004 5F2E01FF 00", id="a trailing byte"),
    ],
)
def test_a_broken_portrait_record_is_refused(content: str) -> None:
    with pytest.raises(DataGroupMalformed):
        PortraitRecord.read(tlv.write_field(0x75, bytes.fromhex(content)))


def test_an_oversize_portrait_is_refused() -> None:
    with pytest.raises(DataGroupMalformed):
        PortraitRecord.read(PortraitRecord(bytes(MAX_PORTRAIT + 1)).write())


def test_records_do_not_show_what_they_hold() -> None:
    assert "测试甲" not in repr(holder_record())
    assert "T000000000001" not in repr(issue_record())
    assert "portrait:" not in repr(PortraitRecord(b"artificial-portrait:"))
