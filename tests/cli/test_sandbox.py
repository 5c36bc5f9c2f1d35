"""`authsvc sandbox`: the people and clients of two files, served for real."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import httpx2
import pytest
from click.testing import CliRunner

from authsvc.cli import main, sandbox_people
from authsvc.cli.sandbox_people import PeopleInvalid, read_people
from authsvc.cli.tour.browser import Browser, Page
from authsvc.storage import StorageUnavailable
from tests.clients.signer import Signer
from tests.services import free_port

SECRET = "+/%&= any printable character may occur here ~"
REGISTRATION_TOKEN = "a token that developers know"
PEOPLE: list[dict[str, Any]] = [
    {"username": "plain", "password": "x", "unknown": True},
    {
        "username": " 有 空格/\"'<&;%",
        "password": "网 %+&",
        "name": "样例乙",
        "phone": "+86 154-1234-5678",
    },
    {"username": "child", "password": "p", "birth_date": "2016-02-29"},
]


@contextmanager
def sandbox(tmp_path: Path, *, directory: Path | None = None) -> Iterator[str]:
    """A running sandbox; its URL."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    client = {
        "client_id": "one",
        "client_secret": SECRET,
        "redirect_uris": ["http://127.0.0.1:1/cb"],
        "scope": "openid age profile",
    }
    (tmp_path / "people.json").write_text(json.dumps(PEOPLE), "utf-8")
    strict = {
        "client_id": "strict",
        "profile": "fapi2",
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": Signer().jwks,
        "redirect_uris": ["http://127.0.0.1:1/strict"],
    }
    (tmp_path / "clients.json").write_text(json.dumps([client, strict]), "utf-8")
    command = [sys.executable, "-m", "authsvc", "sandbox", "--port", str(port), "--issuer", url]
    command += ["--people", str(tmp_path / "people.json")]
    command += ["--clients", str(tmp_path / "clients.json")]
    command += ["--registration-token", REGISTRATION_TOKEN]
    command += [] if directory is None else ["--directory", str(directory)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _await(process, url, tmp_path / "log")
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _await(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(f"{url}/readyz", trust_env=False).is_success:
                return
        except httpx2.HTTPError:
            time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files and the log of a sandbox are that several tests use."""
    return tmp_path_factory.mktemp("sandbox")


@pytest.fixture(scope="module")
def url(place: Path) -> Iterator[str]:
    """That sandbox."""
    with sandbox(place) as url:
        yield url


def _sign_in(url: str, username: str, password: str) -> Page:
    query = {
        "response_type": "code",
        "client_id": "one",
        "redirect_uri": "http://127.0.0.1:1/cb",
        "scope": "openid",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    browser = Browser()
    page = browser.visit(f"{url}/authorize?{urlencode(query)}")
    page = browser.fill(page, username=username, password=password)
    browser.close()
    return page


def _verifier_told_in(log: Path) -> tuple[str, str]:
    """Where the sandbox's verifier is, and its token, as the command says them."""
    told = re.search(r"(\S+/verifier)  Authorization: Bearer (\S+)", log.read_text("utf-8"))
    assert told is not None
    return told[1], told[2]


def _asks_for_a_certificate(verifier: str, token: str) -> int:
    credential = {"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": ["https://a.example"]}}
    order = {"way": "cross_device", "query": {"credentials": [credential]}}
    headers = {"authorization": f"Bearer {token}"}
    answer = httpx2.post(f"{verifier}/presentations", json=order, headers=headers, trust_env=False)
    return answer.status_code


def test_everybody_of_the_file_can_sign_in(url: str) -> None:
    for person in PEOPLE:
        page = _sign_in(url, person["username"], person["password"])
        assert page.has("approve"), person
    refused = _sign_in(url, "plain", "wrong")
    assert not refused.has("approve")


def test_the_secret_of_the_file_is_taken_as_given(url: str) -> None:
    form = {"token": "nothing"}
    answer = httpx2.post(f"{url}/introspect", data=form, auth=("one", SECRET), trust_env=False)
    assert answer.json() == {"active": False}
    wrong = httpx2.post(f"{url}/introspect", data=form, auth=("one", "no"), trust_env=False)
    assert wrong.status_code == 401


def test_platforms_register_themselves_with_the_token_of_the_command(url: str, place: Path) -> None:
    document = {"redirect_uris": ["http://127.0.0.1:1/mine"]}

    def register(token: str) -> httpx2.Response:
        headers = {"authorization": f"Bearer {token}"}
        return httpx2.post(f"{url}/register", json=document, headers=headers, trust_env=False)

    registered = register(REGISTRATION_TOKEN)
    assert registered.status_code == 201
    assert registered.json()["registration_client_uri"].startswith(f"{url}/register/")
    assert registered.json()["require_pkce"] is False
    assert register("another").status_code == 401
    assert "2 clients" in (place / "log").read_text("utf-8")


def test_a_sandbox_in_a_directory_comes_back_as_it_was(tmp_path: Path) -> None:
    directory = tmp_path / "kept"
    with sandbox(tmp_path, directory=directory):
        _, verifiers_token = _verifier_told_in(tmp_path / "log")
    number = re.compile(rb'"number":"(\d{17}[\dX])"')
    events = (directory / "data" / "register" / "events.jsonl").read_bytes()
    with sandbox(tmp_path, directory=directory) as url:
        assert _sign_in(url, "plain", "x").has("approve")
        address, token = _verifier_told_in(tmp_path / "log")
        assert (address, token) == (f"{url}/verifier", verifiers_token)
        assert _asks_for_a_certificate(address, token) == 201
        assert _asks_for_a_certificate(address, "another") == 401
    assert "3 of them were there already" in (tmp_path / "log").read_text("utf-8")
    again = (directory / "data" / "register" / "events.jsonl").read_bytes()
    assert number.findall(events) == number.findall(again)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        pytest.param({}, None, id="no array"),
        pytest.param([{"username": "a"}], "[0]", id="no password"),
        pytest.param([{"username": "", "password": "x"}], "[0].username", id="no name"),
        pytest.param(
            [{"username": "a", "password": "x", "birth_date": "soon"}], "[0].birth_date", id="date"
        ),
        pytest.param([{"username": "a", "password": "x"}] * 2, "username", id="twice"),
    ],
)
def test_a_bad_file_of_people_is_refused(document: object, field: str | None) -> None:
    with pytest.raises(PeopleInvalid) as raised:
        read_people(document)
    assert raised.value.field == field


