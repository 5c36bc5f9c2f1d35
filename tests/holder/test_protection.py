"""Freezing by the person: at once, from any session, and everything stops."""

from tests.holder.apps import App, open_app
from tests.holder.conftest import refused
from tests.whole import SQUARE, Resident, Service


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
