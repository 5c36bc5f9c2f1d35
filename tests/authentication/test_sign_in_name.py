"""The name a person signs in with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.authentication.errors import SignInNameInvalid
from authsvc.authentication.sign_in_name import parse_sign_in_name


@pytest.mark.parametrize("name", ["a", "测试甲", "a b", "O'Brien <x@y.example>", "😀", "x" * 256])
def test_any_string_without_control_characters_is_a_name(name):
    assert parse_sign_in_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "x" * 257, "a\nb", "a\0", "\x7f", "a\x85", "\ud800"],
    ids=["empty", "long", "newline", "nul", "del", "c1", "half"],
)
def test_what_cannot_be_a_name_is_refused_by_its_field(name):
    with pytest.raises(SignInNameInvalid) as refusal:
        parse_sign_in_name(name)
    assert refusal.value.field == "sign_in_name"


def test_one_name_has_one_spelling():
    assert parse_sign_in_name("e\u0301") == parse_sign_in_name("\u00e9")


def test_case_matters():
    assert parse_sign_in_name("Test-Person") != parse_sign_in_name("test-person")


@given(st.text(min_size=1, max_size=256, alphabet=st.characters(exclude_categories=["Cc", "Cs"])))
def test_every_such_string_is_a_name(name):
    assert parse_sign_in_name(name)
