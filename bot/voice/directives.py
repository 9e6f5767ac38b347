"""Directives that a model writes into its answer, taken out while it streams.

`[[tts:key=value …]]`, hidden speech `[[tts:text]]…[[/tts:text]]`, spoken text `[[tts]]…[[/tts]]`,
`[[reply_to_current]]`, `[[reply_to:<id>]]`, `[[audio_as_voice]]`; inside code they are just text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from bot.voice.code_spans import CodeSpans
from bot.voice.directive_words import Overrides, SpokenSettings, asked

__all__ = [
    "Directives",
    "Overrides",
    "Split",
    "SpokenSettings",
    "only_spoken",
    "without_directives",
]

LONGEST = 500  # characters; what is still open after that is no directive
OPENING = "[["
DIRECTIVE = re.compile(
    r"\[\[[ \t]*(?P<name>tts:text(?=[ \t]*\]\])|/?tts:|/?tts|reply_to_current|reply_to[ \t]*:"
    r"|audio_as_voice)(?P<body>[^\]\n]*)\]\]",
    re.IGNORECASE | re.ASCII,
)
TAKES_BODY = ("tts:", "/tts:", "reply_to:")
NAMES = (*TAKES_BODY, "tts", "/tts", "reply_to_current", "audio_as_voice")
BLANKS = " \t"


class Block(Enum):
    NONE = "plain text"
    SPOKEN = "shown, and meant to be spoken"
    HIDDEN = "spoken only"


@dataclass(frozen=True, slots=True)
class Split:
    """What one piece of an answer adds, and what is known about the answer so far.

    `shown` is for the eye, `spoken` for the ear: the visible text with hidden speech in its place.
    Everything else counts from the beginning of the answer: `tagged` whether any speech directive
    stood in it, `only_spoken` the text of the blocks, `dropped` the keys that mean nothing here,
    `reply_to` a message id or "current", `as_voice` whether audio is to go out as a voice bubble.
    """

    shown: str = ""
    spoken: str = ""
    tagged: bool = False
    only_spoken: str = ""
    settings: SpokenSettings = field(default_factory=SpokenSettings)
    dropped: tuple[str, ...] = ()
    reply_to: str = ""
    as_voice: bool = False


class Side:
    """One reader's text. Where a directive stood it leaves no double space and no empty line."""

    def __init__(self) -> None:
        self._fresh: list[str] = []
        self._last = ""
        self._gap = ""  # the blanks to leave out: "" none, " " blanks, "\n" with one newline, "*"
        self._apart = False

    def put(self, text: str) -> str:
        """Append, and return what was appended."""
        if text := self._beyond_gap(text):
            if self._apart and self._last.strip() and not text[0].isspace():
                text = " " + text
            self._apart = False
            self._last = text[-1]
            self._fresh.append(text)
        return text

    def gap(self) -> None:
        """A directive stood here."""
        if not self._last:
            self._gap = "*"
        elif self._last == "\n":
            self._gap = "\n"
        elif self._last in BLANKS:
            self._gap = " "

    def apart(self) -> None:
        """What comes is no continuation of the last word."""
        self._apart = True

    def take(self) -> str:
        """What was appended since the last time."""
        fresh, self._fresh = "".join(self._fresh), []
        return fresh

    def _beyond_gap(self, text: str) -> str:
        if not self._gap:
            return text
        rest = text.lstrip() if self._gap == "*" else text.lstrip(BLANKS)
        if not rest:
            return ""
        if self._gap == "\n" and rest[0] == "\n":
            rest = rest[1:]
        self._gap = ""
        return rest


