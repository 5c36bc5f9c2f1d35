"""A person links a department's record, with the card in their hand."""

import pytest

from authsvc.attributes import DEPARTMENTS, PURPOSES
from authsvc.attributes.simulated.department import SimulatedDepartment
from authsvc.evidence.kinds import RESIDENT_IDENTITY_CARD
from authsvc.holder.app.app_files import app_files
from tests.attributes.makers import good
from tests.holder.apps import App
from tests.holder.conftest import refused
from tests.whole import Resident, Service

HOME: dict[str, str | bool] = {"residence_province": "650000", "residence_city": "659000"}


async def nobody():
    return {}


@pytest.fixture
def residence(service: Service) -> SimulatedDepartment:
    """The sandbox's residence department, as its own desk has it open."""
    settings = service.settings
    return SimulatedDepartment(
        DEPARTMENTS["residence"],
        settings.data_directory / "departments" / "residence",
        url="",
        service=settings.issuer,
        service_keys=nobody,
        clock=service.clock,
    )


async def code_for(residence: SimulatedDepartment, number: str) -> str:
    record = residence.write(None, HOME)
    card = (RESIDENT_IDENTITY_CARD.name, number)
    return await residence.hand_out_code(record.id, card=card, is_good=good)


async def link(app: App, code: str, department: str = "residence"):
    return await app.does("/departments/link", department=department, code=code)


async def test_a_code_from_the_desk_links_the_record(
    app: App, resident: Resident, residence: SimulatedDepartment
):
    await app.proves_phone()
    code = await code_for(residence, resident.card.document_number)
    assert (await link(app, f"{code[:4]} - {code[4:].lower()}")).status_code == 204
    [record] = residence.records()
    assert record.pseudonym is not None
    assert "department_linked" in await app.kinds()
    everything = record.pseudonym
    assert not any(value in everything for value in resident.personal.values())
    refused(await link(app, code), 404, "attributes.link_code_unknown", field="code")


async def test_another_persons_code_links_nothing(
    app: App, resident: Resident, residence: SimulatedDepartment
):
    await app.proves_phone()
    code = await code_for(residence, "T999999999999")
    refused(await link(app, code), 404, "attributes.link_code_unknown", field="code")
    assert [each.pseudonym for each in residence.records()] == [None]
    assert "department_linked" not in await app.kinds()


async def test_guessing_is_slowed_down(app: App, residence: SimulatedDepartment):
    await app.proves_phone()
    for _ in range(10):
        refused(await link(app, "BCDFGHJK"), 404, "attributes.link_code_unknown", field="code")
    answer = await link(app, "BCDFGHJK")
    refused(answer, 429, "holder.too_many_linking_codes")


async def test_a_password_alone_links_nothing(app: App, residence: SimulatedDepartment):
    """What is linked may be asked about: whoever guessed a password must not decide it."""
    await app.sign_in()
    answer = await link(app, "BCDFGHJK")
    refused(answer, 403, "authentication.phone_proof_required")


async def test_a_department_that_there_is_not(app: App):
    await app.proves_phone()
    answer = await link(app, "BCDFGHJK", department="police")
    refused(answer, 400, "attributes.department_unknown", field="department")


async def test_unlinking_is_forgetting(
    app: App, resident: Resident, residence: SimulatedDepartment
):
    await app.proves_phone()
    await link(app, await code_for(residence, resident.card.document_number))
    answer = await app.does("/departments/unlink", department="residence")
    assert answer.status_code == 204
    assert [each.pseudonym for each in residence.records()] == [None]
    assert "department_unlinked" in await app.kinds()


async def test_the_list_says_what_each_attests(app: App):
    found = (await app.client.get("/holder/departments")).json()
    assert [each["department"] for each in found] == list(DEPARTMENTS)
    [level] = [each for each in found[0]["attributes"] if each["name"] == "education_level"]
    assert (level["zh"], level["sensitive"]) == ("最高学历层次", False)
    assert all(each["sensitive"] for each in found[3]["attributes"])


async def test_the_keys_of_a_sandboxs_departments_are_published(app: App):
    for kind in DEPARTMENTS:
        described = await app.client.get(f"/departments/{kind}/.well-known/openid-configuration")
        document = described.json()
        assert document["jwks_uri"] == f"{document['issuer']}/jwks"
        [key] = (await app.client.get(f"/departments/{kind}/jwks")).json()["keys"]
        assert key["alg"] == "RS256"
        assert "d" not in key


def test_the_app_has_the_words_of_the_catalogue():
    """The log is read in the app: what the catalogue calls something, it is called there, too."""
    words = app_files()["department_words.js"].content.decode()
    said = [kind.text for kind in DEPARTMENTS.values()]
    said += [each.text for kind in DEPARTMENTS.values() for each in kind.attributes.values()]
    for text in (*said, *PURPOSES.values()):
        assert f"say('{text.zh}', '{text.en}')" in words
