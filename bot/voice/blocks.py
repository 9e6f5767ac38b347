"""Blocks of Markdown that are one piece however many lines they have, told by their lines."""

from __future__ import annotations

import re

# A fence may stand in a quote or a list item; behind backticks no backtick may follow in its line,
# or a phrase in three backticks would swallow the rest of the answer.
FENCE = re.compile(
    r"^[ \t]*(?:(?:>|[-*+]|\d{1,3}[.)])[ \t]+|>){0,9}(?:(`{3,})[^`\n]*|(~{3,}).*)$", re.MULTILINE
)
FORMULA = re.compile(r"\s*(\$\$|\\\[)\s*(?:\\.*)?$")
FORMULA_ENDS = {"$$": "$$", "\\[": "\\]"}
COMMENT = re.compile(r"\s*<!--(?!.*-->)")
COMMENT_END = "-->"


def may_open(head: str) -> bool:
    """Whether a line that begins with `head` (four characters) is no prose."""
    return head.startswith(("|", "```", "~~~", "$$", "\\[", "<!--"))


def closing_mark(line: str) -> str:
    """What closes the block that `line` opens; empty when it opens none."""
    if found := FENCE.match(line):
        return found[1] or found[2]
    if found := FORMULA.match(line):
        closing = FORMULA_ENDS[found[1]]
        return "" if line.count(found[1]) > 1 or line.rstrip().endswith(r"\]") else closing
    return COMMENT_END if COMMENT.match(line) else ""


def ends_block(line: str, mark: str) -> bool:
    """Whether `line` is the last of the block that `mark` closes."""
    if mark == COMMENT_END:
        return mark in line
    bare = line.strip()
    if mark in FORMULA_ENDS.values():
        return not bare or bare.endswith(mark)  # no formula goes on behind a blank line
    bare = bare.lstrip("> \t")
    return bare.startswith(mark) and not bare.strip(mark[0])


def is_row(line: str) -> bool:
    """Whether `line` belongs to a table."""
    return line.lstrip().startswith("|")
