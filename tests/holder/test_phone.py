"""Another phone: proved, told to everybody, waited for, stopped by who is signed in anywhere."""

import pytest

from authsvc.app import open_house
from tests.holder.apps import App, open_app
from tests.holder.conftest import refused
from tests.whole import Resident, Service

NEW = "+8610099999999"
REFUSED = "authentication.phone_proof_required"


@pytest.fixture
async def own(service: Service, app: App, resident: Resident) -> App:
    """The app, signed in by the device's key."""
    assert (await app.sign_in_by(resident.device, resident.certificate)).is_success
    return app


async def _code(service: Service, app: App, phone: str = NEW) -> str:
    outbox = await app.client.get("/sandbox/outbox", params={"phone": phone})
    text: str = outbox.json()["messages"][-1]["text"]
    return next(word for word in text.replace(",", " ").split() if word.isdigit())


async def _changes(service: Service, app: App) -> dict[str, str]:
    assert (await app.does("/phone", phone=NEW)).status_code == 204
    code = await _code(service, app)
    answer = await app.does("/phone/confirmation", phone=NEW, code=code)
    assert answer.status_code == 200, answer.text
    waiting: dict[str, str] = answer.json()
    return waiting


async def _a_minute_of_housekeeping(service: Service) -> None:
    house = open_house(service.settings, service.clock)
    await house.phone_changes.complete_ready(now=service.clock.now())
    await house.close()


async def test_a_new_phone_counts_after_a_day_and_everybody_hears_of_it(
    service: Service, own: App, resident: Resident
):
    waiting = await _changes(service, own)
    seen = await own.sees("")
    assert seen["phone"] == f"***{resident.phone[-4:]}"
    assert seen["phone_change"] == waiting
    assert waiting["phone"] == f"***{NEW[-4:]}"
    assert [alert["kind"] for alert in seen["alerts"]] == ["phone_change_begun"]
    assert "Another phone was given" in (await own.messages())[-1]

    # Until then a thief who proved a phone of their own is not a step further.
    async with open_app(service, resident) as thief:
        await _a_minute_of_housekeeping(service)
        before = len(await own.messages())
        assert (await thief.client.post("/authentication/step-up/sms")).status_code == 204
        assert len(await own.messages()) == before + 1
    service.clock.advance(days=1)
    await _a_minute_of_housekeeping(service)
    async with open_app(service, resident) as later:
        seen = await later.sees("")
        assert (seen["phone"], seen["phone_change"]) == (f"***{NEW[-4:]}", None)
        assert "phone_changed" in await later.kinds()
        assert (await later.client.post("/authentication/step-up/sms")).status_code == 204
        proof = {"otp": await _code(service, later)}
        assert (await later.client.post("/authentication/step-up", json=proof)).is_success


async def test_who_knows_the_password_or_found_a_session_changes_no_phone(
    service: Service, app: App, resident: Resident
):
    refused(await app.does("/phone", phone=NEW), 403, REFUSED)
    refused(await app.does("/phone/confirmation", phone=NEW, code="000000"), 403, REFUSED)
    await app.sign_in_by(resident.device, resident.certificate)
    service.clock.advance(minutes=6)
    refused(await app.does("/phone", phone=NEW), 403, "holder.fresh_sign_in_required")
    async with service.client() as nobody:
        for path in ("", "/confirmation", "/stop"):
            body = {"phone": NEW} | ({"code": "1"} if path == "/confirmation" else {})
            answer = await nobody.post(
                f"/holder/phone{path}", json=None if path == "/stop" else body
            )
            refused(answer, 401, "holder.session_required")


async def test_only_the_code_that_went_to_the_new_phone_proves_it(
    service: Service, own: App, resident: Resident
):
    refused(
        await own.does("/phone", phone=resident.phone), 409, "holder.phone_on_file", field="phone"
    )
    refused(
        await own.does("/phone", phone="call me"), 400, "enrollment.phone_invalid", field="phone"
    )
    assert (await own.does("/phone", phone=NEW)).status_code == 204
    code = await _code(service, own)
    # Neither a guess, nor this code for another phone, nor in place of a second factor.
    for phone, said in (
        (NEW, "000000" if code != "000000" else "111111"),
        ("+8610088888888", code),
    ):
        answer = await own.does("/phone/confirmation", phone=phone, code=said)
        refused(answer, 400, "enrollment.phone_code_wrong", field="code")
    answer = await own.client.post("/authentication/step-up", json={"otp": code})
    refused(answer, 401, "authentication.second_factor_refused", field="otp")
    assert (await own.sees(""))["phone_change"] is None


async def test_whoever_is_signed_in_anywhere_stops_it(
    service: Service, own: App, resident: Resident
):
    await _changes(service, own)
    async with open_app(service, resident) as other:
        assert (await other.does("/phone/stop")).status_code == 204
        assert (await other.does("/phone/stop")).status_code == 204
        assert (await other.kinds()).count("phone_change_stopped") == 1
    service.clock.advance(days=1)
    await _a_minute_of_housekeeping(service)
    async with open_app(service, resident) as later:
        assert (await later.sees(""))["phone"] == f"***{resident.phone[-4:]}"
