import asyncio
from collections import Counter
from datetime import date, timedelta

import pytest

from authsvc.enrollment.document_step import ShownDocument
from authsvc.enrollment.errors import (
    DocumentReplaced,
    DocumentReportedLost,
    DocumentUnknown,
    HolderCheckMissing,
    StepAlreadyTaken,
    TooManyDocuments,
    TooYoung,
)
from authsvc.enrollment.steps import Step
from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.errors import (
    ChipFileMalformed,
    DataGroupAltered,
    DocumentExpired,
    DocumentKindUnknown,
    PrintedDetailsWrong,
    RegisterUnavailable,
    SignerNotTrusted,
)
from authsvc.evidence.register import PrintedDetails
from authsvc.settings import EnrollmentRules
from tests.enrollment.makers import World


async def test_a_genuine_card_leads_to_the_holder_check(applicant):
    enrollment = await applicant.document()
    assert enrollment.state.next_step is Step.HOLDER_CHECK
    assert enrollment.state.document.number == applicant.card.holder_file["number"]


async def test_the_same_card_again_is_not_looked_at_again(world, applicant):
    first = await applicant.document()
    questions = world.register.questions
    assert (await applicant.document()).version == first.version
    assert world.register.questions == questions


async def test_another_card_before_the_holder_check_takes_its_place(world, applicant):
    await applicant.document()
    other = world.new_card()
    enrollment = await applicant.document(other.chip_file)
    assert enrollment.state.document.document_number == other.document_number


async def test_another_card_after_the_holder_check_is_refused(world, applicant):
    await applicant.go_to(Step.PHONE)
    with pytest.raises(StepAlreadyTaken):
        await applicant.document(world.new_card().chip_file)


async def test_the_register_is_asked_not_only_the_chip(world):
    lost = await world.begin()
    world.authority.report_lost(lost.card.document_number)
    with pytest.raises(DocumentReportedLost):
        await lost.document()

    replaced = await world.begin()
    world.authority.replace_card(replaced.card.holder_file["number"])
    with pytest.raises(DocumentReplaced):
        await replaced.document()


async def test_a_card_that_the_register_never_issued_is_refused(
    world, applicant, tmp_path, clock, keyring
):
    """Signed by a second authority that is trusted, but not written down at the first."""
    other = DocumentAuthority.open(tmp_path / "another", clock=clock)
    person = other.create_person(birth_date=date(1990, 1, 1))
    card = other.issue_card(person.number.value)
    with pytest.raises(SignerNotTrusted):
        await applicant.document(card.chip_file)

    keyring.directory.save_certificate("document-anchors", "another", other.document_anchor)
    trusting = World.make(world.database, world.ephemeral, keyring, clock, tmp_path / "register")
    trusting_applicant = await trusting.begin(card)
    with pytest.raises(DocumentUnknown):
        await trusting_applicant.document()
    trusting.hasher.close()


async def test_an_expired_card_is_refused(world):
    person = world.authority.create_person(birth_date=date(1990, 1, 1))
    card = world.authority.issue_card(
        person.number.value, valid_from=date(2006, 1, 1), valid_until=date(2026, 1, 1)
    )
    applicant = await world.begin(card)
    with pytest.raises(DocumentExpired):
        await applicant.document()


async def test_a_broken_chip_and_an_unknown_kind_are_named(applicant):
    with pytest.raises(ChipFileMalformed) as broken:
        await applicant.document(b"")
    assert broken.value.field == "chip"
    with pytest.raises(DocumentKindUnknown) as unknown:
        await applicant.document(kind="library_card")
    assert unknown.value.field == "kind"


async def test_an_altered_chip_is_refused(applicant):
    chip = bytearray(applicant.card.chip_file)
    at = applicant.card.chip_file.index(applicant.card.holder_file["number"].encode())
    chip[at + 16] ^= 1
    with pytest.raises(DataGroupAltered):
        await applicant.document(bytes(chip))


async def test_an_unreachable_register_changes_nothing_and_is_no_try(world, applicant):
    world.register.is_away = True
    for _ in range(7):
        with pytest.raises(RegisterUnavailable):
            await applicant.document()
    assert await applicant.next_step() is Step.DOCUMENT
    world.register.is_away = False
    await applicant.document()


@pytest.mark.parametrize(
    ("birth_date", "is_old_enough"),
    [(date(2012, 11, 23), True), (date(2012, 11, 24), False), (date(2020, 2, 29), False)],
    ids=["fourteen today", "fourteen tomorrow", "a child"],
)
async def test_an_operator_may_set_a_floor(
    storage, keyring, clock, tmp_path, birth_date, is_old_enough
):
    rules = EnrollmentRules(minimum_age=14)
    world = World.make(
        storage.database, storage.ephemeral, keyring, clock, tmp_path / "register", rules
    )
    applicant = await world.begin(world.new_card(birth_date))
    if is_old_enough:
        await applicant.document()
    else:
        with pytest.raises(TooYoung):
            await applicant.document()
        assert (await applicant.look()).state.document is None
    await world.close()


async def test_without_a_floor_the_youngest_may_apply(world):
    applicant = await world.begin(world.new_card(date(2026, 1, 31)))
    assert (await applicant.document()).state.next_step is Step.HOLDER_CHECK


async def test_five_documents_in_six_hours(world, applicant, time_passes):
    for _ in range(5):
        with pytest.raises(ChipFileMalformed):
            await applicant.document(b"broken")
    with pytest.raises(TooManyDocuments) as refused:
        await applicant.document()
    assert refused.value.retry_after == 6 * 3600
    await time_passes(timedelta(hours=6, seconds=1))
    await applicant.document()


async def test_thirty_documents_at_once_are_five_tries_too(world):
    """Who knows name and number of a temporary card has to guess its last day, one of ninety."""
    person = world.authority.create_person(birth_date=date(1990, 1, 1))
    card = world.authority.papers.issue("temporary_identity_card", number=person.number.value)
    applicant = await world.begin(card)
    world.register.takes_its_time = True

    async def guess(days: int) -> None:
        last = date.fromisoformat(card.holder_file["valid_until"]) + timedelta(days=days)
        printed = PrintedDetails(person.number.value, person.name, last)
        shown = ShownDocument("temporary_identity_card", printed=printed)
        await world.desk.document.take(applicant.key, shown=shown, now=world.clock.now())

    async def answers() -> list[type]:
        tries = (guess(days) for days in range(1, 31))
        return [type(each) for each in await asyncio.gather(*tries, return_exceptions=True)]

    assert Counter(await answers()) == {PrintedDetailsWrong: 5, TooManyDocuments: 25}


async def test_the_order_of_the_steps_is_kept(applicant):
    await applicant.document()
    with pytest.raises(HolderCheckMissing):
        await applicant.phone()
