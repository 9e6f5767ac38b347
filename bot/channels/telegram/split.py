"""Cutting rendered text into messages: at the best boundary, tags closed and opened again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels.telegram.markup import Run, to_html, to_plain

# Boundaries from best to worst; a cut goes after the match, whose outer whitespace is dropped.
BOUNDARIES = (
    re.compile(r"\n[ \t]*\n\s*"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…。！？])[\"'”’)\]]*\s+|(?<=[。！？])"),
    re.compile(r"\s+"),
)
ENOUGH = 0.5  # a better boundary is taken when at least this much of the message stays before it
JOINERS = "\u200d\ufe0f\ufe0e"  # never cut before these: they belong to the character before


@dataclass(frozen=True, slots=True)
class Chunk:
    """One message: as HTML, and the same text bare for when the HTML is refused."""

    html: str
    plain: str


def units(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """The beginning of `text` that fits into `limit` units."""
    return text[: _fitting(text, 0, limit)]


def split(runs: Sequence[Run], *, limit: int) -> list[Chunk]:
    """`runs` as messages of at most `limit` visible UTF-16 units; none when nothing is visible."""
    text = to_plain(runs)
    chunks: list[Chunk] = []
    for start, end in _spans(text, limit):
        part = _between(runs, start, end)
        chunks.append(Chunk(html=to_html(part), plain=to_plain(part)))
    return chunks


def _spans(text: str, limit: int) -> list[tuple[int, int]]:
    """Start and end of each message in `text`, without the whitespace at the cuts."""
    spans: list[tuple[int, int]] = []
    start, last = _skip_blank_lines(text, 0), len(text.rstrip())
    while start < last:
        end = _fitting(text, start, limit)
        end = _boundary(text, start, end) if end < last else last
        spans.append((start, start + len(text[start:end].rstrip())))
        start = _skip_blank_lines(text, end)
    return [span for span in spans if span[0] < span[1]]


def _skip_blank_lines(text: str, start: int) -> int:
    """The next line with something on it, its indentation kept: it may be code."""
    blank = re.compile(r"\s*\n|[^\S\n]+\Z").match(text, start)
    return blank.end() if blank else start


def _fitting(text: str, start: int, limit: int) -> int:
    """How far a message of `limit` units from `start` can reach, whole characters only."""
    end = min(len(text), start + limit)
    window = text[start:end]
    if window.isascii() or units(window) <= limit:
        return end
    budget = limit
    for index, char in enumerate(window):
        budget -= 2 if ord(char) > 0xFFFF else 1
        if budget < 0:
            return start + index
    return end


def _boundary(text: str, start: int, end: int) -> int:
    """The best place to cut in `start..end`, where the text goes on after `end`."""
    if text[end].isspace():
        return end if text[end] == "\n" else _best(text, start, end) or end
    return _best(text, start, end) or _between_characters(text, start, end)


def _best(text: str, start: int, end: int) -> int:
    earliest = start + int((end - start) * ENOUGH)
    for pattern in BOUNDARIES:
        places = [match.end() for match in pattern.finditer(text, earliest, end)]
        if places:
            return places[-1]
    words = [match.end() for match in BOUNDARIES[-1].finditer(text, start + 1, end)]
    return words[-1] if words and text[start : words[-1]].strip() else 0


def _between_characters(text: str, start: int, end: int) -> int:
    place = end
    while place > start + 1 and (text[place] in JOINERS or text[place - 1] == JOINERS[0]):
        place -= 1
    return place if place > start + 1 else end


def _between(runs: Sequence[Run], start: int, end: int) -> list[Run]:
    part: list[Run] = []
    position = 0
    for run in runs:
        piece = run.text[max(0, start - position) : max(0, end - position)]
        if piece:
            part.append(Run(piece, run.tags))
        position += len(run.text)
        if position >= end:
            break
    return part
