"""The rules of the house: small rooms that say what they own, and files that name no index host."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config.load import load

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "bot").rglob("*.py"))
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
# Written in pieces, so that this file does not name one either.
INDEX_HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"))]
SECRETS = {"TELEGRAM_BOT_TOKEN": f"123456:{'a' * 35}", "OPENROUTER_API_KEY": "sk-or-v1-example"}
GENERATED = {".venv", ".git", "build", "dist", "node_modules"}


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length in lines of every function of a module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.name, node.end_lineno - node.lineno + 1


def own_files() -> Iterator[Path]:
    """Every file that belongs to the project: git's list, or without git all but what is made."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        yield from (ROOT / name for name in listed.stdout.split("\0") if name)
        return
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT).parts
        made = any(part in GENERATED or part.endswith("_cache") for part in inside)
        if path.is_file() and not made:
            yield path


def test_there_are_modules_to_look_at() -> None:
    assert len(MODULES) > 100


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_small_and_says_what_it_owns(path: Path) -> None:
    source = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(source)), "a module begins with what it owns"
    assert len(source.splitlines()) <= LONGEST_MODULE
    too_long = {name: lines for name, lines in functions(path) if lines > LONGEST_FUNCTION}
    assert not too_long


def test_no_file_names_a_package_index_host() -> None:
    def names_one(path: Path) -> bool:
        data = path.read_bytes()
        return any(host.encode() in data for host in INDEX_HOSTS)

    assert [path for path in own_files() if path.is_file() and names_one(path)] == []


def test_the_example_config_loads_without_a_word() -> None:
    loaded = load(path=ROOT / "config.example.json5", environ=SECRETS)
    assert (loaded.errors, loaded.warnings, loaded.notes) == ((), (), ())


def test_pinned_versions_are_names_and_versions_only() -> None:
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    assert lines
    assert [line for line in lines if line and "==" not in line and not line.startswith("#")] == []
