"""Opting out: a receipt for what was erased, and nothing left that it would name."""

import asyncio

import msgspec
from cryptography import x509
from joserfc import jws
from joserfc.jwk import KeySet
from sqlalchemy import text

from authsvc.identifiers import from_b64url
from authsvc.storage import Database
from tests.dumps import entries
from tests.holder.apps import App
from tests.holder.conftest import refused
from tests.whole import MARKET, SQUARE, Resident, Service
from tests.whole_life import Life, fetch_credentials

TABLES = (
    "subscriber",
    "document",
    "password_credential",
    "totp_credential",
    "recovery_code",
    "consent",
    "refresh_family",
    "activity",
    "device",
    "recovery",
    "relation",
    "passkey",
    "credential_batch",
)


async def _verified(app: App, receipt: str) -> tuple[dict[str, str], dict]:
    """Header and claims of a receipt, by another library and the published keys."""
    keys = KeySet.import_key_set((await app.client.get("/jwks")).json())
    read = jws.deserialize_compact(receipt, keys, algorithms=["ES256"])
    return dict(read.headers()), msgspec.json.decode(read.payload)


async def test_the_receipt_says_what_was_erased_and_what_remains_and_names_nobody(
    service: Service, app: App, resident: Resident
):
    await service.turn_totp_on(app.client, resident)
    for platform in (SQUARE, MARKET):
        await service.code_flow(app.client, platform, resident)
    added = (await app.adds("the tablet of nobody")).json()
    await fetch_credentials(service, Life(), resident)
    lines = len(await app.kinds())
    answer = await app.does("/opt-out")
    assert answer.status_code == 200
    assert "Max-Age=0" in answer.headers["set-cookie"]
    receipt = answer.json()["receipt"]
    header, claims = await _verified(app, receipt)
    assert header["typ"] == "authsvc-erasure-receipt+jwt"
    assert header["alg"] == "ES256"
    assert claims["iss"] == service.settings.issuer
    assert claims["iat"] == int(service.clock.now().timestamp())
    assert len(claims["jti"]) >= 22
    assert claims["erased"] == {
        "documents": 1,
        "certificates": 2,
        "wallet": 3,
        "devices": 1,
        # A password, TOTP and ten recovery codes.
        "credentials": 12,
        "platforms": 2,
        "activity": lines,
        "relations": 0,
    }
    status, pseudonyms = claims["remains"]
    first = x509.load_pem_x509_certificate(resident.certificate.encode()).serial_number
    assert set(status["serials"]) == {f"{first:X}", added["serial"]}
    assert status["what"] == "certificate_status"
    assert status["why"]
    assert pseudonyms["what"] == "pseudonyms"
    assert set(claims) == {"iss", "iat", "jti", "erased", "remains"}
    plain = from_b64url(receipt.split(".")[1]).decode()
    for secret in (*resident.personal.values(), SQUARE.client_id, "the tablet of nobody"):
        assert secret
        assert secret not in plain


async def test_nothing_is_left_but_the_status_and_not_the_receipt_either(
    service: Service, app: App, resident: Resident, storage_urls
):
    await service.code_flow(app.client, SQUARE, resident)
    await app.adds("the tablet of nobody")
    await fetch_credentials(service, Life(), resident)
    receipt = (await app.does("/opt-out")).json()["receipt"]
    database = Database(storage_urls[0])
    async with database.reading() as tx:
        for table in TABLES:
            assert await tx.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table
        ties = "SELECT count(*) FROM certificate WHERE subscriber_id IS NULL AND der IS NULL"
        assert await tx.scalar(text(ties)) == 2
    await database.close()
    _, claims = await _verified(app, receipt)
    for place, content in await entries(storage_urls):
        assert claims["jti"].encode() not in content, place
        assert receipt.rpartition(".")[2].encode() not in content, place


async def test_opting_out_twice(app: App):
    assert (await app.does("/opt-out")).status_code == 200
    refused(await app.does("/opt-out"), 401, "holder.session_required")


async def test_of_two_who_opt_out_at_once_one_has_the_receipt(app: App):
    answers = await asyncio.gather(app.does("/opt-out"), app.does("/opt-out"))
    assert sorted(answer.status_code for answer in answers) == [200, 401]


async def test_a_strong_sign_in_that_is_stale_is_not_enough(
    service: Service, app: App, resident: Resident
):
    await service.turn_totp_on(app.client, resident)
    service.clock.advance(minutes=6)
    refused(await app.does("/opt-out"), 403, "holder.fresh_sign_in_required")
    assert (await app.client.get("/holder")).is_success


async def test_who_comes_back_is_known_to_platforms_and_finds_nothing_of_before(
    service: Service, app: App, resident: Resident
):
    before = await service.code_flow(app.client, SQUARE, resident)
    subject = (await service.userinfo(before)).json()["sub"]
    assert (await app.does("/opt-out")).is_success
    service.clock.advance(minutes=1)
    # Each key is certified once: whoever comes back brings a new one.
    service.new_card(resident)
    await service.enroll(resident)
    await app.sign_in()
    assert await app.sees("/platforms") == []
    assert not {"platform_told", "device_added"} & set(await app.kinds())
    after = await service.code_flow(app.client, SQUARE, resident)
    assert (await service.userinfo(after)).json()["sub"] == subject
