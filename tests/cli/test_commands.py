"""The operator's commands: keys, db, clients, serve."""

import json
import re
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography import x509

from authsvc.certificates.credentials.signer import CredentialSigner
from authsvc.cli import main
from authsvc.cli.serve import PortTaken, require_free_port
from authsvc.keyring import KeyRing

SECRET = "an artificial client secret, long enough"
CLIENT = {
    "client_id": "one",
    "client_secret": SECRET,
    "client_name": "Platform One",
    "redirect_uris": ["https://one.example/callback"],
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "authsvc.toml"
    path.write_text(
        'issuer = "https://id.example"\n'
        f'data_directory = "{tmp_path / "data"}"\nkey_directory = "{tmp_path / "keys"}"\n'
    )
    return path


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words[:2], "--config", str(config), *words[2:]])


def test_the_overview_names_every_command() -> None:
    printed = CliRunner().invoke(main, ["--help"]).output
    for command in ("serve", "sandbox", "demo", "clients", "keys", "db", "register"):
        assert command in printed


def test_an_unknown_command_is_refused() -> None:
    assert CliRunner().invoke(main, ["frobnicate"]).exit_code == 2


def test_keys_are_made_once_and_listed(config: Path) -> None:
    made = run(config, "keys", "init")
    assert made.exit_code == 0
    assert "document-anchors/ is empty" in made.output
    first = run(config, "keys", "list").output
    assert run(config, "keys", "init").exit_code == 0
    assert run(config, "keys", "list").output == first
    assert "ES256" in first
    assert "RS256" in first
    assert "ca  " in first


def stages(output: str, alg: str = "ES256") -> list[str]:
    return [line.split()[3] for line in output.splitlines() if line.startswith(f"oidc  {alg} ")]


def test_signing_keys_are_rotated_and_show_their_stages(config: Path) -> None:
    run(config, "keys", "init")
    assert stages(run(config, "keys", "list").output) == ["current"]
    made = run(config, "keys", "rotate", "--alg", "ES256")
    assert made.exit_code == 0
    assert stages(made.output) == ["next"]
    assert run(config, "keys", "rotate", "--alg", "ES256").output == made.output
    listed = run(config, "keys", "list").output
    assert stages(listed) == ["current", "next"]
    assert stages(listed, "EdDSA") == ["current"]
    found = re.search(r"ES256  (\S+)  next +signs from (\S+Z)  until -", listed)
    assert found is not None
    assert re.search(rf"ES256  \S+  current +signs from \S+Z  until {found[2]}", listed)
    assert found[1] in made.output


def test_a_leaked_signing_key_is_replaced_and_destroyed_at_once(
    config: Path, tmp_path: Path
) -> None:
    run(config, "keys", "init")
    run(config, "keys", "rotate", "--now", "--alg", "EdDSA")
    listed = run(config, "keys", "list").output
    assert stages(listed, "EdDSA") == ["previous", "current"]
    replaced = run(config, "keys", "rotate", "--now", "--revoke")
    assert replaced.exit_code == 0
    listed = run(config, "keys", "list").output
    for alg in ("RS256", "PS256", "ES256", "EdDSA"):
        assert stages(listed, alg) == ["current"]
    files = {path.name for path in (tmp_path / "keys" / "oidc").iterdir()}
    assert files == {"rs256-2.pem", "ps256-2.pem", "es256-2.pem", "eddsa-3.pem"}


def test_the_keys_of_credentials_are_replaced_apart_from_those_of_tokens(
    config: Path, tmp_path: Path
) -> None:
    run(config, "keys", "init")
    listed = run(config, "keys", "list").output
    assert "credential-ca  CN=Online credentials" in listed
    replaced = run(config, "keys", "rotate", "--purpose", "credential", "--now", "--revoke")
    assert replaced.exit_code == 0
    for purpose, name in (("oidc", "es256-1.pem"), ("credential", "es256-2.pem")):
        files = {path.name for path in (tmp_path / "keys" / purpose).glob("es256-*.pem")}
        assert files == {name}
    refused = run(config, "keys", "rotate", "--purpose", "credential", "--alg", "RS256")
    assert refused.exit_code == 2


def test_the_certificate_of_a_leaked_key_of_credentials_is_revoked(
    config: Path, tmp_path: Path
) -> None:
    run(config, "keys", "init")
    now = datetime.now(UTC)
    CredentialSigner(KeyRing.open(tmp_path / "keys"), url="https://id.example").at(now)
    [made] = (tmp_path / "keys" / "credential").glob("*.crt")
    serial = x509.load_pem_x509_certificate(made.read_bytes()).serial_number
    command = ("keys", "rotate", "--purpose", "credential", "--now")
    assert "revoked" not in run(config, *command).output
    assert not (tmp_path / "keys" / "credential-revoked").exists()
    assert (
        f"credential  certificate {serial:x}  revoked" in run(config, *command, "--revoke").output
    )
    [kept] = (tmp_path / "keys" / "credential-revoked").iterdir()
    assert kept.read_bytes() == made.read_bytes()
    assert "revoked" not in run(config, *command, "--revoke").output


def test_a_key_of_another_algorithm_is_made_by_setting_and_followed_by_command(
    config: Path, tmp_path: Path
) -> None:
    run(config, "keys", "init")
    for alg in ("EdDSA", "SM2"):
        config.write_text(config.read_text() + f'\n[keys]\ncredential_signing_alg = "{alg}"\n')
        # It is missed before it is there.
        assert "keyring.broken" in run(config, "keys", "list").output
        assert run(config, "keys", "init").exit_code == 0
        assert f"credential  {alg}" in run(config, "keys", "list").output
        rotated = run(config, "keys", "rotate", "--purpose", "credential", "--alg", alg)
        assert rotated.exit_code == 0, rotated.output
        files = {path.name for path in (tmp_path / "keys" / "credential").glob(f"{alg.lower()}-*")}
        assert files == {f"{alg.lower()}-1.pem", f"{alg.lower()}-2.pem"}
        config.write_text(config.read_text().partition("\n[keys]")[0])


