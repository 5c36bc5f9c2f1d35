"""A platform's verifier writes receipts of what it was shown, and keeps none of it."""

import asyncio
import json
from typing import Any

import pytest
from cryptography import x509

from authsvc.certificates.credentials import KINDS, Platform
from authsvc.verify import ReceiptVerifier, VerificationKeys, reference_of
from authsvc.verify.receipts.errors import CounterfoilRepeated
from tests.certificates.credential_makers import somebody
from tests.makers import NOW
from tests.oidc.jwt_makers import unverified
from tests.presentation.conftest import ADDRESS as VERIFIER
from tests.presentation.conftest import SECTOR, opened
from tests.presentation.test_with_the_issuer import (
    ADDRESS,
    Published,
    desk,
    fetched,
    service,
)
from tests.presentation.wallet import AT_PLATFORM, PERSON, Issuer, Wallet, answer_form

__all__ = ["desk", "service"]

REFERENCE = reference_of(b"1" * 32, "an artificial account")
OTHER = reference_of(b"2" * 32, "another artificial account")
PURPOSE = "a real person behind an account"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def real(service, clock, tmp_path):
    """A verifier that believes the service."""
    directory = tmp_path / "verifier"
    async with opened(directory, Issuer(ADDRESS), clock, Published(service, clock)) as door:
        yield door


async def shown(door, wallet, *names, kind=AT_PLATFORM, **order):
    """Asked for, and presented; the id of it and the answer that the wallet got."""
    asked = await door.orders(query=door.query(*names, kind=kind), **order)
    request = await door.opens(asked["link"])
    presented = wallet.present(request, *names, now=NOW)
    answer = await door.answers(request, answer_form(request, {"person": [presented]}))
    return asked["id"], answer


async def receipt(door, presentation, reference=REFERENCE, **body):
    return await door.http.post(
        f"/presentations/{presentation}/receipt",
        json={"reference": reference, "purpose": PURPOSE} | body,
        headers=door.bearer,
    )


def auditor(service, tmp_path, **changes):
    """Has the root of the service, and the certificate that the platform has filed."""
    chain = (tmp_path / "verifier" / "signing" / "chain.crt").read_bytes()
    keys = VerificationKeys.from_certificates(x509.load_pem_x509_certificates(chain))
    given: dict[str, Any] = {
        "issuer": ADDRESS,
        "anchors": [service.certificates.credentials.anchor(now=NOW)],
        "platform": VERIFIER,
        "platform_keys": keys,
        "types": [f"{ADDRESS}/credentials/types/{kind}" for kind in (PERSON, AT_PLATFORM)],
        "sector": SECTOR,
    }
    return ReceiptVerifier(**given | changes)


async def at_platform(service, keyring):
    platform = Platform(SECTOR, "a pseudonym of this platform")
    return await fetched(service, somebody(keyring, NOW), AT_PLATFORM, platform)


async def test_what_is_kept_proves_the_duty_and_names_nobody(real, service, keyring, tmp_path):
    wallet = await at_platform(service, keyring)
    presentation, _ = await shown(real, wallet, "sub", "age_over_18", "receipt")
    told = await real.result(presentation)
    [person] = told["credentials"]["person"]
    assert person["claims"]["age_over_18"] is True
    # The counterfoil is in the receipt, and nowhere else.
    assert "receipt" not in person["claims"]
    assert "evidence" not in told

    answer = await receipt(real, presentation)
    assert answer.status_code == 201
    text = answer.json()["receipt"]
    found = auditor(service, tmp_path).verify(text, reference=REFERENCE, now=NOW)
    assert (found.platform, found.purpose) == (VERIFIER, PURPOSE)
    assert (found.day, found.claims) == (NOW.date(), ("age_over_18",))

    said = unverified(text)
    members = {"iss", "iat", "vct", "claims", "purpose", "reference", "counterfoil"}
    assert said.keys() == members | {"counterfoil_x5c"}
    counterfoil = unverified(said["counterfoil"])
    assert counterfoil.keys() == {"iss", "vct", "iat", "exp", "jti", "sector"}
    payload = unverified(wallet.credential.jwt)
    assert {name: counterfoil[name] for name in ("iss", "vct", "iat", "exp", "sector")} == {
        name: payload[name] for name in ("iss", "vct", "iat", "exp", "sector")
    }
    joined = (
        payload["cnf"]["jwk"]["x"],
        payload["cnf"]["jwk"]["y"],
        str(payload["status"]["status_list"]["idx"]),
        person["subject"],
        *payload["_sd"],
        *(each for name, each in wallet.credential.disclosures.items() if name != "receipt"),
        wallet.credential.jwt.rpartition(".")[2],
    )
    for kept in (text, json.dumps(said), json.dumps(counterfoil)):
        for value in joined:
            assert f'"{value}"' not in kept
            assert len(value) < 12 or value not in kept


