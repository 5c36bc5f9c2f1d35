"""A guardian's word counts while the register says so, and for a minor of today's age."""

from datetime import date

import pytest

from authsvc.enrollment.leaving import Leaving
from authsvc.enrollment.steps import Step
from authsvc.evidence.errors import RegisterUnavailable
from authsvc.subscribers.relations import RelationKind


@pytest.fixture
async def guardian(world):
    return await world.enroll()


@pytest.fixture
async def ward(world, guardian):
    applicant = await world.begin(world.new_card(date(2016, 2, 29)))
    guardian.becomes_guardian_of(applicant)
    await applicant.go_to(Step.GUARDIAN)
    await guardian.vouch_for(await applicant.shown_code())
    return await applicant.go_to(Step.COMPLETED)


@pytest.fixture
async def relation(world, ward):
    async with world.database.reading() as tx:
        [found] = await world.relations.of(tx, await ward.subscriber())
    return found


async def holds(world, relation):
    async with world.database.reading() as tx:
        return await world.desk.guardianship.holds(tx, relation, now=world.clock.now())


async def test_the_register_is_asked_anew(world, ward, guardian, relation):
    assert await holds(world, relation)
    guardian.becomes_guardian_of(ward, holds=False)
    assert not await holds(world, relation)
    guardian.becomes_guardian_of(ward)
    assert await holds(world, relation)


async def test_it_outlives_the_ward_s_card(world, ward, relation):
    card = world.authority.replace_card(ward.card.holder_file["number"])
    assert await holds(world, relation)
    after = await world.begin(card)
    await after.go_to(Step.COMPLETED)
    assert await holds(world, relation)


async def test_it_ends_with_the_eighteenth_birthday(world, relation):
    world.clock.advance(days=365 * 7)
    assert await holds(world, relation)
    world.clock.advance(days=366)
    assert not await holds(world, relation)


async def test_a_frozen_guardian_s_word_does_not_count(world, guardian, relation):
    await guardian.freeze()
    assert not await holds(world, relation)


@pytest.mark.parametrize("who", ["ward", "guardian"])
async def test_it_ends_when_one_of_the_two_leaves(world, ward, guardian, relation, who):
    leaving = Leaving(
        subscribers=world.subscribers,
        certificates=world.certificates,
        relations=world.relations,
    )
    async with world.database.transaction() as tx:
        subscriber = await {"ward": ward, "guardian": guardian}[who].subscriber()
    async with world.database.transaction() as tx:
        await leaving.opt_out(tx, subscriber, now=world.clock.now())
    assert not await holds(world, relation)


async def test_no_answer_is_no_yes(world, relation):
    world.register.is_away = True
    with pytest.raises(RegisterUnavailable):
        await holds(world, relation)


async def test_a_helper_is_no_guardian(world, ward, guardian):
    async with world.database.transaction() as tx:
        await world.relations.add(
            tx,
            RelationKind.HELPER,
            subscriber=await ward.subscriber(),
            subscriber_name="-",
            other=await guardian.subscriber(),
            other_name="-",
            now=world.clock.now(),
        )
        both = await world.relations.of(tx, await ward.subscriber())
    [helper] = [each for each in both if each.kind is RelationKind.HELPER]
    assert not await holds(world, helper)
