"""Row 45: device and backchannel requests that are larger than anything honest."""

import pytest

from tests.oidc.backchannel_makers import call, enter, register_all
from tests.oidc.makers import Platform

pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)


@pytest.fixture(autouse=True)
async def registered(provider):
    await register_all(provider)


NAMED = {"scope": "openid", "login_hint": "zhang"}
HUGE = {
    "ten thousand scopes": ({"scope": "openid " * 10_000}, 400),
    "a megabyte": ({"scope": "x" * 1_000_000}, 413),
    "thirty thousand brackets": (NAMED | {"authorization_details": "[" * 30_000}, 400),
    "ten thousand details": (NAMED | {"authorization_details": "[{}," * 10_000}, 400),
    "a hundred thousand parts": (NAMED | {"request": "." * 100_000}, 400),
    "a long message": (NAMED | {"binding_message": "x" * 100_000}, 400),
    "a long ID token": ({"scope": "openid", "id_token_hint": "e" * 100_000}, 400),
    "ten thousand levels": (NAMED | {"acr_values": "urn:x " * 10_000}, 200),
    "a long number": (NAMED | {"requested_expiry": "9" * 100_000}, 400),
    "a thousand parameters": ({f"p{count}": "x" for count in range(1000)}, 400),
}


@pytest.mark.parametrize("what", HUGE)
async def test_a_huge_request_for_a_person_is_refused_or_its_excess_ignored(provider, what):
    """Each of these, from a client that is known."""
    form, status = HUGE[what]
    response = await Platform(provider, "bank").post("/backchannel_authentication", **form)
    assert response.status_code == status


@pytest.mark.parametrize("what", HUGE)
async def test_a_huge_request_of_a_device_is_refused_or_its_excess_ignored(provider, what):
    """The same at the other endpoint, which knows fewer parameters."""
    response = await Platform(provider, "kiosk").post("/device_authorization", **HUGE[what][0])
    assert response.status_code in (200, 400, 413)


async def test_a_huge_name_is_nobodys(provider):
    """A name of a hundred thousand letters: it waits like any name that nobody has."""
    response = await call(Platform(provider, "bank"), login_hint="x" * 100_000)
    assert response.status_code == 200


@pytest.mark.parametrize("parameter", ["device_code", "auth_req_id"])
async def test_a_huge_secret_is_unknown(provider, parameter):
    """A device code or auth_req_id of a hundred kilobytes."""
    grant = {"device_code": "urn:ietf:params:oauth:grant-type:device_code"}.get(
        parameter, "urn:openid:params:grant-type:ciba"
    )
    platform = Platform(provider, "kiosk" if parameter == "device_code" else "bank")
    response = await platform.post("/token", grant_type=grant, **{parameter: "x" * 100_000})
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_grant"


async def test_a_huge_user_code_is_none(browser):
    """A code of a hundred thousand letters, typed and in a link."""
    assert (await enter(browser, "B" * 100_000)).status_code == 400
    assert (await browser.get("/device", user_code="B" * 60_000)).status_code in (200, 413, 414)
