from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.oidc.claims import NAMES, age_band, age_claims, needs_birth_date

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (0, "under_14"),
        (13, "under_14"),
        (14, "14_to_15"),
        (15, "14_to_15"),
        (16, "16_to_17"),
        (17, "16_to_17"),
        (18, "18_and_over"),
        (120, "18_and_over"),
    ],
)
def test_the_bands_meet_without_a_gap(age, band):
    assert age_band(age) == band


@given(st.dates(min_value=date(1900, 1, 1), max_value=TODAY))
def test_predicates_and_band_agree_and_nothing_else_is_told(birth_date):
    claims = age_claims(birth_date, TODAY)
    assert set(claims) == set(NAMES)
    over = sum(bool(claims[f"age_over_{years}"]) for years in (14, 16, 18))
    bands = ["under_14", "14_to_15", "16_to_17", "18_and_over"]
    assert claims["age_band"] == bands[over]


def test_only_the_scope_age_needs_a_birth_date():
    assert needs_birth_date(("openid", "age"))
    assert not needs_birth_date(("openid", "offline_access"))
