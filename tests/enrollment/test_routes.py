import base64
import json
import re

import pytest
from litestar import Litestar

from authsvc.certificates import Status
from authsvc.enrollment.routes import routes
from authsvc.evidence.push import TYPE
from tests.enrollment.makers import CARD, ISSUER, new_request

STEPS = {
    "document": {"kind": CARD, "chip": "AAAA"},
    "holder-check": {"capture": "AAAA"},
    "phone": {"phone": "10000000001"},
    "phone-confirmation": {"code": "000000"},
    "credentials": {"sign_in_name": "somebody", "password": "correct horse battery"},
    "certificate-request": {"certificate_request": "PEM"},
}
MISTYPED: tuple[object, ...] = (None, 7, [], {}, True)


@pytest.fixture
async def begun(client):
    """Where an enrollment lives, and the header that opens it."""
    response = await client.post("/enrollments")
    assert response.status_code == 201
    body = response.json()
    return Begun(client, body)


class Begun:
    def __init__(self, client, body):
        self.client = client
        self.body = body
        self.path = f"/enrollments/{body['enrollment']}"
        self.headers = {"Authorization": f"Bearer {body['token']}"}

    async def put(self, step, **body):
        return await self.client.put(f"{self.path}/{step}", json=body, headers=self.headers)

    async def get(self):
        return await self.client.get(self.path, headers=self.headers)


def b64(data):
    return base64.b64encode(data).decode()


async def test_a_whole_enrollment_over_http(world, client, begun):
    card = world.new_card()
    holder = card.holder_file
    answers = [
        await begun.put("document", kind=CARD, chip=b64(card.chip_file)),
        await begun.put("holder-check", capture=holder["face"]),
        await begun.put("phone", phone=holder["phone"]),
    ]
    outbox = await client.get("/sandbox/outbox", params={"phone": holder["phone"]})
    [code] = set(re.findall(r"\b[0-9]{6}\b", outbox.json()["messages"][-1]["text"]))
    answers += [
        await begun.put("phone-confirmation", code=code),
        await begun.put("credentials", sign_in_name="somebody", password="correct horse battery"),
    ]
    assert [answer.json()["next_step"] for answer in answers] == [
        "holder-check",
        "phone",
        "phone-confirmation",
        "credentials",
        "certificate-request",
    ]
    assert {answer.status_code for answer in answers} == {200}
    request = new_request().decode()
    done = await begun.put("certificate-request", certificate_request=request)
    assert done.status_code == 200
    assert done.json().keys() == {"online_number", "masked", "certificate", "chain", "status"}
    number = done.json()["online_number"]
    assert done.json()["masked"] == f"{number[:2]}******{number[-2:]}"
    again = await begun.put("certificate-request", certificate_request=request)
    assert again.json() == done.json()
    assert (await begun.get()).json()["next_step"] == "completed"


async def test_an_enrollment_begins_with_a_token_a_step_and_an_end(begun):
    assert begun.body.keys() == {"enrollment", "token", "next_step", "expires_at"}
    assert begun.body["next_step"] == "document"
    read = await begun.get()
    assert read.json() == {
        "enrollment": begun.body["enrollment"],
        "next_step": "document",
        "expires_at": begun.body["expires_at"],
        "replacement": False,
        "purpose": "enroll",
        "ready_at": None,
        "guardian_code": None,
    }


@pytest.mark.parametrize("purpose", ["enroll", "recover", "unfreeze"])
async def test_what_an_enrollment_is_for_is_said_at_its_beginning(client, purpose):
    response = await client.post("/enrollments", json={"purpose": purpose})
    assert response.status_code == 201
    assert (await Begun(client, response.json()).get()).json()["purpose"] == purpose


async def test_an_empty_object_begins_an_enrollment_like_no_body_at_all(client):
    response = await client.post("/enrollments", json={})
    assert (await Begun(client, response.json()).get()).json()["purpose"] == "enroll"


@pytest.mark.parametrize(
    "body",
    [{"purpose": "steal"}, {"purpose": 1}, {"purpose": None}, {"other": 1}, [], "enroll", 7],
    ids=repr,
)
async def test_any_other_purpose_is_refused(client, body):
    response = await client.post("/enrollments", json=body)
    assert (response.status_code, response.json()["code"]) == (400, "web.field_invalid")


async def test_a_recovery_over_http_says_how_long_it_waits(world, client):
    person = await world.enroll()
    begun = Begun(client, (await client.post("/enrollments", json={"purpose": "recover"})).json())
    await begun.put("document", kind=CARD, chip=b64(person.card.chip_file))
    met = await begun.put("holder-check", capture=b64(person.face))
    assert (met.json()["next_step"], met.json()["ready_at"]) == ("credentials", None)
    chosen = await begun.put("credentials", sign_in_name="new", password="correct horse battery")
    ready_at = "2026-11-24T02:00:00Z"
    assert (chosen.json()["next_step"], chosen.json()["ready_at"]) == (
        "certificate-request",
        ready_at,
    )
    request = new_request().decode()
    early = await begun.put("certificate-request", certificate_request=request)
    assert (early.status_code, early.json()["code"]) == (409, "enrollment.recovery_waiting")
    assert early.json()["retry_after"] == 24 * 3600 == int(early.headers["retry-after"])
    world.clock.advance(days=1)
    assert (await begun.put("certificate-request", certificate_request=request)).is_success