def test_revoking_without_a_key_that_signs_is_refused(config: Path) -> None:
    run(config, "keys", "init")
    assert run(config, "keys", "rotate", "--revoke").exit_code == 2


def test_what_has_retired_is_destroyed_by_command(config: Path, tmp_path: Path) -> None:
    run(config, "keys", "init")
    run(config, "keys", "rotate", "--now", "--alg", "ES256")
    assert run(config, "keys", "prune").output == ""
    folder = tmp_path / "keys" / "oidc"
    for name, moment in (("es256-1.pem", "2020-01-01"), ("es256-2.pem", "2020-02-01")):
        pem = (folder / name).read_text().partition("-----BEGIN")
        (folder / name).write_text(f"Signs-From: {moment}T00:00:00Z\n{pem[1]}{pem[2]}")
    assert stages(run(config, "keys", "list").output) == ["retired", "current"]
    pruned = run(config, "keys", "prune").output
    assert stages(pruned) == ["retired"]
    assert pruned.rstrip().endswith("destroyed")
    assert not (folder / "es256-1.pem").exists()


def test_listing_keys_that_are_not_there_says_what_to_do(config: Path) -> None:
    result = run(config, "keys", "list")
    assert result.exit_code == 1
    assert "keyring.broken" in result.output


def test_the_schema_is_checked_and_upgraded(config: Path) -> None:
    missing = run(config, "db", "check")
    assert missing.exit_code == 1
    assert run(config, "db", "upgrade").exit_code == 0
    assert run(config, "db", "check").exit_code == 0


def test_clients_are_imported_listed_and_disabled(config: Path, tmp_path: Path) -> None:
    run(config, "db", "upgrade")
    file = tmp_path / "clients.json"
    file.write_text(json.dumps([CLIENT]))
    assert run(config, "clients", "import", str(file)).exit_code == 0
    assert "Platform One" in run(config, "clients", "list").output
    assert SECRET not in (tmp_path / "data" / "authsvc.db").read_text("latin-1")
    assert run(config, "clients", "disable", "one").exit_code == 0
    assert "Platform One" not in run(config, "clients", "list").output


@pytest.mark.parametrize(
    ("content", "at_fault"),
    [
        pytest.param("{", "line1,column2", id="no JSON"),
        pytest.param("\xff", "clients.json", id="no UTF-8"),
        pytest.param("7", "array", id="no array"),
        pytest.param("{}", "client_id", id="an empty object"),
        pytest.param(
            json.dumps([{**CLIENT, "client_secret": "short"}]), "client_secret", id="weak"
        ),
    ],
)
def test_a_bad_file_of_clients_is_refused_whole(
    config: Path, tmp_path: Path, content: str, at_fault: str
) -> None:
    run(config, "db", "upgrade")
    file = tmp_path / "clients.json"
    file.write_bytes(content.encode("latin-1"))
    result = run(config, "clients", "import", str(file))
    assert result.exit_code == 1
    # The message stands in a box, and a long path is folded at its border.
    assert at_fault in re.sub(r"[│\s]", "", result.output)
    assert SECRET not in result.output


def test_several_workers_without_redis_are_refused(config: Path) -> None:
    result = CliRunner().invoke(main, ["serve", "--config", str(config), "--workers", "2"])
    assert result.exit_code == 1
    assert "redis_url" in result.output


def test_an_unknown_setting_is_named(tmp_path: Path) -> None:
    path = tmp_path / "authsvc.toml"
    path.write_text('issuer = "https://id.example"\nisuer = "typo"\n')
    result = run(path, "db", "upgrade")
    assert result.exit_code == 1
    assert "isuer" in result.output


def _serve(config: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["serve", "--config", str(config), *words])


def test_serving_without_keys_schema_or_helpers_is_refused_in_words(config: Path) -> None:
    assert "keyring.broken" in _serve(config).output
    run(config, "keys", "init")
    refused = _serve(config)
    assert refused.exit_code == 1
    assert "register.url" in refused.output
    helpers = {
        f"AUTHSVC_{name}__URL": f"https://{name.lower()}.example"
        for name in ("REGISTER", "SMS", "FACE_MATCH")
    }
    arguments = ["serve", "--config", str(config)]
    no_database = CliRunner(env=helpers).invoke(main, arguments)
    assert "storage.unavailable" in no_database.output
    (config.parent / "data").mkdir()
    no_schema = CliRunner(env=helpers).invoke(main, arguments)
    assert "storage.schema_outdated" in no_schema.output


def test_the_process_that_looks_after_workers_loads_nothing_of_the_service() -> None:
    program = """
import sys
import authsvc.cli.serve, granian
heavy = {"sqlalchemy", "litestar", "cryptography", "authsvc.app"} & set(sys.modules)
sys.exit(f"loaded: {heavy}" if heavy else 0)
"""
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_port_that_is_taken_is_refused(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as busy:
        busy.bind((host, 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(PortTaken) as raised:
            require_free_port(host, port)
    assert raised.value.field == "port"
    require_free_port(host, port)


def test_a_missing_file_of_settings_is_named(tmp_path: Path) -> None:
    result = run(tmp_path / "nowhere.toml", "db", "upgrade")
    assert "No such file" in result.output
