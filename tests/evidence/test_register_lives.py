"""What the simulated authority does to documents of every kind, and what it refuses."""

from datetime import date
from pathlib import Path

import pytest

from authsvc.errors import AuthsvcError
from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.authority.cards import IssuedCard
from authsvc.evidence.authority.errors import (
    CardAlreadyIssued,
    NumberOfAnotherKind,
    PersonRefused,
    PersonUnknown,
)
from authsvc.evidence.authority.happenings import NEVER, happens
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.document import VerifiedDocument
from authsvc.evidence.emrtd.anchors import read_country_signers
from authsvc.evidence.kinds import KINDS, Proof
from authsvc.evidence.passive_authentication import PassiveAuthentication
from authsvc.evidence.register import LifeEvent
from authsvc.evidence.resident_number import Sex
from authsvc.keyring.directory import KeyDirectory
from tests.makers import NOW, AdjustableClock

CARD, STAY = "resident_identity_card", "permanent_residence_card"
CITIZENS = ("temporary_identity_card", "household_register_page", CARD)
TRAVEL = [kind.name for kind in KINDS.values() if kind.proof is Proof.TRAVEL_CHIP]


@pytest.fixture
def authority(tmp_path: Path, clock: AdjustableClock) -> DocumentAuthority:
    return DocumentAuthority.open(tmp_path / "authority", clock=clock)


def first(authority: DocumentAuthority, kind: str) -> IssuedCard:
    """A first document of a kind, of somebody new."""
    number = None
    if kind in CITIZENS:
        born = date(2014, 6, 1) if kind == "household_register_page" else date(1990, 1, 1)
        number = authority.create_person(birth_date=born).number.value
    return authority.papers.issue(kind, number=number, birth_date=date(1990, 1, 1))


def read(authority: DocumentAuthority, card: IssuedCard, keys: Path) -> VerifiedDocument:
    """What passive authentication makes of a document with a chip."""
    directory = KeyDirectory(keys)
    authority.publish_trust(directory)
    verifier = PassiveAuthentication(
        directory.certificates("document-anchors"), read_country_signers(keys, now=NOW)
    )
    reading = ChipReading.parse(card.chip_file)
    return verifier.verify(card.holder_file["kind"], reading, now=NOW)


@pytest.mark.parametrize("kind", KINDS)
def test_of_a_kind_a_person_has_one_document_at_a_time(
    authority: DocumentAuthority, kind: str
) -> None:
    card = first(authority, kind)
    with pytest.raises(CardAlreadyIssued) as refusal:
        authority.papers.issue(kind, number=card.holder_file["number"])
    assert refusal.value.field == "number"
    new = authority.replace_card(card.holder_file["number"])
    assert new.holder_file["kind"] == kind
    assert new.document_number != card.document_number
    assert (new.holder_file["number"] == card.holder_file["number"]) is (kind != "passport")


def test_a_citizen_may_have_a_page_and_then_a_card(authority: DocumentAuthority) -> None:
    page = first(authority, "household_register_page")
    card = authority.issue_card(page.holder_file["number"])
    assert card.holder_file["number"] == page.holder_file["number"]


@pytest.mark.parametrize("kind", CITIZENS)
def test_what_is_for_citizens_is_for_nobody_made_up(
    authority: DocumentAuthority, kind: str
) -> None:
    with pytest.raises(PersonUnknown):
        authority.papers.issue(kind)


def test_a_document_bears_a_number_of_its_kind(authority: DocumentAuthority) -> None:
    for kind in KINDS:
        number = first(authority, kind).holder_file["number"]
        for other in KINDS:
            if other == kind or {kind, other} <= set(CITIZENS):
                continue
            with pytest.raises(NumberOfAnotherKind) as refusal:
                authority.papers.issue(other, number=number)
            assert refusal.value.field == "number"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != STAY])
