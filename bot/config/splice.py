"""Sets one value in a JSON5 text and leaves every other byte as it is: comments, commas, digits.

`json-five` could round-trip a file, but refuses `180_000` (facts/traps.md, Config).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config.json5 import read, tokens_of
from bot.config.keypath import KeyPath, dotted, get
from bot.config.layout import Value, any_bare_key, layout
from bot.errors import ConfigError

UNIT = "  "
LINE_CHARS = 88
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_LINE_ENDS = "\n\r\u2028\u2029"
Splice = tuple[int, int, str]  # from, to, what stands there instead


@dataclass(frozen=True, slots=True)
class Style:
    """How this file is written: strict JSON keeps its quotes and gets no trailing commas."""

    strict: bool
    newline: str

    def key(self, name: str) -> str:
        return name if not self.strict and _NAME.fullmatch(name) else literal(name)

    def written(self, value: Any, indent: str, *, room: int) -> str:
        """`value` on one line where there is room, else one entry a line below `indent`."""
        line = self._inline(value)
        if len(line) <= room or not isinstance(value, dict | list) or not value:
            return line
        deeper = indent + UNIT
        rows = [
            prefix + self.written(item, deeper, room=LINE_CHARS - len(deeper + prefix))
            for prefix, item in self._entries(value)
        ]
        end = "" if self.strict else ","
        inside = f",{self.newline}{deeper}".join(rows)
        first, last = "{}" if isinstance(value, dict) else "[]"
        return f"{first}{self.newline}{deeper}{inside}{end}{self.newline}{indent}{last}"

    def _inline(self, value: Any) -> str:
        if not isinstance(value, dict | list) or not value:
            return literal(value)
        inside = ", ".join(prefix + self._inline(item) for prefix, item in self._entries(value))
        return f"{{ {inside} }}" if isinstance(value, dict) else f"[{inside}]"

    def _entries(self, value: dict[str, Any] | list[Any]) -> list[tuple[str, Any]]:
        if isinstance(value, list):
            return [("", item) for item in value]
        return [(f"{self.key(key)}: ", item) for key, item in value.items()]


def literal(value: Any) -> str:
    """A plain value as JSON writes it. Raises ConfigError for what JSON can't say."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"This can't be written into a configuration: {error}.") from None
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def with_block(text: str) -> str:
    """`text`, with an empty block below it when it holds comments and white space only."""
    if next(tokens_of(text), None):
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    above = f"{text.rstrip()}{newline}" if text.strip("\ufeff \t\r\n") else ""
    return f"{above}{{{newline}}}{newline}"


def edited(text: str, path: KeyPath, value: Any, *, file: Path) -> str:
    """`text` with `path` set to `value`; blocks on the way are made.

    Raises ConfigError when `text` is not JSON5 or something else stands in the way. `file` is only
    named.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = with_block(text.removeprefix(mark))
    document = read(body, file=file)
    if _same(get(document.data, path), value):
        return mark + body
    return mark + spliced(body, splices(body, path, value, file=file))


def splices(text: str, path: KeyPath, value: Any, *, file: Path) -> list[Splice]:
    """The changes that set `path`: one replacement, or one or two insertions."""
    host, depth = layout(text), 0
    strict = bool(host.entries) and not any_bare_key(host)
    style = Style(strict=strict, newline="\r\n" if "\r\n" in text else "\n")
    while depth < len(path) and (entry := host.entry(path[depth])):
        host, depth = entry.value, depth + 1
    rest = path[depth:]
    empty = not host.mark and text[host.start : host.end] == "null"
    if not rest or empty:
        indent = _indent(text, host.start)
        return [(host.start, host.end, style.written(_nested(rest, value), indent, room=60))]
    if not host.mark or (host.mark == "[" and str(rest[0]) != str(len(host.entries))):
        kind = {"": "a single value", "[": "a list", "{": "a block"}[host.mark]
        where = dotted(path[:depth])
        raise ConfigError(f"{file}: {where} holds {kind}, so {dotted(path)} can't be set there.")
    return _insertion(text, host, rest, value, style=style)


def spliced(text: str, changes: list[Splice]) -> str:
    """`text` with all `changes` made; they are in order and do not overlap."""
    pieces, at = [], 0
    for start, end, piece in changes:
        pieces += [text[at:start], piece]
        at = end
    return "".join([*pieces, text[at:]])


@dataclass(frozen=True, slots=True)
class _Newcomer:
    """An entry that is about to join `host` as its last one."""

    host: Value
    prefix: str
    value: Any
    comma: str

    def row(self, style: Style, indent: str) -> str:
        """The entry on lines of its own."""
        room = LINE_CHARS - len(indent + self.prefix)
        written = style.written(self.value, indent, room=room)
        return f"{indent}{self.prefix}{written}{self.comma}"


def _insertion(text: str, host: Value, rest: KeyPath, value: Any, *, style: Style) -> list[Splice]:
    """A new last entry of `host`, with a comma behind the one that was last."""
    last = host.entries[-1] if host.entries else None
    newcomer = _Newcomer(
        host,
        prefix=style.key(str(rest[0])) + ": " if host.mark == "{" else "",
        value=_nested(rest[1:], value),
        comma="," if (host.comma if last else not style.strict) else "",
    )
    place = _below if _closes_alone(text, host) else _beside
    comma = [(last.value.end, last.value.end, ",")] if last and not host.comma else []
    return [*comma, place(text, newcomer, style=style)]


def _closes_alone(text: str, host: Value) -> bool:
    """Whether the closing mark begins a line that is not the one of the opening mark."""
    line = _line_start(text, host.end - 1)
    return line > host.start and not text[line : host.end - 1].strip()


def _below(text: str, newcomer: _Newcomer, *, style: Style) -> Splice:
    """On a line of its own, above that of the closing mark, indented like its neighbour."""
    host = newcomer.host
    line = _line_start(text, host.end - 1)
    indent = text[line : host.end - 1] + UNIT
    if host.entries:
        first = host.entries[-1].start
        before = text[_line_start(text, first) : first]
        indent = indent if before.strip() else before
    return line, line, newcomer.row(style, indent) + style.newline


def _beside(text: str, newcomer: _Newcomer, *, style: Style) -> Splice:
    """Behind everything that stands before the closing mark, on the same line.

    That can't be a comment to the end of the line, or the mark would begin a line.
    """
    host, close = newcomer.host, newcomer.host.end - 1
    behind = max(len(text[:close].rstrip()), host.start + 1)
    if not host.entries and not text[: host.start].strip() and host.mark == "{":  # an empty file
        return behind, behind, style.newline + newcomer.row(style, UNIT) + style.newline
    row = f" {newcomer.prefix}{style.written(newcomer.value, '', room=10**9)}"
    if host.entries:
        return behind, behind, row + (newcomer.comma if host.comma else "")
    return behind, behind, row + ("" if text[behind:close] else " ")


def _nested(rest: KeyPath, value: Any) -> Any:
    for part in reversed(rest):
        value = [value] if part == 0 else {str(part): value}
    return value


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind(end, 0, offset) for end in _LINE_ENDS) + 1


def _indent(text: str, offset: int) -> str:
    """The white space that the line of `offset` begins with."""
    before = text[_line_start(text, offset) : offset]
    return before[: len(before) - len(before.lstrip())]


def _same(old: Any, new: Any) -> bool:
    """Equal and of one type throughout: true is not 1."""
    return type(old) is type(new) and old == new and repr(old) == repr(new)
