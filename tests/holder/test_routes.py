"""What a person sees of their own number, and the way out."""

from authsvc.app import open_house
from authsvc.storage import Database
from tests.databases import dump_everything
from tests.holder.conftest import PERSON, Whole
from tests.makers import Storage


async def test_nobody_sees_anything_without_a_session(whole: Whole) -> None:
    for answer in (
        await whole.client.get("/holder"),
        await whole.client.post("/holder/opt-out"),
        await whole.client.get("/holder", headers={"cookie": "authsvc-session=forged"}),
    ):
        assert answer.status_code == 401
        assert answer.json()["code"] == "holder.session_required"


async def test_a_person_sees_the_masked_number_documents_and_certificates(whole: Whole) -> None:
    await whole.sign_in()
    seen = (await whole.client.get("/holder")).json()
    assert seen["online_number"][2:8] == "******"
    assert seen["documents"] == [{"kind": "resident_identity_card", "state": "valid"}]
    [certificate] = seen["certificates"]
    assert certificate["status"] == "good"
    assert int(certificate["serial"], 16) > 2**64
    assert seen["acr"] == "urn:authsvc:acr:aal1"
    assert seen["amr"] == ["pwd"]
    assert seen["second_factors"] == ["sms"]
    [(person, _)] = whole.authority.people()
    for secret in (person.number.value, person.name, person.phone):
        assert secret not in str(seen)


async def test_opting_out_needs_a_fresh_sign_in(whole: Whole) -> None:
    await whole.sign_in()
    whole.clock.advance(minutes=6)
    answer = await whole.client.post("/holder/opt-out")
    assert answer.status_code == 403
    assert answer.json()["code"] == "holder.fresh_sign_in_required"
    assert (await whole.client.get("/holder")).status_code == 200


async def test_who_opts_out_is_erased_and_may_come_back(whole: Whole, storage: Storage) -> None:
    await whole.sign_in()
    answer = await whole.client.post("/holder/opt-out")
    assert answer.status_code == 200
    assert (await whole.client.get("/holder")).status_code == 401
    body = {"sign_in_name": PERSON.username, "password": PERSON.password}
    assert (await whole.client.post("/authentication/password", json=body)).status_code == 401
    assert await _rows(storage.database) == {"subscriber": 0, "document": 0}
    assert b"argon2" not in await dump_everything(storage.database_url, "memory://")


async def test_a_session_of_somebody_who_left_elsewhere_is_dead(whole: Whole) -> None:
    await whole.sign_in()
    house = open_house(whole.settings, whole.clock)
    [(person, _)] = whole.authority.people()
    async with house.database.transaction() as tx:
        subscriber = await house.subscribers.find_by_person(
            tx, house.subscribers.person_digest(person.number.value)
        )
        assert subscriber is not None
        await house.subscribers.erase(tx, subscriber.id)
    await house.close()
    assert (await whole.client.get("/holder")).status_code == 401
    assert (await whole.client.post("/holder/opt-out")).status_code == 401


async def _rows(database: Database) -> dict[str, int]:
    from sqlalchemy import text

    async with database.reading() as tx:
        return {
            table: (await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
            for table in ("subscriber", "document")
        }
