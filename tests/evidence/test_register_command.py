"""`authsvc register`: the desk on the command line, and the real server on loopback."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner
from litestar import Litestar

from authsvc.cli.register import app_from_environment, register
from authsvc.clock import SystemClock
from authsvc.errors import AuthsvcError
from authsvc.evidence.authority.authority import DocumentAuthority
from authsvc.evidence.authority.errors import CardNotCurrent, PersonDead
from authsvc.evidence.chip_reading import ChipReading
from authsvc.evidence.http_register import HTTPRegister
from authsvc.evidence.kinds import KINDS
from authsvc.evidence.passive_authentication import PassiveAuthentication
from authsvc.evidence.register import LifeEvent, RegisterStatus
from authsvc.keyring.directory import KeyDirectory

CARD = "resident_identity_card"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "register"


def said(directory: Path, command: str, *arguments: str) -> Any:
    """What a command prints; JSON is read."""
    given = [command, "--directory", str(directory), *arguments]
    result = CliRunner().invoke(register, given, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    return [json.loads(line) if line.startswith("{") else line for line in lines]


def test_a_whole_life_of_a_card_on_the_command_line(directory: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    (person,) = said(
        directory, "person", "--name", "样例乙", "--birth-date", "1990-01-01", "--sex", "female"
    )
    assert (person["name"], person["birth_date"]) == ("样例乙", "1990-01-01")
    (issued,) = said(directory, "issue", "--out", out, person["number"])
    assert said(directory, "status", issued["document_number"]) == ["valid"]

    holder = json.loads(Path(issued["holder"]).read_text("utf-8"))
    assert holder["number"] == person["number"]
    assert Path(issued["holder"]).stat().st_mode & 0o077 == 0

    said(directory, "trust", "--key-directory", str(tmp_path / "keys"))
    anchors = KeyDirectory(tmp_path / "keys").certificates("document-anchors")
    reading = ChipReading.parse(Path(issued["chip"]).read_bytes())
    document = PassiveAuthentication(anchors).verify(CARD, reading, now=SystemClock().now())
    assert document.number.value == person["number"]

    said(directory, "lost", issued["document_number"])
    assert said(directory, "status", issued["document_number"]) == ["lost"]
    (new,) = said(
        directory,
        "replace",
        *("--out", out, "--valid-from", "2016-01-01", "--valid-until", "2026-01-01"),
        person["number"],
    )
    assert said(directory, "status", issued["document_number"]) == ["replaced"]
    (listed,) = said(directory, "people")
    assert listed == {
        "number": person["number"],
        "name": "样例乙",
        "document_number": new["document_number"],
        "status": "expired",
    }


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_document_of_each_kind_is_issued_on_the_command_line(
    directory: Path, tmp_path: Path, kind: str
) -> None:
    number: tuple[str, ...] = ()
    if not KINDS[kind].has_chip or kind == CARD:
        (child,) = said(directory, "person", "--birth-date", "2016-02-29")
        number = (child["number"],)
    (issued,) = said(directory, "issue", "--kind", kind, "--out", str(tmp_path), *number)
    assert said(directory, "status", "--kind", kind, issued["document_number"]) == ["valid"]
    holder = json.loads(Path(issued["holder"]).read_text("utf-8"))
    assert holder["kind"] == kind
    assert bool(Path(issued["chip"]).read_bytes()) == KINDS[kind].has_chip


def test_documents_of_every_kind_are_issued_on_the_command_line(directory: Path) -> None:
    out = ("--out", str(directory.parent))
    (passport,) = said(directory, "issue", *out, "--kind", "passport")
    held = json.loads(Path(passport["holder"]).read_text("utf-8"))
    assert (held["kind"], held["document_number"]) == ("passport", passport["document_number"])
    (citizen,) = said(directory, "change-nationality", held["number"])
    (card,) = said(directory, "issue", *out, citizen["number"])
    assert said(directory, "status", card["document_number"]) == ["valid"]
    (lent,) = said(directory, "issue", *out, "--kind", "temporary_identity_card", citizen["number"])
    kind = ("--kind", "temporary_identity_card")
    assert said(directory, "status", *kind, lent["document_number"]) == ["valid"]


def test_guardians_are_named_and_ended_on_the_command_line(directory: Path) -> None:
    (ward,) = said(directory, "person", "--birth-date", "2016-02-29")
    (parent,) = said(directory, "person", "--birth-date", "1985-01-01")
    (card,) = said(directory, "issue", "--out", str(directory.parent), ward["number"])
    authority = DocumentAuthority.open(directory)

    def holds() -> bool:
        return authority.is_guardian(CARD, card["document_number"], parent["number"])

    for command, expected in (("add", True), ("end", False)):
        given = ["guardian", command, "--directory", str(directory)]
        numbers = [ward["number"], parent["number"]]
        result = CliRunner().invoke(register, [*given, *numbers], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        assert holds() is expected


def test_a_life_on_the_command_line(directory: Path) -> None:
    out = ("--out", str(directory.parent))
    (person,) = said(directory, "person", "--sex", "male")
    number = person["number"]
    (card,) = said(directory, "issue", *out, number)

    def events() -> list[str]:
        changes = DocumentAuthority.open(directory).changes_since(0)
        return [change.event.value for change in changes]

    said(directory, "lost", card["document_number"])
    said(directory, "found", card["document_number"])
    (named,) = said(directory, "correct", *out, "--name", "样例改名", number)
    (sexed,) = said(directory, "correct", *out, "--sex", "female", number)
    assert json.loads(Path(sexed["holder"]).read_text("utf-8"))["sex"] == "female"
    assert json.loads(Path(named["holder"]).read_text("utf-8"))["name"] == "样例改名"
    (changed,) = said(directory, "change-number", number)
    (new,) = said(directory, "issue", *out, changed["number"])
    (other,) = said(directory, "person")
    (others,) = said(directory, "issue", *out, other["number"])
    said(
        directory,
        "merge",
        *(changed["number"], new["document_number"]),
        *(other["number"], others["document_number"]),
    )
    said(directory, "move", number, "110105")
    (ending,) = said(
        directory,
        "replace",
        *("--elsewhere", "--valid-from", "2020-01-01", "--valid-until", "2020-02-01"),
        *out,
        other["number"],
    )
    assert said(directory, "ends", "--days", "0") == ["Told of 1"]
    authority = DocumentAuthority.open(directory)
    authority.lives.ask_renewal(CARD, ending["document_number"])
    assert said(directory, "renewals") == [ending["document_number"]]
    said(directory, "renew", *out, ending["document_number"])
    (gone,) = said(directory, "change-nationality", number)
    assert gone["number"] not in (number, changed["number"])
    said(directory, "death", number)
    said(directory, "death", "--withdraw", number)
    assert set(events()) == {event.value for event in LifeEvent} - {
        "status_changed",
        "end_foretold",
    }


@pytest.mark.parametrize(
    ("command", "arguments", "code"),
    [
        ("found", ["CARD"], "register.card_not_lost"),
        ("correct", ["NUMBER"], "register.person_refused"),
        ("correct", ["--name", "", "NUMBER"], "register.person_refused"),
        ("move", ["NUMBER", "11010"], "register.region_refused"),
        ("merge", ["NUMBER", "CARD", "NUMBER", "T000000000000"], "register.card_unknown"),
        ("death", ["--withdraw", "NUMBER"], "register.person_not_dead"),
        ("renew", ["CARD"], "register.card_not_current"),
        ("change-number", ["1"], "register.person_unknown"),
    ],
)
def test_what_cannot_happen_is_refused(
    directory: Path, command: str, arguments: list[str], code: str
) -> None:
    authority = DocumentAuthority.open(directory)
    number = authority.create_person().number.value
    card = authority.issue_card(number).document_number
    given = [{"NUMBER": number, "CARD": card}.get(each, each) for each in arguments]
    before = authority.changes_since(0)
    result = CliRunner().invoke(register, [command, "--directory", str(directory), *given])
    assert isinstance(result.exception, AuthsvcError)
    assert result.exception.code == code
    assert authority.changes_since(0) == before


def test_nothing_happens_to_the_dead(directory: Path) -> None:
    authority = DocumentAuthority.open(directory)
    number = authority.create_person().number.value
    card = authority.issue_card(number).document_number
    authority.lives.die(number)
    authority.lives.die(number)
    for act in (
        lambda: authority.replace_card(number),
        lambda: authority.lives.correct(number, name="样例乙"),
        lambda: authority.lives.change_number(number),
        lambda: authority.lives.change_nationality(number),
        lambda: authority.lives.move(number, "110105"),
    ):
        with pytest.raises(PersonDead):
            act()
    with pytest.raises(CardNotCurrent):
        authority.report_lost(card)
    assert authority.status(CARD, card) is RegisterStatus.ENDED
    assert [change.event.value for change in authority.changes_since(0)] == ["issued", "died"]


def test_somebody_without_a_card_is_listed(directory: Path) -> None:
    (person,) = said(directory, "person", "--seed", "one")
    (listed,) = said(directory, "people")
    assert (listed["number"], listed["status"]) == (person["number"], None)


def test_the_server_is_told_what_to_serve(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(
        "authsvc.cli.serve.run_server", lambda target, **how: served.append((target, how))
    )
    for name in ("DIRECTORY", "TOKEN", "PUSH_URL"):
        monkeypatch.setenv(f"SIMULATED_REGISTER_{name}", "to be put back")
    said(directory, "serve", "--port", "8123", "--token", "t", "--push-url", "http://127.0.0.1/p")
    assert served == [
        ("authsvc.cli.register:app_from_environment", {"host": "127.0.0.1", "port": 8123})
    ]
    assert os.environ["SIMULATED_REGISTER_TOKEN"] == "t"
    assert os.environ["SIMULATED_REGISTER_PUSH_URL"] == "http://127.0.0.1/p"
    assert isinstance(app_from_environment(), Litestar)


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """The real server in a process of its own; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = "from authsvc.cli import main; main()"
    arguments = ["register", "serve", "--directory", str(directory), "--port", str(port)]
    process = subprocess.Popen([sys.executable, "-c", program, *arguments])
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not come up")


async def test_a_served_register_sees_what_the_command_line_does(
    directory: Path, tmp_path: Path
) -> None:
    (person,) = said(directory, "person")
    (issued,) = said(directory, "issue", "--out", str(tmp_path), person["number"])
    token = DocumentAuthority.open(directory).desk_token()
    with served(directory) as url:
        async with httpx2.AsyncClient(trust_env=False) as client:
            asked = HTTPRegister(url, client, token=token)
            number = issued["document_number"]
            assert await asked.status_of(CARD, number) is RegisterStatus.VALID
            said(directory, "lost", number)
            assert await asked.status_of(CARD, number) is RegisterStatus.LOST
            _, change = await asked.changes_since(0)
            assert change.document_number == number