async def test_a_stopped_recovery_says_so_over_http(world, client):
    person = await world.enroll()
    begun = Begun(client, (await client.post("/enrollments", json={"purpose": "recover"})).json())
    await begun.put("document", kind=CARD, chip=b64(person.card.chip_file))
    await begun.put("holder-check", capture=b64(person.face))
    await begun.put("credentials", sign_in_name="new", password="correct horse battery")
    subscriber = await person.subscriber()
    async with world.database.transaction() as tx:
        await world.desk.recoveries.stop(tx, subscriber, now=world.clock.now())
    for _ in range(2):
        read = await begun.get()
        assert (read.status_code, read.json()["code"]) == (409, "enrollment.recovery_stopped")


async def test_an_unfreezing_over_http(world, client):
    person = await world.enroll()
    await person.freeze()
    begun = Begun(client, (await client.post("/enrollments", json={"purpose": "unfreeze"})).json())
    await begun.put("document", kind=CARD, chip=b64(person.card.chip_file))
    done = await begun.put("holder-check", capture=b64(person.face))
    assert done.json()["next_step"] == (await begun.get()).json()["next_step"] == "completed"


async def test_the_description_names_the_purposes(client):
    described = (await client.get("/schema/openapi.json")).json()["paths"]["/enrollments"]["post"]
    body = described["requestBody"]
    assert not body.get("required")
    assert set(body["content"]["application/json"]["schema"]["properties"]["purpose"]["enum"]) == {
        "enroll",
        "join",
        "recover",
        "unfreeze",
    }


async def test_a_body_of_another_type_is_refused(client):
    response = await client.post("/enrollments", content=b"purpose=recover")
    assert response.status_code == 415


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic dXNlcjpwYXNz", "bearer\twrong"],
    ids=repr,
)
async def test_without_the_token_nobody_learns_whether_an_enrollment_exists(begun, header):
    headers = {} if header is None else {"Authorization": header}
    answers = []
    for path in (begun.path, "/enrollments/unknown"):
        answers.append(await begun.client.get(path, headers=headers))
        for step, body in STEPS.items():
            answers.append(await begun.client.put(f"{path}/{step}", json=body, headers=headers))
    # The phone and the chip are read only by who may: every answer is the same.
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.content for answer in answers} == {answers[0].content}
    assert answers[0].json()["code"] == "enrollment.unknown"
    assert answers[0].headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("step", [step for step in STEPS if step != "document"])
async def test_a_step_before_its_turn_names_the_one_that_is_next(begun, step):
    body = dict(STEPS[step])
    if step == "certificate-request":
        body["certificate_request"] = new_request().decode()
    answer = await begun.put(step, **body)
    assert answer.status_code == 409
    assert answer.json()["code"] == "enrollment.document_missing"


@pytest.mark.parametrize("step", STEPS)
async def test_missing_unknown_repeated_and_mistyped_members_are_named(begun, step):
    whole = STEPS[step]
    for name in whole:
        rest = {key: value for key, value in whole.items() if key != name}
        missing = await begun.put(step, **rest)
        assert (missing.status_code, missing.json()["code"]) == (400, "web.field_missing")
        assert missing.json()["field"] == name
        for value in MISTYPED:
            mistyped = await begun.put(step, **{**whole, name: value})
            assert (mistyped.status_code, mistyped.json()["field"]) == (400, name)
    unknown = await begun.put(step, **whole, unknown="member")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "web.field_unknown")
    text = json.dumps(whole)
    for body, code in (
        (text[:-1] + "," + text[1:], "web.json_member_repeated"),
        ("{", "web.json_malformed"),
        ("[]", None),
        ("", None),
        (b'{"chip": "\xff"}', "web.json_malformed"),
    ):
        answer = await begun.client.put(
            f"{begun.path}/{step}",
            content=body,
            headers={**begun.headers, "content-type": "application/json"},
        )
        assert answer.status_code == 400
        assert code in (None, answer.json()["code"])


@pytest.mark.parametrize("step", STEPS)
async def test_a_body_over_a_megabyte_is_refused(begun, step):
    body = dict.fromkeys(STEPS[step], "A" * 1100000)
    answer = await begun.put(step, **body)
    assert answer.status_code == 413
    assert (await begun.get()).json()["next_step"] == "document"


@pytest.mark.parametrize("text", ["not base64!", "AAA", "AA==AA", "Ａ", "AA\n=="], ids=repr)
async def test_what_is_not_base64_is_named(begun, text):
    for step, field in (("document", "chip"), ("holder-check", "capture")):
        answer = await begun.put(step, **{**STEPS[step], field: text})
        assert (answer.status_code, answer.json()["code"]) == (400, "enrollment.base64_invalid")
        assert answer.json()["field"] == field


