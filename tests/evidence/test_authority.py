"""The simulated authority: its desk, its book on disk, its keys."""

import base64
import json
import multiprocessing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from authsvc.errors import AuthsvcError
from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.authority.cards import IssuedCard
from authsvc.evidence.authority.errors import (
    CardAlreadyIssued,
    CardDatesRefused,
    CardNotCurrent,
    CardNotIssued,
    CardUnknown,
    LogDamaged,
    NumbersExhausted,
    PersonRefused,
    PersonUnknown,
)
from authsvc.evidence.authority.people import ARTIFICIAL_REGION
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.document import VerifiedDocument
from authsvc.evidence.errors import DocumentExpired
from authsvc.evidence.kinds import RESIDENT_IDENTITY_CARD
from authsvc.evidence.passive_authentication import PassiveAuthentication
from authsvc.evidence.register import RegisterStatus
from authsvc.evidence.resident_number import Sex
from authsvc.keyring.directory import KeyDirectory
from authsvc.keyring.errors import KeyRingBroken
from tests import makers
from tests.makers import NOW, AdjustableClock

CARD = "resident_identity_card"


def verified(authority: DocumentAuthority, card: IssuedCard, now: Any = NOW) -> VerifiedDocument:
    """What passive authentication makes of a card."""
    verifier = PassiveAuthentication([authority.document_anchor])
    return verifier.verify(CARD, ChipReading.parse(card.chip_file), now=now)


def test_a_person_is_plainly_artificial(authority: DocumentAuthority) -> None:
    person = authority.create_person()
    assert person.number.value[:6] == ARTIFICIAL_REGION == makers.ARTIFICIAL_REGION
    assert person.name[:2] in {"测试", "样例", "虚构", "演示"}
    assert person.phone.startswith("+86100")
    assert 20 <= NOW.year - person.birth_date.year <= 60
    assert person.portrait == person.face.encode()
    for hidden in (person.number.value, person.name, person.phone, person.face):
        assert hidden not in repr(person)


def test_what_is_given_is_kept(authority: DocumentAuthority) -> None:
    person = authority.create_person(
        name="样例乙", birth_date=date(2000, 2, 29), sex=Sex.FEMALE, phone="+8610000000000"
    )
    assert (person.name, person.birth_date) == ("样例乙", date(2000, 2, 29))
    assert (person.sex, person.phone) == (Sex.FEMALE, "+8610000000000")


def test_one_seed_makes_one_person(tmp_path: Path, clock: AdjustableClock) -> None:
    one, two = (
        DocumentAuthority.open(tmp_path / name, clock=clock).create_person(seed="s")
        for name in ("one", "two")
    )
    assert one == two
    other = DocumentAuthority.open(tmp_path / "one", clock=clock).create_person(seed="other")
    assert other.face != one.face


def test_no_number_is_given_twice(authority: DocumentAuthority) -> None:
    people = [authority.create_person(birth_date=date(1990, 1, 1)) for _ in range(20)]
    assert len({person.number.value for person in people}) == 20


def test_when_all_numbers_of_a_day_are_given_the_desk_says_so(
    authority: DocumentAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.fsync", lambda _: None)
    for _ in range(500):
        authority.create_person(birth_date=date(1990, 1, 1), sex=Sex.MALE)
    with pytest.raises(NumbersExhausted):
        authority.create_person(birth_date=date(1990, 1, 1), sex=Sex.MALE)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param({"birth_date": date(2026, 11, 24)}, id="born tomorrow"),
        pytest.param({"birth_date": date(1899, 12, 31)}, id="born long ago"),
        pytest.param({"name": ""}, id="an empty name"),
        pytest.param({"name": "x" * 65}, id="an over-long name"),
        pytest.param({"name": "a\nb"}, id="a line break"),
        pytest.param({"name": " a"}, id="a space before"),
    ],
)
def test_nobody_is_made_of_impossible_particulars(
    authority: DocumentAuthority, parts: dict[str, Any]
) -> None:
    with pytest.raises(PersonRefused) as refusal:
        authority.create_person(**parts)
    assert refusal.value.field in parts
    assert authority.people() == []


def test_an_issued_card_is_genuine_and_its_holder_s(authority: DocumentAuthority) -> None:
    person = authority.create_person()
    card = authority.issue_card(person.number.value)
    document = verified(authority, card)
    assert document.number == person.number
    assert (document.name, document.sex) == (person.name, person.sex)
    assert document.portrait == person.portrait
    assert document.document_number == card.document_number
    holder = card.holder_file
    assert base64.b64decode(holder["face"]) == document.portrait
    assert holder["number"] == person.number.value
    assert holder["document_number"] == card.document_number
    assert json.loads(json.dumps(holder)) == holder
    assert person.name not in repr(card)


