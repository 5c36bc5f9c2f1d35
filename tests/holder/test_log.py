"""The own log and its alerts, as the person reads them."""

import pytest

from tests.holder.apps import App, open_app
from tests.holder.conftest import refused
from tests.whole import MARKET, SQUARE, Resident, Service


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/holder/activity"),
        ("GET", "/holder/number"),
        ("GET", "/holder/export"),
        ("POST", "/holder/alerts/seen"),
        ("POST", "/holder/freeze"),
        ("POST", "/holder/recovery/stop"),
        ("POST", "/holder/platforms/withdrawal-of-all"),
        ("POST", "/holder/opt-out"),
    ],
)
async def test_nobody_comes_in_without_a_session(service: Service, method, path):
    async with service.client() as client:
        refused(await client.request(method, path), 401, "holder.session_required")
        client.cookies.set("__Host-authsvc-session", "forged")
        refused(await client.request(method, path), 401, "holder.session_required")


async def test_the_whole_number_is_shown_only_where_it_is_asked_for(app: App, resident: Resident):
    answer = await app.client.get("/holder/number")
    assert answer.json() == {"online_number": resident.online_number}
    assert answer.headers["cache-control"] == "no-store"
    assert resident.online_number not in str(await app.sees(""))


async def test_a_use_of_a_platform_is_there_at_once_and_by_name(
    service: Service, app: App, resident: Resident
):
    await service.code_flow(app.client, SQUARE, resident)
    entries = (await app.sees("/activity"))["entries"]
    assert {entry["kind"] for entry in entries} >= {"platform_told", "platform_allowed"}
    [told] = [entry for entry in entries if entry["kind"] == "platform_told"]
    assert (told["platform"], told["client_id"]) == (SQUARE.name, SQUARE.client_id)
    assert set(told["scopes"]) == {"openid", "age"}
    assert told["network"] == "192.0.2.77"
    assert (told["alert"], told["seen"]) == (False, False)


async def test_an_alert_stands_until_it_was_seen(service: Service, app: App, resident: Resident):
    await service.code_flow(app.client, SQUARE, resident)
    [alert] = (await app.sees(""))["alerts"]
    assert (alert["kind"], alert["platform"]) == ("platform_allowed", SQUARE.name)
    assert (await app.does("/alerts/seen")).status_code == 204
    assert (await app.sees(""))["alerts"] == []
    [line] = [e for e in (await app.sees("/activity"))["entries"] if e["alert"]]
    assert line["seen"] is True
    service.clock.advance(minutes=1)
    await service.code_flow(app.client, MARKET, resident)
    [alert] = (await app.sees(""))["alerts"]
    assert alert["platform"] == MARKET.name


async def test_nobody_reads_anybody_elses_log(service: Service, app: App, resident: Resident):
    await service.code_flow(app.client, SQUARE, resident)
    other = await service.enrolled("样例司徒测试乙")
    async with open_app(service, other) as theirs:
        assert SQUARE.client_id not in str(await theirs.sees("/activity"))


async def test_the_log_is_read_in_pages(service: Service, app: App):
    for _ in range(3):
        service.clock.advance(minutes=1)
        await app.sign_in()
    whole = (await app.sees("/activity"))["entries"]
    assert len(whole) >= 4
    page = await app.sees("/activity?limit=2")
    found = page["entries"]
    while page["before"] is not None:
        page = await app.sees(f"/activity?limit=2&before={page['before']}")
        found += page["entries"]
    assert found == whole
    for wrong, field in (("limit=0", "limit"), ("limit=201", "limit"), ("before=x", "before")):
        answer = await app.client.get(f"/holder/activity?{wrong}")
        assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text


async def test_no_recovery_waits_at_first(app: App):
    assert (await app.sees(""))["recovery"] is None
    assert (await app.does("/recovery/stop")).status_code == 204
    assert "recovery_stopped" not in await app.kinds()
