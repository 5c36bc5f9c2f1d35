"""Active authentication: the chip with its key is the original, every other answer is a copy's."""

import os

import pytest

from authsvc.evidence.authority.specimens.chips import ActiveChip
from authsvc.evidence.authority.specimens.keys import Algorithm
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.emrtd.active_authentication import ChipAnswer
from authsvc.evidence.errors import ChipNotAuthentic, DataGroupMissing
from tests.evidence.emrtd.makers import chip_key, passport, trusting, verified

CHALLENGE = bytes.fromhex("0102030405060708")

CHIPS = {
    "RSA of 1024 bits, SHA-1": Algorithm("pkcs1", "sha1", bits=1024),
    "RSA of 2048 bits, SHA-256": Algorithm("pkcs1", "sha256"),
    "RSA, SHA-224": Algorithm("pkcs1", "sha224"),
    "RSA, SHA-384": Algorithm("pkcs1", "sha384"),
    "RSA, SHA-512": Algorithm("pkcs1", "sha512"),
    "P-256": Algorithm("ecdsa", "sha256"),
    "P-384": Algorithm("ecdsa", "sha384", curve="P-384"),
    "P-521": Algorithm("ecdsa", "sha512", curve="P-521"),
    "brainpoolP224r1 by parameters": Algorithm(
        "ecdsa", "sha224", curve="brainpoolP224r1", by_parameters=True
    ),
    "brainpoolP320r1": Algorithm("ecdsa", "sha256", curve="brainpoolP320r1"),
}


@pytest.fixture(params=list(CHIPS.values()), ids=list(CHIPS))
def chip(request: pytest.FixtureRequest) -> ActiveChip:
    """A chip with a key of its own."""
    return ActiveChip(chip_key(request.param))


def reading(chip: ActiveChip) -> ChipReading:
    """Its files, in a passport."""
    return passport(more=chip.data_groups)


def test_the_chip_that_answers_is_the_original(chip: ActiveChip) -> None:
    answer = ChipAnswer(CHALLENGE, chip.answer(CHALLENGE))
    assert verified(trusting(), reading(chip), answer=answer)


def test_a_chip_that_is_not_asked_is_refused(chip: ActiveChip) -> None:
    with pytest.raises(ChipNotAuthentic):
        verified(trusting(), reading(chip))


def test_an_answer_to_another_challenge_is_refused(chip: ActiveChip) -> None:
    recorded = chip.answer(bytes(8))
    with pytest.raises(ChipNotAuthentic):
        verified(trusting(), reading(chip), answer=ChipAnswer(CHALLENGE, recorded))


def test_an_answer_of_another_chip_is_refused(chip: ActiveChip) -> None:
    copy = ActiveChip.make(chip.key.algorithm)
    answer = ChipAnswer(CHALLENGE, copy.answer(CHALLENGE))
    with pytest.raises(ChipNotAuthentic):
        verified(trusting(), reading(chip), answer=answer)


def test_a_broken_answer_is_refused(chip: ActiveChip) -> None:
    good = chip.answer(CHALLENGE)
    broken = [b"", good[:-1], good + b"\0", bytes(len(good)), b"\xff" * len(good)]
    broken += [
        good[:place] + bytes((good[place] ^ 1,)) + good[place + 1 :]
        for place in (0, 20, -1)
        if place >= 0
    ]
    broken += [os.urandom(len(good))]
    files = reading(chip)
    for response in broken:
        with pytest.raises(ChipNotAuthentic):
            verified(trusting(), files, answer=ChipAnswer(CHALLENGE, response))


def test_leaving_the_key_out_does_not_help(chip: ActiveChip) -> None:
    files = reading(chip)
    groups = {number: file for number, file in files.data_groups.items() if number != 15}
    with pytest.raises(ChipNotAuthentic):
        verified(trusting(), ChipReading(groups, files.security_object))


def test_a_curve_needs_the_hash_that_dg14_names() -> None:
    chip = ActiveChip(chip_key(CHIPS["P-256"]))
    files = passport(more={15: chip.data_groups[15]})
    answer = ChipAnswer(CHALLENGE, chip.answer(CHALLENGE))
    with pytest.raises(ChipNotAuthentic):
        verified(trusting(), files, answer=answer)


def test_the_smaller_signature_is_understood() -> None:
    """ISO/IEC 9796-2 lets a signer take n less the signature, if that is smaller."""
    chip = ActiveChip(chip_key(CHIPS["RSA of 2048 bits, SHA-256"]))
    assert not isinstance(chip.key.secret, int)
    modulus = chip.key.secret.public_key().public_numbers().n
    response = chip.answer(CHALLENGE)
    other = (modulus - int.from_bytes(response)).to_bytes(len(response))
    files = reading(chip)
    assert verified(trusting(), files, answer=ChipAnswer(CHALLENGE, other))


def test_a_chip_without_a_key_is_not_asked() -> None:
    assert verified(trusting(), passport())
    assert verified(trusting(), passport(), answer=ChipAnswer(CHALLENGE, b"anything"))


def test_without_the_zone_there_is_no_document() -> None:
    files = passport()
    with pytest.raises(DataGroupMissing):
        verified(trusting(), ChipReading({2: files.data_groups[2]}, files.security_object))
