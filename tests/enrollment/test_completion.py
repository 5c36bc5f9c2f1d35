import asyncio
from datetime import date, timedelta

import pytest
from cryptography import x509

from authsvc.certificates import Status
from authsvc.certificates.errors import KeyAlreadyCertified, RequestMalformed
from authsvc.enrollment.errors import (
    CredentialsMissing,
    DocumentReplaced,
    DocumentReportedLost,
    EnrollmentCompleted,
    EnrollmentMoved,
    EnrollmentUnknown,
    PersonFrozen,
    PhoneMissing,
    StepNotNeeded,
)
from authsvc.enrollment.joining_errors import NotOnePerson
from authsvc.enrollment.leaving import Leaving
from authsvc.enrollment.returning_errors import DocumentStillGood
from authsvc.enrollment.steps import Purpose, Step
from authsvc.errors import Conflict
from authsvc.evidence.errors import RegisterUnavailable
from authsvc.evidence.register import RegisterStatus
from authsvc.subscribers import PersonAlreadyEnrolled, SubscriberStatus
from authsvc.subscribers.relations import Relations
from tests.enrollment.makers import new_request


async def test_an_enrollment_ends_in_a_number_and_a_certificate(world, applicant):
    await applicant.go_to(Step.CERTIFICATE_REQUEST)
    issued = await applicant.finish()
    certificate = x509.load_pem_x509_certificate(issued.certificate.encode())
    authority = x509.load_pem_x509_certificate(issued.chain.encode())
    certificate.verify_directly_issued_by(authority)
    assert len(issued.online_number.value) == 10
    assert await applicant.next_step() is Step.COMPLETED
    assert await applicant.statuses() == [Status.GOOD]


async def test_the_number_and_the_identity_rest_with_the_subscriber(world, applicant):
    await applicant.go_to(Step.COMPLETED)
    async with world.database.reading() as tx:
        subscriber = await world.subscribers.find(tx, await applicant.subscriber_id())
        identity = await world.subscribers.identity_of(tx, subscriber)
        name = await world.credentials.sign_in_name_of(tx, subscriber)
    assert identity.number == applicant.card.holder_file["number"]
    assert identity.name == applicant.card.holder_file["name"]
    assert identity.phone == applicant.phone_number
    assert identity.online_number == applicant.issued.online_number.value
    assert name == applicant.sign_in_name


async def test_a_certificate_never_outlives_its_document(world, now):
    person = world.authority.create_person(birth_date=date(1990, 1, 1))
    ends = date(2026, 12, 1)
    card = world.authority.issue_card(person.number.value, valid_until=ends)
    applicant = await world.enroll(card)
    [certificate] = await applicant.certificates()
    assert certificate.not_after.date() <= ends


async def test_nothing_personal_stays_in_a_completed_enrollment(world, applicant):
    await applicant.go_to(Step.COMPLETED)
    state = (await applicant.look()).state
    assert state.document is None
    assert (state.phone, state.sign_in_name, state.phc) == ("", "", "")


async def test_the_same_request_again_has_the_same_answer(world, applicant):
    await applicant.go_to(Step.COMPLETED)
    first = applicant.issued
    assert await applicant.finish() == first
    assert len(await applicant.certificates()) == 1


async def test_another_request_after_the_end_is_refused(world, applicant):
    await applicant.go_to(Step.COMPLETED)
    with pytest.raises(EnrollmentCompleted):
        await applicant.finish(new_request())


async def test_every_earlier_step_answers_after_the_end_as_it_did_before(world, applicant):
    await applicant.go_to(Step.COMPLETED)
    assert (await applicant.document()).state.next_step is Step.COMPLETED
    assert (await applicant.holder()).state.next_step is Step.COMPLETED
    assert (await applicant.phone()).state.next_step is Step.COMPLETED
    with pytest.raises(EnrollmentCompleted):
        await applicant.choose()


