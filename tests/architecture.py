"""The rules of the house, as functions over a tree of source files.

Each rule takes the root of a tree and yields what breaks it, one `Breach` for each place. Imports
are read from the syntax, so that one inside a function or below TYPE_CHECKING counts as well.
"""

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = "authsvc"

# Top to bottom. A room calls down, never up and never to a neighbour on its own storey.
STOREYS: tuple[frozenset[str], ...] = tuple(
    frozenset(storey.split("|"))
    for storey in (
        "__main__",
        "cli",
        "app",
        "housekeeping",
        "admin|holder",
        "issuance|presentation|legacy|events",
        "oidc",
        "authentication|enrollment",
        "certificates|clients",
        "subscribers|evidence|attributes",
        "audit|web",
        "storage|keyring",
        "settings",
        "algorithms",
        "errors|clock|identifiers",
    )
)

# What stands beside the house, for others to take away: which rooms it may know, and which foreign
# libraries. Nobody in the house needs it, but for a room that is a platform's itself.
BESIDE: dict[str, frozenset[str]] = {
    "verify": frozenset(
        {"algorithms", "errors", "identifiers", "cryptography", "msgspec", "cbor2"}
    ),
}
PLATFORMS = frozenset({"presentation"})

# A foreign library, and the places that may speak to it: files by name, rooms by folder.
DOORS: dict[str, frozenset[str]] = {
    "litestar": frozenset({"routes.py", "web", "app", "cli"}),
    "sqlalchemy": frozenset({"store.py", "storage"}),
    "alembic": frozenset({"storage"}),
    "aiosqlite": frozenset({"storage"}),
    "asyncpg": frozenset({"storage"}),
    "redis": frozenset({"storage"}),
    "granian": frozenset({"cli"}),
}

LONGEST_FILE = 300
SHORTEST_PLATE = 5
LONGEST_PLATE = 30
ATTICS = frozenset({"utils", "helpers", "common", "services", "managers"})


@dataclass(frozen=True)
class Breach:
    """One place where a rule is broken."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Import:
    """One imported module, by its full name, and the line that asks for it."""

    name: str
    line: int


Rule = Callable[[Path], Iterator[Breach]]


def calls_only_go_down(root: Path) -> Iterator[Breach]:
    """A room imports itself and the storeys below it."""
    heights = {room: -level for level, storey in enumerate(STOREYS) for room in storey}
    for path in _sources(root):
        own = _room(root, path)
        for imported in _imports(root, path):
            other = _room_of_name(root, imported.name)
            if other is None or own in (other, "__init__"):
                continue
            if other not in heights or own not in heights:
                continue  # every_room_has_a_storey tells
            if heights[other] > heights[own]:
                yield _breach(root, path, imported.line, f"{own} calls up to {other}")
            elif heights[other] == heights[own]:
                yield _breach(root, path, imported.line, f"{own} calls its neighbour {other}")


def what_stands_beside_stands_alone(root: Path) -> Iterator[Breach]:
    """It knows little of the house, only a platform's room knows it, and it travels light.

    So does what it takes along from the house.
    """
    for path in _sources(root):
        own = _room(root, path)
        light = next((needs for room, needs in BESIDE.items() if own in {room, *needs}), None)
        for imported in _imports(root, path):
            other = _room_of_name(root, imported.name)
            library = imported.name.partition(".")[0]
            if other == own:
                continue
            if other in BESIDE and own not in PLATFORMS:
                what = f"{own} needs {other}, which is for others"
                yield _breach(root, path, imported.line, what)
            elif light is not None and (other or library) not in light | sys.stdlib_module_names:
                yield _breach(root, path, imported.line, f"{own} needs {other or library}")


def every_room_has_a_storey(root: Path) -> Iterator[Breach]:
    """What stands in the house stands on a storey."""
    known = frozenset(BESIDE).union(*STOREYS)
    for path in _sources(root):
        room = _room(root, path)
        if room not in known | {"__init__"}:
            yield _breach(root, path, 1, f"{room} stands on no storey")


def doors_are_the_only_way_out(root: Path) -> Iterator[Breach]:
    """A foreign library is spoken to at its door and nowhere else."""
    for path in _sources(root):
        places = {path.name, _room(root, path)}
        for imported in _imports(root, path):
            library = imported.name.partition(".")[0]
            if library in DOORS and not places & DOORS[library]:
                yield _breach(root, path, imported.line, f"{library} has no door here")


def nobody_comes_in_by_a_door(root: Path) -> Iterator[Breach]:
    """A room's `store.py` is its own; its `routes.py` is for `app` and `cli`, or the room."""
    for path in _sources(root):
        own = _room(root, path)
        for imported in _imports(root, path):
            other = _room_of_name(root, imported.name)
            if other in (None, own):
                continue
            parts = set(imported.name.split(".")[2:])
            if "store" in parts or ("routes" in parts and own not in ("app", "cli")):
                yield _breach(root, path, imported.line, f"{imported.name} is a door of {other}")


