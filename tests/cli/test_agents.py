"""`authsvc agents`: added by their public key, listed, removed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from authsvc.cli import main
from examples.counter.agent import new_key


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings of a service with keys and a database, and no agent."""
    directory = tmp_path_factory.mktemp("agents")
    path = directory / "authsvc.toml"
    path.write_text(
        'issuer = "https://id.example"\n'
        f'data_directory = "{directory / "data"}"\nkey_directory = "{directory / "keys"}"\n'
    )
    for words in (("keys", "init"), ("db", "upgrade")):
        assert CliRunner().invoke(main, [*words, "--config", str(path)]).exit_code == 0
    return path


def agents(config: Path, *words: str, text: str | None = None) -> Result:
    arguments = ["agents", words[0], "--config", str(config), *words[1:]]
    return CliRunner().invoke(main, arguments, input=text)


def test_an_agent_comes_and_goes(ready: Path, tmp_path: Path) -> None:
    jwk = json.dumps(new_key(tmp_path / "key.pem"))
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    words = ("add", "--name", "Test Clerk", "--station", "Example Hall 3", "-")
    added = json.loads(agents(ready, *words, text=jwk).output)
    assert f"{added['agent']}  Example Hall 3  Test Clerk" in agents(ready, "list").output
    again = agents(ready, *words, text=jwk)
    assert again.exit_code == 1
    assert "agent_key_taken" in again.output
    assert agents(ready, "remove", added["agent"]).exit_code == 0
    assert "removed" in agents(ready, "list").output
    assert agents(ready, "remove", added["agent"]).exit_code == 1


@pytest.mark.parametrize("text", ["[]", "{}", "no JSON", '{"kty": "oct", "k": "AAAA"}'])
def test_what_is_no_public_key_is_refused_in_words(ready: Path, text: str) -> None:
    words = ("add", "--name", "Test Clerk", "--station", "Example Hall 3", "-")
    refused = agents(ready, *words, text=text)
    assert refused.exit_code == 1
    assert "agent_invalid" in refused.output