async def test_the_same_request_twice_at_once_has_one_answer(world, applicant):
    await applicant.go_to(Step.CERTIFICATE_REQUEST)
    answers = await asyncio.gather(*(applicant.finish() for _ in range(5)))
    assert len({answer.online_number.value for answer in answers}) == 1
    assert len(await applicant.certificates()) == 1


async def test_two_different_requests_at_once_make_one_certificate(world, applicant):
    await applicant.go_to(Step.CERTIFICATE_REQUEST)
    answers = await asyncio.gather(
        *(applicant.finish(new_request()) for _ in range(4)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, Conflict)]
    assert len(refused) == 3
    assert len(await applicant.certificates()) == 1


async def test_a_broken_request_changes_nothing(world, applicant):
    await applicant.go_to(Step.CERTIFICATE_REQUEST)
    with pytest.raises(RequestMalformed):
        await applicant.finish(b"not a request")
    await applicant.go_to(Step.COMPLETED)


async def test_the_key_of_somebody_else_changes_nothing(world, applicant):
    other = await world.enroll()
    await applicant.go_to(Step.CERTIFICATE_REQUEST)
    with pytest.raises(KeyAlreadyCertified):
        await applicant.finish(other.request)
    assert await world.rows("subscriber") == 1
    await applicant.go_to(Step.COMPLETED)


async def test_an_unreachable_register_loses_nothing(world, applicant):
    await applicant.go_to(Step.CERTIFICATE_REQUEST)
    world.register.is_away = True
    with pytest.raises(RegisterUnavailable):
        await applicant.finish()
    assert await applicant.next_step() is Step.CERTIFICATE_REQUEST
    world.register.is_away = False
    await applicant.finish()


async def test_a_card_lost_on_the_way_ends_the_enrollment(world, applicant):
    await applicant.go_to(Step.CERTIFICATE_REQUEST)
    world.authority.report_lost(applicant.card.document_number)
    with pytest.raises(DocumentReportedLost):
        await applicant.finish()
    with pytest.raises(DocumentReportedLost):
        await applicant.finish()
    assert (await applicant.look()).state.document is None
    assert await world.rows("subscriber") == 0


async def test_a_card_replaced_on_the_way_ends_the_enrollment(world, applicant):
    await applicant.go_to(Step.CERTIFICATE_REQUEST)
    world.authority.replace_card(applicant.card.holder_file["number"])
    with pytest.raises(DocumentReplaced):
        await applicant.finish()


async def test_a_loss_between_the_answer_and_the_record_is_not_missed(world, applicant):
    """The register said "valid"; before we write, the card is lost and the feed is followed."""
    await applicant.go_to(Step.CERTIFICATE_REQUEST)
    real = world.register.status_of

    async def status_of(kind, document_number):
        status = await real(kind, document_number)
        world.authority.report_lost(applicant.card.document_number)
        await world.desk.changes.poll(world.register, now=world.clock.now())
        return status

    world.register.status_of = status_of
    with pytest.raises(DocumentReportedLost):
        await applicant.finish()
    assert await world.rows("subscriber") == 0


async def test_a_feed_that_never_holds_still_asks_to_come_back(world, applicant):
    await applicant.go_to(Step.CERTIFICATE_REQUEST)
    real = world.register.status_of

    async def status_of(kind, document_number):
        status = await real(kind, document_number)
        world.new_card()
        world.authority.report_lost(world.new_card().document_number)
        await world.desk.changes.poll(world.register, now=world.clock.now())
        return status

    world.register.status_of = status_of
    with pytest.raises(EnrollmentMoved):
        await applicant.finish()
    world.register.status_of = real
    await applicant.go_to(Step.COMPLETED)


async def test_a_name_taken_meanwhile_leads_back_to_the_credentials(world):
    first, second = await world.begin(), await world.begin()
    second.sign_in_name = first.sign_in_name
    await first.go_to(Step.CERTIFICATE_REQUEST)
    await second.go_to(Step.CERTIFICATE_REQUEST)
    await first.finish()
    with pytest.raises(Conflict) as refused:
        await second.finish()
    assert refused.value.field == "sign_in_name"
    with pytest.raises(CredentialsMissing):
        await second.finish()
    assert await world.rows("subscriber") == 1
    second.sign_in_name = "another-name"
    await second.go_to(Step.COMPLETED)
    assert await world.rows("subscriber") == 2


