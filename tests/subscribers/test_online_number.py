"""The online number: what its check character catches, and what it gives away (nothing)."""

from itertools import combinations

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


def test_of_378_swaps_of_neighbours_all_but_one_are_caught() -> None:
    """Whatever came before them: each pair of characters behind each state of the calculation."""
    befores = {check_character(body): body for body in ALPHABET}
    assert len(befores) == len(ALPHABET)
    pairs = list(combinations(ALPHABET, 2))
    for before in befores.values():
        missed = [
            (one, two)
            for one, two in pairs
            if check_character(before + one + two) == check_character(before + two + one)
        ]
        assert len(missed) == 1
    assert len(pairs) == 378


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
