"""The online number: what its check character catches, and what it gives away (nothing)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.subscribers.errors import OnlineNumberInvalid
from authsvc.subscribers.online_number import ALPHABET, OnlineNumber, check_character

bodies = st.text(alphabet=ALPHABET, min_size=9, max_size=9)


def test_generated_numbers_are_valid_and_differ() -> None:
    numbers = {OnlineNumber.generate().value for _ in range(200)}
    assert len(numbers) == 200
    assert all(OnlineNumber.parse(number).value == number for number in numbers)


def test_the_alphabet_has_no_vowels_and_nothing_ambiguous() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 28
    assert not set("AEIOU01YL") & set(ALPHABET) - set("L")


@given(bodies, st.integers(0, 9), st.sampled_from(ALPHABET))
def test_every_wrong_character_is_caught(body: str, place: int, other: str) -> None:
    number = body + check_character(body)
    if number[place] == other:
        return
    with pytest.raises(OnlineNumberInvalid):
        OnlineNumber.parse(number[:place] + other + number[place + 1 :])


@given(bodies, st.integers(0, 8))
def test_every_swap_of_neighbours_is_caught(body: str, place: int) -> None:
    number = body + check_character(body)
    one, two = number[place], number[place + 1]
    if one == two:
        return
    with pytest.raises(OnlineNumberInvalid):
        OnlineNumber.parse(number[:place] + two + one + number[place + 2 :])


@pytest.mark.parametrize("text", ["", "2", "A" * 10, "２" * 10, "2" * 11, "22222 2222"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(OnlineNumberInvalid):
        OnlineNumber.parse(text)


def test_lower_case_is_read_as_typed() -> None:
    number = OnlineNumber.generate()
    assert OnlineNumber.parse(f" {number.value.lower()} ") == number


def test_a_masked_number_shows_two_and_two() -> None:
    number = OnlineNumber("KB2345672C")
    assert number.masked == "KB******2C"
