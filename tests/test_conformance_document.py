"""`docs/conformance.md` names files and tests: every one of them is there, and says what it says.

A test is looked for by its name in the text of its file, so that nothing has to be imported.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "conformance.md").read_text("utf-8")

HEADER = ("specification", "clause", "what it asks", "implemented in", "shown by")
QUOTED = re.compile(r"`([^`]+)`")
# What looks like a file of ours, wherever it stands.
FILE = re.compile(r"`((?:[a-z0-9_]+/)+[a-z0-9_]+\.(?:py|html))(?:::(\w+))?`")

SPECIFICATIONS = {
    *(f"RFC {number}" for number in range(7515, 7521)),
    "RFC 6749",
    "RFC 6750",
    "RFC 7009",
    "RFC 7523",
    "RFC 7591",
    "RFC 7592",
    "RFC 7636",
    "RFC 7662",
    "RFC 8252",
    "RFC 8414",
    "RFC 8628",
    "RFC 8693",
    "RFC 8705",
    "RFC 8707",
    "RFC 9068",
    "RFC 9101",
    "RFC 9126",
    "RFC 9207",
    "RFC 9396",
    "RFC 9440",
    "RFC 9449",
    "RFC 9470",
    "RFC 9700",
    "RFC 9701",
    "RFC 9728",
    "RFC 9901",
    "RFC 10027",
    "RFC 10070",
    "ICAO Doc 9303",
    "GB 11643",
    "OpenID Connect Core",
    "Discovery",
    "Dynamic Registration",
    "RP-Initiated Logout",
    "Back-Channel Logout",
    "Front-Channel Logout",
    "Form Post 1.0",
    "JARM",
    "CIBA Core",
    "FAPI 2.0 Security Profile",
    "FAPI 2.0 Message Signing",
    "FAPI-CIBA",
    "Unmet Authentication Requirements",
    "Identity Assurance 1.0",
    "RFC 5019",
    "RFC 5280",
    "RFC 6960",
    "RFC 8949",
    "RFC 9052",
    "RFC 9654",
    "ISO/IEC 18013-5",
    "SD-JWT VC",
    "Token Status List",
    "OpenID4VP 1.0",
    "HAIP 1.0",
    "OpenID4VCI 1.0",
    "Attestation-Based Client Authentication",
    "WebAuthn L3",
}


@dataclass(frozen=True)
class Row:
    """One line of the table: what is asked where, and where it is kept and shown."""

    specification: str
    clause: str
    asks: str
    files: tuple[str, ...]
    tests: tuple[str, ...]


def cells(line: str) -> tuple[str, ...]:
    """The cells of a line of a table."""
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def rows() -> Iterator[Row]:
    """Every line of every table with our header."""
    inside = False
    for line in DOCUMENT.splitlines():
        if not line.startswith("|"):
            inside = False
        elif cells(line) == HEADER:
            inside = True
        elif inside and not line.startswith("|---"):
            specification, clause, asks, files, tests = cells(line)
            yield Row(specification, clause, asks, tuple(_quoted(files)), tuple(_quoted(tests)))


def _quoted(cell: str) -> list[str]:
    found = QUOTED.findall(cell)
    assert found, f"nothing is named in {cell!r}"
    return found


def is_defined(test: str) -> bool:
    """Whether the file of `path::name` has a test of exactly this name."""
    path, _, name = test.partition("::")
    file = ROOT / "tests" / path
    return file.is_file() and bool(
        re.search(rf"^(?:async )?def {name}\(", file.read_text("utf-8"), re.MULTILINE)
    )


ROWS = list(rows())


def test_every_specification_has_rows():
    assert {row.specification for row in ROWS} >= SPECIFICATIONS


def test_no_row_is_there_twice():
    named = [(row.specification, row.clause, row.asks) for row in ROWS]
    assert len(set(named)) == len(named)


def test_what_the_rows_name_is_there():
    assert [
        file for row in ROWS for file in row.files if not (ROOT / "authsvc" / file).is_file()
    ] == []
    assert [test for row in ROWS for test in row.tests if not is_defined(test)] == []
    assert all(row.clause and row.asks for row in ROWS)


def test_files_named_beside_the_tables_are_there():
    for path, name in FILE.findall(DOCUMENT):
        at_home = [ROOT / folder / path for folder in ("authsvc", "tests")]
        assert any(file.is_file() for file in at_home), path
        assert not name or is_defined(f"{path}::{name}"), f"{path}::{name}"


def test_every_test_plan_is_named():
    plans = (ROOT / "tests" / "conformance" / "plans.py").read_text("utf-8")
    told = re.findall(r"`([\w-]+-test-plan(?:-\w+)?)`", DOCUMENT)
    assert set(told) == set(re.findall(r'"([\w-]+-test-plan(?:-\w+)?)\b', plans))
    assert len(set(told)) == len(told)


def test_a_name_that_is_nearly_right_is_found_out():
    good = "vectors/test_rfc7636.py::test_the_challenge_of_the_example"
    assert is_defined(good)
    assert not is_defined(good[:-1])
    assert not is_defined(good + "s")
    assert not is_defined("vectors/test_rfc0000.py::test_nothing")
