"""Opting in with every kind of document, end to end, and what each is worth."""

import asyncio
import base64
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from cryptography import x509

from authsvc.enrollment.document_step import ShownDocument
from authsvc.enrollment.errors import (
    DocumentReportedLost,
    HolderNotRecognised,
    TooManyDocuments,
)
from authsvc.enrollment.steps import Step
from authsvc.evidence.authority.cards import IssuedCard
from authsvc.evidence.authority.specimens.chips import ActiveChip
from authsvc.evidence.authority.specimens.documents import travel_chip
from authsvc.evidence.authority.specimens.keys import Algorithm
from authsvc.evidence.authority.specimens.signed_data import Manner
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.emrtd.data_groups import read_zone
from authsvc.evidence.errors import (
    ChipFileMalformed,
    ChipNotAuthentic,
    DocumentContradictsItself,
    DocumentExpired,
    DocumentKindUnknown,
    IdentityNumberInvalid,
    PrintedDetailMissing,
    PrintedDetailsWrong,
    RegisterUnavailable,
    SignerNotTrusted,
)
from authsvc.evidence.kinds import KINDS, Proof
from authsvc.evidence.passive_authentication import PassiveAuthentication
from authsvc.evidence.register import PrintedDetails

CITIZEN = {"temporary_identity_card", "household_register_page"}
OTHERS = sorted(KINDS.keys() - CITIZEN - {"resident_identity_card"})


def issued(world, kind: str, **parts) -> IssuedCard:
    """A document of this kind; of a citizen whom the register knows, or of somebody made up."""
    if kind in CITIZEN:
        born = date(2014, 6, 1) if kind == "household_register_page" else date(1990, 1, 1)
        born = parts.pop("birth_date", born)
        parts["number"] = world.authority.create_person(birth_date=born).number.value
    card: IssuedCard = world.authority.papers.issue(kind, **parts)
    return card


@pytest.mark.parametrize("kind", OTHERS)
async def test_its_holder_opts_in_with(world, kind):
    applicant = await world.enroll(issued(world, kind, birth_date=date(1990, 1, 1)))
    subscriber = await applicant.subscriber()
    async with world.database.reading() as tx:
        identity = await world.subscribers.identity_of(tx, subscriber)
    assert identity.document_kind == kind
    assert identity.document_number == applicant.card.document_number
    assert identity.number == applicant.card.holder_file["number"]
    assert identity.birth_date == date(1990, 1, 1)
    assert identity.name == applicant.card.holder_file["name"]


async def test_a_permanent_resident_opts_in_with_a_number_of_before_2023(world):
    card = issued(world, "permanent_residence_card", former_number=True)
    applicant = await world.enroll(card)
    assert len(card.holder_file["number"]) == 15
    assert applicant.issued


async def test_with_a_temporary_card_the_certificate_ends_with_it(world):
    applicant = await world.enroll(issued(world, "temporary_identity_card"))
    last = date.fromisoformat(applicant.card.holder_file["valid_until"])
    assert last == date(2027, 2, 23)
    certificate = x509.load_pem_x509_certificate(applicant.issued.certificate.encode())
    # The end of that day in China is sixteen o'clock in UTC.
    assert certificate.not_valid_after_utc.date() == last
    assert certificate.not_valid_after_utc.hour < 17


async def test_a_child_opts_in_with_a_page_of_the_household_register(world):
    page = issued(world, "household_register_page")
    applicant = await world.begin(page)
    await applicant.document()
    state = (await applicant.holder()).state
    assert state.next_step is Step.GUARDIAN
    guardian = await world.enroll()
    world.authority.set_guardian(
        page.holder_file["number"], guardian.card.holder_file["number"], holds=True
    )
    await guardian.vouch_for(await applicant.shown_code())
    await applicant.go_to(Step.COMPLETED)
    async with world.database.reading() as tx:
        identity = await world.subscribers.identity_of(tx, await applicant.subscriber())
    assert identity.document_valid_until == date(2030, 5, 31)


async def test_nobody_older_than_fifteen_opts_in_with_a_page(world):
    page = issued(
        world, "household_register_page", birth_date=date(2010, 11, 23), valid_from=date(2020, 1, 1)
    )
    applicant = await world.begin(page)
    with pytest.raises(DocumentExpired):
        await applicant.document()


