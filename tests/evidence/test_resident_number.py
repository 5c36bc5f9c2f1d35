"""The identity number by itself: what is refused, and that nothing of it is shown."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.evidence.errors import IdentityNumberInvalid
from authsvc.evidence.resident_number import ResidentNumber, Sex, mod_11_2

TODAY = date(2026, 11, 23)


def spelt(digits: str) -> str:
    """Seventeen digits with their check character."""
    return digits + mod_11_2(digits)


GOOD = spelt("65909919900101001")
WITH_X = "11010519491231002X"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(GOOD[:-1], id="one short"),
        pytest.param(GOOD + "0", id="one long"),
        pytest.param(GOOD + "\n", id="a newline at the end"),
        pytest.param(" " + GOOD, id="a space before"),
        pytest.param(GOOD[:6] + " " + GOOD[6:], id="a space within"),
        pytest.param("".join(chr(ord(c) + 0xFEE0) for c in GOOD), id="full-width digits"),
        pytest.param(WITH_X[:-1] + "\N{FULLWIDTH LATIN CAPITAL LETTER X}", id="full-width X"),
        pytest.param("\N{ARABIC-INDIC DIGIT SIX}" + GOOD[1:], id="another script's digit"),
        pytest.param("X" + GOOD[1:], id="an X elsewhere"),
        pytest.param(WITH_X[:-1] + "Ⅹ", id="a Roman ten"),
        pytest.param("659099900101001", id="fifteen digits of before 1999"),
        pytest.param(spelt("00909919900101001"), id="no such province"),
        pytest.param(spelt("99909919900101001"), id="a province of the far future"),
        pytest.param(spelt("65009919900101001"), id="no prefecture"),
        pytest.param(spelt("65809919900101001"), id="an impossible prefecture"),
        pytest.param(spelt("46000019900101001"), id="a province as a whole"),
        pytest.param(spelt("81010119900101001"), id="Hong Kong divided"),
        pytest.param(spelt("84000019900101001"), id="beside the undivided regions"),
        pytest.param(spelt("65909919900229001"), id="29 February of a common year"),
        pytest.param(spelt("65909919901301001"), id="a thirteenth month"),
        pytest.param(spelt("65909919900100001"), id="day zero"),
        pytest.param(spelt("65909900000101001"), id="year zero"),
        pytest.param(spelt("65909917991231001"), id="born in 1799"),
        pytest.param(spelt("65909920261124001"), id="born tomorrow"),
        pytest.param(GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1"), id="a wrong check character"),
    ],
)
def test_what_is_no_identity_number_is_refused(text: str) -> None:
    with pytest.raises(IdentityNumberInvalid) as refusal:
        ResidentNumber.parse(text, today=TODAY, field="document.number")
    assert refusal.value.field == "document.number"
    assert refusal.value.__cause__ is None
    assert not text or text not in str(refusal.value)


@pytest.mark.parametrize(
    "digits,sex",
    [
        pytest.param("81000019900101001", Sex.MALE, id="Hong Kong resident"),
        pytest.param("82000019900101002", Sex.FEMALE, id="Macau resident"),
        pytest.param("83000019900101003", Sex.MALE, id="Taiwan resident"),
        pytest.param("71000019900101004", Sex.FEMALE, id="Taiwan province"),
        pytest.param("44190019900101005", Sex.MALE, id="a city without counties"),
        pytest.param("46000119900101007", Sex.MALE, id="Hainan before 2002"),
        pytest.param("65909920000229006", Sex.FEMALE, id="29 February of a leap year"),
        pytest.param("65909920261123007", Sex.MALE, id="born today"),
        pytest.param("65909919900101000", Sex.FEMALE, id="sequence zero"),
    ],
)
def test_what_could_be_an_identity_number_is_accepted(digits: str, sex: Sex) -> None:
    assert ResidentNumber.parse(spelt(digits), today=TODAY).sex is sex


def test_a_small_x_is_taken_for_a_capital_one() -> None:
    assert ResidentNumber.parse(WITH_X.lower(), today=TODAY).value == WITH_X


def test_a_small_x_is_not_a_value() -> None:
    with pytest.raises(IdentityNumberInvalid):
        ResidentNumber(WITH_X.lower())


def test_the_repr_does_not_show_the_number() -> None:
    number = ResidentNumber(GOOD)
    assert GOOD not in repr(number)
    assert GOOD not in f"{number}"


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        number = ResidentNumber.parse(text, today=TODAY)
    except IdentityNumberInvalid:
        return
    assert number.value == text.upper()
