"""The chip file: one container, one spelling."""

import pytest

from authsvc.evidence import tlv
from authsvc.evidence.chip_reading import CONTAINER_TAG, MAX_CHIP_FILE, ChipReading
from authsvc.evidence.errors import ChipFileMalformed, ChipFileTooLarge

DG1 = bytes.fromhex("6101AA")
DG2 = bytes.fromhex("7501BB")
SOD = bytes.fromhex("7701CC")


def container(*files: bytes) -> bytes:
    """These files in a container."""
    return tlv.write_field(CONTAINER_TAG, b"".join(files))


def test_a_chip_file_is_taken_apart_and_put_together_again() -> None:
    reading = ChipReading.parse(container(DG1, DG2, SOD))
    assert reading == ChipReading({1: DG1, 2: DG2}, SOD)
    assert reading.to_chip_file() == container(DG1, DG2, SOD)
    assert "AA" not in repr(reading).upper().replace("CHIPREADING", "")


@pytest.mark.parametrize(
    "chip_file",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(container(), id="an empty container"),
        pytest.param(DG1 + DG2 + SOD, id="no container"),
        pytest.param(container(DG1, DG2), id="no security object"),
        pytest.param(container(SOD, DG1, DG2), id="the security object first"),
        pytest.param(container(DG2, DG1, SOD), id="data groups out of order"),
        pytest.param(container(DG1, DG1, SOD), id="a data group twice"),
        pytest.param(container(DG1, SOD, SOD), id="two security objects"),
        pytest.param(container(bytes.fromhex("6000"), DG1, SOD), id="EF.COM"),
        pytest.param(container(DG1, SOD) + b"\0", id="a trailing byte"),
        pytest.param(container(DG1, SOD) + container(DG1, SOD), id="two containers"),
        pytest.param(container(DG1, SOD)[:-1], id="cut short"),
        pytest.param(b'{"dg1": "qg=="}', id="JSON"),
    ],
)
def test_another_spelling_is_refused(chip_file: bytes) -> None:
    with pytest.raises(ChipFileMalformed) as refusal:
        ChipReading.parse(chip_file)
    assert refusal.value.field == "chip"


def test_a_huge_file_is_refused_before_it_is_read() -> None:
    with pytest.raises(ChipFileTooLarge) as refusal:
        ChipReading.parse(bytes(MAX_CHIP_FILE + 1))
    assert refusal.value.field == "chip"