class Directives:
    """Feed it the answer as it comes: the result is the same for every chunking.

    At most `LONGEST` characters are held back. `end` is called once, behind the last piece.
    """

    def __init__(self, overrides: Overrides | None = None) -> None:
        self._overrides = overrides or Overrides()
        self._held = ""
        self._code = CodeSpans()
        self._block = Block.NONE
        self._shown, self._spoken = Side(), Side()
        self._hidden: list[str] = []  # of the open hidden block
        self._blocks: list[str] = []  # texts of the blocks, the open one last
        self._tagged = self._as_voice = False
        self._settings = SpokenSettings()
        self._dropped: tuple[str, ...] = ()
        self._reply_to = ""

    def feed(self, text: str) -> Split:
        """More of the answer, as far as it is certain."""
        text, at = self._held + text, 0
        while (found := text.find(OPENING, at)) >= 0:
            self._text(text[at:found])
            if self._in_code():
                match = None
            elif (match := DIRECTIVE.match(text, found, found + LONGEST)) and self._knows(match):
                self._obey(match)
                at = match.end()
                continue
            elif _may_become_one(text[found : found + LONGEST]):
                self._held = text[found:]
                return self._split()
            self._text("[")
            at = found + 1
        keep = text.endswith("[") and at < len(text)
        self._text(text[at : len(text) - keep])
        self._held = "[" if keep else ""
        return self._split()

    def end(self) -> Split:
        """The rest: what only began like a directive, and speech that was never closed as text."""
        held, self._held = self._held, ""
        self._text(held)
        if self._block is Block.HIDDEN:
            hidden, self._block = "".join(self._hidden), Block.NONE
            self._shown.put(hidden)
            if not self._may_speak_blocks():
                self._spoken.put(hidden)
        return self._split()

    def _in_code(self) -> bool:
        """A block may be closed behind a stray backtick, but not inside a fence."""
        if self._block is Block.HIDDEN:
            return False
        return self._code.fenced if self._block is Block.SPOKEN else self._code.inside

    def _text(self, text: str) -> None:
        if not text:
            return
        if self._block is not Block.HIDDEN:
            self._code.follow(text)
            self._shown.put(text)
        else:
            self._hidden.append(text)
            if not self._may_speak_blocks():
                return
        spoken = self._spoken.put(text)
        if self._block is not Block.NONE and self._may_speak_blocks():
            self._blocks[-1] += spoken

    def _may_speak_blocks(self) -> bool:
        return self._overrides.enabled and self._overrides.allow_text

    def _knows(self, match: re.Match[str]) -> bool:
        return _name(match).endswith(":") or not match["body"].strip()

    def _obey(self, match: re.Match[str]) -> None:
        name, body = _name(match), match["body"].strip()
        self._shown.gap()
        self._spoken.gap()
        self._tagged = self._tagged or ("tts" in name and self._overrides.enabled)
        if name in ("tts", "tts:text"):
            self._open(Block.HIDDEN if name == "tts:text" else Block.SPOKEN)
        elif name.startswith("/"):
            self._close()
        elif name == "tts:":
            self._settings, unknown = asked(body, self._settings, overrides=self._overrides)
            self._dropped += unknown
        elif name == "audio_as_voice":
            self._as_voice = True
        else:
            self._reply_to = body or "current"

    def _open(self, block: Block) -> None:
        if self._block is not Block.NONE:
            return
        self._block = block
        self._hidden = []
        self._blocks.append("")
        if block is Block.HIDDEN:
            self._spoken.apart()

    def _close(self) -> None:
        if self._block is Block.HIDDEN:
            self._spoken.apart()
        self._block = Block.NONE

    def _split(self) -> Split:
        return Split(
            shown=self._shown.take(),
            spoken=self._spoken.take(),
            tagged=self._tagged,
            only_spoken="\n".join(filter(None, map(str.strip, self._blocks))),
            settings=self._settings,
            dropped=self._dropped,
            reply_to=self._reply_to,
            as_voice=self._as_voice,
        )


def without_directives(text: str) -> str:
    """The visible text of a whole answer."""
    directives = Directives()
    return directives.feed(text).shown + directives.end().shown


def only_spoken(text: str) -> str:
    """The words of a whole answer that are marked as the ones to say; may be empty."""
    directives = Directives()
    directives.feed(text)
    return directives.end().only_spoken


def _name(match: re.Match[str]) -> str:
    return re.sub(r"[ \t]", "", match["name"]).lower()


def _may_become_one(start: str) -> bool:
    """Whether more text can make a directive out of `start`, which begins with its brackets."""
    head, closing, rest = start[len(OPENING) :].partition("]")
    if len(start) >= LONGEST or rest or "\n" in head:
        return False
    name = re.sub(r"[ \t]", "", head).lower()
    if name.startswith(TAKES_BODY):
        return True
    return name in NAMES if closing else any(known.startswith(name) for known in NAMES)
