"""Who has only a passkey beside a password: the password alone takes nothing that stays taken."""

import pytest

from tests.authentication.authenticators import Authenticator
from tests.holder.apps import App
from tests.holder.conftest import refused
from tests.whole import Service


@pytest.fixture
async def passkey(service: Service, app: App) -> Authenticator:
    """The person has set up a passkey, with the password and the phone."""
    authenticator = Authenticator(origin=service.settings.issuer)
    await app.proves_phone()
    offered = (await app.client.post("/authentication/passkeys/options")).json()
    body = {
        "challenge": offered["challenge"],
        "credential": authenticator.create(offered["options"]),
        "name": "a phone",
    }
    answer = await app.client.post("/authentication/passkeys", json=body)
    assert answer.status_code == 201, answer.text
    return authenticator


async def _uses(app: App, passkey: Authenticator) -> None:
    offered = (await app.client.post("/authentication/passkey/challenges")).json()
    body = {
        "challenge": offered["challenge"],
        "credential": passkey.get(offered["options"]),
    }
    answer = await app.client.post("/authentication/passkey", json=body)
    assert answer.is_success, answer.text


async def test_whoever_knows_the_password_erases_nobody(app: App, passkey: Authenticator):
    await app.sign_in()
    refused(await app.does("/opt-out"), 403, "holder.strong_sign_in_required")
    await _uses(app, passkey)
    assert (await app.does("/opt-out")).is_success


async def test_whoever_knows_the_password_takes_no_copy_along(app: App, passkey: Authenticator):
    await app.sign_in()
    answer = await app.client.get("/holder/export")
    refused(answer, 403, "holder.strong_sign_in_required")
    assert "exported" not in await app.kinds()
    await _uses(app, passkey)
    assert (await app.client.get("/holder/export")).is_success
