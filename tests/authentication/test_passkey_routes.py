"""Passkeys and step-up by JSON."""

from typing import Any

import httpx2
import pytest

from authsvc.authentication.assurance import AAL1, AAL2
from authsvc.subscribers.activity import ActivityKind
from tests.authentication.authenticators import Authenticator
from tests.authentication.makers import (
    ADDRESS,
    PASSWORD,
    House,
    cookie_of,
    totp_code,
    with_cookie,
    wrong_code,
)

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSKEYS = "/authentication/passkeys"


@pytest.fixture
async def client(at_home: House):
    async with at_home.client() as client:
        yield client


async def signs_in(client: httpx2.AsyncClient, name: str = "test-person") -> dict[str, str]:
    """Signs in by password in a browser of its own; the header of the session."""
    client.cookies.clear()
    body = {"sign_in_name": name, "password": PASSWORD}
    answer = await client.post("/authentication/password", json=body)
    assert answer.json()["acr"] == AAL1
    return with_cookie(cookie_of(answer))


async def adds(
    client: httpx2.AsyncClient, cookie: dict[str, str], name: str = "my phone"
) -> tuple[Authenticator, dict[str, Any]]:
    """Adds a passkey; what made it, and the answer."""
    offered = await client.post(f"{PASSKEYS}/options", headers=cookie)
    assert offered.status_code == 201, offered.text
    authenticator = Authenticator()
    body = {
        "challenge": offered.json()["challenge"],
        "credential": authenticator.create(offered.json()["options"]),
        "name": name,
    }
    answer = await client.post(PASSKEYS, json=body, headers=cookie)
    assert answer.status_code == 201, answer.text
    return authenticator, answer.json()


async def proves_phone(
    client: httpx2.AsyncClient, cookie: dict[str, str], house: House
) -> dict[str, str]:
    """Types the code that comes by SMS; the header of the session that goes on."""
    await client.post("/authentication/step-up/sms", headers=cookie)
    body = {"otp": house.outbox.code}
    answer = await client.post("/authentication/step-up", json=body, headers=cookie)
    return with_cookie(cookie_of(answer))


async def uses(client: httpx2.AsyncClient, authenticator: Authenticator, **wrong: Any):
    """Signs in by a passkey in a browser of its own, whatever comes of it."""
    client.cookies.clear()
    offered = (await client.post("/authentication/passkey/challenges")).json()
    credential = authenticator.get(offered["options"], **wrong)
    body = {"challenge": offered["challenge"], "credential": credential}
    return await client.post("/authentication/passkey", json=body)


async def test_a_passkey_from_the_first_to_the_last(at_home: House, client: httpx2.AsyncClient):
    subscriber = await at_home.person("test-person")
    cookie = await signs_in(client)
    assert (await client.get(PASSKEYS, headers=cookie)).json() == []
    unproved = await client.post(f"{PASSKEYS}/options", headers=cookie)
    assert unproved.status_code == 403
    assert unproved.json()["code"] == "authentication.phone_proof_required"
    cookie = await proves_phone(client, cookie, at_home)
    authenticator, added = await adds(client, cookie)
    assert set(added) == {"id", "name", "added_at"}
    assert added["name"] == "my phone"
    [listed] = (await client.get(PASSKEYS, headers=cookie)).json()
    assert listed == added | {"last_used_at": None}

    answer = await uses(client, authenticator)
    assert answer.status_code == 200
    assert answer.json() == {"outcome": "signed_in", "acr": AAL2, "amr": ["mfa", "pop"]}
    strong = with_cookie(cookie_of(answer))
    [listed] = (await client.get(PASSKEYS, headers=strong)).json()
    assert listed["last_used_at"] is not None

    removal, cookie = f"{PASSKEYS}/removal", await signs_in(client)
    weak = await client.post(removal, json={"id": added["id"]}, headers=cookie)
    assert weak.status_code == 403
    assert weak.json()["code"] == "authentication.stronger_sign_in_required"
    gone = await client.post(removal, json={"id": added["id"]}, headers=strong)
    assert gone.status_code == 204
    again = await client.post(removal, json={"id": added["id"]}, headers=strong)
    assert again.status_code == 404
    refused = await uses(client, authenticator)
    assert refused.status_code == 401
    assert refused.json()["code"] == "authentication.passkey_refused"

    kinds = [entry.kind for entry in await at_home.log_of(subscriber)]
    assert sorted(kind.value for kind in kinds) == [
        "passkey_added",
        "passkey_removed",
        "signed_in",
        "signed_in",
        "signed_in",
    ]
    assert {entry.network for entry in await at_home.log_of(subscriber)} == {ADDRESS}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", PASSKEYS, None),
        ("POST", f"{PASSKEYS}/options", None),
        ("POST", PASSKEYS, {"challenge": "c", "credential": {}, "name": "n"}),
        ("POST", f"{PASSKEYS}/removal", {"id": "i"}),
        ("POST", "/authentication/step-up", {"otp": "000000"}),
        ("POST", "/authentication/step-up/sms", None),
    ],
)
async def test_without_a_session_nothing_is_answered(
    client: httpx2.AsyncClient, method: str, path: str, body: Any
):
    if body is not None and "credential" in body:
        offered = {"user": {"id": ""}, "challenge": "", "rp": {"id": "id.example"}}
        body = body | {"credential": Authenticator().create(offered)}
    answer = await client.request(method, path, json=body)
    assert answer.status_code == 401
    assert answer.json()["code"] == "authentication.session_required"


