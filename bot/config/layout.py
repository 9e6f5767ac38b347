"""Where everything stands in a JSON5 text: the extent of each value, so that edits touch no other.

Only for text that `json5.read` has accepted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.config.json5 import key_of, tokens_of

_CLOSING = {"{": "}", "[": "]"}


@dataclass(slots=True)
class Value:
    """One value from `start` to `end`; `mark` is `{`, `[`, or empty for a plain one.

    `comma`: a comma follows the last entry.
    """

    start: int
    end: int = 0
    mark: str = ""
    entries: list[Entry] = field(default_factory=list)
    comma: bool = False

    def entry(self, part: str | int) -> Entry | None:
        """The entry that counts under this key or index: the last one of that name."""
        if self.mark == "[" and isinstance(part, str) and part.isdecimal():
            part = int(part)
        return next((entry for entry in reversed(self.entries) if entry.key == part), None)


@dataclass(slots=True)
class Entry:
    """A key with its value, or an item of a list with its index. `start` is that of the key."""

    key: str | int
    start: int
    quoted: bool
    value: Value


def layout(text: str) -> Value:
    """The root value of `text` with everything in it."""
    tokens = tokens_of(text)
    return _value(next(tokens), tokens)


def any_bare_key(value: Value) -> bool:
    """Whether some key at any depth is written without quotes."""
    return any(
        (value.mark == "{" and not entry.quoted) or any_bare_key(entry.value)
        for entry in value.entries
    )


def _value(token: re.Match[str], tokens: Iterator[re.Match[str]]) -> Value:
    value = Value(token.start(), token.end(), token["mark"] or "")
    closing = _CLOSING.get(value.mark)
    if closing is None:
        return value
    for token in tokens:
        if token["mark"] == closing:
            value.end = token.end()
            break
        value.comma = token["mark"] == ","
        if not value.comma:
            value.entries.append(_entry(value, token, tokens))
    return value


def _entry(host: Value, token: re.Match[str], tokens: Iterator[re.Match[str]]) -> Entry:
    if host.mark == "[":
        return Entry(len(host.entries), token.start(), quoted=False, value=_value(token, tokens))
    next(tokens)  # the colon
    return Entry(
        key_of(token),
        token.start(),
        quoted=token["text"] is not None,
        value=_value(next(tokens), tokens),
    )
