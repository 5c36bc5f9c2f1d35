"""docs/settings.md names every setting, spells it right, and names none that is not there."""

import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from authsvc.cli.sandbox import sandbox_environment
from authsvc.settings import Settings, load_settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
NAME = re.compile(r"`([^`]+)`")


def keys_of(kind: type[msgspec.Struct], above: str = "") -> dict[str, str]:
    """Every key, dotted, with its default as the document spells it."""
    found: dict[str, str] = {}
    for field in msgspec.structs.fields(kind):
        key = above + field.name
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            found |= keys_of(field.type, f"{key}.")
        else:
            made = field.default_factory
            found[key] = spelt(field.default if made is msgspec.NODEFAULT else made())
    return found


def spelt(default: object) -> str:
    if default is msgspec.NODEFAULT:
        return "must be set"
    return "empty" if default in ("", {}) else f"`{default}`"


def rows(text: str, first: str) -> Iterator[list[str]]:
    """The cells of the rows of every table that begins with these header cells."""
    inside = False
    for before, line in pairwise(["", *text.splitlines()]):
        if line.startswith("|---"):
            inside = before.startswith(first)
        elif not line.startswith("|"):
            inside = False
        elif inside:
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


@pytest.fixture(scope="module")
def text() -> str:
    return DOCUMENT.read_text("utf-8")


@pytest.fixture(scope="module")
def documented(text: str) -> dict[str, list[str]]:
    found = {NAME.findall(cells[0])[0]: cells for cells in rows(text, "| key | environment |")}
    assert len(found) == len(list(rows(text, "| key | environment |"))), "a key stands there twice"
    return found


def test_every_setting_is_documented_and_no_other(documented: dict[str, list[str]]) -> None:
    assert set(documented) == set(keys_of(Settings))


@pytest.mark.parametrize("key", keys_of(Settings))
def test_a_setting_is_spelt_as_the_environment_spells_it(
    documented: dict[str, list[str]], key: str
) -> None:
    variable = "AUTHSVC_" + key.upper().replace(".", "__")
    assert documented[key][1] == f"`{variable}`"


@pytest.mark.parametrize(("key", "default"), keys_of(Settings).items())
def test_a_setting_has_the_documented_default(
    documented: dict[str, list[str]], key: str, default: str
) -> None:
    if key == "register.directory":
        settings = Settings(issuer="https://id.example")
        default = "`register` in `data_directory`"
        assert settings.register_directory == settings.data_directory / "register"
    assert documented[key][2].endswith(f", {default}")


def test_the_files_of_the_document_are_good_settings(text: str, tmp_path: Path) -> None:
    files = re.findall(r"^```toml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert len(files) == 2
    for content in files:
        path = tmp_path / "authsvc.toml"
        path.write_text(content, "utf-8")
        settings = load_settings(path, {})
        assert not settings.sandbox
        assert settings.register.url
        assert settings.sms.url
        assert settings.face_match.url
        assert tomllib.loads(content).keys() <= msgspec.structs.asdict(settings).keys()


def test_the_variables_of_the_document_are_known(text: str) -> None:
    known = {f"AUTHSVC_{key.upper().replace('.', '__')}" for key in keys_of(Settings)}
    named = set(re.findall(r"\bAUTHSVC_\w*\w", text)) - {"AUTHSVC_CONFIG", "AUTHSVC_TEST"}
    # AUTHSVC_* and AUTHSVC_…_FILE stand for all of them.
    assert {name.removesuffix("_FILE") for name in named if name != "AUTHSVC_"} <= known


def test_what_the_sandbox_sets_is_documented(text: str, tmp_path: Path) -> None:
    documented = {
        key: cells[1] for cells in rows(text, "| key | value |") for key in NAME.findall(cells[0])
    }
    environment = sandbox_environment("http://127.0.0.1:9000", tmp_path)
    settings = {
        name.removeprefix("AUTHSVC_").lower().replace("__", "."): value
        for name, value in environment.items()
    }
    assert documented.keys() == settings.keys()
    chosen_by_options = {"issuer", "data_directory", "key_directory"}
    for key in documented.keys() - chosen_by_options:
        assert documented[key] == f"`{settings[key]}`"
