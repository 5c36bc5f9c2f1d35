"""Four eyes at a counter: two agents, one document, one person."""

from datetime import date, timedelta
from typing import Any

import pytest

from authsvc.enrollment.errors import (
    EnrollmentUnknown,
    HolderChecksUsedUp,
    HolderNotRecognised,
    StepNotNeeded,
)
from authsvc.enrollment.in_person.agents import Agents
from authsvc.enrollment.in_person.attended_check import CHECKS_AN_HOUR
from authsvc.enrollment.in_person.errors import (
    AgentInvalid,
    AgentKeyTaken,
    AgentNotFound,
    FourEyesMissing,
    StatementRefused,
    TooManyAttendedChecks,
)
from authsvc.enrollment.limits import HOLDER_CHECKS
from authsvc.enrollment.steps import Purpose, Step
from authsvc.identifiers import b64url
from authsvc.subscribers.activity import ActivityKind
from tests.clerks import STATION, Clerk
from tests.enrollment.makers import ISSUER


@pytest.fixture
def make_clerk(world, agents):
    def make():
        return Clerk(agents, world.clock, ISSUER)

    return make


@pytest.fixture
def agents(world):
    return Agents(world.database, world.keyring)


@pytest.fixture
async def clerks(make_clerk):
    return [await make_clerk().hired() for _ in range(2)]


@pytest.fixture
def counter(world):
    """Takes statements for an applicant."""

    async def take(applicant, *statements):
        return await world.desk.holder.take_attended(
            applicant.key, statements=statements, now=world.clock.now()
        )

    return take


def states(clerk, act, applicant, /, **other):
    return clerk.states(act, applicant.key.id, applicant.card.document_number, **other)


def both(clerks, applicant, **said):
    first, second = clerks
    return (
        states(first, "compared", applicant, **said),
        states(second, "confirmed", applicant, **said),
    )


async def test_two_agents_stand_in_for_the_picture(world, applicant, clerks, counter):
    await applicant.document()
    met = await counter(applicant, *both(clerks, applicant))
    assert met.state.next_step is Step.PHONE
    assert met.state.proved_document.portrait == b""
    await applicant.go_to(Step.COMPLETED)
    assert (await world.log_of(applicant))[0] is ActivityKind.ENROLLED
    async with world.database.reading() as tx:
        entries = await world.activity.of(tx, await applicant.subscriber())
    assert entries[-1].name == STATION


async def test_the_same_statements_again_are_answered_the_same(applicant, clerks, counter):
    await applicant.document()
    said = both(clerks, applicant)
    first = await counter(applicant, *said)
    assert (await counter(applicant, *said)).version == first.version


async def test_one_pair_of_eyes_is_not_enough(make_clerk, applicant, clerks, counter):
    await applicant.document()
    first, second = clerks
    elsewhere = await make_clerk().hired("Another counter")
    for said in (
        [states(first, "compared", applicant)],
        [states(first, "confirmed", applicant)],
        [states(first, "compared", applicant), states(first, "confirmed", applicant)],
        [states(first, "compared", applicant), states(second, "compared", applicant)],
        [states(first, "confirmed", applicant), states(second, "confirmed", applicant)],
        [states(first, "compared", applicant), states(elsewhere, "confirmed", applicant)],
        [states(first, "compared", applicant), states(second, "refused", applicant)],
    ):
        with pytest.raises(FourEyesMissing):
            await counter(applicant, *said)
    assert await applicant.next_step() is Step.HOLDER_CHECK


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "https://another.example"},
        {"enrollment": "another"},
        {"jti": "short"},
        {"jti": "x" * 129},
        {"act": "seen"},
        {"document": {"kind": "resident_identity_card", "document_number": "another"}},
        {"document": {"kind": "passport"}},
        {"iss": "nobody"},
        {"iss": 7},
        {"iat": "now"},
        {"device": "perhaps"},
        {"header": {"typ": "JWT", "alg": "EdDSA"}},
        {"header": {"typ": "agent-statement+jwt", "alg": "none"}},
        {"header": {"typ": "agent-statement+jwt", "alg": "ES256"}},
    ],
    ids=str,
)
async def test_what_is_no_statement_about_this_is_refused(applicant, clerks, counter, wrong):
    await applicant.document()
    first, second = clerks
    with pytest.raises(StatementRefused):
        await counter(
            applicant,
            states(first, "compared", applicant),
            states(second, "confirmed", applicant, **wrong),
        )
    assert await applicant.next_step() is Step.HOLDER_CHECK


