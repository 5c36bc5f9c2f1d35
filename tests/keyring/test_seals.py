"""Sealing: what opens, what does not, and what a length gives away."""

import hmac

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from authsvc.keyring import DataKey, SealBroken, Sealer, seals

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


@pytest.mark.parametrize("place", [0, 1, 24, 25, -1])
def test_a_flipped_bit_is_noticed(place: int) -> None:
    sealed = bytearray(SEALER.seal(b"something", context="c"))
    sealed[place] ^= 1
    with pytest.raises(SealBroken):
        SEALER.open(bytes(sealed), context="c")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(39), b"\x02" + bytes(100)])
def test_what_is_no_sealed_value_is_refused(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        SEALER.open(sealed, context="c")


def test_short_names_and_long_names_seal_to_one_length() -> None:
    lengths = {len(SEALER.seal(b"x" * size, context="c")) for size in range(256)}
    assert len(lengths) == 1


def test_a_value_of_fixed_shape_may_be_padded_less() -> None:
    short = SEALER.seal(b"x", context="c", block=64)
    assert len(short) < len(SEALER.seal(b"x", context="c"))
    assert SEALER.open(short, context="c") == b"x"


def test_no_two_values_share_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[bytes] = []

    def remember(key: bytes) -> AESGCM:
        keys.append(key)
        return AESGCM(key)

    monkeypatch.setattr(seals, "AESGCM", remember)
    for _ in range(100):
        SEALER.seal(b"x", context="c")
    assert len(set(keys)) == 100
    assert bytes(32) not in keys


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


def test_a_value_that_was_sealed_before_opens() -> None:
    """The format of what rests, written down once more: it may never change."""
    salt, context = bytes(range(24)), "identity:1"
    derived = hmac.digest(bytes(32), b"\x00\x00\x00\x01authsvc-seal\x00" + salt, "sha256")
    padded = b"a name\x80" + bytes(249)
    sealed = AESGCM(derived).encrypt(bytes(12), padded, b"\x01" + context.encode())
    assert SEALER.open(b"\x01" + salt + sealed, context=context) == b"a name"
