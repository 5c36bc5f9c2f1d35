"""The house stands as it is drawn, and the test that says so can fail."""

import shutil
from pathlib import Path

import pytest

from tests.architecture import (
    LONGEST_FILE,
    RULES,
    Rule,
    calls_only_go_down,
    doors_are_the_only_way_out,
    every_room_has_a_brass_plate,
    every_room_has_a_storey,
    files_are_short,
    imports_are_absolute,
    nobody_comes_in_by_a_door,
    nothing_is_an_attic,
    what_stands_beside_stands_alone,
)

HOUSE = Path(__file__).parent.parent


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: Rule):
    assert [str(breach) for breach in rule(HOUSE)] == []


PLANTED = {
    "an upward import": (
        calls_only_go_down,
        "keyring/planted.py",
        "import authsvc.storage.planted\nfrom authsvc.cli import main\n",
        "keyring calls up to cli",
    ),
    "an upward import of a name from the package": (
        calls_only_go_down,
        "storage/planted.py",
        "from authsvc import __version__, cli\n",
        "storage calls up to cli",
    ),
    "an import of a neighbour": (
        calls_only_go_down,
        "keyring/planted.py",
        "from authsvc.storage import Database\n",
        "keyring calls its neighbour storage",
    ),
    "an upward import from the ground floor": (
        calls_only_go_down,
        "identifiers.py",
        "import authsvc.keyring\n",
        "identifiers calls up to keyring",
    ),
    "an upward import hidden in a function": (
        calls_only_go_down,
        "storage/planted.py",
        "def late():\n    from authsvc.cli import main\n    return main\n",
        "storage calls up to cli",
    ),
    "an upward import for the types only": (
        calls_only_go_down,
        "storage/planted.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import authsvc.cli\n",
        "storage calls up to cli",
    ),
    "an upward import by dots": (
        calls_only_go_down,
        "storage/planted.py",
        "from ..cli import main\n",
        "storage calls up to cli",
    ),
    "an upward import by name": (
        calls_only_go_down,
        "storage/planted.py",
        "import importlib\nimportlib.import_module('authsvc.cli')\n",
        "storage calls up to cli",
    ),
    "an upward import from deep inside a room": (
        calls_only_go_down,
        "storage/deep/planted.py",
        "from authsvc.cli import main\n",
        "storage calls up to cli",
    ),
    "a room that stands beside the house, needed by it": (
        what_stands_beside_stands_alone,
        "oidc/planted.py",
        "from authsvc.verify import IDTokenVerifier\n",
        "oidc needs verify, which is for others",
    ),
    "a room that stands beside the house and needs one of its rooms": (
        what_stands_beside_stands_alone,
        "verify/planted.py",
        "from authsvc.keyring import SigningKeys\n",
        "verify needs keyring",
    ),
    "a room that stands beside the house and carries a library": (
        what_stands_beside_stands_alone,
        "verify/planted.py",
        "def late():\n    import joserfc.jws\n    return joserfc\n",
        "verify needs joserfc",
    ),
    "what goes along with it carries a library": (
        what_stands_beside_stands_alone,
        "algorithms/planted.py",
        "import joserfc.jws\n",
        "algorithms needs joserfc",
    ),
    "a room on no storey": (
        every_room_has_a_storey,
        "cellar/planted.py",
        "",
        "cellar stands on no storey",
    ),
    "litestar outside the routes": (
        doors_are_the_only_way_out,
        "keyring/planted.py",
        "from litestar import get\n",
        "litestar has no door here",
    ),
    "litestar hidden in a function of a store": (
        doors_are_the_only_way_out,
        "keyring/store.py",
        "def late():\n    import litestar.response as response\n    return response\n",
        "litestar has no door here",
    ),
    "sqlalchemy outside the store": (
        doors_are_the_only_way_out,
        "keyring/routes.py",
        "import sqlalchemy as sa\n",
        "sqlalchemy has no door here",
    ),
    "redis outside storage": (
        doors_are_the_only_way_out,
        "keyring/store.py",
        "from redis.asyncio import Redis\n",
        "redis has no door here",
    ),
    "the store of another room": (
        nobody_comes_in_by_a_door,
        "cli/planted.py",
        "from authsvc.keyring.store import find\n",
        "authsvc.keyring.store.find is a door of keyring",
    ),
    "the routes of another room": (
        nobody_comes_in_by_a_door,
        "storage/planted.py",
        "from authsvc.keyring import routes\n",
        "authsvc.keyring.routes is a door of keyring",
    ),
    "a relative import": (
        imports_are_absolute,
        "storage/planted.py",
        "from .database import Database\n",
        "a relative import",
    ),
    "a file that is too long": (
        files_are_short,
        "storage/planted.py",
        "'''Long.'''\n" * (LONGEST_FILE + 1),
        "301 lines, more than 300",
    ),
    "an attic": (
        nothing_is_an_attic,
        "storage/utils/planted.py",
        "",
        "utils is not the name of a thing",
    ),
    "a file that is an attic": (
        nothing_is_an_attic,
        "storage/helpers.py",
        "",
        "helpers is not the name of a thing",
    ),
    "a room with a bare plate": (
        every_room_has_a_brass_plate,
        "storage/__init__.py",
        '"""Things rest."""\n',
        "a brass plate of 1 lines",
    ),
    "a room without a plate": (
        every_room_has_a_brass_plate,
        "audit/planted.py",
        "",
        "a brass plate of 0 lines",
    ),
}


@pytest.fixture
def copy_of_the_house(tmp_path: Path) -> Path:
    """The sources, to be spoilt."""
    shutil.copytree(
        HOUSE / "authsvc", tmp_path / "authsvc", ignore=shutil.ignore_patterns("__pycache__")
    )
    # What the plants lean on stands there even while the house is being built.
    (tmp_path / "authsvc" / "cli").mkdir(exist_ok=True)
    return tmp_path


@pytest.mark.parametrize(("rule", "place", "source", "what"), PLANTED.values(), ids=[*PLANTED])
def test_a_planted_breach_is_found(
    copy_of_the_house: Path, rule: Rule, place: str, source: str, what: str
):
    planted = copy_of_the_house / "authsvc" / place
    folder = Path("authsvc", place).parent

    def found() -> list[str]:
        return [b.what for b in rule(copy_of_the_house) if Path(b.file).parent == folder]

    assert what not in found()
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(source)
    assert what in found()