@pytest.mark.parametrize("kind", ["verified-person", "verified-person-brief"])
async def test_a_certificate_for_no_platform_has_one_too(real, service, keyring, tmp_path, kind):
    wallet = await fetched(service, somebody(keyring, NOW), kind)
    presentation, _ = await shown(real, wallet, "age_over_18", "receipt", kind=PERSON)
    text = (await receipt(real, presentation)).json()["receipt"]
    assert "sector" not in unverified(unverified(text)["counterfoil"])
    found = auditor(service, tmp_path).verify(text, reference=REFERENCE, now=NOW)
    assert found.type.endswith("/verified-person")


async def test_the_one_for_counters_has_none(service, keyring):
    wallet = await fetched(service, somebody(keyring, NOW), "verified-person-counter")
    assert "receipt" not in wallet.credential.disclosures
    assert not KINDS["verified-person-counter"].has_counterfoil


async def test_one_presentation_has_one_receipt_however_many_ask_at_once(real, service, keyring):
    presentation, _ = await shown(real, await at_platform(service, keyring), "sub", "receipt")
    for wrong in ({"reference": "x"}, {"purpose": "two\nlines"}, {"account": "x"}):
        assert (await receipt(real, presentation, **wrong)).status_code in (400, 422)
    answers = await asyncio.gather(*(receipt(real, presentation) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["code"] == "presentation.receipt_already_written"


async def test_one_certificate_shown_for_two_accounts_is_seen(real, service, keyring, tmp_path):
    wallet = await at_platform(service, keyring)
    rows = []
    for reference in (REFERENCE, OTHER):
        presentation, _ = await shown(real, wallet, "sub", "receipt")
        rows.append((reference, (await receipt(real, presentation, reference)).json()["receipt"]))
    found = list(auditor(service, tmp_path).verify_many(rows, now=NOW))
    assert found[0].reference == REFERENCE
    assert isinstance(found[1], CounterfoilRepeated)


async def test_nothing_is_receipted_that_was_not_shown_so(real, service, keyring):
    wallet = await at_platform(service, keyring)
    assert (await receipt(real, "nothing")).status_code == 404
    waiting = await real.orders(query=real.query("sub", "receipt", kind=AT_PLATFORM))
    kept_back, _ = await shown(real, wallet, "sub")
    for presentation in (waiting["id"], kept_back):
        answer = await receipt(real, presentation)
        assert answer.status_code == 409
        assert answer.json()["code"] == "presentation.receipt_impossible"


async def test_the_door_is_the_platforms_alone(real, service, keyring):
    presentation, _ = await shown(real, await at_platform(service, keyring), "sub", "receipt")
    body = {"reference": REFERENCE, "purpose": PURPOSE}
    answer = await real.http.post(f"/presentations/{presentation}/receipt", json=body)
    assert answer.status_code == 401


async def test_where_a_browser_is_to_come_back_it_comes_first(real, service, keyring):
    wallet = await at_platform(service, keyring)
    presentation, answer = await shown(real, wallet, "sub", "receipt", way="same_device")
    early = await receipt(real, presentation)
    assert (early.status_code, early.json()["code"]) == (403, "presentation.browser_refused")
    code = answer.json()["redirect_uri"].partition("?response_code=")[2]
    redeemed = await real.redeems(presentation, code)
    assert "receipt" not in redeemed.json()["credentials"]["person"][0]["claims"]
    assert (await receipt(real, presentation)).status_code == 201


async def test_a_certificate_of_somebody_elses_making_proves_nothing_to_an_auditor(
    door, issuer, service, tmp_path
):
    """An issuer that signs no counterfoils: what it put there is no counterfoil of the service."""
    wallet = Wallet.of(issuer, now=NOW, receipt="anything at all")
    presentation, _ = await shown(door, wallet, "age_over_18", "receipt", kind=PERSON)
    text = (await receipt(door, presentation)).json()["receipt"]
    chain = (tmp_path / "signing" / "chain.crt").read_bytes()
    keys = VerificationKeys.from_certificates(x509.load_pem_x509_certificates(chain))
    (tmp_path / "verifier" / "signing").mkdir(parents=True)
    (tmp_path / "verifier" / "signing" / "chain.crt").write_bytes(chain)
    [found] = auditor(service, tmp_path, platform_keys=keys).verify_many(
        [(REFERENCE, text)], now=NOW
    )
    assert found.code == "verify.malformed"
