"""Moments and names of foreign tokens are what RFC 7519 says, and bounded."""

import pytest

from authsvc.clients.registered_claims import is_numeric_date, jti_of, place_of


@pytest.mark.parametrize("value", [None, True, "1", [], {}, 10**400, -(10**400), 1e300])
def test_what_is_no_moment(value):
    assert not is_numeric_date(value)


@pytest.mark.parametrize("value", [0, -1, 1_900_000_000, 1_900_000_000.5])
def test_a_moment_may_be_past_and_may_have_a_fraction(value):
    assert is_numeric_date(value)


@pytest.mark.parametrize("jti", [None, "", 1, "x" * 257])
def test_a_token_without_a_sound_name_has_no_place(jti):
    with pytest.raises(ValueError, match="jti"):
        jti_of({"jti": jti})
    with pytest.raises(ValueError, match="jti"):
        place_of("platform-a", {"jti": jti})


def test_each_client_has_places_of_its_own():
    places = {place_of(client, {"jti": jti}) for client in ("a", "b") for jti in ("1", "2")}
    assert len(places) == 4
    assert {len(place) for place in places} == {64}
