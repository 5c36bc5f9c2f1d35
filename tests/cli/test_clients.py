"""`authsvc clients`: one platform more, its secret, its grade, and tokens to register with."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from authsvc.cli import main

SECRET = "an artificial client secret, long enough"
CLIENT = {"client_name": "Platform One", "redirect_uris": ["https://one.example/callback"]}


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings of a service with keys and a database, and nobody registered."""
    directory = tmp_path_factory.mktemp("clients")
    path = directory / "authsvc.toml"
    path.write_text(
        'issuer = "https://id.example"\n'
        f'data_directory = "{directory / "data"}"\nkey_directory = "{directory / "keys"}"\n'
    )
    for words in (("keys", "init"), ("db", "upgrade")):
        assert CliRunner().invoke(main, [*words, "--config", str(path)]).exit_code == 0
    return path


def clients(config: Path, *words: str, text: str | None = None) -> Result:
    arguments = ["clients", words[0], "--config", str(config), *words[1:]]
    return CliRunner().invoke(main, arguments, input=text)


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


def refused(result: Result, code: str) -> None:
    assert result.exit_code == 1
    # The message stands in a box, and is folded at its border.
    assert code in re.sub(r"[│\s]", "", result.output)


def test_a_client_is_added_and_its_secret_shown_this_once(ready: Path, tmp_path: Path) -> None:
    file = tmp_path / "client.json"
    file.write_text(json.dumps(CLIENT))
    added = told(clients(ready, "add", str(file)))
    assert len(added["client_secret"]) >= 43
    assert added["id_token_signed_response_alg"] == "RS256"
    shown = told(clients(ready, "show", added["client_id"]))
    assert "client_secret" not in shown
    assert shown["client_name"] == "Platform One"
    assert shown["security_grade"]["grade"] == "C"
    assert "secret_in_body" in shown["security_grade"]["reasons"]


def test_a_client_is_added_from_standard_input_with_what_it_names(ready: Path) -> None:
    document = CLIENT | {"client_id": "named", "client_secret": SECRET}
    result = clients(ready, "add", "-", text=json.dumps(document))
    assert SECRET not in result.output
    assert told(result)["client_id"] == "named"
    refused(clients(ready, "add", "-", text=json.dumps(document)), "clients.exists")
    refused(clients(ready, "add", "-", text="[]"), "clients.metadata_invalid")
    refused(clients(ready, "add", "-", text="{"), "line1,column2")


def test_what_is_shown_can_be_imported_again(ready: Path, tmp_path: Path) -> None:
    document = CLIENT | {"client_id": "again", "token_endpoint_auth_method": "none"}
    clients(ready, "add", "-", text=json.dumps(document))
    shown = clients(ready, "show", "again").output
    file = tmp_path / "shown.json"
    file.write_text(f"[{shown}]")
    assert clients(ready, "import", str(file)).exit_code == 0
    assert clients(ready, "show", "again").output == shown


def test_what_was_left_out_stays_left_out(ready: Path, tmp_path: Path) -> None:
    """A method that was never named means the header or the body; one object is a list of one."""
    document = CLIENT | {"client_id": "either", "client_secret": SECRET}
    clients(ready, "add", "-", text=json.dumps(document))
    shown = told(clients(ready, "show", "either"))
    assert "token_endpoint_auth_method" not in shown
    file = tmp_path / "shown.json"
    file.write_text(json.dumps(shown | {"client_secret": SECRET}))
    assert clients(ready, "import", str(file)).exit_code == 0
    assert told(clients(ready, "show", "either")) == shown


def test_a_secret_is_changed(ready: Path) -> None:
    document = CLIENT | {"client_id": "rotated", "client_secret": SECRET}
    clients(ready, "add", "-", text=json.dumps(document))
    one, two = (told(clients(ready, "rotate-secret", "rotated")) for _ in range(2))
    assert one["client_id"] == "rotated"
    assert len({SECRET, one["client_secret"], two["client_secret"]}) == 3


def test_a_client_without_a_secret_or_none_at_all_is_told_so(ready: Path) -> None:
    document = CLIENT | {"client_id": "public", "token_endpoint_auth_method": "none"}
    clients(ready, "add", "-", text=json.dumps(document))
    refused(clients(ready, "rotate-secret", "public"), "clients.no_secret")
    for command in ("show", "rotate-secret", "disable"):
        refused(clients(ready, command, "nobody"), "clients.not_found")


def test_the_list_has_the_grades(ready: Path) -> None:
    document = CLIENT | {"client_id": "listed", "require_pkce": False}
    clients(ready, "add", "-", text=json.dumps(document))
    (line,) = [
        line for line in clients(ready, "list").output.splitlines() if line.startswith("listed")
    ]
    assert line.split()[-1] == "D"


def test_a_token_to_register_with_is_issued_listed_and_revoked(ready: Path) -> None:
    issued = told(
        clients(ready, "token", "--registrations", "3", "--resource", "https://api.example")
    )
    assert len(issued["initial_access_token"]) >= 43
    assert issued["registrations"] == 3
    listed = clients(ready, "tokens").output
    assert f"{issued['id']}  3 left" in listed
    assert issued["initial_access_token"] not in listed
    assert clients(ready, "revoke-token", issued["id"]).exit_code == 0
    assert issued["id"] not in clients(ready, "tokens").output
    refused(clients(ready, "revoke-token", issued["id"]), "clients.registration_token_not_found")


def test_a_resource_that_is_none_is_refused(ready: Path) -> None:
    refused(clients(ready, "token", "--resource", "api"), "clients.metadata_invalid")