@pytest.mark.parametrize("credential", [None, {}, [], {"id": 1}, {"id": "", "rawId": ""}])
async def test_what_is_no_credential_is_a_400(client: httpx2.AsyncClient, credential: Any):
    body = {"challenge": "c", "credential": credential}
    answer = await client.post("/authentication/passkey", json=body)
    assert answer.status_code == 400


async def test_a_wrong_signature_and_a_stranger_are_told_the_same(
    at_home: House, client: httpx2.AsyncClient
):
    await at_home.person("test-person", phone="")
    authenticator, _ = await adds(client, await signs_in(client))
    wrong = await uses(client, authenticator, signature=b"x")
    stranger = await uses(client, Authenticator())
    for answer in (wrong, stranger):
        assert "set-cookie" not in answer.headers
    assert wrong.json() == stranger.json()
    assert wrong.status_code == stranger.status_code == 401


async def test_a_code_by_sms_makes_the_session_stronger(at_home: House, client: httpx2.AsyncClient):
    await at_home.person("test-person")
    cookie = await signs_in(client)
    sent = await client.post("/authentication/step-up/sms", headers=cookie)
    assert sent.status_code == 204
    code = at_home.outbox.code
    wrong = {"otp": wrong_code(code)}
    refused = await client.post("/authentication/step-up", json=wrong, headers=cookie)
    assert refused.status_code == 401
    assert refused.json()["code"] == "authentication.second_factor_refused"
    answer = await client.post("/authentication/step-up", json={"otp": code}, headers=cookie)
    assert answer.status_code == 200
    assert answer.json() == {"acr": AAL2, "amr": ["mfa", "pwd", "sms"]}
    assert code not in answer.text
    again = await client.get(PASSKEYS, headers=with_cookie(cookie_of(answer)))
    assert again.status_code == 200
    assert (await client.get(PASSKEYS, headers=cookie)).status_code == 401


async def test_who_has_a_passkey_is_sent_no_code(at_home: House, client: httpx2.AsyncClient):
    await at_home.person("test-person")
    cookie = await proves_phone(client, await signs_in(client), at_home)
    await adds(client, cookie)
    answer = await client.post("/authentication/step-up/sms", headers=cookie)
    assert answer.status_code == 403
    assert answer.json()["code"] == "authentication.sms_code_not_offered"


async def test_a_password_makes_a_devices_session_stronger(
    at_home: House, client: httpx2.AsyncClient
):
    device = await at_home.device(await at_home.person("test-person"))
    given = (await client.post("/authentication/challenges")).json()
    body = {
        "challenge": given["challenge"],
        "certificate": device.certificate,
        "signature": device.sign(given["message"].encode()),
    }
    answer = await client.post("/authentication/possession", json=body)
    cookie = with_cookie(cookie_of(answer))
    stronger = await client.post(
        "/authentication/step-up", json={"password": PASSWORD}, headers=cookie
    )
    assert stronger.json() == {"acr": AAL2, "amr": ["mfa", "pwd", "swk"]}


@pytest.mark.parametrize("body", [{}, {"password": "p", "otp": "1"}, {"pin": "1"}])
async def test_one_factor_is_proved_at_a_time(
    at_home: House, client: httpx2.AsyncClient, body: dict[str, str]
):
    await at_home.person("test-person")
    cookie = await signs_in(client)
    answer = await client.post("/authentication/step-up", json=body, headers=cookie)
    assert answer.status_code == 400


async def test_turning_totp_on_is_in_the_log(at_home: House, client: httpx2.AsyncClient):
    subscriber = await at_home.person("test-person", phone="")
    cookie = await signs_in(client)
    begun = await client.post("/authentication/totp", headers=cookie)
    code = totp_code(begun.json()["secret"], at_home.clock.now())
    answer = await client.post(
        "/authentication/totp/confirmation", json={"code": code}, headers=cookie
    )
    assert answer.status_code == 200
    kinds = {entry.kind for entry in await at_home.log_of(subscriber)}
    assert kinds == {ActivityKind.SIGNED_IN, ActivityKind.TOTP_TURNED_ON}
