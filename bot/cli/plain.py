"""Markdown as plain text for a terminal: the words stay, the marks that only style them go."""

from __future__ import annotations

import re

FENCE = re.compile(r"\s*(?:```|~~~)")
CODE = re.compile(r"(`+)(.+?)\1")
BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
HEADING = re.compile(r"^#{1,6} +")


def plain(markdown: str) -> str:
    """`markdown` without marks for bold, code and headings; what stands in code stays as it is."""
    lines, inside = [], False
    for line in markdown.split("\n"):
        if FENCE.match(line):
            inside = not inside
        else:
            lines.append(line if inside else _line(line))
    return "\n".join(lines)


def _line(line: str) -> str:
    pieces, at = [], 0
    line = HEADING.sub("", line)
    for code in CODE.finditer(line):
        pieces += [BOLD.sub(r"\1", line[at : code.start()]), code[2]]
        at = code.end()
    return "".join([*pieces, BOLD.sub(r"\1", line[at:])])