@pytest.mark.parametrize(
    ("kind", "chip", "code"),
    [
        ("library_card", b"", "evidence.chip_file_malformed"),
        (CARD, b"", "evidence.chip_file_malformed"),
        (CARD, b"\xe1\x03abc", "evidence.chip_file_malformed"),
        (CARD, b"\0" * 300_000, "evidence.chip_file_too_large"),
    ],
    ids=["an unknown kind", "nothing", "something", "too much"],
)
async def test_a_broken_chip_is_explained(begun, kind, chip, code):
    answer = await begun.put("document", kind=kind, chip=b64(chip))
    assert answer.status_code in (400, 413)
    assert answer.json()["code"] == code
    assert (await begun.get()).json()["next_step"] == "document"


async def test_a_genuine_chip_of_an_unknown_kind_is_explained(world, begun):
    chip = b64(world.new_card().chip_file)
    answer = await begun.put("document", kind="library_card", chip=chip)
    assert answer.json()["code"] == "evidence.document_kind_unknown"
    assert answer.json()["field"] == "kind"


async def test_an_absent_register_is_a_503_with_a_time_and_nothing_is_lost(world, begun):
    chip = b64(world.new_card().chip_file)
    world.register.is_away = True
    answer = await begun.put("document", kind=CARD, chip=chip)
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    world.register.is_away = False
    assert (await begun.put("document", kind=CARD, chip=chip)).status_code == 200


async def test_an_enrollment_that_is_over_says_why_when_it_is_read(world, client):
    before = await world.enroll()
    again = await world.begin(before.card)
    await again.document()
    headers = {"Authorization": f"Bearer {again.key.token}"}
    for _ in range(2):
        answer = await client.put(
            f"/enrollments/{again.key.id}/holder-check",
            json={"capture": b64(again.face)},
            headers=headers,
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "subscribers.already_enrolled")
    read = await client.get(f"/enrollments/{again.key.id}", headers=headers)
    assert read.json()["code"] == "subscribers.already_enrolled"


async def test_too_many_tries_say_when_to_come_back(world, begun):
    for _ in range(5):
        await begun.put("document", kind=CARD, chip="AAAA")
    answer = await begun.put("document", kind=CARD, chip="AAAA")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == str(6 * 3600)


@pytest.mark.parametrize("form", ["application/jwt", f"application/{TYPE}", "json"])
async def test_the_register_may_push_in_either_form(world, client, form):
    applicant = await world.enroll()
    world.authority.report_lost(applicant.card.document_number)
    changes = world.authority.changes_since(0)
    signed = world.authority.sign_push(
        changes, audience=f"{ISSUER}/register/changes", now=world.clock.now()
    )
    for _ in range(2):
        if form == "json":
            answer = await client.post("/register/changes", json={"signed": signed})
        else:
            answer = await client.post(
                "/register/changes", content=signed, headers={"content-type": form}
            )
        assert (answer.status_code, answer.content) == (204, b"")
    assert await applicant.statuses() == [Status.HOLD]


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/jwt", b"not.a.push", 401),
        ("application/jwt", b"\xff\xfe", 401),
        ("application/jwt", b"", 401),
        ("application/jwt", b"A" * 1_100_000, 413),
        ("application/json", b'{"signed": "not.a.push"}', 401),
        ("application/json", b'{"signed": 7}', 400),
        ("application/json", b"{}", 400),
        ("application/json", b'{"signed": "", "signed": ""}', 400),
        ("application/json", b"{", 400),
        ("text/plain", b"a.b.c", 415),
        (None, b"a.b.c", 415),
    ],
)
async def test_a_push_that_is_none_is_refused(client, content_type, body, status):
    headers = {} if content_type is None else {"content-type": content_type}
    answer = await client.post("/register/changes", content=body, headers=headers)
    assert answer.status_code == status


async def test_the_outbox_reads_a_number_in_every_spelling(world, client, now):
    await world.outbox.send("+8610000000001", "a text", now=now)
    for spelling in ("%2B8610000000001", "+8610000000001", "10000000001"):
        answer = await client.get(f"/sandbox/outbox?phone={spelling}")
        assert [message["text"] for message in answer.json()["messages"]] == ["a text"]
    assert (await client.get("/sandbox/outbox?phone=10000000002")).json() == {"messages": []}
    for query, field in (("", "phone"), ("?phone=7", "phone")):
        answer = await client.get(f"/sandbox/outbox{query}")
        assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_there_is_no_outbox_outside_the_sandbox(world):
    app = Litestar(routes(desk=world.desk, clock=world.clock), logging_config=None)
    assert "/sandbox/outbox" not in {route.path for route in app.routes}


async def test_the_openapi_document_describes_every_step(client):
    paths = (await client.get("/schema/openapi.json")).json()["paths"]
    for step in STEPS:
        described = paths[f"/enrollments/{{enrollment}}/{step}"]["put"]
        assert described["summary"]
        assert described["security"] == [{"EnrollmentToken": []}]