def test_only_permanent_residents_have_had_shorter_numbers(
    authority: DocumentAuthority, kind: str
) -> None:
    """A register that wrote such a number down could not read its own log again."""
    with pytest.raises(NumberOfAnotherKind) as refusal:
        authority.papers.issue(kind, former_number=True)
    assert refusal.value.field == "former_number"
    assert authority.people() == []


def test_who_is_of_another_nationality_has_a_number_of_another_kind(
    authority: DocumentAuthority,
) -> None:
    for kind in KINDS:
        number = authority.lives.change_nationality(first(authority, kind).holder_file["number"])
        becomes = CARD if kind in (STAY, "passport") else STAY
        assert authority.papers.issue(becomes, number=number).holder_file["kind"] == becomes


@pytest.mark.parametrize("kind", TRAVEL)
def test_a_corrected_travel_document_says_so_in_its_zone(
    authority: DocumentAuthority, tmp_path: Path, kind: str
) -> None:
    card = first(authority, kind)
    for name in ("样例改名", "Specimen", "A  B", "A-B"):
        with pytest.raises(PersonRefused) as refusal:
            authority.lives.correct(card.holder_file["number"], name=name)
        assert refusal.value.field == "name"
    sex = Sex.FEMALE if card.holder_file["sex"] == "male" else Sex.MALE
    new = authority.lives.correct(card.holder_file["number"], name="SPECIMEN NEW", sex=sex)
    document = read(authority, new, tmp_path / "keys")
    assert (document.name, document.sex) == ("SPECIMEN NEW", sex)
    if kind != "passport":
        assert new.holder_file["number"] == card.holder_file["number"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in TRAVEL])
def test_where_the_number_says_the_sex_another_sex_is_another_number(
    authority: DocumentAuthority, kind: str
) -> None:
    card = first(authority, kind)
    sex = Sex.FEMALE if card.holder_file["sex"] == "male" else Sex.MALE
    new = authority.lives.correct(card.holder_file["number"], sex=sex)
    assert new.holder_file["sex"] == sex.value
    assert new.holder_file["number"] != card.holder_file["number"]


def test_a_permanent_resident_s_number_of_15_characters_becomes_one_of_18(
    authority: DocumentAuthority,
) -> None:
    card = authority.papers.issue(STAY, former_number=True)
    number = authority.lives.change_number(card.holder_file["number"])
    assert (len(card.holder_file["number"]), len(number)) == (15, 18)
    assert authority.numbers(STAY, card.document_number) == (card.holder_file["number"], number)


@pytest.mark.parametrize("kind", KINDS)
def test_what_does_not_happen_to_a_kind_is_refused_and_changes_nothing(
    authority: DocumentAuthority, kind: str
) -> None:
    card = first(authority, kind)
    number = card.holder_file["number"]
    acts = {
        LifeEvent.REISSUED_ELSEWHERE: lambda: authority.replace_card(number, elsewhere=True),
        LifeEvent.NUMBER_CHANGED: lambda: authority.lives.change_number(number),
        LifeEvent.RESIDENCE_MOVED: lambda: authority.lives.move(number, "110105"),
    }
    assert set(NEVER) == set(acts)
    for event, act in acts.items():
        if happens(event, KINDS[kind]):
            continue
        with pytest.raises(AuthsvcError) as refusal:
            act()
        assert refusal.value.code == "register.event_not_of_kind"
        assert refusal.value.field == "number"
    [change] = authority.changes_since(0)
    assert change.event is LifeEvent.ISSUED


@pytest.mark.parametrize("kind", ["temporary_identity_card", "household_register_page", "passport"])
def test_what_is_renewed_as_what(authority: DocumentAuthority, kind: str) -> None:
    number = first(authority, kind).holder_file["number"]
    ending = authority.replace_card(number, valid_until=date(2026, 12, 24))
    authority.lives.ask_renewal(kind, ending.document_number)
    new = authority.lives.renew(ending.document_number)
    assert new.holder_file["kind"] == ("passport" if kind == "passport" else CARD)
    assert authority.status(kind, ending.document_number).value == "replaced"
