"""Chips broken in every way: whatever is changed, one of our refusals is the answer.

No change of a chip file may be accepted, and none may end in an exception of a library: that
would be a 500, and its text could quote what was presented.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from authsvc.errors import AuthsvcError
from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.passive_authentication import PassiveAuthentication
from tests.makers import NOW, AdjustableClock

Present = Callable[[bytes], None]


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> tuple[DocumentAuthority, bytes]:
    """An authority and a chip file of a card that it issued."""
    directory: Path = tmp_path_factory.mktemp("register")
    authority = DocumentAuthority.open(directory, clock=AdjustableClock())
    person = authority.create_person(seed="broken chips")
    return authority, authority.issue_card(person.number.value).chip_file


@pytest.fixture(scope="module")
def chip_file(issued: tuple[DocumentAuthority, bytes]) -> bytes:
    """The chip file by itself."""
    return issued[1]


@pytest.fixture(scope="module")
def present(issued: tuple[DocumentAuthority, bytes]) -> Present:
    """Presents a chip file as an applicant does."""
    verifier = PassiveAuthentication([issued[0].document_anchor])

    def verify(chip: bytes) -> None:
        verifier.verify("resident_identity_card", ChipReading.parse(chip), now=NOW)

    return verify


def refused(present: Present, chip_file: bytes) -> None:
    """The answer is a leaf of ours, with a code of its own, and it quotes nothing."""
    with pytest.raises(AuthsvcError) as refusal:
        present(chip_file)
    assert type(refusal.value).__module__ == "authsvc.evidence.errors"
    assert "code" in vars(type(refusal.value))
    assert refusal.value.__cause__ is None


def test_the_whole_chip_is_accepted(present: Present, chip_file: bytes) -> None:
    present(chip_file)


def test_in_every_byte_a_flipped_bit_is_refused(present: Present, chip_file: bytes) -> None:
    for place in range(len(chip_file)):
        for bit in {0, place % 8}:
            broken = bytearray(chip_file)
            broken[place] ^= 1 << bit
            refused(present, bytes(broken))


def test_every_truncation_is_refused(present: Present, chip_file: bytes) -> None:
    for length in range(len(chip_file)):
        refused(present, chip_file[:length])


def test_every_left_out_and_every_doubled_byte_is_refused(
    present: Present, chip_file: bytes
) -> None:
    for place in range(len(chip_file)):
        refused(present, chip_file[:place] + chip_file[place + 1 :])
        refused(present, chip_file[: place + 1] + chip_file[place:])


@given(data=st.data())
def test_any_replaced_stretch_is_refused(
    present: Present, chip_file: bytes, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(chip_file)))
    end = data.draw(st.integers(start, min(len(chip_file), start + 40)))
    stretch = data.draw(st.binary(max_size=40))
    broken = chip_file[:start] + stretch + chip_file[end:]
    assume(broken != chip_file)
    refused(present, broken)


@given(data=st.data())
def test_any_several_changed_bytes_are_refused(
    present: Present, chip_file: bytes, data: st.DataObject
) -> None:
    places = st.integers(0, len(chip_file) - 1)
    changes = data.draw(st.dictionaries(places, st.integers(0, 255), min_size=1, max_size=8))
    broken = bytearray(chip_file)
    for place, value in changes.items():
        broken[place] = value
    assume(bytes(broken) != chip_file)
    refused(present, bytes(broken))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(present: Present, chip: bytes) -> None:
    refused(present, chip)


def test_a_huge_file_is_refused(present: Present, chip_file: bytes) -> None:
    refused(present, chip_file + bytes(1_000_000))
