"""A certificate on paper: printed by whoever is signed in, checked without us."""

import json
from datetime import date, timedelta

import pytest
import segno

from authsvc.app import open_house
from authsvc.holder.paper import sheets
from authsvc.identifiers import b64url, from_b64url
from authsvc.verify import (
    CredentialVerifier,
    IssuerRefused,
    KnownIssuer,
    PINRefused,
    PINTriesUsedUp,
    PrintedVerifier,
    SheetTaken,
    SignatureRefused,
    TokenExpired,
    TokenMalformed,
    TokenRefused,
)
from authsvc.verify.dynamic_qr import DynamicQRVerifier
from authsvc.verify.errors import HeaderRefused
from tests.family import app_of, grown_up, ward_of
from tests.holder.apps import App
from tests.holder.conftest import refused
from tests.whole import ISSUER, Resident, Service

# Nothing of a sheet rests in either pair of stores; each PIN takes a third of a second.
pytestmark = pytest.mark.parametrize("storage_urls", ["embedded"], indirect=True)

SHEETS = "/certificates/printed"
PURPOSE = "办理借书证"
WISH = {"purpose": PURPOSE, "tells": ["age_over_18", "assurance"]}


async def printed(app: App, **wish):
    answer = await app.does(SHEETS, **{**WISH, **wish})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
async def strong(app: App) -> App:
    """Signed in, and the phone proved."""
    await app.proves_phone()
    return app


@pytest.fixture
async def known(service: Service) -> KnownIssuer:
    """What a counter has of the issuer."""
    known = KnownIssuer(ISSUER)
    async with service.client() as client:
        document = (await client.get("/.well-known/jwt-vc-issuer")).content
    known.take_keys(document, now=service.clock.now())
    return known


@pytest.fixture
def counter(known: KnownIssuer) -> PrintedVerifier:
    return PrintedVerifier(issuer=ISSUER, keys=known)


async def test_a_sheet_says_what_was_wished_and_nothing_else(
    service: Service, strong: App, resident: Resident, counter: PrintedVerifier
):
    sheet = await printed(strong)
    assert sheet["claims"] == {"age_over_18": True, "assurance": "chip-and-face"}
    assert sheet["picture"].startswith("data:image/svg+xml")
    found = counter.verify(sheet["text"], pin=sheet["pin"], now=service.clock.now())
    assert (found.purpose, dict(found.claims)) == (PURPOSE, sheet["claims"])
    assert found.expires_at - service.clock.now() <= timedelta(hours=24)
    payload = from_b64url(sheet["text"].split(".")[1]).decode()
    assert not any(value in payload for value in resident.personal.values() if value)
    assert sheet["pin"] not in sheet["text"]
    assert "certificate_printed" in await strong.kinds()


async def test_a_bare_sheet_says_that_there_is_a_verified_person(
    service: Service, strong: App, counter: PrintedVerifier
):
    sheet = await printed(strong, tells=[])
    found = counter.verify(sheet["text"], pin=sheet["pin"], now=service.clock.now())
    assert dict(found.claims) == {}


async def test_two_sheets_of_one_person_have_nothing_in_common(strong: App):
    first, second = [
        json.loads(from_b64url((await printed(strong))["text"].split(".")[1])) for _ in range(2)
    ]
    # What everybody's have who print in this hour, and what was wished.
    common = {"iss", "iat", "exp", "purpose", "claims"}
    assert {name for name in first if first[name] == second[name]} == common
    assert first["pin"]["salt"] != second["pin"]["salt"]
    assert first["pin"]["digest"] != second["pin"]["digest"]


async def test_the_code_is_small_enough_for_a_camera(strong: App):
    """A usual one is a code of version 22 at the most (105 modules), the longest one of 30."""
    everything = ["age_over_14", "age_over_16", "age_over_18", "document_class", "assurance"]
    sheet = await printed(strong, purpose="途" * 120, tells=everything)
    assert int(segno.make_qr(sheet["text"], error="m").version) <= 30
    usual = await printed(strong)
    assert int(segno.make_qr(usual["text"], error="m").version) <= 22


async def test_whoever_has_the_sheet_alone_has_three_tries(
    service: Service, strong: App, counter: PrintedVerifier
):
    sheet = await printed(strong)
    wrong = f"{(int(sheet['pin']) + 1) % 10**8:08}"
    for typed in (wrong, "1234", sheet["pin"][:-1] + "x"):
        with pytest.raises(PINRefused):
            counter.verify(sheet["text"], pin=typed, now=service.clock.now())
    with pytest.raises(PINTriesUsedUp):
        counter.verify(sheet["text"], pin=sheet["pin"], now=service.clock.now())


