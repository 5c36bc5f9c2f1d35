"""`authsvc department`: the desk by commands, and the department behind a real server."""

import json
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner

from authsvc.cli import main
from authsvc.cli.tour.servers import Server
from authsvc.evidence.authority.authority import DocumentAuthority
from tests.services import free_port

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> list[dict[str, object]]:
    """What a command prints, a JSON object a line."""
    result = CliRunner().invoke(main, ["department", *arguments])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def refused(*arguments: str) -> str:
    """What a command says that is refused."""
    result = CliRunner().invoke(main, ["department", *arguments])
    assert result.exit_code == 1
    return result.output


@pytest.fixture
def directory(tmp_path: Path) -> str:
    return str(tmp_path / "residence")


def test_a_household_moves(directory):
    [written] = run(
        "write", "--directory", directory, "residence_province=650000", "residence_city=659000"
    )
    [moved] = run("move", "--directory", directory, str(written["record"]), "440300")
    assert moved["attributes"] == {"residence_province": "440000", "residence_city": "440300"}
    assert run("records", "--directory", directory) == [moved | {"is_linked": False}]
    [left] = run("remove", "--directory", directory, str(written["record"]), "residence_city")
    assert left["attributes"] == {"residence_province": "440000"}


def test_what_is_no_value_or_no_record_is_refused(directory):
    assert "department.attribute_refused" in refused(
        "write", "--directory", directory, "residence_city=somewhere"
    )
    assert "department.record_unknown" in refused("move", "--directory", directory, "R1", "440300")


def test_yes_and_no_are_true_and_false(tmp_path):
    [written] = run(
        "write", "--kind", "education", "--directory", str(tmp_path / "education"), "student=true"
    )
    assert written["attributes"] == {"student": True}


def test_a_code_wants_a_card_that_the_register_has_as_good(directory, tmp_path):
    register = tmp_path / "register"
    authority = DocumentAuthority.open(register)
    card = authority.issue_card(authority.create_person().number.value).document_number
    [written] = run("write", "--directory", directory, "residence_city=659000")
    asked = ("code", "--directory", directory, "--register-directory", str(register))
    [handed] = run(*asked, str(written["record"]), card)
    assert len(str(handed["code"])) == 9
    authority.report_lost(card)
    assert "department.card_not_good" in refused(*asked, str(written["record"]), card)


@pytest.mark.slow
def test_a_department_is_served(directory, tmp_path):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = ["authsvc", "department", "serve", f"--port={port}", f"--directory={directory}"]
    command += ["--service=http://127.0.0.1:1", f"--register-directory={tmp_path / 'register'}"]
    server = Server(
        "department",
        command,
        url=url,
        ready="/health",
        log=tmp_path / "log",
        root=ROOT,
        environment={},
    )
    try:
        server.start()
        with httpx2.Client(base_url=url, trust_env=False) as client:
            metadata = client.get("/.well-known/openid-configuration").json()
            assert (metadata["issuer"], metadata["jwks_uri"]) == (url, f"{url}/jwks")
            [key] = client.get("/jwks").json()["keys"]
            assert "d" not in key
            assert client.get("/desk/records").status_code == 401
            token = (Path(directory) / "keys" / "desk" / "token.key").read_text().strip()
            bearer = {"authorization": f"Bearer {token}"}
            body = {"attributes": {"residence_city": "659000"}}
            written = client.post("/desk/records", json=body, headers=bearer).json()
            assert client.get("/desk/records", headers=bearer).json() == [written]
            # The same files: the command sees what the server wrote.
            assert run("records", "--directory", directory)[0]["record"] == written["record"]
            sent = client.post(
                "/queries", content="x.y.z", headers={"content-type": "application/jwt"}
            )
            # Nobody is where its service should be, so nobody can be believed.
            assert sent.status_code == 503
            wrong = {"attributes": {"residence_city": "somewhere"}}
            assert client.post("/desk/records", json=wrong, headers=bearer).status_code == 400
    finally:
        server.stop()
