"""Growing Markdown to sentences, as soon as each is certain, in any script.

Lossless: the pieces joined are the input. The same text gives the same pieces however it arrives:
each character is read once, and what waits for the next ones is a mode, not a second look. A code
fence, a formula block, a comment and a table are one piece each.
"""

from __future__ import annotations

from enum import Enum

from bot.voice.abbreviations import stops_here
from bot.voice.blocks import closing_mark, ends_block, is_row, may_open
from bot.voice.breath import Breath, cuts_before

NEWLINE = "\n"
# Ends of sentences that no space has to follow.
FULL_STOPS = frozenset("。！？｡．।॥؟۔။።፧៕។։᠃᱾꘎།༎")
SOFT_STOPS = frozenset(".!?…‼⁇⁈⁉")
STOPS = FULL_STOPS | SOFT_STOPS
CLOSERS = frozenset("\"'”’»«›)]}*_~`」』】）〉》］｝")
INDENT = frozenset(" \t")
SPACES = frozenset(" \t\r\u00a0\u202f\u2009\u3000")
FIRST_CJK = "\u2e80"
CONTEXT_CHARS = 120  # how far back abbreviations are looked for


class Mode(Enum):
    """What the characters read last are waiting for."""

    TEXT = "nothing"
    STOP = "what follows a stop"
    GAP = "what follows a stop and a space"
    QUOTE = "whether a guillemet behind a stop closes or opens"
    BREATH = "whether a word follows a place to breathe"
    ROW = "whether another row of the table follows"


class Sentences:
    """Feed it text, take complete sentences. Each keeps its marks and the space behind it."""

    def __init__(self) -> None:
        self._found: list[str] = []
        self._begin()

    def feed(self, text: str) -> list[str]:
        """The sentences that `text` completes. The work is linear in all that was ever fed."""
        for char in text:
            self._read(char)
        return self._taken()

    def flush(self) -> list[str]:
        """The rest, when no more text comes: one sentence or none."""
        if self._chars:
            self._emit(len(self._chars))
        rest, self._found = ["".join([*self._found, *self._chars])], []
        self._begin()
        return [text for text in rest if text]

    def _taken(self) -> list[str]:
        found, self._found = self._found, []
        return found

    def _begin(self) -> None:
        """A new sentence, at the start of a line or in the middle of one."""
        self._chars: list[str] = []
        self._mode = Mode.TEXT
        self._line_at = 0  # where the current line begins
        self._ink_at = -1  # its first character that is no indent
        self._inked = False  # anything but space so far
        self._block = ""  # the mark that closes the open block
        self._breath = Breath()

    def _emit(self, end: int) -> None:
        """Let the first `end` characters go; what is left begins the next sentence."""
        self._found.append("".join(self._chars[:end]))
        rest = self._chars[end:]
        self._begin()
        for char in rest:
            self._read_text(char)

    def _read(self, char: str) -> None:
        if self._mode is Mode.TEXT or not self._waits_on(char):
            self._read_text(char)

    def _read_text(self, char: str) -> None:
        if char == NEWLINE:
            self._read_newline()
            return
        if cuts_before(char, self._breath) and not self._in_block():
            self._emit(len(self._chars))
        self._append(char)
        if char in STOPS:
            if not self._in_block():
                self._begin_stop(char)
        elif self._inked and self._breath.may_cut() and not self._in_block():
            self._mode = Mode.BREATH

    def _append(self, char: str) -> None:
        self._chars.append(char)
        self._breath.add(char)
        self._inked = self._inked or not char.isspace()
        if self._ink_at < 0 and char not in INDENT:
            self._ink_at = len(self._chars) - 1

    def _in_block(self) -> bool:
        """Whether stops mean nothing here: in a fence, a formula, a table, or where one begins."""
        if self._block or self._ink_at < 0:
            return bool(self._block)
        return may_open("".join(self._chars[self._ink_at : self._ink_at + 4]))

    def _read_newline(self) -> None:
        line = "".join(self._chars[self._line_at :])
        self._chars.append(NEWLINE)
        self._mode = Mode.TEXT
        if self._block:
            ended = ends_block(line, self._block)
        elif mark := closing_mark(line):
            self._block, ended = mark, False
        elif is_row(line):
            self._mode, ended = Mode.ROW, False
        else:
            ended = self._inked
        if ended:
            self._emit(len(self._chars))
        self._line_at, self._ink_at = len(self._chars), -1

    def _waits_on(self, char: str) -> bool:
        """Take `char` into what is undecided; False when it decided, and is to be read as text."""
        if self._mode is Mode.ROW:
            return self._waits_for_row(char)
        if self._mode is Mode.BREATH:
            self._mode = Mode.TEXT
            if self._breath.before(char):
                self._emit(len(self._chars))
            return False
        if char == NEWLINE:  # the end of the line decides
            self._mode = Mode.TEXT
            return False
        if self._stays(char):
            self._append(char)
            return True
        cut = self._quote_at if self._mode is Mode.QUOTE else len(self._chars)
        gap, self._mode = self._mode is not Mode.STOP, Mode.TEXT
        if self._ends(char, gap=gap):
            self._emit(cut)
        return False

    def _waits_for_row(self, char: str) -> bool:
        if char in INDENT:
            self._append(char)
            return True
        self._mode = Mode.TEXT
        if char != "|":
            self._emit(self._line_at)
        return False

    def _begin_stop(self, char: str) -> None:
        self._mode = Mode.STOP
        self._stop_at = len(self._chars) - 1
        self._marks = {char}
        self._single = True
        self._closed = False

    def _stays(self, char: str) -> bool:
        """Whether `char` still belongs to the end of the sentence, if it is one."""
        if char in SPACES:
            self._closed = self._closed or self._mode is Mode.QUOTE  # French: « Oui. »
            self._mode = Mode.GAP
        elif self._mode is Mode.GAP:
            self._quote_at = len(self._chars)
            self._mode = Mode.QUOTE if char == "»" else Mode.GAP
            return char == "»"
        elif char in STOPS:
            self._marks.add(char)
            self._single = False
            self._mode = Mode.STOP
        elif char in CLOSERS and self._mode is Mode.STOP:
            self._closed = True
        else:
            return False
        return True

    def _ends(self, following: str, *, gap: bool) -> bool:
        """Whether the stop that was read ends its sentence, now that `following` is known."""
        if self._marks & FULL_STOPS:
            return gap or "．" not in self._marks or not following.isdigit()
        if not gap:  # only scripts that use no spaces go on like this
            return bool(self._marks & set("!?‼⁇⁈⁉")) and following >= FIRST_CJK
        if following.islower() and self._closed:  # "Why?" he asked
            return False
        if self._single and "." in self._marks:
            return stops_here(self._before(), following)
        return not (following.islower() and self._marks <= {".", "…"})

    def _before(self) -> str:
        """The line up to the stop, or as much of it as matters."""
        begin = max(self._line_at, self._stop_at - CONTEXT_CHARS)
        shortened = "…" if begin > self._line_at else ""
        return shortened + "".join(self._chars[begin : self._stop_at])