# What is printed.


async def taken(world, applicant, printed, kind="temporary_identity_card"):
    return await world.desk.document.take(
        applicant.key, shown=ShownDocument(kind, printed=printed), now=applicant.now
    )


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"name": "别人"}, id="another name"),
        pytest.param({"valid_until": date(2027, 2, 24)}, id="another last day"),
    ],
)
async def test_what_the_register_has_otherwise_is_refused(world, other):
    applicant = await world.begin(issued(world, "temporary_identity_card"))
    with pytest.raises(PrintedDetailsWrong) as refusal:
        await taken(world, applicant, replace(applicant.printed, **other))
    assert refusal.value.field == "printed"


async def test_another_household_is_refused(world):
    applicant = await world.begin(issued(world, "household_register_page"))
    wrong = replace(applicant.printed, document_number="T000000000000")
    with pytest.raises(PrintedDetailsWrong):
        await taken(world, applicant, wrong, kind="household_register_page")


async def test_somebody_else_of_that_number_is_refused(world):
    """A resident card of the person does not stand for a temporary one."""
    applicant = await world.begin()
    file = applicant.card.holder_file
    details = PrintedDetails(file["number"], file["name"], date(2027, 2, 23))
    with pytest.raises(PrintedDetailsWrong):
        await taken(world, applicant, details)


@pytest.mark.parametrize(
    "kind,missing",
    [
        ("temporary_identity_card", "valid_until"),
        ("household_register_page", "document_number"),
    ],
)
async def test_what_a_kind_asks_for_has_to_be_told(world, kind, missing):
    applicant = await world.begin(issued(world, kind))
    questions = world.register.questions
    with pytest.raises(PrintedDetailMissing) as refusal:
        await taken(world, applicant, replace(applicant.printed, **{missing: None}), kind=kind)
    assert refusal.value.field == f"printed.{missing}"
    assert world.register.questions == questions


async def test_a_number_that_is_none_is_refused_before_the_register_is_asked(world):
    applicant = await world.begin(issued(world, "temporary_identity_card"))
    questions = world.register.questions
    with pytest.raises(IdentityNumberInvalid) as refusal:
        await taken(world, applicant, replace(applicant.printed, number="659099199001010011"))
    assert refusal.value.field == "printed.number"
    assert world.register.questions == questions


async def test_a_kind_with_a_chip_is_not_taken_as_it_is_printed(world):
    """Else whoever has seen a card could pass for one who has it."""
    applicant = await world.begin()
    file = applicant.card.holder_file
    with pytest.raises(DocumentKindUnknown):
        await taken(
            world,
            applicant,
            PrintedDetails(file["number"], file["name"]),
            kind="resident_identity_card",
        )
    with pytest.raises(ChipFileMalformed):
        await world.desk.document.take(
            applicant.key, shown=ShownDocument("passport"), now=applicant.now
        )


async def test_a_register_that_is_away_says_nothing_and_counts_nothing(world):
    applicant = await world.begin(issued(world, "temporary_identity_card"))
    world.register.is_away = True
    for _ in range(20):
        with pytest.raises(RegisterUnavailable):
            await applicant.document()
    world.register.is_away = False
    assert (await applicant.document()).state.next_step is Step.HOLDER_CHECK


async def test_a_temporary_card_that_was_issued_for_longer_is_refused(world):
    card = issued(world, "temporary_identity_card", valid_until=date(2027, 2, 24))
    with pytest.raises(DocumentContradictsItself):
        await (await world.begin(card)).document()


# What is asked of every kind.


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"resident_identity_card"}))
async def test_what_was_reported_lost_is_refused(world, kind):
    card = issued(world, kind)
    world.authority.report_lost(card.document_number)
    with pytest.raises(DocumentReportedLost):
        await (await world.begin(card)).document()


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - CITIZEN))
async def test_a_chip_is_not_taken_for_one_of_another_kind(world, kind):
    card = world.new_card() if kind == "resident_identity_card" else issued(world, kind)
    applicant = await world.begin(card)
    for other in sorted(KINDS.keys() - {kind} - CITIZEN):
        with pytest.raises(Exception, match=r"evidence\.") as refusal:
            await world.desk.document.take(
                (await world.begin(card)).key,
                shown=ShownDocument(other, chip=card.chip_file),
                now=applicant.now,
            )
        assert type(refusal.value).__module__ == "authsvc.evidence.errors"


