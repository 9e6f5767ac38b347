"""Writes the module map of docs/architecture.md from the modules' own first lines."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- modules -->\n", "<!-- /modules -->"


def module_map(root: Path = ROOT) -> str:
    """The generated section: a table for each folder, a line for each module."""
    lines: list[str] = []
    folders = sorted({path.parent for path in (root / "bot").rglob("*.py")})
    for folder in folders:
        modules = sorted(folder.glob("*.py"))
        lines.append(f"\n**{folder.relative_to(root)}/**{_about(folder / '__init__.py')}\n")
        lines += [f"- `{path.name}`{_about(path)}" for path in modules if path.name[0] != "_"]
    return "\n".join(lines).strip() + "\n"


def page_with_map() -> str:
    """The whole page as it should be."""
    head, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{module_map()}\n{END}{tail}"


def _about(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) if path.exists() else None
    return f" – {docstring.splitlines()[0]}" if docstring else ""


if __name__ == "__main__":
    fresh = page_with_map()
    if "--check" in sys.argv:
        sys.exit(0 if fresh == PAGE.read_text("utf-8") else "docs/architecture.md is out of date")
    PAGE.write_text(fresh, "utf-8")
