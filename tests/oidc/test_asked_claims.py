import pytest

from authsvc.oidc.claims.asked_claims import NeverTold, fulfilled, read_wish, read_wishes

BANDS = ("young", "old")


@pytest.mark.parametrize(
    "asked", [None, {}, {"essential": True}, {"essential": False}, {"unknown": 1}], ids=str
)
def test_who_requires_nothing_is_told_whatever_it_is(asked):
    assert read_wish(asked, BANDS) is None


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({"value": "old"}, ["old"]),
        ({"values": ["old", "ancient"]}, ["old"]),
        ({"values": ["old", "young", "x"]}, None),
        ({"value": "x", "values": ["young"]}, ["young"]),
    ],
    ids=str,
)
def test_of_what_is_required_only_the_possible_is_kept(asked, kept):
    assert read_wish(asked, BANDS) == kept


@pytest.mark.parametrize(
    "asked",
    [
        {"value": "x"},
        {"value": None},
        {"value": ["old"]},
        {"values": []},
        {"values": "old"},
        {"values": {"old": 1}},
        {"values": None},
    ],
    ids=str,
)
def test_what_can_never_be_is_never_told(asked):
    with pytest.raises(NeverTold):
        read_wish(asked, BANDS)


def test_true_is_not_one():
    with pytest.raises(NeverTold):
        read_wish({"value": 1}, (True, False))
    assert fulfilled({"of_age": [True]}, {"of_age": True}) == {"of_age": True}


def test_names_that_nobody_knows_and_wishes_that_cannot_be_are_gone():
    asked = {"unknown": None, "band": {"value": "x"}, "of_age": {"value": True}}
    assert read_wishes(asked, {"of_age": (True, False), "band": BANDS}) == {"of_age": [True]}


def test_only_what_was_wished_for_and_is_so_is_told():
    values = {"band": "old", "of_age": True, "name": "secret"}
    wishes = {"band": ["young"], "of_age": None, "missing": None}
    assert fulfilled(wishes, values) == {"of_age": True}
