"""Passports broken in every way: whatever is changed, a document of ours or a refusal of ours.

Unlike a card's, a security object has parts that nobody signs and that change nothing (BER lengths,
further certificates), so that a changed file may still be a genuine document; then it is the same.
"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsvc.errors import AuthsvcError
from authsvc.evidence import tlv
from authsvc.evidence.authority.specimens import der
from authsvc.evidence.authority.specimens.keys import Algorithm
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.document import VerifiedDocument
from authsvc.evidence.emrtd.active_authentication import ChipAnswer
from authsvc.evidence.emrtd.data_groups import write_portrait
from authsvc.evidence.emrtd.travel_documents import TravelDocuments
from authsvc.evidence.errors import (
    DataGroupMalformed,
    DataGroupNotSigned,
    DocumentContradictsItself,
    DocumentExpired,
    ZoneMalformed,
)
from authsvc.evidence.kinds import HONG_KONG_MACAO_TRAVEL_PERMIT
from tests.evidence.emrtd.makers import (
    PORTRAIT,
    passport,
    signer,
    state,
    trusting,
    verified,
    zone,
)
from tests.makers import NOW

FILES = {
    "P-256": passport(),
    "BER": passport(in_ber=True, by_key=True),
    "RSASSA-PSS": passport(signer(Algorithm("pss"))),
    "a curve by parameters": passport(
        signer(Algorithm("ecdsa", "sha224", curve="brainpoolP224r1", by_parameters=True))
    ),
}


@pytest.fixture(scope="module")
def verifier() -> TravelDocuments:
    """Trusts every state that signed one of the files."""
    ways = (
        Algorithm("ecdsa"),
        Algorithm("pss"),
        Algorithm("ecdsa", "sha224", curve="brainpoolP224r1", by_parameters=True),
    )
    return trusting(*(state(way) for way in ways))


def outcome(verifier: TravelDocuments, chip: bytes) -> VerifiedDocument | None:
    """The document, or None for a leaf of ours that quotes nothing."""
    try:
        return verified(verifier, ChipReading.parse(chip))
    except AuthsvcError as error:
        refusal = error
    assert type(refusal).__module__ == "authsvc.evidence.errors"
    assert "code" in vars(type(refusal))
    assert refusal.__cause__ is None
    return None


def unchanged(document: VerifiedDocument | None) -> bool:
    return document is None or (
        (document.name, document.number.value, document.portrait)
        == ("ERIKSSON ANNA MARIA", "UTO/L898902C3", PORTRAIT)
    )


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_in_any_byte_changes_nothing_that_is_believed(
    verifier: TravelDocuments, name: str
) -> None:
    chip = FILES[name].to_chip_file()
    assert outcome(verifier, chip) is not None
    for place in range(len(chip)):
        broken = bytearray(chip)
        broken[place] ^= 1 << (place % 8)
        assert unchanged(outcome(verifier, bytes(broken)))


@pytest.mark.parametrize("name", FILES)
def test_every_truncation_is_refused(verifier: TravelDocuments, name: str) -> None:
    chip = FILES[name].to_chip_file()
    for length in range(0, len(chip), 3):
        assert outcome(verifier, chip[:length]) is None


@given(data=st.data())
def test_any_replaced_stretch_of_a_security_object_changes_nothing_that_is_believed(
    verifier: TravelDocuments, data: st.DataObject
) -> None:
    """Inside the file, so that the mistake is met by the reader of CMS."""
    files = FILES[data.draw(st.sampled_from(sorted(FILES)))]
    inner = tlv.read_only_field(files.security_object, 0x77)
    start = data.draw(st.integers(0, len(inner)))
    end = data.draw(st.integers(start, min(len(inner), start + 30)))
    stretch = data.draw(st.binary(max_size=30))
    broken = tlv.write_field(0x77, inner[:start] + stretch + inner[end:])
    chip = ChipReading(files.data_groups, broken).to_chip_file()
    assert unchanged(outcome(verifier, chip))


@given(st.binary(max_size=300))
def test_any_bytes_for_a_security_object_are_refused(
    verifier: TravelDocuments, content: bytes
) -> None:
    chip = ChipReading(FILES["P-256"].data_groups, tlv.write_field(0x77, content))
    assert outcome(verifier, chip.to_chip_file()) is None


def test_what_nests_without_end_is_refused(verifier: TravelDocuments) -> None:
    content = b""
    for _ in range(5000):
        content = tlv.write_field(0x30, content)
    chip = ChipReading(FILES["P-256"].data_groups, tlv.write_field(0x77, content))
    assert outcome(verifier, chip.to_chip_file()) is None


# What the data groups say.


def test_a_zone_with_a_wrong_check_digit_is_refused_though_it_is_signed() -> None:
    wrong = zone()[:-1] + ("0" if zone()[-1] != "0" else "1")
    with pytest.raises(ZoneMalformed):
        verified(trusting(), passport(text=wrong))


def test_an_expired_passport_is_refused() -> None:
    with pytest.raises(DocumentExpired):
        verified(trusting(), passport(text=zone(valid_until=date(2026, 11, 22))))
    assert verified(trusting(), passport(text=zone(valid_until=date(2026, 11, 23))))


def test_a_passport_for_longer_than_any_is_refused() -> None:
    with pytest.raises(DocumentContradictsItself):
        verified(trusting(), passport(text=zone(valid_until=date(2037, 11, 24))))


def test_a_card_is_no_passport_and_a_passport_no_permit() -> None:
    with pytest.raises(DocumentContradictsItself) as refusal:
        verified(trusting(), passport(text=zone(code="V")))
    assert refusal.value.field == "kind"
    with pytest.raises(DocumentContradictsItself):
        trusting().verify(HONG_KONG_MACAO_TRAVEL_PERMIT, passport(), now=NOW)


def test_a_permit_of_another_state_is_refused() -> None:
    """Utopia's signer may sign what it likes: a Chinese permit it is not."""
    foreign = passport(text=zone(code="CR"))
    with pytest.raises(DocumentContradictsItself):
        trusting().verify(HONG_KONG_MACAO_TRAVEL_PERMIT, foreign, now=NOW)


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(b"\x75\x00", id="nothing"),
        pytest.param(tlv.write_field(0x75, tlv.write_field(0x7F61, b"\x02\x01\x01")), id="count"),
        pytest.param(write_portrait(b""), id="no image"),
        pytest.param(write_portrait(bytes(128 * 1024 + 1)), id="a huge image"),
        pytest.param(write_portrait(b"x" * 40).replace(b"FAC\0", b"FAC\1"), id="no record"),
        pytest.param(
            write_portrait(b"x" * 40).replace(b"FAC\x00010\x00", b"FAC\x00030\x00"), id="version"
        ),
    ],
)
def test_a_portrait_that_is_none_is_refused_though_it_is_signed(file: bytes) -> None:
    chip = passport(more={2: file})
    try:
        document = verified(trusting(), chip)
    except DataGroupMalformed:
        return
    # A record of another format is the face matcher's business, and handed on whole.
    assert document.portrait.startswith(b"FAC\1")


def test_a_data_group_that_is_not_signed_is_refused() -> None:
    chip = passport()
    more = {**chip.data_groups, 15: tlv.write_field(0x6F, der.sequence())}
    with pytest.raises(DataGroupNotSigned):
        verified(
            trusting(),
            ChipReading(more, chip.security_object),
            answer=ChipAnswer(bytes(8), b""),
        )
