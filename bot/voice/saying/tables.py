"""Tables as a listener takes them in: small ones row by row, the others are only mentioned."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.voice.saying.notes import NO, TABLE_NOTES, YES, note, noun

TABLE = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.MULTILINE)
RULER = re.compile(r"[\s|:=-]*-[\s|:=-]*")
CELL_END = re.compile(r"(?<!\\)\|")
MOST_COLUMNS = 4
MOST_ROWS = 6
MOST_CHARS = 600
TICKS = {"✓": YES, "✔": YES, "✅": YES, "☑": YES, "✗": NO, "✘": NO, "❌": NO, "✖": NO, "☐": NO}
# Between name and value, between two values, at the end of a row.
MARKS = {"zh": ("：", "，", "。"), "ja": ("：", "、", "。"), "hi": (": ", ", ", "।")}
ARABIC_MARKS = (": ", "، ", ".")
PLAIN_MARKS = (": ", ", ", ".")
FINAL = ".!?。！？।"


def say_table(markdown: str, *, language: str, say: Callable[[str], str]) -> str:
    """`Name: Anna, Age: 30.` for each row, or that there is a table. `say` speaks one cell."""
    rows = [_cells(line) for line in markdown.splitlines() if line.strip().startswith("|")]
    ruled = len(rows) > 1 and RULER.fullmatch("|".join(rows[1])) is not None
    head, body = (rows[0], rows[2:]) if ruled else ([], rows)
    body = [row for row in body if not RULER.fullmatch("|".join(row))]
    widest = max((len(row) for row in rows), default=0)
    if not body or len(body) > MOST_ROWS or widest > MOST_COLUMNS:
        return note(TABLE_NOTES, language)
    names = [_cell(name, language, say) for name in head]
    said = [_row(names, [_cell(cell, language, say) for cell in row], language) for row in body]
    told = ("" if language in MARKS and language != "hi" else " ").join(filter(None, said))
    return told if 0 < len(told) <= MOST_CHARS else note(TABLE_NOTES, language)


def _cells(line: str) -> list[str]:
    """The cells of a row; a bar in code or behind a backslash is no border."""
    line = re.sub(r"`[^`\n]*`", lambda match: match[0].replace("|", r"\|"), line.strip())
    line = line.removeprefix("|")
    cells = CELL_END.split(line)
    if cells and not cells[-1].strip():
        cells.pop()
    return [cell.replace(r"\|", "|").strip() for cell in cells]


def _cell(cell: str, language: str, say: Callable[[str], str]) -> str:
    bare = cell.replace("\ufe0f", "").strip()
    if bare in TICKS:
        return noun(TICKS[bare], language)
    if bare in {"-", "–", "—", "n/a", "N/A"}:
        return ""
    return say(cell).rstrip(" .:。：")


def _row(names: list[str], cells: list[str], language: str) -> str:
    marks = ARABIC_MARKS if language in {"ar", "fa", "ur"} else MARKS.get(language, PLAIN_MARKS)
    colon, comma, stop = marks
    parts = []
    for index, cell in enumerate(cells):
        name = names[index] if index < len(names) else ""
        if cell:
            parts.append(f"{name}{colon}{cell}" if name else cell)
    if not parts:
        return ""
    row = comma.join(parts)
    return row if row.endswith(tuple(FINAL)) else row + stop
