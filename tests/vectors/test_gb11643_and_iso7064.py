"""Published examples of GB 11643 and ISO/IEC 7064 MOD 11-2, and python-stdnum as an oracle."""

from datetime import date
from pathlib import Path

import pytest
import stdnum.cn
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import ric
from stdnum.iso7064 import mod_11_2 as oracle

from authsvc.evidence.authority.people import ARTIFICIAL_REGION
from authsvc.evidence.errors import IdentityNumberInvalid
from authsvc.evidence.resident_number import ResidentNumber, Sex, mod_11_2

TODAY = date(2026, 11, 23)

DATES = st.dates(date(1800, 1, 1), TODAY)


def assigned_regions() -> list[str]:
    """Every region code below the provinces that python-stdnum has on record."""
    regions, province = [], ""
    table = Path(stdnum.cn.__file__).with_name("loc.dat")
    for line in table.read_text("utf-8").splitlines():
        code = line.split(" county=")[0].split(" province=")[0]
        if code.startswith("#"):
            continue
        if code.startswith(" "):
            regions.append(province + code.strip())
        else:
            province = code
    return regions


@pytest.mark.parametrize(
    "digits,check",
    [
        pytest.param("0794", "0", id="ISO 7064, 07940"),
        pytest.param("079", "X", id="ISO 7064, 079X"),
        pytest.param("000000021825009", "7", id="ORCID 0000-0002-1825-0097"),
        pytest.param("000000021694233", "X", id="ORCID 0000-0002-1694-233X"),
        pytest.param("000000012146438", "X", id="ISNI 0000 0001 2146 438X"),
    ],
)
def test_published_check_characters_of_mod_11_2(digits: str, check: str) -> None:
    assert mod_11_2(digits) == check


@given(st.text("0123456789", min_size=1, max_size=40))
def test_mod_11_2_agrees_with_an_independent_implementation(digits: str) -> None:
    assert mod_11_2(digits) == oracle.calc_check_digit(digits)


@pytest.mark.parametrize(
    "text,region,birth_date,sex",
    [
        pytest.param("11010519491231002X", "110105", date(1949, 12, 31), Sex.FEMALE, id="woman"),
        pytest.param("440524188001010014", "440524", date(1880, 1, 1), Sex.MALE, id="born 1880"),
    ],
)
def test_the_examples_of_the_standard(text: str, region: str, birth_date: date, sex: Sex) -> None:
    number = ResidentNumber.parse(text, today=TODAY)
    assert (number.value, number.region) == (text, region)
    assert (number.birth_date, number.sex) == (birth_date, sex)


def test_every_region_that_was_ever_assigned_is_plausible() -> None:
    regions = [region for region in assigned_regions() if not region.endswith("0000")]
    assert len(regions) > 6000
    for region in regions:
        digits = f"{region}19900101001"
        assert ResidentNumber(digits + mod_11_2(digits)).region == region


def test_the_artificial_region_was_never_assigned() -> None:
    assert ARTIFICIAL_REGION not in assigned_regions()


@given(st.sampled_from(assigned_regions()), DATES, st.integers(0, 999))
def test_whatever_the_oracle_accepts_is_accepted(
    region: str, birth_date: date, sequence: int
) -> None:
    digits = f"{region}{birth_date:%Y%m%d}{sequence:03d}"
    text = digits + mod_11_2(digits)
    assume(ric.is_valid(text) and not region.endswith("0000"))
    assert ResidentNumber.parse(text, today=TODAY).birth_date == birth_date


@given(DATES, st.integers(0, 999), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_every_single_wrong_character_is_caught(
    birth_date: date, sequence: int, place: int, other: str
) -> None:
    digits = f"{ARTIFICIAL_REGION}{birth_date:%Y%m%d}{sequence:03d}"
    text = digits + mod_11_2(digits)
    assume(text[place] != other)
    with pytest.raises(IdentityNumberInvalid):
        ResidentNumber.parse(text[:place] + other + text[place + 1 :], today=TODAY)


@given(DATES, st.integers(0, 999), st.integers(0, 16))
def test_every_transposition_of_neighbours_is_caught(
    birth_date: date, sequence: int, place: int
) -> None:
    digits = f"{ARTIFICIAL_REGION}{birth_date:%Y%m%d}{sequence:03d}"
    text = digits + mod_11_2(digits)
    assume(text[place] != text[place + 1])
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    with pytest.raises(IdentityNumberInvalid):
        ResidentNumber.parse(swapped, today=TODAY)
