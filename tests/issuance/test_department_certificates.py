"""Certificates that rest on what a department says, fetched before anybody is shown one."""

from datetime import UTC

import pytest

from authsvc.attributes import DEPARTMENTS
from authsvc.attributes.simulated.department import SimulatedDepartment
from authsvc.evidence.kinds import RESIDENT_IDENTITY_CARD
from tests.attributes.makers import good
from tests.holder.apps import open_app
from tests.issuance.makers import PERMIT, RESIDENCE, World, new_keys, read_certificate

pytestmark = pytest.mark.asyncio(loop_scope="session")

RECORD: dict[str, str | bool] = {"residence_province": "650000", "residence_city": "659000"}


async def nobody():
    return {}


@pytest.fixture
def residence(issuing: World) -> SimulatedDepartment:
    """The sandbox's residence department, as its own desk has it open."""
    settings = issuing.service.settings
    return SimulatedDepartment(
        DEPARTMENTS["residence"],
        settings.data_directory / "departments" / "residence",
        url="",
        service=settings.issuer,
        service_keys=nobody,
        clock=issuing.service.clock,
    )


async def linked(issuing: World, residence: SimulatedDepartment, name: str):
    """Somebody whose record is linked; and the record."""
    resident = await issuing.service.enrolled(name)
    record = residence.write(None, RECORD)
    card = (RESIDENT_IDENTITY_CARD.name, resident.card.document_number)
    code = await residence.hand_out_code(record.id, card=card, is_good=good)
    async with open_app(issuing.service, resident) as app:
        await app.proves_phone()
        answer = await app.does("/departments/link", department="residence", code=code)
        assert answer.status_code == 204, answer.text
    return resident, record.id


async def fetch(issuing: World, resident, kind: str, *, allowed: str | None = None):
    """Two certificates of a kind, for which the person allowed `allowed`."""
    wallet = issuing.wallet()
    tokens = await wallet.authorized(resident, scope=allowed or kind)
    proofs = await wallet.proofs(new_keys(2))
    return await wallet.ask(tokens, {"credential_configuration_id": kind, "proofs": proofs})


async def test_the_residence_is_attested_by_its_department(issuing, residence):
    zhao, record = await linked(issuing, residence, "测试赵")
    answer = await fetch(issuing, zhao, RESIDENCE)
    assert answer.status_code == 200, answer.text
    [first, second] = [each["credential"] for each in answer.json()["credentials"]]
    _, payload, disclosed = read_certificate(first)
    assert disclosed == RECORD
    issuer = issuing.service.settings.issuer
    assert payload["attested_by"] == f"{issuer}/departments/residence"
    assert payload["vct"] == f"{issuer}/credentials/types/residence-attestation"
    assert payload["exp"] - payload["iat"] == 86_400
    assert "status" not in payload
    # Two of a batch share nothing but what is disclosed and the times.
    assert not set(payload["_sd"]) & set(read_certificate(second)[1]["_sd"])
    # The household moves: what is fetched next says so, under the same number and pseudonym.
    [before] = [each.pseudonym for each in residence.records() if each.id == record]
    residence.write(record, {"residence_province": "440000", "residence_city": "440300"})
    moved = (await fetch(issuing, zhao, RESIDENCE)).json()["credentials"][0]["credential"]
    assert read_certificate(moved)[2]["residence_city"] == "440300"
    [after] = [each.pseudonym for each in residence.records() if each.id == record]
    assert before == after


async def test_a_permit_is_an_attestation_of_its_own_and_ends_with_itself(issuing, residence):
    qian, record = await linked(issuing, residence, "测试钱")
    denied = await fetch(issuing, qian, PERMIT)
    assert (denied.status_code, denied.json()["error"]) == (400, "credential_request_denied")
    today = issuing.service.clock.now().astimezone(UTC)
    month = f"{today.year + 2}-03"
    residence.write(record, {"residence_permit_city": "440300", "residence_permit_until": month})
    answer = await fetch(issuing, qian, PERMIT)
    assert answer.status_code == 200, answer.text
    _, payload, disclosed = read_certificate(answer.json()["credentials"][0]["credential"])
    assert disclosed == {"residence_permit_city": "440300", "residence_permit_until": month}
    assert payload["vct"].endswith("/residence-permit-link")
    # A permit that is over is attested no more, whatever is still on record.
    residence.write(record, {"residence_permit_until": f"{today.year - 1}-03"})
    over = await fetch(issuing, qian, PERMIT)
    assert (over.status_code, over.json()["error"]) == (400, "credential_request_denied")


async def test_the_department_learns_that_the_person_asked_and_of_no_platform(issuing, residence):
    sun, record = await linked(issuing, residence, "测试孙")
    await fetch(issuing, sun, RESIDENCE)
    [person] = [each.pseudonym for each in residence.records() if each.id == record]
    [asked] = [each for each in residence.books() if each.person == person]
    assert (asked.category, asked.purpose) == ("person", "own_certificate")
    async with open_app(issuing.service, sun) as app:
        entries = (await app.sees("/activity"))["entries"]
    [line] = [each for each in entries if each["kind"] == "attributes_asked"]
    assert (line["department"], line["consent"]) == ("residence", asked.consent)
    assert line["legal_basis"] == asked.legal_basis


async def test_whom_the_department_does_not_know_gets_none(issuing):
    answer = await fetch(issuing, await issuing.service.enrolled("测试李"), RESIDENCE)
    assert (answer.status_code, answer.json()["error"]) == (400, "credential_request_denied")


async def test_what_was_allowed_is_one_kind(issuing, residence):
    zhou, _ = await linked(issuing, residence, "测试周")
    answer = await fetch(issuing, zhou, PERMIT, allowed=RESIDENCE)
    assert answer.status_code == 403
