"""Helpers: invited by a code, who see little, may freeze, and go at once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from authsvc.app import open_house
from tests.family import App, app_of, names
from tests.holder.conftest import refused
from tests.whole import SQUARE, Service

CODE = r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}"


@pytest.fixture
async def old(service: Service) -> AsyncIterator[App]:
    """Somebody who wants help."""
    resident = await service.enrolled("样例欧阳老人甲", birth_date=date(1950, 3, 4))
    async with app_of(service, resident) as app:
        yield app


@pytest.fixture
async def young(service: Service) -> AsyncIterator[App]:
    """Somebody who helps."""
    async with app_of(service, await service.enrolled("样例欧阳青年乙")) as app:
        yield app


async def invite(app: App) -> str:
    """A code."""
    answer = await app.does("/helpers/invitation")
    assert answer.status_code == 200, answer.text
    assert answer.json()["expires_in"] == 600
    code: str = answer.json()["code"]
    return code


async def join(helper: App, person: App) -> dict[str, Any]:
    """The helper comes in; what they see of the person."""
    answer = await helper.does("/helped", code=await invite(person))
    assert answer.status_code == 200, answer.text
    [found] = [each for each in await helper.sees("/helped") if each["id"] == answer.json()["id"]]
    assert answer.json() == {"id": found["id"], "name": found["name"]}
    return dict(found)


async def test_nobody_is_helped_at_first(old: App) -> None:
    assert await old.sees("/helpers") == []
    assert await old.sees("/helped") == []


async def test_without_a_session_every_door_is_shut(service: Service) -> None:
    async with service.client() as nobody:
        for path in ("helpers", "helped"):
            refused(await nobody.get(f"/holder/{path}"), 401, "holder.session_required")
        for path, body in (
            ("helpers/invitation", None),
            ("helpers/removal", {"id": "x"}),
            ("helped", {"code": "BCDF-GHJK"}),
            ("helped/freeze", {"id": "x"}),
            ("helped/ending", {"id": "x"}),
        ):
            answer = await nobody.post(f"/holder/{path}", json=body)
            refused(answer, 401, "holder.session_required")


async def test_a_helper_joins_by_a_code_and_both_see_each_other(old: App, young: App) -> None:
    found = await join(young, old)
    assert found.keys() == {"id", "name", "since", "certificates", "frozen"}
    assert found["name"] == old.resident.name
    assert found["frozen"] is False
    [certificate] = found["certificates"]
    assert certificate.keys() == {"status", "not_after"}
    assert certificate["status"] == "good"
    [helper] = await old.sees("/helpers")
    assert helper.keys() == {"id", "name", "since"}
    assert (helper["id"], helper["name"]) == (found["id"], young.resident.name)


async def test_a_new_helper_is_an_alert_in_the_persons_own_log(old: App, young: App) -> None:
    await join(young, old)
    [line] = [line for line in await old.log() if line["kind"] == "helper_added"]
    assert (line["name"], line["alert"]) == (young.resident.name, True)
    text = (await old.messages())[-1]
    assert "A helper was added" in text
    assert young.resident.name not in text
    assert "helper_added" not in await young.kinds()


async def test_a_code_is_typed_in_any_case_and_punctuation(old: App, young: App) -> None:
    code = (await invite(old)).replace("-", " ").lower()
    assert (await young.does("/helped", code=code)).status_code == 200


async def test_a_code_is_used_once(service: Service, old: App, young: App) -> None:
    code = await invite(old)
    async with app_of(service, await service.enrolled("样例欧阳邻居丙")) as neighbour:
        answers = await asyncio.gather(
            *(app.does("/helped", code=code) for app in (young, neighbour))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 400]
    assert len(await old.sees("/helpers")) == 1


async def test_a_code_ends_after_ten_minutes_and_with_the_next(
    old: App, young: App, time_passes
) -> None:
    first = await invite(old)
    second = await invite(old)
    answer = await young.does("/helped", code=first)
    refused(answer, 400, "holder.invitation_unknown", field="code")
    await time_passes(minutes=10)
    answer = await young.does("/helped", code=second)
    refused(answer, 400, "holder.invitation_unknown", field="code")


@pytest.mark.parametrize("typed", ["", "BCDF-GHJK", "AEIO-UAEI", "12345678", "B" * 33])
async def test_what_is_no_code_is_refused(young: App, typed: str) -> None:
    answer = await young.does("/helped", code=typed)
    refused(answer, 400, "holder.invitation_unknown", field="code")


async def test_wrong_codes_are_counted_by_who_types_them(old: App, young: App) -> None:
    for _ in range(10):
        answer = await young.does("/helped", code="BCDF-GHJK")
        refused(answer, 400, "holder.invitation_unknown", field="code")
    code = await invite(old)
    answer = await young.does("/helped", code=code)
    refused(answer, 429, "holder.too_many_invitation_codes")
    assert answer.headers["retry-after"] == "3600"
    # Nobody else is kept out by that.
    answer = await old.does("/helped", code="BCDF-GHJK")
    refused(answer, 400, "holder.invitation_unknown", field="code")


async def test_nobody_is_their_own_helper(old: App, young: App) -> None:
    code = await invite(old)
    refused(await old.does("/helped", code=code), 400, "holder.own_helper", field="code")
    # The code is still good for whom it was made.
    assert (await young.does("/helped", code=code)).status_code == 200


async def test_no_relation_twice(old: App, young: App) -> None:
    await join(young, old)
    answer = await young.does("/helped", code=await invite(old))
    refused(answer, 409, "holder.already_helping", field="code")
    assert len(await old.sees("/helpers")) == 1
    # The other way round is another relation.
    await join(old, young)


async def test_five_helpers_are_the_most(service: Service, old: App, young: App) -> None:
    for number in range(5):
        async with app_of(service, await service.enrolled(f"样例欧阳亲戚{number}")) as app:
            await join(app, old)
    answer = await young.does("/helped", code=await invite(old))
    refused(answer, 409, "holder.too_many_helpers")
    [first, *_] = await old.sees("/helpers")
    assert (await old.does("/helpers/removal", id=first["id"])).status_code == 204
    await join(young, old)


async def test_a_helper_freezes_a_number_and_the_person_reads_who_did(
    service: Service, old: App, young: App
) -> None:
    found = await join(young, old)
    assert (await young.does("/helped/freeze", id=found["id"])).status_code == 204
    [frozen] = await young.sees("/helped")
    assert frozen["frozen"] is True
    assert {each["status"] for each in frozen["certificates"]} == {"hold"}
    # The person's own session is dead, and nobody signs in.
    assert (await old.client.get("/holder")).status_code == 401
    messages = await old.messages()
    assert "frozen" in messages[-1]
    # Again: nothing more happens.
    assert (await young.does("/helped/freeze", id=found["id"])).status_code == 204
    assert await old.messages() == messages


async def test_the_freeze_stands_in_the_persons_log_with_the_helpers_name(
    service: Service, old: App, young: App
) -> None:
    found = await join(young, old)
    await young.does("/helped/freeze", id=found["id"])
    house = open_house(service.settings, service.clock)
    async with house.database.reading() as tx:
        digest = house.subscribers.person_digest(old.resident.number)
        person = await house.subscribers.find_by_person(tx, digest)
        assert person is not None
        [line] = [e for e in await house.activity.of(tx, person) if e.kind.value == "frozen"]
    await house.close()
    assert line.name == young.resident.name
    assert line.alerts


async def test_a_helper_sees_neither_number_nor_platforms_nor_documents(
    service: Service, old: App, young: App
) -> None:
    await service.code_flow(old.client, SQUARE, old.resident)
    await join(young, old)
    paths = ("/holder/helped", "/holder/export", "/holder/activity")
    everything = [(await young.client.get(path)).text for path in paths]
    personal = old.resident.personal
    del personal["name"]
    for what, value in personal.items():
        assert not [text for text in everything if value in text], what
    for word in (SQUARE.client_id, SQUARE.name, "resident_identity_card"):
        assert word not in (await young.client.get("/holder/helped")).text


@pytest.mark.parametrize("who", ["the person", "the helper"])
async def test_either_side_ends_it_at_once(old: App, young: App, who: str) -> None:
    found = await join(young, old)
    if who == "the person":
        answer = await old.does("/helpers/removal", id=found["id"])
    else:
        answer = await young.does("/helped/ending", id=found["id"])
    assert answer.status_code == 204
    assert await old.sees("/helpers") == []
    assert await young.sees("/helped") == []
    for path in ("/helped/freeze", "/helped/ending"):
        answer = await young.does(path, id=found["id"])
        refused(answer, 404, "holder.relation_unknown", field="id")
    [line] = [line for line in await old.log() if line["kind"] == "helper_removed"]
    assert line["name"] == young.resident.name
    [line] = [line for line in await young.log() if line["kind"] == "helper_removed"]
    assert line["name"] == old.resident.name


async def test_a_stranger_freezes_nobody_and_ends_nothing(
    service: Service, old: App, young: App
) -> None:
    found = await join(young, old)
    async with app_of(service, await service.enrolled("样例欧阳邻居丙")) as stranger:
        for path in ("/helped/freeze", "/helped/ending", "/helpers/removal", "/wards/ending"):
            for spelling in (found["id"], "", "x" * 22):
                answer = await stranger.does(path, id=spelling)
                refused(answer, 404, "holder.relation_unknown", field="id")
    # Nor does whoever is helped freeze the helper by it.
    answer = await old.does("/helped/freeze", id=found["id"])
    refused(answer, 404, "holder.relation_unknown", field="id")
    assert names(await old.sees("/helpers")) == [young.resident.name]


async def test_whoever_leaves_helps_nobody_and_is_helped_by_nobody(
    service: Service, old: App, young: App
) -> None:
    await join(young, old)
    await join(old, young)
    await young.sign_in()
    assert (await young.does("/opt-out")).status_code == 200
    assert await old.sees("/helpers") == []
    assert await old.sees("/helped") == []


async def test_an_invitation_of_somebody_who_froze_their_number_is_worthless(
    old: App, young: App
) -> None:
    code = await invite(old)
    assert (await old.does("/freeze")).status_code == 204
    answer = await young.does("/helped", code=code)
    refused(answer, 400, "holder.invitation_unknown", field="code")