async def test_of_two_enrollments_of_a_person_the_later_ends(world):
    card = world.new_card()
    first, second = await world.begin(card), await world.begin(card)
    second.sign_in_name = "another-name"
    await first.go_to(Step.CERTIFICATE_REQUEST)
    await second.go_to(Step.CERTIFICATE_REQUEST)
    await first.finish()
    for _ in range(2):
        with pytest.raises(PersonAlreadyEnrolled):
            await second.finish()
    assert (await second.look()).state.phc == ""


async def test_a_new_card_keeps_the_number_and_supersedes_the_certificate(world, now):
    before = await world.enroll()
    subscriber_id = await before.subscriber_id()
    async with world.database.reading() as tx:
        subject = world.subscribers.subject_for(
            await world.subscribers.find(tx, subscriber_id), "platform.example"
        )
    world.clock.advance(days=1)
    card = world.authority.replace_card(before.card.holder_file["number"])
    after = await world.begin(card)
    await after.go_to(Step.COMPLETED)
    async with world.database.reading() as tx:
        subscriber = await world.subscribers.find(tx, subscriber_id)
        documents = await world.subscribers.documents_of(tx, subscriber_id)
        identity = await world.subscribers.identity_of(tx, subscriber)
    assert after.issued.online_number == before.issued.online_number
    assert world.subscribers.subject_for(subscriber, "platform.example") == subject
    assert subscriber.credentials_valid_from == world.clock.now()
    assert not subscriber.was_in_force(now)
    assert [document.state.value for document in documents] == ["replaced", "valid"]
    assert identity.phone == before.phone_number
    assert sorted(status.value for status in await after.statuses()) == ["good", "revoked"]
    good = [c for c in await after.certificates() if c.standing.status is Status.GOOD]
    assert good[0].pem == after.issued.certificate
    assert await world.rows("subscriber") == 1


async def test_a_replacement_needs_neither_phone_nor_credentials(world):
    before = await world.enroll()
    card = world.authority.replace_card(before.card.holder_file["number"])
    after = await world.begin(card)
    await after.document()
    enrollment = await after.holder()
    assert enrollment.state.is_replacement
    assert enrollment.state.next_step is Step.CERTIFICATE_REQUEST
    with pytest.raises(StepNotNeeded):
        await after.choose()
    with pytest.raises(StepNotNeeded):
        await after.phone()


async def test_a_document_that_is_still_good_is_not_replaced(world, monkeypatch):
    """Whoever got hold of a second card and the face does not end the owner's devices with it."""
    before = await world.enroll()
    card = world.authority.replace_card(before.card.holder_file["number"])
    after = await world.begin(card)
    await after.go_to(Step.CERTIFICATE_REQUEST)

    async def both_are_good(kind: str, number: str) -> RegisterStatus:
        return RegisterStatus.VALID

    with monkeypatch.context() as patch:
        patch.setattr(world.register, "status_of", both_are_good)
        with pytest.raises(DocumentStillGood):
            await after.finish()
    assert await before.statuses() == [Status.GOOD]
    await after.finish()
    assert (await before.statuses()).count(Status.GOOD) == 1


