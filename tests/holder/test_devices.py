"""Devices: added by who may, on a good document, up to a bound; named; and removed for good."""

import asyncio

import pytest
from cryptography import x509

from authsvc.enrollment.document_step import require_good
from authsvc.holder.devices import adding
from authsvc.holder.devices.devices import MOST
from tests.dumps import entries
from tests.holder.apps import App, new_key, open_app, request_for
from tests.holder.conftest import refused
from tests.whole import Resident, Service

CALLED = "the tablet of nobody"


async def _serials(app: App) -> list[str]:
    return [device["serial"] for device in await app.sees("/devices")]


async def _added(app: App, name: str = CALLED) -> str:
    answer = await app.adds(name)
    assert answer.status_code == 201, answer.text
    serial: str = answer.json()["serial"]
    return serial


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/holder/devices", None),
        ("POST", "/holder/devices", {"name": "x", "certificate_request": "x"}),
        ("POST", "/holder/devices/name", {"serial": "1", "name": "x"}),
        ("POST", "/holder/devices/removal", {"serial": "1"}),
    ],
)
async def test_nobody_comes_in_without_a_session(service: Service, method, path, body):
    async with service.client() as client:
        answer = await client.request(method, path, json=body)
    refused(answer, 401, "holder.session_required")


async def test_the_first_device_has_no_name_until_it_is_given_one(app: App):
    [first] = await app.sees("/devices")
    assert (first["name"], first["added_at"], first["status"]) == (None, None, "good")
    answer = await app.does("/devices/name", serial=first["serial"].lower(), name=" a phone ")
    assert answer.status_code == 204
    [named] = await app.sees("/devices")
    assert named == {**first, "name": "a phone"}


async def test_a_further_device_gets_a_certificate_of_its_own(
    service: Service, app: App, resident: Resident
):
    key = new_key()
    answer = await app.adds(CALLED, key=key)
    assert answer.status_code == 201
    added = answer.json()
    certificate = x509.load_pem_x509_certificate(added["certificate"].encode())
    assert certificate.public_key() == key.public_key()
    assert certificate.serial_number == int(added["serial"], 16)
    assert "BEGIN CERTIFICATE" in added["chain"]
    assert added["status"]["status_list"]["uri"].startswith(service.settings.issuer)
    assert "online_number" not in added
    assert added["masked"] == (await app.sees(""))["online_number"]
    first, second = sorted(await app.sees("/devices"), key=lambda device: str(device["name"]))
    assert first["name"] is None
    assert (second["name"], second["serial"]) == (CALLED, added["serial"])
    # Both sign in, and neither is told from the other.
    async with service.client() as client:
        for held, pem in ((key, added["certificate"]), (resident.device, resident.certificate)):
            signed_in = await App(service, client, resident).sign_in_by(held, pem)
            assert signed_in.json()["amr"] == ["swk"]


async def test_the_person_hears_of_it_in_the_app_and_on_the_phone(app: App):
    await app.proves_phone()
    before = len(await app.messages())
    await _added(app)
    [alert] = (await app.sees(""))["alerts"]
    assert (alert["kind"], alert["name"], alert["seen"]) == ("device_added", CALLED, False)
    assert alert["network"]
    [message] = (await app.messages())[before:]
    assert "new device" in message
    assert CALLED not in message


async def test_a_request_that_is_repeated_is_answered_the_same_and_said_once(app: App):
    await app.proves_phone()
    key, before = new_key(), len(await app.messages())
    answers = [(await app.adds(CALLED, key=key)).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert (await app.kinds()).count("device_added") == 1
    assert len(await app.messages()) == before + 1


async def test_a_stale_sign_in_adds_nothing_and_removes_nothing(service: Service, app: App):
    service.clock.advance(minutes=6)
    refused(await app.adds(), 403, "holder.fresh_sign_in_required")
    [serial] = await _serials(app)
    answer = await app.does("/devices/removal", serial=serial)
    refused(answer, 403, "holder.fresh_sign_in_required")
    assert await _serials(app) == [serial]


async def test_the_password_alone_adds_no_device_and_the_phone_or_a_device_does(
    service: Service, app: App, resident: Resident
):
    body = {"name": CALLED, "certificate_request": request_for(new_key())}
    refused(await app.does("/devices", **body), 403, "authentication.phone_proof_required")
    await app.proves_phone()
    assert (await app.does("/devices", **body)).status_code == 201
    async with service.client() as client:
        by_device = App(service, client, resident)
        await by_device.sign_in_by(resident.device, resident.certificate)
        body["certificate_request"] = request_for(new_key())
        assert (await by_device.does("/devices", **body)).status_code == 201


async def test_whoever_has_a_second_factor_must_have_proved_it(
    service: Service, app: App, resident: Resident
):
    async with service.client() as other:
        await service.turn_totp_on(other, resident)
    # Fresh as it is, this session knows the password and nothing else.
    refused(await app.adds(), 403, "holder.strong_sign_in_required")
    await app.sign_in()
    service.clock.advance(minutes=6)
    assert (await app.adds()).status_code == 201


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "a\nb", "a\u202eb", "a\x7fb"])
async def test_a_name_that_cannot_be_one_is_refused(app: App, name: str):
    refused(await app.adds(name), 400, "holder.device_name_invalid", field="name")
    [serial] = await _serials(app)
    answer = await app.does("/devices/name", serial=serial, name=name)
    refused(answer, 400, "holder.device_name_invalid", field="name")