def imports_are_absolute(root: Path) -> Iterator[Breach]:
    """No import climbs by dots."""
    for path in _sources(root):
        for node in _asking(path.read_text()):
            if isinstance(node, ast.ImportFrom) and node.level:
                yield _breach(root, path, node.lineno, "a relative import")


def files_are_short(root: Path) -> Iterator[Breach]:
    """No file is longer than a sitting."""
    for path in _sources(root):
        lines = len(path.read_text().splitlines())
        if lines > LONGEST_FILE:
            yield _breach(root, path, lines, f"{lines} lines, more than {LONGEST_FILE}")


def nothing_is_an_attic(root: Path) -> Iterator[Breach]:
    """Folders and files are named for what is in them."""
    for path in _sources(root):
        named = {*path.relative_to(root).with_suffix("").parts}
        for attic in sorted(named & ATTICS):
            yield _breach(root, path, 1, f"{attic} is not the name of a thing")


def every_room_has_a_brass_plate(root: Path) -> Iterator[Breach]:
    """A room's `__init__.py` says in a few lines what the room is for."""
    for folder in sorted((root / PACKAGE).iterdir()):
        if not any(folder.glob("*.py")):
            continue
        plate = folder / "__init__.py"
        text = (ast.get_docstring(_tree(plate)) or "") if plate.exists() else ""
        lines = len(text.splitlines())
        if not SHORTEST_PLATE <= lines <= LONGEST_PLATE:
            yield _breach(root, plate, 1, f"a brass plate of {lines} lines")


RULES: tuple[Rule, ...] = (
    calls_only_go_down,
    what_stands_beside_stands_alone,
    every_room_has_a_storey,
    doors_are_the_only_way_out,
    nobody_comes_in_by_a_door,
    imports_are_absolute,
    files_are_short,
    nothing_is_an_attic,
    every_room_has_a_brass_plate,
)


def _sources(root: Path) -> Iterable[Path]:
    return sorted((root / PACKAGE).rglob("*.py"))


def _tree(path: Path) -> ast.Module:
    return _parsed(path.read_text())


@cache
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


@cache
def _asking(source: str) -> tuple[ast.AST, ...]:
    """Whatever in a source can ask for a module."""
    wanted = ast.Import | ast.ImportFrom | ast.Call
    return tuple(node for node in ast.walk(_parsed(source)) if isinstance(node, wanted))


def _breach(root: Path, path: Path, line: int, what: str) -> Breach:
    return Breach(str(path.relative_to(root)), line, what)


def _room(root: Path, path: Path) -> str:
    """The room a file belongs to; for a file of the ground floor, its own name."""
    return path.relative_to(root / PACKAGE).with_suffix("").parts[0]


def _room_of_name(root: Path, name: str) -> str | None:
    """The room that an imported name leads into; None for what is not a room of ours."""
    package, _, rest = name.partition(".")
    first = rest.partition(".")[0]
    house = root / PACKAGE
    is_room = (house / first).is_dir() or (house / f"{first}.py").is_file()
    return first if package == PACKAGE and first and is_room else None


def _imports(root: Path, path: Path) -> Iterator[Import]:
    here = (PACKAGE, *path.relative_to(root / PACKAGE).parts[:-1])
    for node in _asking(path.read_text()):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            climbed = here[: len(here) - node.level + 1] if node.level else ()
            base = ".".join(filter(None, (*climbed, node.module)))
            yield from (Import(f"{base}.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call):
            yield from _dynamic(node)


def _dynamic(call: ast.Call) -> Iterator[Import]:
    """What `importlib.import_module("…")` or `__import__("…")` asks for."""
    function = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    function = call.func.id if isinstance(call.func, ast.Name) else function
    if function in ("import_module", "__import__") and call.args:
        wanted = call.args[0]
        if isinstance(wanted, ast.Constant) and isinstance(wanted.value, str):
            yield Import(wanted.value, call.lineno)
