"""The whole service opens in one process, and a person goes all the way through it."""

import pytest

from authsvc.app import open_house
from tests.oidc.jwt_makers import unverified
from tests.whole import SQUARE, Service


async def test_a_person_goes_from_a_card_to_a_platform(service: Service):
    resident = await service.enrolled("样例欧阳")
    async with service.client() as browser:
        await service.turn_totp_on(browser, resident)
    service.clock.advance(minutes=1)
    async with service.client() as browser:
        received = await service.code_flow(browser, SQUARE, resident)
    claims = unverified(received.tokens["id_token"])
    assert set(claims["amr"]) == {"pwd", "otp", "mfa"}
    assert (await service.userinfo(received)).json()["sub"] == claims["sub"]
    assert received.tokens["refresh_token"]


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
async def test_a_house_that_no_test_has_made_cheap_hashes_at_the_full_cost(service: Service):
    house = open_house(service.settings, service.clock)
    with house.hasher.seat() as seat:
        phc = await seat.hash("an artificial password")
    await house.close()
    assert phc.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)
async def test_whoever_visits_is_led_to_the_app_and_programs_are_told_in_json(service: Service):
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-language": "en"}
    async with service.client() as client:
        led = await client.get("/?lang=zh", headers=browser)
        assert (led.status_code, led.headers["location"]) == (303, "/app/?lang=zh")
        for address in ("/nothing-here", "/app/nothing.js", "/nothing/at/all"):
            page = await client.get(address, headers=browser)
            assert page.status_code == 404
            assert page.headers["content-type"].startswith("text/html")
            assert "<h1" in page.text
        for address in ("/", "/nothing-here", "/app/nothing.js"):
            for accept in ({}, {"accept": "application/json"}):
                answer = await client.get(address, headers=accept)
                assert answer.status_code == 404
                assert answer.json()["code"] == "web.address_unknown"
        # What is there and is refused stays what it was, and so does what is no visit.
        refused = await client.get("/holder", headers=browser)
        assert refused.headers["content-type"] == "application/problem+json"
        posted = await client.post("/nothing-here", json={}, headers=browser)
        assert posted.headers["content-type"] == "application/problem+json"
