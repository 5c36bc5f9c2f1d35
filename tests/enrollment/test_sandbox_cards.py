"""The sandbox's door for who develops an app: somebody new with a card, and a guardian."""

import base64
from typing import Any

import httpx2
import pytest
from litestar import Litestar

from authsvc.enrollment.routes import routes
from authsvc.enrollment.sandbox import routes as sandbox_routes
from authsvc.enrollment.sandbox.cards import SandboxCards
from authsvc.enrollment.steps import Step
from authsvc.evidence.kinds import HOUSEHOLD_REGISTER_PAGE, KINDS
from authsvc.web.exception_handlers import exception_handlers
from authsvc.web.json_body import strict_json


@pytest.fixture
def cards(world):
    return SandboxCards(
        authority=world.authority,
        database=world.database,
        subscribers=world.subscribers,
        credentials=world.credentials,
    )


@pytest.fixture
async def sandbox(world, cards):
    app: Any = Litestar(
        [
            *routes(desk=world.desk, clock=world.clock),
            *sandbox_routes.routes(outbox=world.outbox, cards=cards),
        ],
        before_request=strict_json,
        exception_handlers=exception_handlers(),
        logging_config=None,
    )
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="https://authsvc.test") as client:
        yield client


async def begin(sandbox):
    begun = (await sandbox.post("/enrollments")).json()
    return f"/enrollments/{begun['enrollment']}", {"Authorization": f"Bearer {begun['token']}"}


async def until_the_holder_check(sandbox, card):
    path, headers = await begin(sandbox)
    shown = {"printed": card["printed"]} if card["printed"] else {"chip": card["chip"]}
    body = {"kind": card["kind"], **shown}
    answer = await sandbox.put(f"{path}/document", json=body, headers=headers)
    assert answer.is_success, answer.text
    body = {"capture": card["capture"]}
    return path, headers, await sandbox.put(f"{path}/holder-check", json=body, headers=headers)


async def test_somebody_new_can_enroll_with_what_is_handed_over(sandbox):
    answer = await sandbox.post("/sandbox/cards", json={})
    assert answer.status_code == 200
    assert answer.json().keys() == {
        "kind",
        "chip",
        "capture",
        "name",
        "phone",
        "document_number",
        "printed",
    }
    _, _, checked = await until_the_holder_check(sandbox, answer.json())
    assert checked.json()["next_step"] == "phone"
    assert checked.json()["guardian_code"] is None


async def test_what_is_given_is_kept(sandbox):
    answer = await sandbox.post(
        "/sandbox/cards",
        json={"name": "样例甲", "phone": "10000000042", "birth_date": "1990-01-01"},
    )
    assert (answer.json()["name"], answer.json()["phone"]) == ("样例甲", "+8610000000042")


@pytest.mark.parametrize("kind", ["taiwan_residence_permit", "passport"])
async def test_what_is_given_is_kept_of_whoever_has_no_card(sandbox, kind):
    name = "UTOPIAN TEST PERSON" if kind == "passport" else "样例甲"
    wishes = {"kind": kind, "name": name, "phone": "10000000042", "birth_date": "1990-01-01"}
    card = (await sandbox.post("/sandbox/cards", json=wishes)).json()
    assert (card["name"], card["phone"]) == (name, "+8610000000042")


async def test_a_name_that_no_zone_can_spell_is_refused(sandbox):
    answer = await sandbox.post("/sandbox/cards", json={"kind": "passport", "name": "样例甲"})
    assert (answer.status_code, answer.json()["field"]) == (400, "name")


async def test_a_child_has_the_named_guardian(world, sandbox):
    guardian = await world.enroll()
    answer = await sandbox.post(
        "/sandbox/cards",
        json={"birth_date": "2016-02-29", "guardian_sign_in_name": guardian.sign_in_name},
    )
    path, headers, checked = await until_the_holder_check(sandbox, answer.json())
    assert checked.json()["next_step"] == "guardian"
    code = checked.json()["guardian_code"]
    assert (await sandbox.get(path, headers=headers)).json()["guardian_code"] == code
    _, name = await guardian.vouch_for(code)
    assert name == answer.json()["name"]
    assert (await sandbox.get(path, headers=headers)).json()["next_step"] == Step.PHONE.value


@pytest.mark.parametrize("kind", KINDS)
async def test_a_document_of_each_kind_is_handed_over_and_proved(sandbox, kind):
    answer = await sandbox.post("/sandbox/cards", json={"kind": kind})
    assert answer.status_code == 200, answer.text
    assert bool(answer.json()["printed"]) != bool(answer.json()["chip"])
    _, _, checked = await until_the_holder_check(sandbox, answer.json())
    # Who has a page of the household register is a child.
    awaited = "guardian" if kind == HOUSEHOLD_REGISTER_PAGE.name else "phone"
    assert checked.json()["next_step"] == awaited


async def test_a_second_document_of_the_same_person_can_be_joined(world, sandbox):
    first = await world.enroll()
    named = {"kind": "resident_identity_card", "document_number": first.card.document_number}
    wish = {"kind": "passport", "same_person_as": named}
    second = (await sandbox.post("/sandbox/cards", json=wish)).json()
    begun = (await sandbox.post("/enrollments", json={"purpose": "join"})).json()
    path = f"/enrollments/{begun['enrollment']}"
    headers = {"Authorization": f"Bearer {begun['token']}"}
    chip = base64.b64encode(first.card.chip_file).decode()
    stands = ""
    for step, body in (
        ("document", {"kind": "resident_identity_card", "chip": chip}),
        ("holder-check", {"capture": first.card.holder_file["face"]}),
        ("other-document", {"kind": "passport", "chip": second["chip"]}),
        ("other-holder-check", {"capture": second["capture"]}),
    ):
        answer = await sandbox.put(f"{path}/{step}", json=body, headers=headers)
        assert answer.is_success, answer.text
        stands = answer.json()["next_step"]
    assert stands == Step.COMPLETED.value


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"guardian_sign_in_name": "nobody"}, "guardian_sign_in_name"),
        ({"phone": "no phone"}, "phone"),
        ({"birth_date": "2999-01-01"}, "birth_date"),
        ({"birth_date": "yesterday"}, "birth_date"),
        ({"name": " "}, "name"),
        ({"kind": "library_card"}, "kind"),
        ({"same_person_as": {"kind": "passport", "document_number": "T1"}}, "same_person_as"),
    ],
    ids=[
        "a guardian nobody knows",
        "no phone",
        "born tomorrow",
        "no day",
        "no name",
        "no such kind",
        "nobody's document",
    ],
)
async def test_nobody_is_made_of_what_is_not_right(sandbox, body, field):
    answer = await sandbox.post("/sandbox/cards", json=body)
    assert answer.status_code == 400
    assert answer.json()["field"] == field


async def test_without_the_simulated_register_there_is_no_such_door(client):
    assert (await client.post("/sandbox/cards", json={})).status_code == 404
