"""The table and the JSON file of a run."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path

from bench.figures import Figure

HEAD = ("figure", "value", "bound", "ratio", "goal", "")


def table(figures: Sequence[Figure]) -> str:
    """All `figures` as aligned lines, notes below the line they belong to."""
    rows = [HEAD, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = []
    for row, figure in zip(rows, [None, *figures], strict=True):
        name, *numbers, verdict = (cell for cell in row)
        aligned = (cell.rjust(width) for cell, width in zip(numbers, widths[1:-1], strict=True))
        lines.append("  ".join([name.ljust(widths[0]), *aligned, verdict]).rstrip())
        if figure is not None and figure.note:
            lines.append(f"    {figure.note}")
    return "\n".join(lines)


def machine() -> str:
    """Where this was measured, and how busy the machine was."""
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, load average {load}"


def write_json(path: Path, figures: Sequence[Figure], *, before: str) -> None:
    """All figures, with the state of the machine before and after the run."""
    facts = {
        "machine": {"before": before, "after": machine()},
        "figures": [figure.facts() for figure in figures],
    }
    path.write_text(json.dumps(facts, indent=2) + "\n", "utf-8")


def _cells(figure: Figure) -> tuple[str, ...]:
    bound, ratio, goal = figure.bound, figure.ratio, figure.goal
    return (
        figure.name,
        _number(figure.value, figure.unit),
        "" if bound is None else _number(bound, figure.unit),
        "" if ratio is None else f"{ratio:.3f}",
        "" if goal is None else f"{goal:.2f}",
        figure.verdict,
    )


def _number(value: float, unit: str) -> str:
    digits = 0 if value == int(value) or abs(value) >= 1_000 else 1
    return f"{value:,.{digits}f} {unit}".rstrip()