def test_a_person_has_one_card_at_a_time(authority: DocumentAuthority) -> None:
    number = authority.create_person().number.value
    with pytest.raises(CardNotIssued):
        authority.replace_card(number)
    first = authority.issue_card(number)
    with pytest.raises(CardAlreadyIssued):
        authority.issue_card(number)
    second = authority.replace_card(number)
    assert first.document_number != second.document_number
    ((person, card),) = authority.people()
    assert person.number.value == number
    assert card is not None
    assert card.document_number == second.document_number


def test_a_replaced_card_cannot_be_reported_lost(authority: DocumentAuthority) -> None:
    number = authority.create_person().number.value
    old = authority.issue_card(number).document_number
    authority.replace_card(number)
    with pytest.raises(CardNotCurrent):
        authority.report_lost(old)


def test_a_card_can_be_made_that_has_expired(authority: DocumentAuthority) -> None:
    number = authority.create_person().number.value
    card = authority.issue_card(number, valid_from=date(2016, 1, 1), valid_until=date(2026, 1, 1))
    assert authority.status(CARD, card.document_number) is RegisterStatus.EXPIRED
    with pytest.raises(DocumentExpired):
        verified(authority, card)


@pytest.mark.parametrize("act", ["issue_card", "replace_card"])
def test_strangers_and_impossible_dates_are_refused(authority: DocumentAuthority, act: str) -> None:
    with pytest.raises(PersonUnknown):
        getattr(authority, act)("nobody")
    number = authority.create_person().number.value
    if act == "replace_card":
        authority.issue_card(number)
    with pytest.raises(CardDatesRefused):
        getattr(authority, act)(number, valid_until=date(2020, 1, 1))
    with pytest.raises(CardUnknown):
        authority.report_lost("nothing")


@pytest.mark.parametrize(
    "birth_date,valid_from,last",
    [
        pytest.param(date(2012, 1, 1), date(2026, 11, 23), date(2031, 11, 23), id="14: 5 years"),
        pytest.param(date(2010, 11, 24), date(2026, 11, 23), date(2031, 11, 23), id="almost 16"),
        pytest.param(date(2010, 11, 23), date(2026, 11, 23), date(2036, 11, 23), id="16: 10 years"),
        pytest.param(date(2000, 1, 1), date(2026, 11, 23), date(2046, 11, 23), id="26: 20 years"),
        pytest.param(date(1980, 11, 24), date(2026, 11, 23), date(2046, 11, 23), id="almost 46"),
        pytest.param(date(1980, 11, 23), date(2026, 11, 23), None, id="46: for life"),
        pytest.param(date(2010, 1, 1), date(2024, 2, 29), date(2029, 2, 28), id="a leap day"),
    ],
)
def test_a_card_is_good_for_as_long_as_the_law_says(
    birth_date: date, valid_from: date, last: date | None
) -> None:
    assert RESIDENT_IDENTITY_CARD.longest_validity(birth_date, valid_from) == last


def test_everything_is_there_after_a_restart(
    authority: DocumentAuthority, tmp_path: Path, clock: AdjustableClock
) -> None:
    number = authority.create_person().number.value
    card = authority.issue_card(number)
    authority.report_lost(card.document_number)
    again = DocumentAuthority.open(tmp_path / "register", clock=clock)
    assert again.people() == authority.people()
    assert again.changes_since(0) == authority.changes_since(0)
    assert again.trust_anchor_pem == authority.trust_anchor_pem
    assert again.desk_token() == authority.desk_token()
    assert verified(again, card)


def test_a_torn_last_line_was_never_acknowledged(
    authority: DocumentAuthority, tmp_path: Path, clock: AdjustableClock
) -> None:
    authority.create_person()
    log = tmp_path / "register" / "events.jsonl"
    whole = log.read_bytes()
    log.write_bytes(whole + b'{"event": "person_cr')
    assert len(authority.people()) == 1
    again = DocumentAuthority.open(tmp_path / "register", clock=clock)
    assert log.read_bytes() == whole
    again.create_person()
    assert len(authority.people()) == len(again.people()) == 2