async def test_a_request_that_proves_nothing_is_refused(app: App):
    await app.proves_phone()
    answer = await app.does("/devices", name="x", certificate_request="no request")
    refused(answer, 400, "certificates.request_malformed", field="certificate_request")


async def test_a_key_that_somebody_has_is_not_certified_again(
    service: Service, app: App, resident: Resident
):
    other = await service.enrolled("样例司徒测试乙")
    answer = await app.adds(key=other.device)
    refused(answer, 409, "certificates.key_already_certified", field="certificate_request")
    assert len(await _serials(app)) == 1


async def test_a_document_that_was_reported_lost_carries_no_further_device(
    service: Service, app: App, resident: Resident
):
    """The register says so, although its feed has not brought it yet."""
    service.authority.report_lost(resident.card.document_number)
    refused(await app.adds(), 400, "enrollment.document_reported_lost")
    assert "device_added" not in await app.kinds()


async def test_a_document_lost_between_the_question_and_the_certificate(
    service: Service, app: App, resident: Resident, monkeypatch
):
    """The feed moves meanwhile: the register is asked again, and the answer is another one."""
    asked: list[str] = []

    async def reports_lost_after_the_first(register, kind, number):
        await require_good(register, kind, number)
        asked.append(number)
        service.authority.report_lost(resident.card.document_number)
        push = service.authority.changes_since(0)
        signed = service.authority.sign_push(
            push, audience=service.settings.issuer + "/register/changes", now=service.clock.now()
        )
        async with service.client() as registrar:
            pushed = await registrar.post("/register/changes", json={"signed": signed})
        assert pushed.status_code == 204, pushed.text

    monkeypatch.setattr(adding, "require_good", reports_lost_after_the_first)
    refused(await app.adds(), 409, "holder.document_not_on_file")
    assert len(asked) == 1
    assert len(await _serials(app)) == 1


async def test_the_bound_holds_for_two_at_once(app: App):
    for _ in range(MOST - 2):
        await _added(app)
    await app.proves_phone()
    answers = await asyncio.gather(app.adds(), app.adds())
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    [late] = [answer for answer in answers if answer.status_code == 409]
    refused(late, 409, "holder.too_many_devices")
    assert len(await _serials(app)) == MOST
    serial = (await _serials(app))[0]
    assert (await app.does("/devices/removal", serial=serial)).status_code == 204
    assert (await app.adds()).status_code == 201


async def test_a_removed_device_is_dead_at_once_and_no_other_is(
    service: Service, app: App, resident: Resident
):
    key = new_key()
    added = (await app.adds(CALLED, key=key)).json()
    async with service.client() as one, service.client() as two:
        tablet, phone = App(service, one, resident), App(service, two, resident)
        assert (await tablet.sign_in_by(key, added["certificate"])).is_success
        assert (await phone.sign_in_by(resident.device, resident.certificate)).is_success
        answer = await app.does("/devices/removal", serial=added["serial"])
        assert answer.status_code == 204
        assert "set-cookie" not in answer.headers
        refused(await one.get("/holder"), 401, "holder.session_required")
        again = await tablet.sign_in_by(key, added["certificate"])
        refused(again, 401, "certificates.revoked", field="certificate")
        assert (await two.get("/holder")).is_success
    assert added["serial"] not in await _serials(app)
    assert "device_removed" in await app.kinds()
    statuses = {c["serial"]: c["status"] for c in (await app.sees(""))["certificates"]}
    assert statuses.pop(added["serial"]) == "revoked"
    assert list(statuses.values()) == ["good"]


async def test_a_device_that_removes_itself_is_signed_out(
    service: Service, app: App, resident: Resident
):
    async with service.client() as client:
        phone = App(service, client, resident)
        assert (await phone.sign_in_by(resident.device, resident.certificate)).is_success
        [serial] = await _serials(phone)
        answer = await phone.does("/devices/removal", serial=serial)
        assert answer.status_code == 204
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert (await client.get("/holder")).status_code == 401
    assert await _serials(app) == []


async def test_what_is_somebody_elses_is_as_unknown_as_what_is_nobodys(service: Service, app: App):
    other = await service.enrolled("样例司徒测试乙")
    certificate = x509.load_pem_x509_certificate(other.certificate.encode())
    foreign = f"{certificate.serial_number:X}"
    removed = await _added(app)
    await app.does("/devices/removal", serial=removed)
    for serial in (foreign, "123456", removed, "no serial", "", "٣", "-1"):
        for path, body in (("removal", {}), ("name", {"name": "mine"})):
            answer = await app.does(f"/devices/{path}", serial=serial, **body)
            refused(answer, 404, "holder.device_unknown", field="serial")
    async with open_app(service, other) as theirs:
        [device] = await theirs.sees("/devices")
    assert (device["status"], device["name"]) == ("good", None)


async def test_what_a_device_is_called_is_not_in_a_dump(app: App, storage_urls):
    await _added(app)
    assert all(CALLED.encode() not in content for _, content in await entries(storage_urls))


async def test_labels_of_what_holds_no_more_go_with_the_next_device(
    service: Service, app: App, resident: Resident, storage_urls
):
    await _added(app)
    service.clock.advance(minutes=1)
    service.new_card(resident)
    await service.enroll(resident)
    await app.sign_in()
    await _added(app)
    rows = [place for place, _ in await entries(storage_urls) if place == "device.serial"]
    assert len(rows) == 1
    assert len(await _serials(app)) == 2