async def test_states_vouch_for_passports_alone_and_the_authority_for_cards_alone(world, keyring):
    """A foreign key never signs a resident card, nor the other way round."""
    only_cards = PassiveAuthentication(keyring.directory.certificates("document-anchors"))
    passport = issued(world, "passport")
    with pytest.raises(SignerNotTrusted):
        only_cards.verify("passport", ChipReading.parse(passport.chip_file), now=world.clock.now())


def test_every_kind_has_a_holder_who_opts_in_here() -> None:
    proofs = {kind.proof for kind in KINDS.values()}
    assert proofs == set(Proof)
    assert set(OTHERS) | CITIZEN | {"resident_identity_card"} == set(KINDS)


async def test_a_face_is_asked_for_whatever_the_document(world):
    applicant = await world.begin(issued(world, "temporary_identity_card"))
    await applicant.document()
    with pytest.raises(HolderNotRecognised):
        await applicant.holder(base64.b64decode(world.new_card().holder_file["face"]))


async def test_a_chip_with_a_key_of_its_own_answers_the_challenge_of_the_enrollment(world):
    """Doc 9303 part 11 section 6.1: else a copy of the chip would do as well."""
    chip = ActiveChip.make(Algorithm("ecdsa", "sha256"))
    passport = issued(world, "passport")
    signer = world.authority.papers.signer("UT")
    files = ChipReading.parse(passport.chip_file)
    text = read_zone(files.data_groups[1])
    portrait = base64.b64decode(passport.holder_file["face"])
    made = travel_chip(text, portrait, signer, Manner(world.clock.now()), more=chip.data_groups)
    first, second = await world.begin(passport), await world.begin(passport)
    challenge = world.desk.enrollments.chip_challenge(await first.look())
    assert challenge != world.desk.enrollments.chip_challenge(await second.look())

    async def take(applicant, response):
        return await world.desk.document.take(
            applicant.key,
            shown=ShownDocument("passport", chip=made.to_chip_file(), response=response),
            now=applicant.now,
        )

    with pytest.raises(ChipNotAuthentic):
        await take(first, b"")
    with pytest.raises(ChipNotAuthentic):
        await take(second, chip.answer(challenge))
    assert (await take(first, chip.answer(challenge))).state.next_step is Step.HOLDER_CHECK


async def test_what_is_printed_is_not_guessed_over_many_enrollments(world, time_passes):
    """Each enrollment has five tries, and anybody begins many: the number has ten in a day."""
    card = issued(world, "temporary_identity_card")
    last = date.fromisoformat(card.holder_file["valid_until"])

    async def guess(applicant, day):
        right = applicant.printed
        shown = ShownDocument(card.holder_file["kind"], printed=replace(right, valid_until=day))
        return await world.desk.document.take(applicant.key, shown=shown, now=world.clock.now())

    async def of_an_enrollment(first):
        applicant = await world.begin(card)
        tries = (guess(applicant, last - timedelta(days=first + nth)) for nth in range(5))
        return await asyncio.gather(*tries, return_exceptions=True)

    said = [each for first in (1, 6, 11, 16) for each in await of_an_enrollment(first)]
    kinds = Counter(type(each) for each in said)
    assert kinds == {PrintedDetailsWrong: 10, TooManyDocuments: 10}
    # Whoever is right waits with them; nobody else does; and tomorrow it is their turn.
    with pytest.raises(TooManyDocuments) as refused:
        await guess(await world.begin(card), last)
    assert refused.value.retry_after == 24 * 3600
    await (await world.begin(issued(world, "temporary_identity_card"))).document()
    await time_passes(timedelta(hours=24, seconds=1))
    assert (await guess(await world.begin(card), last)).state.next_step is Step.HOLDER_CHECK


async def test_what_is_right_is_no_miss(world):
    card = issued(world, "temporary_identity_card")
    for _ in range(12):
        await (await world.begin(card)).document()
