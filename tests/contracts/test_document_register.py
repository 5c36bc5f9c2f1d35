"""What every document register must do: run over the embedded one and over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date
from pathlib import Path
from typing import Any

import httpx2
import pytest

from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.authority.routes import create_register_app
from authsvc.evidence.embedded_register import EmbeddedRegister
from authsvc.evidence.errors import RegisterUnavailable
from authsvc.evidence.http_register import HTTPRegister
from authsvc.evidence.register import (
    DocumentRegister,
    LifeEvent,
    PrintedDetails,
    RegisterStatus,
    RenewalAnswer,
)
from tests.makers import AdjustableClock

CARD = "resident_identity_card"
TOKEN = "a-token-of-the-contract-test"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "register"


@pytest.fixture
def authority(directory: Path, clock: AdjustableClock) -> DocumentAuthority:
    return DocumentAuthority.open(directory, clock=clock)


@pytest.fixture(params=["embedded", "http"])
async def register(
    request: pytest.FixtureRequest, authority: DocumentAuthority
) -> AsyncIterator[DocumentRegister]:
    if request.param == "embedded":
        yield EmbeddedRegister(authority)
        return
    app: Any = create_register_app(authority, token=TOKEN)
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport) as client:
        yield HTTPRegister("http://register.test/", client, token=TOKEN)


def issue(authority: DocumentAuthority) -> tuple[str, str]:
    """Somebody new with a card: identity number, document number."""
    number = authority.create_person(birth_date=date(1990, 1, 1)).number.value
    return number, authority.issue_card(number).document_number


async def test_an_empty_register_knows_nothing(register: DocumentRegister) -> None:
    assert await register.status_of(CARD, "T000000000000") is RegisterStatus.UNKNOWN
    assert list(await register.changes_since(0)) == []


async def test_a_card_in_use_is_valid(
    register: DocumentRegister, authority: DocumentAuthority
) -> None:
    _, card = issue(authority)
    assert await register.status_of(CARD, card) is RegisterStatus.VALID


async def test_a_card_of_another_kind_is_unknown(
    register: DocumentRegister, authority: DocumentAuthority
) -> None:
    _, card = issue(authority)
    assert await register.status_of("passport", card) is RegisterStatus.UNKNOWN


async def test_a_card_after_its_last_day_is_expired(
    register: DocumentRegister, authority: DocumentAuthority, clock: AdjustableClock
) -> None:
    number = authority.create_person().number.value
    card = authority.issue_card(number, valid_until=date(2026, 11, 23)).document_number
    assert await register.status_of(CARD, card) is RegisterStatus.VALID
    clock.advance(days=1)
    assert await register.status_of(CARD, card) is RegisterStatus.EXPIRED


async def test_a_card_reported_lost_is_lost(
    register: DocumentRegister, authority: DocumentAuthority, clock: AdjustableClock
) -> None:
    _, card = issue(authority)
    authority.report_lost(card)
    authority.report_lost(card)
    assert await register.status_of(CARD, card) is RegisterStatus.LOST
    issued, change = await register.changes_since(0)
    assert (issued.cursor, issued.event) == (1, LifeEvent.ISSUED)
    assert (change.cursor, change.kind, change.document_number) == (2, CARD, card)
    assert (change.status, change.at) == (RegisterStatus.LOST, clock.now())
    assert change.event is LifeEvent.LOSS_REPORTED
    assert change.at.utcoffset() == UTC.utcoffset(None)


async def test_a_replaced_card_is_replaced_and_the_new_one_valid(
    register: DocumentRegister, authority: DocumentAuthority
) -> None:
    number, old = issue(authority)
    authority.report_lost(old)
    new = authority.replace_card(number).document_number
    assert await register.status_of(CARD, old) is RegisterStatus.REPLACED
    assert await register.status_of(CARD, new) is RegisterStatus.VALID
    statuses = [
        (change.document_number, change.status) for change in await register.changes_since(0)
    ]
    assert statuses == [
        (old, RegisterStatus.VALID),
        (old, RegisterStatus.LOST),
        (old, RegisterStatus.REPLACED),
    ]


async def test_the_feed_is_read_piece_by_piece(
    register: DocumentRegister, authority: DocumentAuthority
) -> None:
    cards = [issue(authority)[1] for _ in range(5)]
    read: list[str] = []
    cursor = 0
    while piece := await register.changes_since(cursor, limit=2):
        assert len(piece) <= 2
        assert [change.cursor for change in piece] == list(
            range(cursor + 1, cursor + 1 + len(piece))
        )
        read += [change.document_number for change in piece]
        cursor = piece[-1].cursor
    assert read == cards
    assert list(await register.changes_since(1000)) == []


async def test_what_another_process_wrote_is_seen(
    register: DocumentRegister, directory: Path, clock: AdjustableClock
) -> None:
    _, card = issue(DocumentAuthority.open(directory, clock=clock))
    assert await register.status_of(CARD, card) is RegisterStatus.VALID


async def test_a_damaged_register_is_unavailable_and_stays_so(
    register: DocumentRegister, authority: DocumentAuthority, directory: Path
) -> None:
    _, card = issue(authority)
    with (directory / "events.jsonl").open("a") as log:
        log.write('{"event": "card_reported_lost"}\n')
    for _ in range(2):
        with pytest.raises(RegisterUnavailable):
            await register.status_of(CARD, card)
        with pytest.raises(RegisterUnavailable):
            await register.changes_since(0)


async def test_a_guardian_is_one_from_when_the_register_says_so_until_it_says_no_more(
    register: DocumentRegister, authority: DocumentAuthority
) -> None:
    number, card = issue(authority)
    guardian = authority.create_person(birth_date=date(1980, 1, 1)).number.value

    async def holds() -> bool:
        return await register.is_guardian(
            ward_kind=CARD, ward_document_number=card, guardian_number=guardian
        )

    assert await holds() is False
    for _ in range(2):
        authority.set_guardian(number, guardian, holds=True)
        assert await holds() is True
    for _ in range(2):
        authority.set_guardian(number, guardian, holds=False)
        assert await holds() is False


async def test_a_guardian_is_nobody_else_s_and_not_the_other_way_round(
    register: DocumentRegister, authority: DocumentAuthority
) -> None:
    number, card = issue(authority)
    other, other_card = issue(authority)
    authority.set_guardian(number, other, holds=True)
    for kind, document, guardian in (
        (CARD, other_card, number),
        (CARD, card, number),
        (CARD, "T000000000000", other),
        ("passport", card, other),
    ):
        assert not await register.is_guardian(
            ward_kind=kind, ward_document_number=document, guardian_number=guardian
        )


async def test_two_guardians_and_a_replaced_card(
    register: DocumentRegister, authority: DocumentAuthority
) -> None:
    number, old = issue(authority)
    guardians = [issue(authority)[0] for _ in range(2)]
    for guardian in guardians:
        authority.set_guardian(number, guardian, holds=True)
    new = authority.replace_card(number).document_number
    authority.set_guardian(number, guardians[0], holds=False)
    for card in (old, new):
        answers = [
            await register.is_guardian(
                ward_kind=CARD, ward_document_number=card, guardian_number=guardian
            )
            for guardian in guardians
        ]
        assert answers == [False, True]


async def test_a_damaged_register_calls_nobody_a_guardian(
    register: DocumentRegister, authority: DocumentAuthority, directory: Path
) -> None:
    number, card = issue(authority)
    authority.set_guardian(number, number, holds=True)
    with (directory / "events.jsonl").open("a") as log:
        log.write('{"event": "guardian_ended"}\n')
    with pytest.raises(RegisterUnavailable):
        await register.is_guardian(
            ward_kind=CARD, ward_document_number=card, guardian_number=number
        )


async def test_what_is_printed_is_confirmed_only_if_all_of_it_is_so(
    register: DocumentRegister, authority: DocumentAuthority
) -> None:
    person = authority.create_person(birth_date=date(1990, 1, 1))
    number = person.number.value
    card = authority.papers.issue("temporary_identity_card", number=number)
    details = PrintedDetails(number, person.name, date(2027, 2, 23))
    record = await register.printed_record("temporary_identity_card", details)
    assert record is not None
    assert (record.document_number, record.portrait) == (card.document_number, person.portrait)
    assert (record.birth_date, record.sex) == (person.birth_date, person.sex)
    assert (record.valid_from, record.valid_until) == (date(2026, 11, 23), date(2027, 2, 23))
    for other in (
        replace(details, name="别人"),
        replace(details, number="659099199001010028"),
        replace(details, valid_until=date(2027, 2, 22)),
        replace(details, document_number="T000000000000"),
    ):
        assert await register.printed_record("temporary_identity_card", other) is None
    for kind in ("resident_identity_card", "household_register_page", "nothing"):
        assert await register.printed_record(kind, details) is None


async def test_a_register_that_is_away_confirms_nothing(
    register: DocumentRegister, directory: Path
) -> None:
    (directory / "events.jsonl").write_bytes(b"nonsense\n")
    with pytest.raises(RegisterUnavailable):
        await register.printed_record("temporary_identity_card", PrintedDetails("1", "2"))


async def test_other_documents_stand_in_the_feed_as_cards_do(
    register: DocumentRegister, authority: DocumentAuthority
) -> None:
    permit = authority.papers.issue("hong_kong_macao_travel_permit")
    kind, document_number = "hong_kong_macao_travel_permit", permit.document_number
    assert await register.status_of(kind, document_number) is RegisterStatus.VALID
    assert await register.status_of(CARD, document_number) is RegisterStatus.UNKNOWN
    authority.report_lost(document_number)
    issued, change = await register.changes_since(0)
    for each in (issued, change):
        assert (each.kind, each.document_number) == (kind, document_number)
    assert [issued.event, change.event] == [LifeEvent.ISSUED, LifeEvent.LOSS_REPORTED]
    assert await register.status_of(kind, document_number) is RegisterStatus.LOST


async def test_all_numbers_of_a_holder_are_told_the_first_one_first(
    register: DocumentRegister, authority: DocumentAuthority
) -> None:
    number, card = issue(authority)
    assert list(await register.numbers_of(CARD, card)) == [number]
    second = authority.lives.change_number(number)
    third = authority.lives.change_nationality(second)
    other, other_card = issue(authority)
    # Of another nationality now: who was a citizen stays as a foreigner.
    stay = "permanent_residence_card"
    new = authority.papers.issue(stay, number=third).document_number
    authority.lives.merge(third, other, document_number=new, other_document_number=other_card)
    for kind, each in ((CARD, card), (stay, new), (CARD, other_card)):
        assert list(await register.numbers_of(kind, each)) == [number, second, third, other]
    for kind, document in (("passport", card), (CARD, new), (CARD, "T000000000000")):
        assert list(await register.numbers_of(kind, document)) == []


async def test_a_document_is_renewed_in_its_last_three_months(
    register: DocumentRegister, authority: DocumentAuthority, clock: AdjustableClock
) -> None:
    number = authority.create_person().number.value
    card = authority.issue_card(number, valid_until=date(2027, 2, 22)).document_number
    assert await register.ask_renewal(CARD, card) is RenewalAnswer.TOO_EARLY
    clock.advance(days=1)
    for _ in range(2):
        assert await register.ask_renewal(CARD, card) is RenewalAnswer.TAKEN
    assert authority.lives.renewals() == [card]
    authority.lives.renew(card)
    for kind, document in ((CARD, card), ("passport", card), (CARD, "T000000000000")):
        assert await register.ask_renewal(kind, document) is RenewalAnswer.NOT_CURRENT


async def test_what_happens_to_a_person_is_said_of_each_of_their_documents(
    register: DocumentRegister, authority: DocumentAuthority
) -> None:
    number, old = issue(authority)
    new = authority.issue_card(authority.lives.change_number(number)).document_number
    position = len(await register.changes_since(0))
    authority.lives.move(number, "110105")
    authority.lives.die(number)
    authority.lives.withdraw_death(number)
    assert [
        (change.document_number, change.event, change.status)
        for change in await register.changes_since(position)
    ] == [
        (document, event, status)
        for event, status in (
            (LifeEvent.RESIDENCE_MOVED, RegisterStatus.VALID),
            (LifeEvent.DIED, RegisterStatus.ENDED),
            (LifeEvent.DEATH_WITHDRAWN, RegisterStatus.VALID),
        )
        for document in (old, new)
    ]


async def test_of_two_documents_of_one_person_each_names_the_other(
    register: DocumentRegister, authority: DocumentAuthority
) -> None:
    (number, card), (other, other_card) = issue(authority), issue(authority)
    authority.lives.merge(number, other, document_number=card, other_document_number=other_card)
    told = (await register.changes_since(0))[-2:]
    assert [(each.document_number, each.other_document_number) for each in told] == [
        (card, other_card),
        (other_card, card),
    ]
    assert {each.other_kind for each in told} == {CARD}
