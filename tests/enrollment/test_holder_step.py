import asyncio
from datetime import timedelta

import pytest

from authsvc.enrollment.errors import (
    DocumentMissing,
    FaceMatchUnavailable,
    HolderCheckRunning,
    HolderChecksUsedUp,
    HolderNotRecognised,
    StepAlreadyTaken,
    TooManyHolderChecks,
)
from authsvc.enrollment.limits import HOLDER_CHECKS, PERSON_HOLDER_CHECKS
from authsvc.enrollment.steps import Step
from authsvc.subscribers import PersonAlreadyEnrolled


async def test_the_holder_goes_on_to_the_phone(applicant):
    await applicant.document()
    enrollment = await applicant.holder()
    assert enrollment.state.next_step is Step.PHONE
    assert not enrollment.state.is_replacement


async def test_the_portrait_is_dropped_after_the_check(applicant):
    assert (await applicant.document()).state.document.portrait == applicant.face
    assert (await applicant.holder()).state.document.portrait == b""


async def test_the_same_picture_again_is_not_compared_again(world, applicant):
    await applicant.document()
    first = await applicant.holder()
    world.faces.is_away = True
    assert (await applicant.holder()).version == first.version


async def test_another_picture_after_the_check_is_refused(applicant):
    await applicant.go_to(Step.PHONE)
    with pytest.raises(StepAlreadyTaken):
        await applicant.holder(b"another")


async def test_the_document_comes_first(applicant):
    with pytest.raises(DocumentMissing):
        await applicant.holder()


async def test_a_wrong_picture_may_be_followed_by_the_right_one(applicant):
    await applicant.document()
    for _ in range(HOLDER_CHECKS - 1):
        with pytest.raises(HolderNotRecognised) as refused:
            await applicant.holder(b"somebody else")
        assert refused.value.field == "capture"
    await applicant.holder()


async def test_the_fifth_wrong_picture_ends_the_enrollment_and_erases_the_evidence(applicant):
    await applicant.document()
    for _ in range(HOLDER_CHECKS - 1):
        with pytest.raises(HolderNotRecognised):
            await applicant.holder(b"somebody else")
    for act in (lambda: applicant.holder(b"somebody else"), applicant.holder, applicant.document):
        with pytest.raises(HolderChecksUsedUp):
            await act()
    state = (await applicant.look()).state
    assert state.document is None
    assert state.taken == {}


async def test_an_absent_matcher_uses_up_no_try(world, applicant):
    await applicant.document()
    world.faces.is_away = True
    for _ in range(HOLDER_CHECKS + 1):
        with pytest.raises(FaceMatchUnavailable):
            await applicant.holder()
    world.faces.is_away = False
    await applicant.holder()


async def test_failures_follow_the_person_from_enrollment_to_enrollment(world, time_passes):
    card = world.new_card()
    for _ in range(PERSON_HOLDER_CHECKS // HOLDER_CHECKS):
        thief = await world.begin(card)
        await thief.document()
        for _ in range(HOLDER_CHECKS):
            with pytest.raises((HolderNotRecognised, HolderChecksUsedUp)):
                await thief.holder(b"the thief")
    late = await world.begin(card)
    await late.document()
    with pytest.raises(TooManyHolderChecks) as refused:
        await late.holder()
    assert refused.value.retry_after == 24 * 3600
    await time_passes(timedelta(hours=24, seconds=1))
    later = await world.begin(card)
    await later.go_to(Step.PHONE)


async def test_a_recognised_holder_forgives_the_failures(world, applicant):
    await applicant.document()
    with pytest.raises(HolderNotRecognised):
        await applicant.holder(b"a blurred picture")
    await applicant.holder()
    for _ in range(2):
        again = await world.begin(applicant.card)
        await again.document()
        for _ in range(HOLDER_CHECKS - 1):
            with pytest.raises(HolderNotRecognised):
                await again.holder(b"a blurred picture")
        await again.holder()


async def test_many_pictures_at_once_cannot_outrun_the_count(world, applicant):
    await applicant.document()
    confirm = world.faces.confirm
    running, most = 0, 0

    async def slowly(portrait, capture):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1
        await confirm(portrait, capture)

    world.faces.confirm = slowly
    answers = await asyncio.gather(
        *(applicant.holder(b"guess %d" % number) for number in range(20)), return_exceptions=True
    )
    assert most == 1
    # Whoever comes while a check runs is sent away; a slow one may come after it and have a try.
    assert {type(answer) for answer in answers} == {HolderNotRecognised, HolderCheckRunning}
    assert sum(isinstance(answer, HolderNotRecognised) for answer in answers) < 5


async def test_a_person_with_this_document_is_told_and_the_enrollment_ends(world):
    before = await world.enroll()
    again = await world.begin(before.card)
    await again.document()
    for act in (again.holder, again.holder, again.phone):
        with pytest.raises(PersonAlreadyEnrolled):
            await act()
    assert (await again.look()).state.document is None
