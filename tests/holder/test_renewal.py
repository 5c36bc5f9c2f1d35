"""A document that ends soon: foretold in the app, renewed from there, taken as any other."""

import base64
from datetime import timedelta

import pytest
from msgspec.structs import replace

from authsvc.app import open_house
from authsvc.clock import china_today
from authsvc.evidence.authority.cards import IssuedCard
from authsvc.evidence.register import LifeEvent
from authsvc.subscribers import NewDocument
from tests.enrollment.makers import new_request
from tests.holder.conftest import Whole

CARD = "resident_identity_card"
RENEWAL = "/holder/documents/renewal"


async def holding(whole: Whole, *, days: int) -> IssuedCard:
    """The person's card, on file, which ends in so many days."""
    [(person, _)] = whole.authority.people()
    last = china_today(whole.clock.now()) + timedelta(days=days)
    card = whole.authority.replace_card(person.number.value, valid_until=last)
    house = open_house(whole.settings, whole.clock)
    async with house.database.transaction() as tx:
        digest = house.subscribers.person_digest(person.number.value)
        known = await house.subscribers.find_by_person(tx, digest)
        assert known is not None
        identity = await house.subscribers.identity_of(tx, known)
        assert identity is not None
        await house.subscribers.replace_document(
            tx,
            known,
            identity=replace(
                identity, document_number=card.document_number, document_valid_until=last
            ),
            document=NewDocument(CARD, card.document_number),
            now=whole.clock.now(),
        )
    await house.close()
    return card


async def poll(whole: Whole) -> None:
    house = open_house(whole.settings, whole.clock)
    await house.desk.changes.poll(house.outside.register, now=whole.clock.now())
    await house.close()


async def shown(whole: Whole) -> dict[str, str]:
    """The document that is in force, as the app shows it."""
    documents = (await whole.client.get("/holder")).json()["documents"]
    [valid] = [each for each in documents if each["state"] == "valid"]
    return dict(valid)


async def log(whole: Whole) -> list[str]:
    lines = (await whole.client.get("/holder/activity")).json()["entries"]
    return [line["kind"] for line in lines]


async def refused(whole: Whole, status: int, code: str) -> None:
    """The application is refused like this."""
    answer = await whole.client.post(RENEWAL)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_an_end_far_away_is_not_shown_and_not_renewed(whole: Whole) -> None:
    await holding(whole, days=91)
    await whole.sign_in()
    assert "ends_on" not in await shown(whole)
    await refused(whole, 409, "holder.renewal_too_early")
    assert whole.authority.lives.renewals() == []
    assert "renewal_asked" not in await log(whole)


async def test_an_end_that_is_near_is_foretold_and_renewed_from_the_app(whole: Whole) -> None:
    card = await holding(whole, days=90)
    assert whole.authority.lives.tell_ends() == 1
    assert whole.authority.lives.tell_ends() == 0
    await poll(whole)
    await whole.sign_in()
    last = china_today(whole.clock.now()) + timedelta(days=90)
    assert (await shown(whole))["ends_on"] == last.isoformat()
    assert "document_ends_soon" in await log(whole)
    alerts = (await whole.client.get("/holder")).json()["alerts"]
    assert "document_ends_soon" in [alert["kind"] for alert in alerts]
    before = (await whole.client.get("/holder/number")).json()

    for _ in range(2):
        assert (await whole.client.post(RENEWAL)).status_code == 204
    assert whole.authority.lives.renewals() == [card.document_number]
    new = whole.authority.lives.renew(card.document_number)
    assert whole.authority.lives.renewals() == []
    await enrolls_with(whole, new)
    await whole.sign_in()
    assert "ends_on" not in await shown(whole)
    assert (await whole.client.get("/holder/number")).json() == before


async def enrolls_with(whole: Whole, card: IssuedCard) -> None:
    """The new card is shown at the desk, which knows its holder."""
    whole.clock.advance(minutes=1)
    begun = (await whole.client.post("/enrollments")).json()
    bearer = {"authorization": f"Bearer {begun['token']}"}
    steps = {
        "document": {"kind": CARD, "chip": base64.b64encode(card.chip_file).decode()},
        "holder-check": {"capture": card.holder_file["face"]},
        "certificate-request": {"certificate_request": new_request().decode()},
    }
    for step, body in steps.items():
        answer = await whole.client.put(
            f"/enrollments/{begun['enrollment']}/{step}", json=body, headers=bearer
        )
        assert answer.status_code == 200, answer.text
    whole.clock.advance(minutes=1)


async def test_a_document_that_was_replaced_is_not_renewed(whole: Whole) -> None:
    await holding(whole, days=30)
    [(person, _)] = whole.authority.people()
    whole.authority.replace_card(person.number.value)
    await whole.sign_in()
    await refused(whole, 409, "holder.document_not_on_file")


async def test_nobody_renews_without_a_session(whole: Whole) -> None:
    await refused(whole, 401, "holder.session_required")


@pytest.mark.parametrize(("days", "event"), [(30, LifeEvent.END_FORETOLD), (-1, LifeEvent.EXPIRED)])
async def test_each_end_is_told_once_before_and_once_after(
    whole: Whole, days: int, event: LifeEvent
) -> None:
    [(person, _)] = whole.authority.people()
    today = china_today(whole.clock.now())
    whole.authority.replace_card(
        person.number.value,
        valid_from=today - timedelta(days=400),
        valid_until=today + timedelta(days=days),
    )
    seen = len(whole.authority.changes_since(0))
    assert [whole.authority.lives.tell_ends() for _ in range(2)] == [1, 0]
    [change] = whole.authority.changes_since(seen)
    assert (change.event, change.last_day) == (event, today + timedelta(days=days))