async def test_it_is_good_once(service: Service, strong: App, counter: PrintedVerifier):
    sheet = await printed(strong)
    typed = f" {sheet['pin'][:4]} {sheet['pin'][4:]}"
    counter.verify(sheet["text"], pin=typed, now=service.clock.now())
    with pytest.raises(SheetTaken):
        counter.verify(sheet["text"], pin=typed, now=service.clock.now())


async def test_it_is_over_within_a_day(service: Service, strong: App, counter: PrintedVerifier):
    sheet = await printed(strong)
    with pytest.raises(TokenExpired):
        later = service.clock.now() + timedelta(hours=24, minutes=2)
        counter.verify(sheet["text"], pin=sheet["pin"], now=later)


async def test_nothing_of_it_can_be_changed(
    service: Service, strong: App, known: KnownIssuer, counter: PrintedVerifier
):
    sheet = await printed(strong)
    header, payload, signature = sheet["text"].split(".")
    other = json.loads(from_b64url(payload)) | {"purpose": "贷款"}
    forged = f"{header}.{b64url(json.dumps(other).encode())}.{signature}"
    now = service.clock.now()
    with pytest.raises(SignatureRefused):
        counter.verify(forged, pin=sheet["pin"], now=now)
    with pytest.raises(IssuerRefused):
        elsewhere = PrintedVerifier(issuer="https://other.example", keys=known)
        elsewhere.verify(sheet["text"], pin=sheet["pin"], now=now)
    with pytest.raises(TokenMalformed):
        counter.verify("a sheet", pin=sheet["pin"], now=now)


async def test_it_passes_for_nothing_else_and_nothing_else_for_it(
    service: Service, strong: App, known: KnownIssuer, counter: PrintedVerifier
):
    sheet, now = await printed(strong), service.clock.now()
    types = [f"{ISSUER}/credentials/types/verified-person"]
    credentials = CredentialVerifier(issuer=ISSUER, keys=known, types=types)
    for text in (sheet["text"], sheet["text"] + "~", sheet["text"] + "~" + sheet["text"]):
        with pytest.raises(TokenRefused):
            credentials.verify(text, audience="a", nonce="n" * 22, now=now)
        with pytest.raises(TokenRefused):
            DynamicQRVerifier(credentials, purpose=PURPOSE).verify(text, now=now)
    async with service.client() as client:
        address = (await client.get("/credentials/status-lists")).json()["status_lists"]
        lists = [(await client.get(each)).text for each in address]
    for text in lists:
        with pytest.raises((HeaderRefused, TokenMalformed)):
            counter.verify(text, pin=sheet["pin"], now=now)


@pytest.mark.parametrize(
    ("wish", "code", "field"),
    [
        ({"purpose": ""}, "holder.purpose_unreadable", "purpose"),
        ({"purpose": "途" * 121}, "holder.purpose_unreadable", "purpose"),
        ({"purpose": "two\nlines"}, "holder.purpose_unreadable", "purpose"),
        ({"tells": ["name"]}, "holder.claim_unknown", "tells"),
        ({"tells": ["sub"]}, "holder.claim_unknown", "tells"),
    ],
)
async def test_what_nobody_could_read_or_tell_is_not_printed(strong: App, wish, code, field):
    refused(await strong.does(SHEETS, **{**WISH, **wish}), 400, code, field=field)


async def test_a_password_alone_prints_nothing(app: App):
    await app.sign_in()
    answer = await app.does(SHEETS, **WISH)
    refused(answer, 403, "authentication.phone_proof_required")


async def test_there_are_a_few_an_hour(strong: App, monkeypatch):
    monkeypatch.setattr(sheets, "SHEETS_AN_HOUR", 1)
    await printed(strong, tells=[])
    refused(await strong.does(SHEETS, **WISH), 429, "holder.too_many_sheets")


async def test_who_is_frozen_prints_nothing(strong: App):
    assert (await strong.does("/freeze")).is_success
    refused(await strong.does(SHEETS, **WISH), 401, "holder.session_required")


async def test_who_has_lost_the_document_prints_nothing(
    service: Service, strong: App, resident: Resident
):
    service.authority.report_lost(resident.card.document_number)
    house = open_house(service.settings, service.clock)
    await house.desk.changes.poll(house.outside.register, now=service.clock.now())
    await house.close()
    answer = await strong.does(SHEETS, **WISH)
    assert answer.status_code == 400, answer.text
    assert "certificate_printed" not in await strong.kinds()


async def test_for_a_child_a_guardian_decides_and_a_sheet_cannot_ask(service: Service):
    async with grown_up(service) as elder:
        child = await ward_of(service, elder, birth_date=date(2016, 5, 5))
        async with app_of(service, child) as app:
            await app.proves_phone()
            assert (await app.does(SHEETS, **WISH)).status_code == 400