def test_a_bad_file_says_what_is_wrong_on_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "people.json"
    for content in ('[{"username": "a"}]', "[,]", ""):
        file.write_text(content)
        result = CliRunner().invoke(
            main, ["sandbox", "--port", str(free_port()), "--people", str(file)]
        )
        assert result.exit_code == 1
        assert "sandbox.people_invalid" in result.output


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        pytest.param({"birth_date": "1850-01-01"}, "[1].birth_date", id="born too long ago"),
        pytest.param({"phone": "call me"}, "[1].phone", id="no phone"),
        pytest.param({"username": "line\nbreak"}, "[1].sign_in_name", id="control character"),
        pytest.param({"totp_secret": "!"}, "[1].totp_secret", id="no base32"),
    ],
)
def test_a_person_who_cannot_be_enrolled_is_named(
    tmp_path: Path, wrong: dict[str, str], field: str
) -> None:
    file = tmp_path / "people.json"
    people = [{"username": "a", "password": "p", "name": "  "}, {"username": "b", "password": "p"}]
    file.write_text(json.dumps([people[0], people[1] | wrong]), "utf-8")
    result = CliRunner().invoke(
        main, ["sandbox", "--port", str(free_port()), "--people", str(file)]
    )
    assert result.exit_code == 1
    assert field in re.sub(r"[│\s]", "", result.output)


async def test_a_store_that_is_away_is_not_blamed_on_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def away(*_: object) -> bool:
        raise StorageUnavailable

    monkeypatch.setattr(sandbox_people, "_enroll", away)
    nobody = cast("Any", None)
    with pytest.raises(StorageUnavailable):
        await sandbox_people.enroll_people(
            nobody, nobody, [sandbox_people.TestPerson(username="a", password="p")]
        )
