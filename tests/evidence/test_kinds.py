"""The table of kinds: numbers, terms, and what no two kinds may share."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.evidence.errors import (
    DocumentKindUnknown,
    HolderNumberInvalid,
    IdentityNumberInvalid,
)
from authsvc.evidence.kinds import KINDS, Assurance, Proof, kind_named
from authsvc.evidence.resident_number import Sex

TODAY = date(2026, 11, 23)
INVALID = (HolderNumberInvalid, IdentityNumberInvalid)


@pytest.mark.parametrize(
    "kind,text,person,birth_date,sex",
    [
        # GB 11643-1999 gives these two itself.
        ("resident_identity_card", "11010519491231002X", None, date(1949, 12, 31), Sex.FEMALE),
        ("temporary_identity_card", "440524188001010014", None, date(1880, 1, 1), Sex.MALE),
        ("household_register_page", "11010519491231002X", None, date(1949, 12, 31), Sex.FEMALE),
        # The specimens that Beijing's public security bureau published in 2018.
        (
            "hong_kong_macao_residence_permit",
            "810000199408230021",
            None,
            date(1994, 8, 23),
            Sex.FEMALE,
        ),
        ("taiwan_residence_permit", "830000199201300022", None, date(1992, 1, 30), Sex.FEMALE),
        ("hong_kong_macao_travel_permit", "H0123456701", "H01234567", None, None),
        ("hong_kong_macao_travel_permit", "M01234567", None, None, None),
        ("taiwan_travel_permit", "01234567", None, None, None),
        ("permanent_residence_card", "UTO659990010110", None, None, Sex.MALE),
        (
            "permanent_residence_card",
            "965840199001010010",
            None,
            date(1990, 1, 1),
            Sex.MALE,
        ),
        ("passport", "UTO/L898902C3", None, None, None),
        ("passport", "D/C01X00T47", None, None, None),
    ],
)
def test_a_number_is_read(
    kind: str, text: str, person: str | None, birth_date: date | None, sex: Sex | None
) -> None:
    number = kind_named(kind).number(text, today=TODAY)
    assert number.value == text
    assert number.person == (person or text)
    assert (number.birth_date, number.sex) == (birth_date, sex)
    assert text not in repr(number)


@pytest.mark.parametrize(
    "kind,text",
    [
        pytest.param("resident_identity_card", "11010519491231002x", id="a small x"),
        pytest.param("resident_identity_card", "110105194912310021", id="check character"),
        pytest.param("resident_identity_card", "810000199408230021", id="a permit's number"),
        pytest.param("resident_identity_card", "830000199201300022", id="another permit's number"),
        pytest.param("hong_kong_macao_residence_permit", "830000199201300022", id="of Taiwan"),
        pytest.param("hong_kong_macao_residence_permit", "11010519491231002X", id="a citizen's"),
        pytest.param("hong_kong_macao_residence_permit", "810000199408230022", id="permit's check"),
        pytest.param("taiwan_residence_permit", "810000199408230021", id="of Hong Kong"),
        pytest.param("hong_kong_macao_travel_permit", "T01234567", id="neither H nor M"),
        pytest.param("hong_kong_macao_travel_permit", "H0123456", id="seven digits"),
        pytest.param("hong_kong_macao_travel_permit", "H012345670", id="one digit of reissue"),
        pytest.param("taiwan_travel_permit", "0123456789", id="with the reissues of before 2008"),
        pytest.param("taiwan_travel_permit", "0123456", id="too short"),
        pytest.param("permanent_residence_card", "UTO659990010111", id="check digit"),
        pytest.param("permanent_residence_card", "XYZ659990010117", id="no state"),
        pytest.param("permanent_residence_card", "UTO999990010113", id="no region"),
        pytest.param("permanent_residence_card", "UTO659990023019", id="30 February"),
        pytest.param("permanent_residence_card", "965840199001010011", id="check character of 18"),
        pytest.param("permanent_residence_card", "865840199001010010", id="does not begin with 9"),
        pytest.param("permanent_residence_card", "965999199001010017", id="no state's number"),
        pytest.param("permanent_residence_card", "96584020300101001X", id="born in the future"),
        pytest.param("passport", "L898902C3", id="no issuer"),
        pytest.param("passport", "ZZZ/L898902C3", id="unknown issuer"),
        pytest.param("passport", "UTO/l898902c3", id="small letters"),
        pytest.param("passport", "UTO/", id="no number"),
        pytest.param("taiwan_travel_permit", "０１２３４５６７", id="full-width digits"),
    ],
)
def test_another_number_is_refused(kind: str, text: str) -> None:
    with pytest.raises(INVALID) as refusal:
        kind_named(kind).number(text, today=TODAY)
    assert refusal.value.field == "chip"
    assert text not in str(refusal.value)


@given(st.text(max_size=20), st.sampled_from(sorted(KINDS)))
def test_any_text_is_a_number_or_is_refused(text: str, kind: str) -> None:
    try:
        number = kind_named(kind).number(text, today=TODAY)
    except INVALID:
        return
    assert number.value == text


def test_no_two_schemes_can_give_one_person() -> None:
    """The keyed digest of a person is made of it, whatever the kind of document."""
    numbers = {
        "11010519491231002X",
        "810000199408230021",
        "965840199001010010",
        "UTO659990010110",
        "H01234567",
        "01234567",
        "UTO/L898902C3",
    }
    # Kinds that show the same person by the same number, as they should.
    citizens = {"resident_identity_card", "temporary_identity_card", "household_register_page"}
    for text in numbers:
        kinds = {name for name, kind in KINDS.items() if _reads(name, text)}
        assert kinds == citizens or len(kinds) == 1, text


def _reads(kind: str, text: str) -> bool:
    try:
        kind_named(kind).number(text, today=TODAY)
    except INVALID:
        return False
    return True


@pytest.mark.parametrize(
    "kind,birth_date,valid_from,last",
    [
        ("temporary_identity_card", date(1990, 1, 1), date(2026, 11, 30), date(2027, 2, 28)),
        ("temporary_identity_card", date(1990, 1, 1), date(2027, 11, 30), date(2028, 2, 29)),
        ("household_register_page", date(2020, 3, 1), date(2026, 1, 1), date(2036, 2, 29)),
        (
            "hong_kong_macao_residence_permit",
            date(1990, 1, 1),
            date(2026, 1, 1),
            date(2031, 1, 1),
        ),
        ("taiwan_residence_permit", date(2020, 1, 1), date(2026, 1, 1), date(2031, 1, 1)),
        ("hong_kong_macao_travel_permit", date(2008, 1, 2), date(2026, 1, 1), date(2031, 1, 1)),
        ("hong_kong_macao_travel_permit", date(2008, 1, 1), date(2026, 1, 1), date(2036, 1, 1)),
        ("taiwan_travel_permit", date(1990, 1, 1), date(2026, 1, 1), date(2031, 1, 1)),
        ("permanent_residence_card", date(1990, 1, 1), date(2026, 1, 1), date(2036, 1, 1)),
        ("permanent_residence_card", date(2010, 1, 1), date(2026, 1, 1), date(2031, 1, 1)),
    ],
)
def test_a_document_is_good_for_no_longer_than_its_term(
    kind: str, birth_date: date, valid_from: date, last: date
) -> None:
    assert kind_named(kind).longest_validity(birth_date, valid_from) == last


def test_the_table_is_whole() -> None:
    for name, kind in KINDS.items():
        assert kind.name == name
        assert kind.title.zh
        assert kind.title.en
        assert kind.has_chip is bool(kind.required_data_groups) is bool(kind.code)
    codes = [kind.code for kind in KINDS.values() if kind.code]
    assert len(set(codes)) == len(codes)
    assert {kind.assurance for kind in KINDS.values() if kind.proof is Proof.REGISTER} == {
        Assurance.REGISTER_AND_FACE
    }
    with pytest.raises(DocumentKindUnknown):
        kind_named("driving_licence")
