"""npm's openid-client: the person is at another device, or the platform is not there yet."""

import pytest

from tests.interop.conftest import REGISTRATION_TOKEN
from tests.interop.people import USERNAME

pytestmark = [pytest.mark.interop, pytest.mark.slow]

ELSEWHERE = "openid_client/elsewhere.mjs"


def test_openid_client_asks_a_person_at_another_device_and_polls(flow):
    seen = flow(ELSEWHERE, "poll", "counter", username=USERNAME)

    assert len(set(seen["subjects"])) == 1
    assert seen["granted"] == seen["details"]
    assert seen["lifetime"] == 300


def test_openid_client_is_told_when_a_person_has_decided(flow):
    seen = flow(ELSEWHERE, "ping", "hotline", username=USERNAME)

    assert seen["unsigned"] == "invalid_request"
    assert (seen["authorized"], seen["about"]) == (True, True)


def test_openid_client_registers_itself_and_manages_its_registration(flow):
    seen = flow(
        ELSEWHERE,
        "registration",
        "client_secret_basic",
        registrationToken=REGISTRATION_TOKEN,
    )

    assert seen["audience"] is True
    assert seen["names"] == ["newcomer", "newcomer", "resident"]
    assert seen["statuses"] == [204, 401]
    assert seen["afterwards"] == 401


def test_openid_client_signs_out_and_its_server_is_told(flow):
    seen = flow(ELSEWHERE, "signOut", "leaving")

    assert seen["state"] == "bye"
    assert seen["type"] == "application/x-www-form-urlencoded"
    assert seen["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert (seen["sameSession"], seen["samePerson"], seen["nonce"]) == (True, True, False)
