"""Growing Markdown to sentences, as soon as each is certain, in any script.

Lossless: the pieces joined are the input. The same text gives the same pieces however it arrives.
A code fence and a table are one piece each.
"""

from __future__ import annotations

import re
from enum import Enum

from bot.voice.abbreviations import stops_here

NEWLINE = "\n"
# Ends of sentences that no space has to follow.
FULL_STOPS = frozenset("。！？｡．।॥؟۔။።፧។៕։᠃᱾꘎")
SOFT_STOPS = frozenset(".!?…‼⁇⁈⁉")
STOPS = FULL_STOPS | SOFT_STOPS
CLOSERS = frozenset("\"'”’»›)]}*_~`」』】）〉》］｝")
INDENT = frozenset(" \t")
SPACES = frozenset(" \t\r\u00a0\u202f\u2009\u3000")
COMMAS = frozenset(",;:،؛，；：、၊")
# Scripts written without marks at the end of a sentence, where a space is a pause: Thai, Lao.
SPACE_IS_PAUSE = re.compile(r"[\u0e00-\u0eff]")

FIRST_CJK = "\u2e80"
PAUSE_CHARS = 60  # from here a space ends a piece in those scripts
CLAUSE_CHARS = 300  # from here a comma may end a piece
RUN_ON_CHARS = 500  # from here a space may
FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")


class Verdict(Enum):
    GOES_ON = "goes on"
    ENDS = "ends"
    UNKNOWN = "more text has to come"


class Sentences:
    """Feed it text, take complete sentences. Each keeps its marks and the space behind it."""

    def __init__(self) -> None:
        self._text = ""  # begins with the sentence under construction
        self._at = 0  # what lies before is decided
        self._line = 0  # where the current line begins
        self._fence = ""  # the mark that closes the open code fence

    def feed(self, text: str) -> list[str]:
        """The sentences that `text` completes."""
        self._text += text
        found = []
        while (end := self._next_end()) is not None:
            found.append(self._text[:end])
            self._text = self._text[end:]
            self._at = self._line = 0
        return found

    def flush(self) -> list[str]:
        """The rest, when no more text comes: one sentence or none."""
        rest, self._text = self._text, ""
        self._at = self._line = 0
        self._fence = ""
        return [rest] if rest else []

    def _next_end(self) -> int | None:
        """The end of the first complete sentence; None while there is none."""
        while self._at < len(self._text):
            verdict, end = self._judge(self._at)
            if verdict is Verdict.UNKNOWN:
                return None
            if verdict is Verdict.ENDS:
                return end
            self._at = end
        return None

    def _judge(self, at: int) -> tuple[Verdict, int]:
        """The verdict on the character at `at`, and where the sentence ends or reading goes on."""
        char = self._text[at]
        if char == NEWLINE:
            return self._judge_newline(at)
        if char in STOPS:
            return (Verdict.GOES_ON, at + 1) if self._in_block() else self._judge_stop(at)
        if at >= PAUSE_CHARS and (char.isspace() or char in COMMAS) and not self._in_block():
            return self._judge_length(at)
        return Verdict.GOES_ON, at + 1

    def _in_block(self) -> bool:
        return bool(self._fence) or self._text.startswith(
            ("|", "```", "~~~"), self._past(INDENT, self._line)
        )

    def _judge_newline(self, at: int) -> tuple[Verdict, int]:
        line, after = self._text[self._line : at], at + 1
        if self._fence:
            closed = line.strip().startswith(self._fence) and not line.strip().strip(self._fence[0])
            if closed:
                self._fence = ""
                return Verdict.ENDS, after
        elif fence := FENCE.match(line):
            self._fence = fence[1]
        elif line.lstrip().startswith("|"):
            next_at = self._past(INDENT, after)
            if next_at == len(self._text):
                return Verdict.UNKNOWN, at
            if self._text[next_at] != "|":
                return Verdict.ENDS, after
        elif self._text[:at].strip():
            return Verdict.ENDS, after
        self._line = after
        return Verdict.GOES_ON, after

    def _judge_stop(self, at: int) -> tuple[Verdict, int]:
        text, after = self._text, at
        while after < len(text) and text[after] in STOPS:
            after += 1
        closed = self._past(CLOSERS, after)
        begins = self._past(SPACES, closed)
        if text[begins : begins + 1] == "»":  # French puts a space before it
            closed = begins + 1
            begins = self._past(SPACES, closed)
        if begins == len(text):
            return Verdict.UNKNOWN, at
        if text[begins] == NEWLINE:  # the end of the line decides
            return Verdict.GOES_ON, begins
        full = any(mark in FULL_STOPS for mark in text[at:after])
        if full or self._soft_stop(at, after, closed, begins):
            return Verdict.ENDS, begins
        return Verdict.GOES_ON, begins

    def _past(self, marks: frozenset[str], at: int) -> int:
        while at < len(self._text) and self._text[at] in marks:
            at += 1
        return at

    def _soft_stop(self, at: int, after: int, closed: int, begins: int) -> bool:
        """Whether marks that also stand inside sentences end this one."""
        marks, following = self._text[at:after], self._text[begins]
        if begins == closed:  # no space: only scripts that use none go on like this
            return "." not in marks and following >= FIRST_CJK
        if following.islower() and closed > after:  # "Why?" he asked
            return False
        if marks == ".":
            return stops_here(self._text[self._line : at], following)
        return not (following.islower() and not marks.strip(".…"))

    def _judge_length(self, at: int) -> tuple[Verdict, int]:
        """A long stretch without any stop is cut where a speaker would breathe."""
        after = at + 1
        if after == len(self._text):
            return Verdict.UNKNOWN, at
        spaced = self._text[at].isspace()
        breathes = (
            (spaced and SPACE_IS_PAUSE.match(self._text[at - 1]))
            or (spaced and at >= CLAUSE_CHARS and self._text[at - 1] in COMMAS)
            or (spaced and at >= RUN_ON_CHARS)
            or (at >= CLAUSE_CHARS and self._text[at] in "，；：、၊")
        )
        if breathes and not self._text[after].isspace():
            return Verdict.ENDS, after
        return Verdict.GOES_ON, after