@pytest.mark.parametrize("purpose", [Purpose.ENROLL, Purpose.RECOVER])
@pytest.mark.parametrize("has_another", ["the later one", "the earlier one"])
async def test_a_number_that_two_people_once_had_opens_nobody_elses_door(
    world, purpose, has_another
):
    """Both were given one number; one of them has another since, and the register knows both."""
    cards = world.new_card(), world.new_card()
    shared, other = cards if has_another == "the later one" else reversed(cards)
    numbers = (shared.holder_file["number"], other.holder_file["number"])
    world.register.says_otherwise[other.document_number] = numbers
    first = await world.enroll(cards[0])
    world.authority.report_lost(first.card.document_number)
    second = await world.begin(cards[1], purpose)
    await second.go_to(Step.CERTIFICATE_REQUEST)
    if purpose is Purpose.RECOVER:
        world.clock.advance(days=2)
    with pytest.raises(NotOnePerson):
        await second.finish()
    with pytest.raises(NotOnePerson):
        await second.choose()
    async with world.database.reading() as tx:
        documents = await world.subscribers.documents_of(tx, await first.subscriber_id())
        name = await world.credentials.sign_in_name_of(tx, await first.subscriber())
    assert [each.kind for each in documents] == ["resident_identity_card"]
    assert name == first.sign_in_name


async def test_a_number_that_two_people_once_had_unfreezes_nobody_else(world):
    cards = world.new_card(), world.new_card()
    numbers = tuple(card.holder_file["number"] for card in cards)
    world.register.says_otherwise[cards[1].document_number] = numbers
    first = await world.enroll(cards[0])
    await first.freeze()
    second = await world.begin(cards[1], Purpose.UNFREEZE)
    await second.document()
    with pytest.raises(NotOnePerson):
        await second.holder()
    assert (await first.subscriber()).status is SubscriberStatus.FROZEN
    honest = await world.begin(cards[0], Purpose.UNFREEZE)
    await honest.go_to(Step.COMPLETED)
    assert (await first.subscriber()).status is SubscriberStatus.ACTIVE


async def test_two_replacements_at_once_issue_one_certificate(world):
    before = await world.enroll()
    card = world.authority.replace_card(before.card.holder_file["number"])
    applicants = [await world.begin(card) for _ in range(2)]
    for applicant in applicants:
        await applicant.go_to(Step.CERTIFICATE_REQUEST)
    answers = await asyncio.gather(*(a.finish() for a in applicants), return_exceptions=True)
    assert sum(isinstance(answer, PersonAlreadyEnrolled) for answer in answers) == 1
    assert (await before.statuses()).count(Status.GOOD) == 1


async def test_who_leaves_before_the_replacement_is_done_starts_as_new(world):
    before = await world.enroll()
    card = world.authority.replace_card(before.card.holder_file["number"])
    after = await world.begin(card)
    await after.go_to(Step.CERTIFICATE_REQUEST)
    await _leave(world, before)
    with pytest.raises(PhoneMissing):
        await after.finish()
    assert await after.next_step() is Step.PHONE
    await after.go_to(Step.COMPLETED)
    assert await world.rows("subscriber") == 1


async def test_a_frozen_person_gets_no_new_certificate(world):
    before = await world.enroll()
    card = world.authority.replace_card(before.card.holder_file["number"])
    after, late = await world.begin(card), await world.begin(card)
    await late.go_to(Step.CERTIFICATE_REQUEST)
    async with world.database.transaction() as tx:
        await world.subscribers.set_status(
            tx, await before.subscriber_id(), SubscriberStatus.FROZEN
        )
    await after.document()
    for act in (after.holder, after.finish, late.finish):
        with pytest.raises(PersonFrozen):
            await act()


async def test_the_answer_ends_with_the_person(world):
    applicant = await world.enroll()
    await _leave(world, applicant)
    with pytest.raises(EnrollmentUnknown):
        await applicant.finish()


async def test_the_answer_ends_with_the_enrollment(world):
    applicant = await world.enroll()
    world.clock.advance(timedelta(hours=24))
    with pytest.raises(EnrollmentUnknown):
        await applicant.finish()


async def _leave(world, applicant):
    leaving = Leaving(
        subscribers=world.subscribers,
        certificates=world.certificates,
        relations=Relations(world.keyring.digests),
    )
    async with world.database.transaction() as tx:
        subscriber = await world.subscribers.find(tx, await applicant.subscriber_id())
        await leaving.opt_out(tx, subscriber, now=world.clock.now())
