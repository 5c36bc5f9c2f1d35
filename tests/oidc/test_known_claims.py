from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.oidc.claims.known_claims import (
    NAMES,
    POSSIBLE,
    SENTENCES,
    age_band,
    age_claims,
    consented_names,
    is_covered,
    known_to,
)
from tests.clients.makers import client

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


@given(st.dates(min_value=date(1900, 1, 1), max_value=TODAY))
def test_no_claim_has_a_value_that_nobody_expects(birth_date):
    for name, value in age_claims(birth_date, TODAY).items():
        assert value in POSSIBLE[name]


def test_every_claim_has_a_sentence_for_people():
    for name in NAMES:
        assert SENTENCES[name].zh
        assert SENTENCES[name].en


def test_only_who_is_registered_for_ages_may_ask_for_one():
    assert set(known_to(client(scope="openid age"))) == set(NAMES)
    assert not known_to(client(scope="openid"))


def test_the_scope_covers_ages_and_nothing_else():
    assert all(is_covered(name, ("openid", "age")) for name in NAMES)
    assert not is_covered("age_band", ("openid",))
    assert not is_covered("verified_claims", ("openid", "age"))


def test_what_is_asked_of_any_place_is_consented_to_once():
    one = {"verification": {}, "claims": {"age_over_14": None}}
    two = {"verification": {}, "claims": {"age_over_16": None, "age_over_14": [True]}}
    asked: dict[str, dict[str, Any]] = {
        "id_token": {"age_band": None, "verified_claims": one},
        "userinfo": {"acr": None, "auth_time": None, "verified_claims": [one, two]},
    }
    assert consented_names(asked) == ("age_band", "verified_claims", "age_over_14", "age_over_16")
    assert consented_names(None) == ()
