"""Every module of the test plans has a test here; a line of its docstring begins with the name."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.plans import PLANS

HERE = Path(__file__).parent
BESIDE = (HERE, HERE.parent / "issuance", HERE.parent / "presentation")
FILES = [file for folder in BESIDE for file in folder.glob("test_*.py")]


def named_modules() -> Iterator[str]:
    """What stands before the first colon of each line of a test's docstring, at its commas."""
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for line in (ast.get_docstring(node) or "").splitlines():
                    before, colon, _ = line.partition(":")
                    yield from (name.strip() for name in before.split(",") if colon)


NAMED = frozenset(named_modules())


@pytest.mark.parametrize("plan", PLANS)
def test_every_module_of_a_plan_has_a_test(plan):
    assert [module for module in PLANS[plan] if module not in NAMED] == []


@pytest.mark.parametrize("plan", PLANS)
def test_no_module_is_listed_twice(plan):
    assert len(set(PLANS[plan])) == len(PLANS[plan])
