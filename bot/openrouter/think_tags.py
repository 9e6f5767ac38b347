"""Thought that a model writes into its answer as `<think>…</think>`: taken out while it streams.

OpenRouter moves most of it into reasoning fields; some providers behind it don't. Only what opens
the answer counts: further on it may be a person's example.
"""

from __future__ import annotations

import re

OPENING = re.compile(r"\s*<(think|thinking|thought)>", re.IGNORECASE)
LONGEST_OPENING = len("<thinking>")


class ThinkTags:
    """Feed it the visible deltas; it tells thought from answer, whatever the chunking."""

    def __init__(self) -> None:
        self._held = ""
        self._closing: re.Pattern[str] | None = None
        self._decided = False
        self._after_thought = False

    def feed(self, text: str) -> tuple[str, str]:
        """(thought, answer) of what is known so far; undecided characters are held back."""
        if self._decided:
            return "", self._answer(text)
        self._held += text
        if self._closing is None and not self._opened():
            return ("", "") if self._undecided() else ("", self._release())
        return self._through()

    def flush(self) -> str:
        """What was held back and is no thought, at the end of the stream."""
        held, self._held = self._held, ""
        return "" if self._closing is not None and not self._decided else held

    def _opened(self) -> bool:
        match = OPENING.match(self._held)
        if match is None:
            return False
        self._closing = re.compile(rf"</{match[1]}>", re.IGNORECASE)
        self._held = self._held[match.end() :]
        return True

    def _undecided(self) -> bool:
        start = self._held.lstrip().lower()
        return len(start) < LONGEST_OPENING and any(
            f"<{name}>".startswith(start) for name in ("think", "thinking", "thought")
        )

    def _release(self) -> str:
        self._decided = True
        held, self._held = self._held, ""
        return held

    def _through(self) -> tuple[str, str]:
        """Inside the thought: everything up to its closing tag."""
        assert self._closing is not None
        match = self._closing.search(self._held)
        if match is None:
            return "", ""
        thought = self._held[: match.start()]
        self._held = self._held[match.end() :]
        self._after_thought = True
        return thought, self._answer(self._release())

    def _answer(self, text: str) -> str:
        """The answer proper begins with its first letter."""
        if self._after_thought:
            text = text.lstrip()
            self._after_thought = not text
        return text