def test_a_log_that_was_torn_at_its_first_line_starts_anew(
    tmp_path: Path, clock: AdjustableClock
) -> None:
    (tmp_path / "events.jsonl").write_bytes(b'{"event"')
    assert DocumentAuthority.open(tmp_path, clock=clock).people() == []


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"\n", id="an empty line"),
        pytest.param(b"\xff\n", id="no UTF-8"),
        pytest.param(b'{"event": "party"}\n', id="an unknown event"),
        pytest.param(
            b'{"event": "card_reported_lost", "at": "2026-11-23T02:00:00Z",'
            b' "kind": "resident_identity_card", "document_number": "T0"}\n',
            id="a card that was never issued",
        ),
        pytest.param(
            b'{"event": "person_created", "at": "2026-11-23T02:00:00Z",'
            b' "number": "1", "name": "", "face": "", "phone": ""}\n',
            id="an impossible person",
        ),
    ],
)
def test_a_damaged_log_stops_everything(
    authority: DocumentAuthority, tmp_path: Path, line: bytes
) -> None:
    with (tmp_path / "register" / "events.jsonl").open("ab") as log:
        log.write(line)
    for _ in range(2):
        with pytest.raises(LogDamaged) as refusal:
            authority.people()
        assert refusal.value.__cause__ is None
    with pytest.raises(LogDamaged):
        authority.create_person()


def test_a_shortened_log_is_damaged(authority: DocumentAuthority, tmp_path: Path) -> None:
    authority.create_person()
    (tmp_path / "register" / "events.jsonl").write_bytes(b"")
    with pytest.raises(LogDamaged):
        authority.people()


def test_a_directory_that_lost_its_log_is_damaged(
    authority: DocumentAuthority, tmp_path: Path
) -> None:
    authority.create_person()
    (tmp_path / "register" / "events.jsonl").unlink()
    with pytest.raises(LogDamaged):
        authority.people()


def _create_many(directory: Path) -> None:
    authority = DocumentAuthority.open(directory, clock=AdjustableClock())
    for _ in range(10):
        person = authority.create_person(birth_date=date(1990, 1, 1), sex=Sex.MALE)
        authority.issue_card(person.number.value)


def test_several_processes_never_give_one_number_twice(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_create_many, args=(tmp_path,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    people = DocumentAuthority.open(tmp_path, clock=AdjustableClock()).people()
    assert len({person.number.value for person, _ in people}) == len(people) == 30
    assert len({card.document_number for _, card in people if card}) == 30


def test_a_document_signer_is_renewed_and_old_cards_stay_genuine(
    authority: DocumentAuthority, clock: AdjustableClock
) -> None:
    one, two = (authority.create_person().number.value for _ in range(2))
    old = authority.issue_card(one, valid_until=date(2040, 1, 1))
    clock.advance(days=340)
    new = authority.issue_card(two, valid_until=date(2040, 1, 1))
    years_later = NOW + timedelta(days=3000)
    assert verified(authority, old, years_later)
    assert verified(authority, new, years_later)


def test_what_others_may_trust_is_published(authority: DocumentAuthority, tmp_path: Path) -> None:
    keys = KeyDirectory(tmp_path / "keys")
    authority.publish_trust(keys)
    authority.publish_trust(keys)
    assert keys.certificates("document-anchors") == [authority.document_anchor]
    assert keys.certificates("register-anchors") == [authority.register_anchor]
    trust = tmp_path / "register" / "trust"
    assert (trust / "document-anchors" / "simulated-authority.crt").is_file()
    assert (trust / "register-anchors" / "simulated-authority.crt").is_file()


def test_only_the_authority_reads_its_files(authority: DocumentAuthority, tmp_path: Path) -> None:
    authority.create_person()
    directory = tmp_path / "register"
    assert directory.stat().st_mode & 0o077 == 0
    assert (directory / "events.jsonl").stat().st_mode & 0o077 == 0


def test_a_key_of_another_type_is_not_used(
    authority: DocumentAuthority, tmp_path: Path, keyring: Any
) -> None:
    rsa_key = next((tmp_path / "keys" / "oidc").glob("rs256-*.pem"), None)
    assert rsa_key is not None
    (tmp_path / "register" / "keys" / "push" / "key.pem").write_bytes(rsa_key.read_bytes())
    with pytest.raises(KeyRingBroken):
        authority.sign_push([], audience="https://id.test/", now=NOW)


def test_every_refusal_of_the_desk_has_its_own_code() -> None:
    leaves: list[type[AuthsvcError]] = [
        CardAlreadyIssued,
        CardDatesRefused,
        CardNotCurrent,
        CardNotIssued,
        CardUnknown,
        LogDamaged,
        NumbersExhausted,
        PersonRefused,
        PersonUnknown,
    ]
    assert len({leaf.code for leaf in leaves}) == len(leaves)
    assert all(leaf.code.startswith("register.") for leaf in leaves)
