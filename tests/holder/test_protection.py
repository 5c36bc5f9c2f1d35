"""Freezing by the person: at once, from any session, and everything stops."""

from tests.holder.apps import App, open_app
from tests.holder.conftest import refused
from tests.whole import SQUARE, Enrolling, Resident, Service


async def test_a_freeze_stops_everything_at_once(service: Service, app: App, resident: Resident):
    received = await service.code_flow(app.client, SQUARE, resident)
    before = len(await app.messages())
    async with open_app(service, resident) as other:
        # Old as the sign-in is: freezing must be easy.
        service.clock.advance(minutes=10)
        answer = await app.does("/freeze")
        assert answer.status_code == 204
        assert "Max-Age=0" in answer.headers["set-cookie"]
        for session in (app, other):
            refused(await session.client.get("/holder"), 401, "holder.session_required")
    assert (await service.userinfo(received)).status_code == 401
    body = {"sign_in_name": resident.sign_in_name, "password": resident.password}
    answer = await app.client.post("/authentication/password", json=body)
    refused(answer, 403, "authentication.subscriber_frozen")
    answer = await app.sign_in_by(resident.device, resident.certificate)
    refused(answer, 401, "certificates.on_hold", field="certificate")
    [message] = (await app.messages())[before:]
    assert "frozen" in message


async def test_a_second_freeze_finds_nobody_signed_in(app: App):
    assert (await app.does("/freeze")).status_code == 204
    refused(await app.does("/freeze"), 401, "holder.session_required")


async def test_nothing_is_done_by_a_session_that_died_meanwhile(
    service: Service, app: App, resident: Resident
):
    async with open_app(service, resident) as other:
        assert (await other.does("/freeze")).status_code == 204
    for path, body in (
        ("/alerts/seen", {}),
        ("/recovery/stop", {}),
        ("/platforms/withdrawal-of-all", {}),
        ("/opt-out", {}),
        ("/devices/removal", {"serial": "1"}),
    ):
        refused(await app.does(path, **body), 401, "holder.session_required")
    refused(await app.adds(), 401, "holder.session_required")


async def _begin_recovery(service: Service, resident: Resident) -> Enrolling:
    """Document, face and new credentials; the wait has begun."""
    async with service.client() as client:
        recovering = Enrolling(client, resident)
        answer = await client.post("/enrollments", json={"purpose": "recover"})
        recovering.address = f"/enrollments/{answer.json()['enrollment']}"
        recovering.token = answer.json()["token"]
        for act in (recovering.document, recovering.holder, recovering.choose):
            answer = await act()
            assert answer.is_success, answer.text
    return recovering


async def test_a_recovery_is_seen_and_stopped(service: Service, app: App, resident: Resident):
    recovering = await _begin_recovery(service, resident)
    overview = await app.sees("")
    assert overview["recovery"]["ready_at"] > overview["enrolled_at"]
    assert [alert["kind"] for alert in overview["alerts"]] == ["recovery_begun"]
    # Old as the sign-in is: stopping must be easy, and may be repeated.
    service.clock.advance(minutes=10)
    for _ in range(2):
        assert (await app.does("/recovery/stop")).status_code == 204
    assert (await app.sees(""))["recovery"] is None
    assert (await app.kinds()).count("recovery_stopped") == 1
    async with service.client() as client:
        answer = await client.get(
            recovering.address, headers={"authorization": f"Bearer {recovering.token}"}
        )
    assert answer.json()["code"] == "enrollment.recovery_stopped"


async def test_a_freeze_stops_a_recovery(service: Service, app: App, resident: Resident):
    recovering = await _begin_recovery(service, resident)
    assert (await app.does("/freeze")).status_code == 204
    async with service.client() as client:
        answer = await client.get(
            recovering.address, headers={"authorization": f"Bearer {recovering.token}"}
        )
    assert answer.json()["code"] == "enrollment.recovery_stopped"
