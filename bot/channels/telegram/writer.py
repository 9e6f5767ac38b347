"""Markdown-it tokens written down as runs: which token becomes which tag, bullet or blank line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from bot.channels.telegram.markup import (
    BOLD,
    CODE,
    ITALIC,
    PRE,
    QUOTE,
    SPOILER,
    STRIKE,
    Run,
    Tag,
    link,
    pre,
    within,
)
from bot.channels.telegram.table import Table

if TYPE_CHECKING:
    from markdown_it.token import Token

SCHEMES = ("http://", "https://", "tg://")
# Endings of files that are top-level domains too: Telegram would make links of them.
FILE_NAME = re.compile(
    r"(?<![\w/.:@-])[\w.\-]{1,80}\.(?:md|py|rs|sh|pl|ps|cc|ml|zip|mov)\b(?![\w/.-]{0,80}\w)"
)
LANGUAGE = re.compile(r"[\w+#.-]{1,32}")
RULE = "———"
INDENT = "   "


@dataclass(slots=True)
class _List:
    number: int | None  # None: bullets


class Writer:
    """Takes block tokens in order and keeps `runs`."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self._tags: list[tuple[Tag, ...]] = [()]
        self._lists: list[_List] = []
        self._table: Table | None = None
        self._gap = ""  # what stands between the last block and the next
        self._bullet = ""
        self._labels: list[tuple[str, int]] = []

    def take(self, token: Token) -> None:
        """Write one token; kinds that mean nothing here are passed over."""
        for child in token.children or () if token.type == "inline" else ():
            self.take(child)
        handler = self.HANDLERS.get(token.type)
        if handler is not None:
            handler(self, token)

    # -- text

    def _write(self, text: str, tags: tuple[Tag, ...] | None = None) -> None:
        if not text:
            return
        if self._table is not None:
            self._table.write(text)
            return
        if self.runs and self._gap:
            self.runs.append(Run(self._gap, self._outer()))
        self._gap = ""
        if self._bullet:
            self.runs.append(Run(self._bullet, self._outer()))
            self._bullet = ""
        self.runs.append(Run(text, self._tags[-1] if tags is None else tags))

    def _outer(self) -> tuple[Tag, ...]:
        """Blank lines and bullets inside a quote belong to it, if what is before does too."""
        before = self.runs[-1].tags if self.runs else self._tags[-1]
        return (QUOTE,) if QUOTE in before and QUOTE in self._tags[-1] else ()

    def _text(self, token: Token) -> None:
        position = 0
        for match in FILE_NAME.finditer(token.content):
            self._write(token.content[position : match.start()])
            self._write(match.group(), within(self._tags[-1], CODE))
            position = match.end()
        self._write(token.content[position:])

    def _code(self, token: Token) -> None:
        self._write(token.content, within(self._tags[-1], CODE))

    def _line(self, _: Token) -> None:
        self._write("\n" + INDENT * len(self._lists))

    # -- spans

    def _push(self, tag: Tag) -> None:
        self._tags.append(within(self._tags[-1], tag))

    def _pop(self, _: Token) -> None:
        self._tags.pop()

    def _open_link(self, token: Token) -> None:
        address = str(token.attrGet("href") or "")
        good = address.lower().startswith(SCHEMES)
        self._labels.append(("" if good else address, len(self.runs)))
        self._tags.append(within(self._tags[-1], link(address)) if good else self._tags[-1])

    def _close_link(self, token: Token) -> None:
        self._pop(token)
        address, start = self._labels.pop()
        label = "".join(run.text for run in self.runs[start:])
        if address and address.removeprefix("mailto:") not in label:
            self._write(f" ({address})")

    def _image(self, token: Token) -> None:
        address = str(token.attrGet("src") or "")
        good = address.lower().startswith(SCHEMES)
        tags = within(self._tags[-1], link(address)) if good else self._tags[-1]
        self._write(token.content or "image", tags)

    # -- blocks

    def _close_block(self, _: Token) -> None:
        self._gap = "\n\n"

    def _close_paragraph(self, token: Token) -> None:
        self._gap = "\n" if token.hidden else "\n\n"

    def _pop_block(self, token: Token) -> None:
        self._pop(token)
        self._close_block(token)

    def _fence(self, token: Token) -> None:
        word = (token.info or "").strip().split(" ")[0]
        language = word if LANGUAGE.fullmatch(word) else ""
        self._write(token.content.rstrip("\n"), within(self._tags[-1], pre(language)))
        self._gap = "\n\n"

    def _rule(self, token: Token) -> None:
        self._write(RULE)
        self._close_block(token)

    def _open_list(self, token: Token) -> None:
        ordered = token.type == "ordered_list_open"
        self._lists.append(_List(int(token.attrGet("start") or 1) if ordered else None))
        if len(self._lists) > 1:
            self._gap = "\n"

    def _close_list(self, _: Token) -> None:
        self._lists.pop()
        self._gap = "\n" if self._lists else "\n\n"

    def _open_item(self, _: Token) -> None:
        current = self._lists[-1]
        mark = "•" if current.number is None else f"{current.number}."
        if current.number is not None:
            current.number += 1
        self._bullet = f"{INDENT * (len(self._lists) - 1)}{mark} "

    def _close_item(self, _: Token) -> None:
        self._bullet = ""
        self._gap = "\n"

    def _open_table(self, _: Token) -> None:
        self._table = Table()

    def _row(self, _: Token) -> None:
        if self._table is not None:
            self._table.open_row()

    def _cell(self, _: Token) -> None:
        if self._table is not None:
            self._table.open_cell()

    def _close_table(self, _: Token) -> None:
        table, self._table = self._table, None
        if table is not None:
            self._write(table.drawn(), within(self._tags[-1], PRE))
        self._gap = "\n\n"

    HANDLERS: ClassVar[dict[str, Callable[[Writer, Token], None]]] = {
        "text": _text,
        "code_inline": _code,
        "softbreak": _line,
        "hardbreak": _line,
        "strong_open": lambda self, _: self._push(BOLD),
        "em_open": lambda self, _: self._push(ITALIC),
        "s_open": lambda self, _: self._push(STRIKE),
        "spoiler_open": lambda self, _: self._push(SPOILER),
        "strong_close": _pop,
        "em_close": _pop,
        "s_close": _pop,
        "spoiler_close": _pop,
        "link_open": _open_link,
        "link_close": _close_link,
        "image": _image,
        "heading_open": lambda self, _: self._push(BOLD),
        "heading_close": _pop_block,
        "blockquote_open": lambda self, _: self._push(QUOTE),
        "blockquote_close": _pop_block,
        "paragraph_close": _close_paragraph,
        "fence": _fence,
        "code_block": _fence,
        "hr": _rule,
        "bullet_list_open": _open_list,
        "ordered_list_open": _open_list,
        "bullet_list_close": _close_list,
        "ordered_list_close": _close_list,
        "list_item_open": _open_item,
        "list_item_close": _close_item,
        "table_open": _open_table,
        "tr_open": _row,
        "th_open": _cell,
        "td_open": _cell,
        "table_close": _close_table,
    }
