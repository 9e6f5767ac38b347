"""Whether growing Markdown is inside code right now: a fence, or a span between backticks.

Follows the text character by character, so chunk borders mean nothing to it. A span ends with its
line at the latest, so a lone backtick never swallows the rest of an answer.
"""

from __future__ import annotations

import re

FENCE_RUN = 3
BEFORE_FENCE = frozenset(" \t>")
# What a state can change at; everything between is one plain stretch.
PIECE = re.compile(r"[`~\n]|[^`~\n]+")


class CodeSpans:
    """Shown all the visible text in order; tells where the next character would stand."""

    def __init__(self) -> None:
        self._fence = ""  # the run that opened the fence
        self._span = 0  # backticks that opened the span
        self._may_be_fence = False  # the span began its line with three: its end of line decides
        self._run = ""  # marks just seen, whose number is not final yet
        self._run_opens_line = False
        self._line_blank = True  # nothing but indentation so far
        self._closing = False  # this line is the closing run of the fence, so far

    @property
    def fenced(self) -> bool:
        """Whether a character other than another mark would stand in a fence."""
        self._settle()
        return bool(self._fence) or self._may_be_fence

    @property
    def inside(self) -> bool:
        """The same for any code."""
        return self.fenced or self._span > 0

    def follow(self, text: str) -> None:
        """Read on."""
        for piece in PIECE.findall(text):
            if piece in ("`", "~"):
                self._mark(piece)
                continue
            self._settle()
            if piece == "\n":
                self._end_line()
            else:
                self._plain(piece)

    def _mark(self, mark: str) -> None:
        if self._run and self._run[0] != mark:
            self._settle()
        if not self._run:
            self._run_opens_line = self._line_blank
        self._run += mark
        self._line_blank = False

    def _plain(self, piece: str) -> None:
        if not BEFORE_FENCE.issuperset(piece):
            self._line_blank = False
        if piece.strip():
            self._closing = False

    def _settle(self) -> None:
        """The run of marks is complete: what it opens or closes."""
        run, self._run = self._run, ""
        if not run:
            return
        if self._fence:
            self._closing = self._run_opens_line and run.startswith(self._fence)
        elif run[0] == "~":
            if self._run_opens_line and not self._span and len(run) >= FENCE_RUN:
                self._fence = run
        elif not self._span:
            self._span = len(run)
            self._may_be_fence = self._run_opens_line and len(run) >= FENCE_RUN
        else:
            self._may_be_fence = False  # the line behind an opening fence has no backtick
            if len(run) == self._span:
                self._span = 0

    def _end_line(self) -> None:
        if self._fence and self._closing:
            self._fence = ""
        elif self._may_be_fence:
            self._fence = "`" * self._span
        self._span = 0
        self._may_be_fence = self._closing = False
        self._line_blank = True
