"""`python -m bench`: measures, prints one table, and writes JSON when asked to."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bench import cpu, many_chats, memory, report, start, turns
from bench.figures import Figure
from bench.settings import FULL, SHORT, Settings
from tests.flow.stage import stand_ins

MEASURES: dict[str, Callable[[str, Settings], list[Figure]]] = {
    "turns": turns.measure,
    "start": start.measure,
    "memory": memory.measure,
    "cpu": cpu.measure,
    "chats": many_chats.measure,
}


def main(arguments: list[str] | None = None) -> int:
    """0 whatever was measured: no figure fails a run, a bot that does not answer does."""
    asked = _parser().parse_args(arguments)
    settings = SHORT if asked.short else FULL
    if asked.idle is not None:
        settings = replace(settings, idle_s=asked.idle)
    if asked.repeat is not None:
        settings = replace(settings, repeat=asked.repeat)
    before = report.machine()
    figures: list[Figure] = []
    with stand_ins() as base:
        for name in asked.only or MEASURES:
            sys.stderr.write(f"measuring {name} ...\n")
            figures += MEASURES[name](base, settings)
    sys.stdout.write(f"{report.table(figures)}\n\nbefore: {before}\nafter:  {report.machine()}\n")
    if asked.json:
        report.write_json(asked.json, figures, before=before)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--only", action="append", choices=MEASURES, help="measure only this")
    parser.add_argument("--short", action="store_true", help="a minute, to see that it runs")
    parser.add_argument("--idle", type=float, metavar="SECONDS", help="idle time between turns")
    parser.add_argument("--repeat", type=int, metavar="N", help="turns of each kind")
    return parser


if __name__ == "__main__":
    sys.exit(main())
