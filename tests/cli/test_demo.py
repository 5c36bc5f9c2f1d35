"""`authsvc demo --once`: the tour, as a newcomer runs it; and what happens when it fails."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from authsvc.cli import main
from authsvc.cli.tour import stage as stage_module
from authsvc.cli.tour.browser import Browser
from authsvc.cli.tour.servers import Server, ServerDidNotStart, choose_port
from authsvc.cli.tour.stage import CommandFailed, ExamplesMissing, Stage


@pytest.mark.slow
def test_the_tour_ends_well(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "authsvc", "demo", "--once", "--directory", str(tmp_path / "demo")],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for promise in (
        "one real, verified person",
        "refused: one verified account per person",
        "still signs in",
        "(the same as before)",
        "nothing that says which platform",
    ):
        assert promise in done.stdout


@pytest.mark.slow
def test_the_story_of_the_service_hall_ends_well(tmp_path: Path) -> None:
    command = ["authsvc", "demo", "--story", "service-hall", "--once"]
    done = subprocess.run(
        [sys.executable, "-m", *command, "--directory", str(tmp_path / "demo")],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for promise in (
        "Replacement of a card: Old card reported lost",
        "(the same as before)",
        "the hall knows who came back",
        "Household migration: Household moved in the register",
        "the residence department attests it",
        "stands in the person's own log",
        "three departments attest them",
        "no identity number in anything that the hall received",
    ):
        assert promise in done.stdout


def test_a_story_that_is_not_told_is_named() -> None:
    result = CliRunner().invoke(main, ["demo", "--story", "nobody-tells-this"])
    assert result.exit_code == 2
    assert "service-hall" in result.output


def test_a_server_that_ends_at_once_is_named(tmp_path: Path) -> None:
    server = Server(
        "broken",
        ["authsvc", "frobnicate"],
        url="http://127.0.0.1:1",
        ready="/",
        log=tmp_path / "log",
        root=Path.cwd(),
        environment={},
    )
    with pytest.raises(ServerDidNotStart) as raised:
        server.start()
    assert raised.value.field == "broken"
    assert "frobnicate" in (tmp_path / "log").read_text()


def test_a_busy_port_is_not_chosen() -> None:
    import socket

    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = busy.getsockname()[1]
        assert choose_port(taken) != taken


def test_a_command_that_fails_is_named(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    with pytest.raises(CommandFailed, match="No such command"):
        stage.run("authsvc", "frobnicate")
    stage.close()


def test_the_demo_needs_the_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "a" / "b" / "c" / "stage.py"
    monkeypatch.setattr(stage_module, "__file__", str(elsewhere))
    with pytest.raises(ExamplesMissing):
        Stage(tmp_path)


def test_a_page_without_the_form_is_a_lookup_error() -> None:
    from authsvc.cli.tour.browser import Page

    page = Page(url="http://127.0.0.1/", status=200, html="", text="", forms=())
    browser = Browser()
    with pytest.raises(LookupError, match="approve"):
        browser.press(page, "approve")
    browser.close()


def test_the_demo_begins_in_an_empty_directory(tmp_path: Path) -> None:
    (tmp_path / "something").touch()
    result = CliRunner().invoke(main, ["demo", "--once", "--directory", str(tmp_path)])
    assert result.exit_code == 1
    assert "demo.directory_in_use" in result.output
