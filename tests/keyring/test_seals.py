"""Sealing: what opens, what does not, and what a length gives away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.keyring import DataKey, SealBroken, Sealer

SEALER = Sealer(bytes(32))


@given(st.binary(max_size=300), st.text(max_size=40))
def test_what_was_sealed_opens_under_its_context(plaintext: bytes, context: str) -> None:
    assert SEALER.open(SEALER.seal(plaintext, context=context), context=context) == plaintext


def test_another_context_does_not_open_it() -> None:
    with pytest.raises(SealBroken):
        SEALER.open(SEALER.seal(b"a code", context="code:1"), context="session:1")


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(SealBroken):
        Sealer(b"\1" * 32).open(SEALER.seal(b"a code", context="c"), context="c")


@pytest.mark.parametrize("place", [0, 1, 12, 13, -1])
def test_a_flipped_bit_is_noticed(place: int) -> None:
    sealed = bytearray(SEALER.seal(b"something", context="c"))
    sealed[place] ^= 1
    with pytest.raises(SealBroken):
        SEALER.open(bytes(sealed), context="c")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(27), b"\x02" + bytes(100)])
def test_what_is_no_sealed_value_is_refused(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        SEALER.open(sealed, context="c")


def test_short_names_and_long_names_seal_to_one_length() -> None:
    lengths = {len(SEALER.seal(b"x" * size, context="c")) for size in range(64)}
    assert len(lengths) == 1


def test_sealing_twice_gives_two_values() -> None:
    assert SEALER.seal(b"x", context="c") != SEALER.seal(b"x", context="c")


def test_a_data_key_comes_back_from_its_wrapped_form() -> None:
    key, wrapped = SEALER.new_data_key(context="data-key:1")
    assert isinstance(key, DataKey)
    sealed = key.seal(b"a name", context="identity:1")
    assert SEALER.unwrap(wrapped, context="data-key:1").open(sealed, context="identity:1") == (
        b"a name"
    )


def test_the_service_key_does_not_open_what_a_data_key_sealed() -> None:
    key, _ = SEALER.new_data_key(context="data-key:1")
    with pytest.raises(SealBroken):
        SEALER.open(key.seal(b"a name", context="c"), context="c")
