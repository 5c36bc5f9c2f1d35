"""Recovery: document and holder again, then a wait that can be stopped, then everything is new."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from authsvc.authentication.errors import SignInNameTaken
from authsvc.certificates import Status
from authsvc.enrollment.errors import (
    CredentialsMissing,
    DocumentReportedLost,
    EnrollmentUnknown,
    PersonFrozen,
    StepNotNeeded,
)
from authsvc.enrollment.leaving import Leaving
from authsvc.enrollment.limits import RECOVERIES_PER_PERSON
from authsvc.enrollment.recovery import USABLE
from authsvc.enrollment.returning_errors import (
    NothingToRecover,
    RecoveryStopped,
    RecoveryWaiting,
    TooManyRecoveries,
)
from authsvc.enrollment.steps import Purpose, Step
from authsvc.subscribers.activity import ActivityKind
from tests.enrollment.makers import new_request

WAIT = timedelta(days=1)


@pytest.fixture
async def person(world):
    """Somebody who enrolled, and has a second factor."""
    applicant = await world.enroll()
    subscriber = await applicant.subscriber()
    async with world.database.transaction() as tx:
        await world.credentials.import_totp(
            tx, subscriber, "JBSWY3DPEHPK3PXP", now=world.clock.now()
        )
    return applicant


async def recovering(world, person, name="another name"):
    """The person, at the desk again, up to the wait."""
    again = await world.begin(person.card, Purpose.RECOVER)
    again.sign_in_name = name
    return await again.go_to(Step.CERTIFICATE_REQUEST)


async def stop(world, person):
    subscriber = await person.subscriber()
    async with world.database.transaction() as tx:
        return await world.desk.recoveries.stop(tx, subscriber, now=world.clock.now())


async def waiting_for(world, person):
    async with world.database.reading() as tx:
        return await world.desk.recoveries.waiting_for(tx, await person.subscriber_id())


async def test_a_recovery_needs_neither_phone_nor_its_confirmation(world, person):
    again = await world.begin(person.card, Purpose.RECOVER)
    await again.document()
    assert (await again.holder()).state.next_step is Step.CREDENTIALS
    for act in (again.phone, lambda: again.confirm("000000")):
        with pytest.raises(StepNotNeeded):
            await act()
    with pytest.raises(CredentialsMissing):
        await again.finish()


async def test_the_credentials_begin_the_wait_and_the_person_is_alerted(world, person, now):
    again = await recovering(world, person)
    enrollment = await again.look()
    assert enrollment.state.ready_at == now + WAIT == await waiting_for(world, person)
    assert enrollment.expires_at == now + WAIT + USABLE
    assert await world.log_of(person) == [ActivityKind.ENROLLED, ActivityKind.RECOVERY_BEGUN]
    assert "recover access" in (await world.messages_to(person))[-1]


async def test_until_the_wait_is_over_nothing_changes(world, person):
    again = await recovering(world, person)
    world.clock.advance(hours=23)
    with pytest.raises(RecoveryWaiting) as refused:
        await again.finish()
    assert refused.value.retry_after == 3600
    assert await person.statuses() == [Status.GOOD]
    assert await name_of(world, person) == person.sign_in_name
    assert await again.next_step() is Step.CERTIFICATE_REQUEST


async def test_after_the_wait_only_the_new_credentials_are_there(world, person):
    old_number = person.issued.online_number
    again = await recovering(world, person)
    now = world.clock.advance(WAIT)
    issued = await again.finish()
    assert issued.online_number == old_number
    assert sorted(status.value for status in await person.statuses()) == sorted(
        [Status.GOOD.value, Status.REVOKED.value]
    )
    subscriber = await person.subscriber()
    assert subscriber.credentials_valid_from == now
    async with world.database.reading() as tx:
        assert await world.credentials.sign_in_name_of(tx, subscriber) == "another name"
        assert not await world.credentials.has_totp(tx, subscriber.id)
    assert await waiting_for(world, person) is None
    assert (await world.log_of(person))[-1] is ActivityKind.RECOVERED
    assert "was recovered" in (await world.messages_to(person))[-1]


async def test_nothing_personal_stays_in_a_completed_recovery(world, person):
    again = await recovering(world, person)
    world.clock.advance(WAIT)
    first = await again.finish()
    state = (await again.look()).state
    assert state.document is None
    assert (state.sign_in_name, state.phc) == ("", "")
    assert await again.finish() == first


async def test_the_wait_can_be_stopped_and_says_so_at_every_door(world, person):
    again = await recovering(world, person)
    assert await stop(world, person)
    assert not await stop(world, person)
    for act in (lambda: look(world, again), again.finish, again.choose, again.document):
        with pytest.raises(RecoveryStopped):
            await act()
    assert (await again.look()).state.document is None
    assert (await world.log_of(person))[-1] is ActivityKind.RECOVERY_STOPPED


async def test_a_stopped_recovery_stays_stopped_after_the_wait(world, person):
    again = await recovering(world, person)
    await stop(world, person)
    world.clock.advance(WAIT)
    with pytest.raises(RecoveryStopped):
        await again.finish()
    assert await person.statuses() == [Status.GOOD]
    assert await name_of(world, person) == person.sign_in_name


async def test_other_credentials_cannot_bring_a_stopped_recovery_back(world, person):
    again = await recovering(world, person)
    await stop(world, person)
    with pytest.raises(RecoveryStopped):
        await again.choose("a third name")
    assert await waiting_for(world, person) is None


async def test_credentials_may_be_chosen_anew_and_the_wait_goes_on(world, person, now):
    again = await recovering(world, person)
    world.clock.advance(hours=5)
    enrollment = await again.choose("a third name")
    assert enrollment.state.ready_at == now + WAIT
    assert (await world.log_of(person)).count(ActivityKind.RECOVERY_BEGUN) == 1
    world.clock.set(now + WAIT)
    await again.finish()
    assert await name_of(world, person) == "a third name"


async def test_a_later_recovery_takes_the_place_of_an_earlier_one_with_its_own_wait(world, person):
    first = await recovering(world, person)
    world.clock.advance(hours=20)
    second = await recovering(world, person, "the second")
    world.clock.advance(hours=23)
    for act in (lambda: look(world, first), first.finish):
        with pytest.raises(RecoveryStopped):
            await act()
    with pytest.raises(RecoveryWaiting):
        await second.finish()
    world.clock.advance(hours=1)
    await second.finish()
    assert (await world.log_of(person)).count(ActivityKind.RECOVERY_BEGUN) == 2


async def test_so_many_recoveries_in_a_day_and_no_more(world, person, time_passes):
    for number in range(RECOVERIES_PER_PERSON):
        await recovering(world, person, f"name {number}")
    late = await world.begin(person.card, Purpose.RECOVER)
    await late.go_to(Step.CREDENTIALS)
    with pytest.raises(TooManyRecoveries) as refused:
        await late.choose("one more")
    assert refused.value.retry_after == 24 * 3600


async def test_the_person_may_keep_their_name(world, person):
    again = await recovering(world, person, person.sign_in_name)
    world.clock.advance(WAIT)
    await again.finish()
    assert await name_of(world, person) == person.sign_in_name


async def test_the_name_of_somebody_else_is_taken(world, person):
    other = await world.enroll()
    again = await world.begin(person.card, Purpose.RECOVER)
    await again.go_to(Step.CREDENTIALS)
    with pytest.raises(SignInNameTaken):
        await again.choose(other.sign_in_name)
    assert await waiting_for(world, person) is None


async def test_a_name_taken_during_the_wait_leads_back_and_the_wait_stays(world, person):
    again = await recovering(world, person, "wanted by two")
    other = await world.begin()
    await other.go_to(Step.CREDENTIALS)
    other.sign_in_name = "wanted by two"
    await other.go_to(Step.COMPLETED)
    world.clock.advance(WAIT)
    with pytest.raises(SignInNameTaken):
        await again.finish()
    assert await again.next_step() is Step.CREDENTIALS
    assert await person.statuses() == [Status.GOOD]
    await again.choose("nobody else's")
    await again.finish()


async def test_a_new_document_takes_the_place_of_the_old_one(world, person):
    card = world.authority.replace_card(person.card.holder_file["number"])
    again = await world.begin(card, Purpose.RECOVER)
    again.sign_in_name = "another name"
    await again.go_to(Step.CERTIFICATE_REQUEST)
    world.clock.advance(WAIT)
    await again.finish()
    subscriber = await person.subscriber()
    async with world.database.reading() as tx:
        states = [
            each.state.value for each in await world.subscribers.documents_of(tx, subscriber.id)
        ]
        identity = await world.subscribers.identity_of(tx, subscriber)
    assert sorted(states) == ["replaced", "valid"]
    assert identity.document_number == card.document_number
    assert identity.phone == person.phone_number
    kinds = await world.log_of(person)
    assert {ActivityKind.DOCUMENT_REPLACED, ActivityKind.RECOVERED} <= set(kinds)


async def test_who_has_no_number_has_nothing_to_recover(world):
    nobody = await world.begin(purpose=Purpose.RECOVER)
    await nobody.document()
    for act in (nobody.holder, nobody.choose, nobody.finish):
        with pytest.raises(NothingToRecover):
            await act()
    assert (await nobody.look()).state.document is None


async def test_a_frozen_person_unfreezes_first(world, person):
    await person.freeze()
    again = await world.begin(person.card, Purpose.RECOVER)
    await again.document()
    with pytest.raises(PersonFrozen):
        await again.holder()


async def test_freezing_stops_a_recovery(world, person):
    again = await recovering(world, person)
    await person.freeze()
    world.clock.advance(WAIT)
    with pytest.raises(RecoveryStopped):
        await again.finish()


async def test_a_card_lost_during_the_wait_ends_the_recovery(world, person):
    again = await recovering(world, person)
    world.authority.report_lost(person.card.document_number)
    world.clock.advance(WAIT)
    with pytest.raises(DocumentReportedLost):
        await again.finish()
    assert (await again.look()).state.document is None


async def test_who_leaves_during_the_wait_has_nothing_left_to_recover(world, person):
    again = await recovering(world, person)
    subscriber = await person.subscriber()
    leaving = Leaving(
        subscribers=world.subscribers,
        certificates=world.certificates,
        relations=world.relations,
    )
    async with world.database.transaction() as tx:
        await leaving.opt_out(tx, subscriber, now=world.clock.now())
    world.clock.advance(WAIT)
    with pytest.raises(RecoveryStopped):
        await again.finish()
    assert await world.rows("recovery") == 0


async def test_who_comes_too_late_begins_anew(world, person):
    again = await recovering(world, person)
    now = world.clock.advance(WAIT + USABLE)
    with pytest.raises(EnrollmentUnknown):
        await again.finish()
    async with world.database.transaction() as tx:
        await world.desk.recoveries.erase_expired(tx, now=now)
    assert await world.rows("recovery") == 0
    await recovering(world, person)


async def test_housekeeping_leaves_alone_what_still_waits(world, person):
    await recovering(world, person)
    now = world.clock.advance(WAIT + USABLE - timedelta(seconds=1))
    async with world.database.transaction() as tx:
        await world.desk.recoveries.erase_expired(tx, now=now)
    assert await world.rows("recovery") == 1


async def test_of_stopping_and_completing_at_once_exactly_one_wins(world, person):
    again = await recovering(world, person)
    world.clock.advance(WAIT)
    outcomes: tuple[Any, ...] = await asyncio.gather(
        again.finish(), stop(world, person), return_exceptions=True
    )
    finished, stopped = outcomes
    if stopped is True:
        assert isinstance(finished, RecoveryStopped)
        assert await name_of(world, person) == person.sign_in_name
        assert await person.statuses() == [Status.GOOD]
    else:
        assert stopped is False
        assert await name_of(world, person) == "another name"
    kinds = await world.log_of(person)
    assert [ActivityKind.RECOVERED, ActivityKind.RECOVERY_STOPPED].count(kinds[-1]) == 1
    assert (ActivityKind.RECOVERED in kinds) != (ActivityKind.RECOVERY_STOPPED in kinds)


async def test_the_same_request_many_times_at_once_has_one_answer(world, person):
    again = await recovering(world, person)
    world.clock.advance(WAIT)
    answers = await asyncio.gather(*(again.finish() for _ in range(4)))
    assert len({answer.certificate for answer in answers}) == 1
    assert (await world.log_of(person)).count(ActivityKind.RECOVERED) == 1


async def test_a_key_of_before_is_not_certified_again(world, person):
    again = await recovering(world, person)
    world.clock.advance(WAIT)
    with pytest.raises(Exception, match="key"):
        await again.finish(person.request)
    await again.finish(new_request())


async def look(world, applicant):
    return await world.desk.look(applicant.key, now=world.clock.now())


async def name_of(world, person):
    async with world.database.reading() as tx:
        return await world.credentials.sign_in_name_of(tx, await person.subscriber())


async def test_nobody_signs_in_by_the_old_ways_while_the_register_thinks(world, person):
    """What was issued between the request and its commit is as dead as what came before."""
    again = await recovering(world, person)
    world.clock.advance(WAIT)
    signed_in = []

    def slow() -> None:
        signed_in.append(world.clock.advance(seconds=3))
        world.clock.advance(seconds=1)

    world.register.after_answer = slow
    await again.finish()
    subscriber = await person.subscriber()
    assert len(signed_in) == 1
    assert not subscriber.was_in_force(signed_in[0])
    assert subscriber.was_in_force(world.clock.now())
