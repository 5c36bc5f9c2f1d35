"""The export: everything that is held, in a shape that stays, and no secret."""

import base64

from cryptography import x509

from authsvc.app import open_house
from authsvc.subscribers import Subscriber
from authsvc.subscribers.relations import RelationKind
from tests.holder.apps import App
from tests.holder.conftest import refused
from tests.whole import SQUARE, Resident, Service
from tests.whole_life import Life, fetch_credentials

SHAPE = {
    "format": str,
    "issuer": str,
    "made_at": str,
    "online_number": str,
    "status": str,
    "enrolled_at": str,
    "credentials_valid_from": str,
    "identity": {
        "name": str,
        "number": str,
        "birth_date": str,
        "sex": str,
        "phone": str,
        "document_kind": str,
        "document_number": str,
        "document_valid_until": str,
    },
    "documents": [{"kind": str, "state": str, "added_at": str}],
    "certificates": [
        {
            "serial": str,
            "pseudonym": str,
            "status": str,
            "reason": None,
            "since": None,
            "not_before": str,
            "not_after": str,
            "pem": str,
        }
    ],
    "wallet": [{"count": int, "ends_at": str}],
    "devices": [
        {
            "serial": str,
            "name": None,
            "status": str,
            "not_before": str,
            "not_after": str,
            "added_at": None,
        }
    ],
    "sign_in": {"name": str, "totp": bool, "passkeys": []},
    "platforms": [
        {
            "client_id": str,
            "name": str,
            "scopes": [str],
            "claims": [],
            "granted_at": str,
            "ends_at": str,
            "identity_until": None,
        }
    ],
    "relations": [{"kind": str, "role": str, "name": str, "since": str}],
    "recovery": None,
    "phone_change": None,
    "activity": [
        {
            "kind": str,
            "at": str,
            "platform": None,
            "client_id": None,
            "scopes": [],
            "network": str,
            "name": None,
            "department": None,
            "purpose": None,
            "legal_basis": None,
            "consent": None,
            "alert": bool,
            "seen": bool,
            "more": bool,
        }
    ],
}


def shape_of(value):
    """The types in a document; of a list, those of its first entry."""
    if isinstance(value, dict):
        return {name: shape_of(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shape_of(entry) for entry in value[:1]]
    return None if value is None else type(value)


async def _related(service: Service, resident: Resident, helper: Resident) -> None:
    """The resident has a helper."""
    house = open_house(service.settings, service.clock)

    async def known(tx, whom: Resident) -> Subscriber:
        digest = house.subscribers.person_digest(whom.number)
        found = await house.subscribers.find_by_person(tx, digest)
        assert found is not None
        return found

    async with house.database.transaction() as tx:
        await house.relations.add(
            tx,
            RelationKind.HELPER,
            subscriber=await known(tx, resident),
            subscriber_name=resident.name,
            other=await known(tx, helper),
            other_name=helper.name,
            now=service.clock.now(),
        )
    await house.close()


async def test_everything_is_in_it_in_the_promised_shape(
    service: Service, app: App, resident: Resident
):
    helper = await service.enrolled("样例司徒测试乙")
    await service.code_flow(app.client, SQUARE, resident)
    await _related(service, resident, helper)
    await fetch_credentials(service, Life(), resident)
    service.clock.advance(minutes=1)
    answer = await app.client.get("/holder/export")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == 'attachment; filename="online-number.json"'
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert shape_of(found) == SHAPE
    assert found["format"] == "authsvc-export-1"
    assert found["issuer"] == service.settings.issuer
    assert found["online_number"] == resident.online_number
    assert found["identity"]["name"] == resident.name
    assert found["identity"]["number"] == resident.number
    assert found["identity"]["document_number"] == resident.card.document_number
    assert found["sign_in"] == {"name": resident.sign_in_name, "totp": False, "passkeys": []}
    [certificate] = found["certificates"]
    assert certificate["pem"] == resident.certificate
    parsed = x509.load_pem_x509_certificate(certificate["pem"].encode())
    assert int(certificate["serial"], 16) == parsed.serial_number
    # Of eight kinds three can be withdrawn, and are known.
    assert [batch["count"] for batch in found["wallet"]] == [2, 2, 2]
    [platform] = found["platforms"]
    assert (platform["name"], platform["scopes"]) == (SQUARE.name, ["openid", "age"])
    [relation] = found["relations"]
    assert (relation["kind"], relation["role"], relation["name"]) == (
        "helper",
        "theirs",
        helper.name,
    )
    kinds = [entry["kind"] for entry in found["activity"]]
    assert kinds[0] == "exported"
    assert {"platform_told", "platform_allowed"} <= set(kinds)


async def test_no_secret_is_in_it(service: Service, app: App, resident: Resident):
    codes = await service.turn_totp_on(app.client, resident)
    received = await service.code_flow(app.client, SQUARE, resident)
    answer = await app.client.get("/holder/export")
    assert answer.json()["sign_in"]["totp"] is True
    raw = base64.b32decode(resident.totp_secret + "=" * (-len(resident.totp_secret) % 8))
    secrets = [
        resident.password,
        resident.totp_secret,
        raw.hex(),
        base64.b64encode(raw).decode(),
        *codes,
        *(code.replace("-", "") for code in codes),
        *(cookie.value or "" for cookie in app.client.cookies.jar),
        received.tokens["access_token"],
        received.tokens["refresh_token"],
        "argon2",
        "PRIVATE KEY",
    ]
    for secret in secrets:
        assert len(secret) > 5
        assert secret.lower() not in answer.text.lower()


async def test_it_needs_a_fresh_sign_in_or_a_strong_one(
    service: Service, app: App, resident: Resident
):
    service.clock.advance(minutes=6)
    answer = await app.client.get("/holder/export")
    refused(answer, 403, "holder.fresh_sign_in_required")
    assert "exported" not in await app.kinds()
    await app.sign_in()
    await service.turn_totp_on(app.client, resident)
    service.clock.advance(minutes=6)
    assert (await app.client.get("/holder/export")).status_code == 200


async def test_who_is_frozen_exports_nothing(service: Service, app: App):
    assert (await app.does("/freeze")).status_code == 204
    refused(await app.client.get("/holder/export"), 401, "holder.session_required")