@pytest.mark.parametrize("age", [timedelta(minutes=15, seconds=1), timedelta(seconds=-61)], ids=str)
async def test_a_statement_is_of_now(world, applicant, clerks, counter, age):
    await applicant.document()
    at = (world.clock.now() - age).timestamp()
    with pytest.raises(StatementRefused):
        await counter(applicant, *both(clerks, applicant, iat=at))


async def test_whoever_signs_with_anothers_key_is_refused(applicant, clerks, counter):
    await applicant.document()
    first, second = clerks
    first.id, second.id = second.id, first.id
    with pytest.raises(StatementRefused):
        await counter(applicant, *both(clerks, applicant))


async def test_an_agent_who_was_removed_states_nothing_more(
    world, agents, applicant, clerks, counter
):
    await applicant.document()
    said = both(clerks, applicant)
    await agents.remove(clerks[1].id, now=world.clock.now())
    with pytest.raises(StatementRefused):
        await counter(applicant, *said)
    with pytest.raises(AgentNotFound):
        await agents.remove(clerks[1].id, now=world.clock.now())
    with pytest.raises(AgentKeyTaken):
        await clerks[1].hired()


async def test_a_statement_is_used_once(world, applicant, clerks, counter):
    # A refusal leaves the enrollment where it was, so that the same words could be sent again.
    await applicant.document()
    said = states(clerks[0], "refused", applicant)
    with pytest.raises(HolderNotRecognised):
        await counter(applicant, said)
    with pytest.raises(StatementRefused):
        await counter(applicant, said)


async def test_what_an_agent_refuses_is_a_face_that_did_not_match(
    world, applicant, clerks, counter
):
    owner = await world.enroll(applicant.card)
    finder = await world.begin(owner.card, purpose=Purpose.RECOVER)
    await finder.document()
    for _ in range(HOLDER_CHECKS - 1):
        with pytest.raises(HolderNotRecognised):
            await counter(finder, states(clerks[1], "refused", finder))
    with pytest.raises(HolderChecksUsedUp):
        await counter(finder, states(clerks[1], "refused", finder))
    assert ActivityKind.HOLDER_CHECK_FAILED in await world.log_of(owner)


async def test_nobody_looks_at_everybody(world, clerks, counter, monkeypatch):
    monkeypatch.setattr("authsvc.enrollment.in_person.attended_check.CHECKS_AN_HOUR", 2)
    assert CHECKS_AN_HOUR == 30
    for _ in range(2):
        applicant = await world.begin()
        await applicant.document()
        await counter(applicant, *both(clerks, applicant))
    applicant = await world.begin()
    await applicant.document()
    with pytest.raises(TooManyAttendedChecks):
        await counter(applicant, *both(clerks, applicant))


async def test_who_has_no_phone_gets_a_number(world, applicant, clerks, counter):
    await applicant.document()
    met = await counter(applicant, *both(clerks, applicant, device=False))
    assert met.state.next_step is Step.CREDENTIALS
    for act in (applicant.phone, applicant.finish):
        with pytest.raises(StepNotNeeded):
            await act()
    assert (await applicant.choose()).state.next_step is Step.NUMBER
    number = await world.desk.completion.take_number(applicant.key, now=world.clock.now())
    assert await world.desk.completion.take_number(applicant.key, now=world.clock.now()) == number
    assert await applicant.certificates() == []
    state = (await applicant.look()).state
    assert (state.document, state.phc, state.station) == (None, "", "")
    # What alerts would go to is not there, and nothing falls over it.
    assert await applicant.freeze()


