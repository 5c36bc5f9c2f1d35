"""Guardians and wards, from joining to the end, seen from both sides."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from tests.family import App, app_of, grown_up, names, vouch, ward_of
from tests.holder.conftest import refused
from tests.whole import Enrolling, Resident, Service

CHILD = date(2016, 5, 5)
TEENAGER = date(2011, 5, 5)


@pytest.fixture
async def mother(service: Service) -> AsyncIterator[App]:
    """A guardian's app."""
    async with grown_up(service, "样例欧阳母亲甲") as app:
        yield app


async def at_the_guardian(service: Service, resident: Resident) -> Enrolling:
    """An enrollment that waits for a guardian."""
    async with service.client() as client:
        enrolling = Enrolling(client, resident)
        await enrolling.begin()
        for step in (enrolling.document, enrolling.holder):
            assert (await step()).is_success
        return enrolling


async def test_nobody_has_wards_or_guardians_at_first(service: Service, mother: App) -> None:
    assert await mother.sees("/wards") == []
    assert await mother.sees("/guardians") == []
    assert await mother.sees("/ward-approvals") == []


async def test_without_a_session_every_door_is_shut(service: Service) -> None:
    async with service.client() as nobody:
        for path in ("wards", "guardians", "ward-approvals"):
            refused(await nobody.get(f"/holder/{path}"), 401, "holder.session_required")
        answer = await nobody.post("/holder/wards", json={"code": "BCDF-GHJK"})
        refused(answer, 401, "holder.session_required")


async def test_a_guardian_joins_and_both_see_each_other(service: Service, mother: App) -> None:
    child = await ward_of(service, mother, birth_date=CHILD)
    [ward] = await mother.sees("/wards")
    assert ward.keys() == {"id", "name", "age_band", "since", "uses"}
    assert (ward["name"], ward["age_band"], ward["uses"]) == (child.name, "under_14", [])
    async with app_of(service, child) as app:
        [guardian] = await app.sees("/guardians")
        assert guardian.keys() == {"id", "name", "since"}
        assert guardian["name"] == mother.resident.name
        assert guardian["id"] == ward["id"]
        assert "guardian_added" in await app.kinds()
    assert "ward_added" in await mother.kinds()


async def test_joining_wants_two_kinds_of_factor(service: Service) -> None:
    adult = await service.enrolled("样例欧阳父亲乙")
    child = service.resident("样例欧阳幼童乙", birth_date=CHILD)
    service.authority.set_guardian(child.number, adult.number, holds=True)
    enrolling = await at_the_guardian(service, child)
    async with app_of(service, adult) as app:
        refused(await vouch(service, enrolling, app), 403, "holder.strong_sign_in_required")


async def test_somebody_elses_child_is_nobodys_ward(service: Service, mother: App) -> None:
    child = service.resident("样例欧阳幼童乙", birth_date=CHILD)
    enrolling = await at_the_guardian(service, child)
    answer = await vouch(service, enrolling, mother)
    refused(answer, 403, "enrollment.not_the_guardian", field="code")
    assert child.name not in answer.text


async def test_a_code_that_nobody_shows_is_refused(mother: App) -> None:
    answer = await mother.does("/wards", code="BCDF-GHJK")
    refused(answer, 400, "enrollment.guardian_code_wrong", field="code")


async def test_an_enrollment_that_goes_on_shows_the_ward_only_when_it_is_done(
    service: Service, mother: App
) -> None:
    child = service.resident("样例欧阳幼童乙", birth_date=CHILD)
    service.authority.set_guardian(child.number, mother.resident.number, holds=True)
    enrolling = await at_the_guardian(service, child)
    assert (await vouch(service, enrolling, mother)).status_code == 200
    assert await mother.sees("/wards") == []


async def test_a_guardian_ends_it_at_once(service: Service, mother: App) -> None:
    teenager = await ward_of(service, mother, birth_date=TEENAGER)
    [ward] = await mother.sees("/wards")
    assert (await mother.does("/wards/ending", id=ward["id"])).status_code == 204
    assert await mother.sees("/wards") == []
    refused(
        await mother.does("/wards/ending", id=ward["id"]),
        404,
        "holder.relation_unknown",
        field="id",
    )
    [line] = [line for line in await mother.log() if line["kind"] == "guardian_ended"]
    assert line["name"] == teenager.name
    async with app_of(service, teenager) as app:
        assert await app.sees("/guardians") == []
        [line] = [line for line in await app.log() if line["kind"] == "guardian_ended"]
        assert line["name"] == mother.resident.name


async def test_a_ward_cannot_end_it_as_if_they_were_the_guardian(
    service: Service, mother: App
) -> None:
    teenager = await ward_of(service, mother, birth_date=TEENAGER)
    [ward] = await mother.sees("/wards")
    async with app_of(service, teenager) as app:
        answer = await app.does("/wards/ending", id=ward["id"])
        refused(answer, 404, "holder.relation_unknown", field="id")
        answer = await app.does("/helpers/removal", id=ward["id"])
        refused(answer, 404, "holder.relation_unknown", field="id")
    assert len(await mother.sees("/wards")) == 1


async def test_a_guardian_has_several_wards_and_a_ward_several_guardians(
    service: Service, mother: App
) -> None:
    async with grown_up(service, "样例欧阳父亲乙") as father:
        elder = await ward_of(service, mother, father, birth_date=TEENAGER, name="样例欧阳长女丙")
        younger = await ward_of(service, mother, birth_date=CHILD, name="样例欧阳幼子丁")
        assert sorted(names(await mother.sees("/wards"))) == sorted([elder.name, younger.name])
        assert names(await father.sees("/wards")) == [elder.name]
        async with app_of(service, elder) as app:
            found = names(await app.sees("/guardians"))
            assert sorted(found) == sorted([mother.resident.name, father.resident.name])


async def test_a_custody_that_ended_is_seen_at_the_next_look_of_another_day(
    service: Service, mother: App, time_passes
) -> None:
    teenager = await ward_of(service, mother, birth_date=TEENAGER)
    assert len(await mother.sees("/wards")) == 1
    service.authority.set_guardian(teenager.number, mother.resident.number, holds=False)
    await time_passes(days=1)
    await mother.sign_in()
    assert await mother.sees("/wards") == []
    assert (await mother.kinds()).count("guardian_ended") == 1


async def test_whoever_leaves_is_nobodys_ward_and_nobodys_guardian(
    service: Service, mother: App
) -> None:
    child = await ward_of(service, mother, birth_date=CHILD)
    teenager = await ward_of(service, mother, birth_date=TEENAGER, name="样例欧阳长女丙")
    async with app_of(service, child) as app:
        assert (await app.does("/opt-out")).status_code == 200
    assert names(await mother.sees("/wards")) == [teenager.name]
    await mother.sign_in()
    assert (await mother.does("/opt-out")).status_code == 200
    async with app_of(service, teenager) as app:
        assert await app.sees("/guardians") == []


@pytest.mark.parametrize(
    "body", [{}, {"id": "x"}, {"id": "x", "decision": "maybe"}, {"id": 1, "decision": "deny"}]
)
async def test_a_word_that_is_none_is_refused(mother: App, body: dict[str, object]) -> None:
    assert (await mother.client.post("/holder/ward-approvals", json=body)).status_code == 400
