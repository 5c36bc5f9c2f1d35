"""Identifiers and their spelling."""

import base64
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.identifiers import b64url, from_b64url, new_digits, new_id, new_token
from tests.makers import NOW


def test_an_id_is_a_uuid_version_7_that_sorts_by_time() -> None:
    ids = [new_id(NOW + timedelta(milliseconds=n)) for n in range(50)]
    assert ids == sorted(ids)
    assert {(found.version, found.variant) for found in ids} == {(7, "specified in RFC 4122")}
    assert len({new_id(NOW) for _ in range(100)}) == 100


def test_tokens_are_long_and_differ() -> None:
    assert len(new_token()) == 43
    assert new_token() != new_token()


def test_digits_are_digits() -> None:
    assert len(new_digits(6)) == 6
    assert new_digits(40).isdecimal()


@given(st.binary(max_size=100))
def test_base64url_comes_back(data: bytes) -> None:
    assert from_b64url(b64url(data)) == data


@pytest.mark.parametrize("text", ["=", "a", "ab=", "+/", "é", "AB", "a b", "aa\n"])
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64url"):
        from_b64url(text)


@given(st.text(alphabet="AQZaz09-_+/=!\n\0é網", max_size=9) | st.text(max_size=9))
def test_only_the_one_spelling_of_a_value_is_read(text: str) -> None:
    if is_canonical(text):
        assert b64url(from_b64url(text)) == text
    else:
        with pytest.raises(ValueError, match=r"^not base64url\Z"):
            from_b64url(text)


def is_canonical(text: str) -> bool:
    if set(text) & set("+/="):
        return False
    spelt = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
    try:
        return base64.b64encode(base64.b64decode(spelt, validate=True)).decode() == spelt
    except ValueError:
        return False