async def test_who_has_a_phone_does_not_get_a_number_without_it(world, applicant):
    await applicant.go_to(Step.CERTIFICATE_REQUEST)
    with pytest.raises(StepNotNeeded):
        await world.desk.completion.take_number(applicant.key, now=world.clock.now())


async def test_a_child_without_a_phone_still_has_a_guardian(world, clerks, counter):
    guardian = await world.enroll()
    child = await world.begin(world.new_card(birth_date=date(2020, 1, 1)))
    guardian.becomes_guardian_of(child)
    await child.document()
    met = await counter(child, *both(clerks, child, device=False))
    assert met.state.next_step is Step.GUARDIAN
    await guardian.vouch_for(await child.shown_code())
    assert await child.next_step() is Step.CREDENTIALS
    await child.choose()
    assert await world.desk.completion.take_number(child.key, now=world.clock.now())


async def test_they_who_differ_about_the_phone_look_again(applicant, clerks, counter):
    await applicant.document()
    first, second = clerks
    with pytest.raises(StatementRefused):
        await counter(
            applicant,
            states(first, "compared", applicant, device=False),
            states(second, "confirmed", applicant),
        )


async def test_a_phone_takes_over_what_the_counter_began(world, applicant, clerks, counter):
    await applicant.document()
    await counter(applicant, *both(clerks, applicant))
    counters = applicant.key
    applicant.key = await world.desk.enrollments.take_over(counters, now=world.clock.now())
    with pytest.raises(EnrollmentUnknown):
        await world.desk.enrollments.open(counters, now=world.clock.now())
    with pytest.raises(EnrollmentUnknown):
        await world.desk.enrollments.take_over(counters, now=world.clock.now())
    await applicant.go_to(Step.COMPLETED)
    assert applicant.issued


async def test_an_agent_is_somebody_with_a_key(agents, clerks, world, make_clerk):
    now = world.clock.now()
    good: dict[str, Any] = {
        "name": "Test Clerk",
        "station": STATION,
        "jwk": make_clerk().jwk,
    }
    rsa = {"kty": "RSA", "n": b64url(b"\xff" * 256), "e": "AQAB"}
    for wrong in (
        {"name": ""},
        {"name": "x" * 65},
        {"station": "two\nlines"},
        {"jwk": rsa},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"jwk": good["jwk"] | {"d": b64url(bytes(32))}},
    ):
        with pytest.raises(AgentInvalid):
            await agents.add(**good | wrong, now=now)
    assert {each.id for each in await agents.every()} == {clerk.id for clerk in clerks}


async def test_over_http(client, world, applicant, clerks):
    headers = {"Authorization": f"Bearer {applicant.key.token}"}
    path = f"/enrollments/{applicant.key.id}"
    await applicant.document()
    refused = await client.put(f"{path}/attended-check", headers=headers, json={"statements": []})
    assert refused.status_code == 400
    said = both(clerks, applicant, device=False)
    met = await client.put(f"{path}/attended-check", headers=headers, json={"statements": said})
    assert met.json()["next_step"] == "credentials"
    fresh = (await client.post(f"{path}/token", headers=headers)).json()["token"]
    assert (await client.get(path, headers=headers)).status_code == 401
    headers = {"Authorization": f"Bearer {fresh}"}
    chosen = {"sign_in_name": applicant.sign_in_name, "password": applicant.password}
    await client.put(f"{path}/credentials", headers=headers, json=chosen)
    done = (await client.put(f"{path}/number", headers=headers, json={})).json()
    assert sorted(done) == ["masked", "online_number"]
