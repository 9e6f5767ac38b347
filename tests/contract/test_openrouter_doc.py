"""docs/openrouter.md tells the truth: every module and every test that it names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "openrouter.md").read_text("utf-8")
NOT_YET = "not yet"
HEADINGS = {"kept by", "---"}


def rows() -> list[list[str]]:
    """The cells of every promise: what, kept by, proved by."""
    lines = (line for line in PAGE.splitlines() if line.startswith("|"))
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))] for line in lines]
    return [row for row in cells if row[1] not in HEADINGS]


@cache
def names_in(path: Path) -> frozenset[str]:
    """The names of the tests in a file, those of a class as `Class.test`."""
    names: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{f.name}" for f in node.body if hasattr(f, "name")}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
    return frozenset(names)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:50])
def test_a_promise_names_a_module_and_a_test_that_exist(row: list[str]) -> None:
    what, kept_by, proved_by = row
    assert what
    if NOT_YET in (kept_by, proved_by):
        assert kept_by == proved_by == NOT_YET
        return
    module = kept_by.strip("`")
    path, _, name = proved_by.strip("`").partition("::")
    assert (ROOT / "bot" / module).is_file(), module
    assert name in names_in(ROOT / "tests" / path), proved_by


def test_every_shaping_rule_is_in_the_table() -> None:
    rules = {path.name for path in (ROOT / "bot" / "openrouter" / "shaping").glob("*.py")}
    named = {Path(row[1].strip("`")).name for row in rows()}
    assert rules - named == {"__init__.py", "shape.py", "parallel_tools.py"}
