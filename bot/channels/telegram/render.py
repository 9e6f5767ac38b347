"""Markdown as a model writes it, rendered to what Telegram can show."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.channels.telegram.fields import sound
from bot.channels.telegram.markup import Run
from bot.channels.telegram.split import Chunk, split
from bot.channels.telegram.writer import Writer

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

SPOILER_MARK = "||"
LONGEST_SPOILER = 2000  # characters; keeps text full of bars from being searched again and again
CLOSING_SPOILER = re.compile(r"(?<=\S)\|\|")


def messages(markdown: str, *, limit: int) -> list[Chunk]:
    """`markdown` as Telegram messages of at most `limit` visible UTF-16 units each."""
    return split(render(markdown), limit=limit)


def render(markdown: str) -> list[Run]:
    """`markdown` as runs of visible text. Takes anything: what is no Markdown stays text."""
    writer = Writer()
    for token in _parser().parse(sound(markdown).replace("\x00", "")):
        writer.take(token)
    return writer.runs


def warm() -> None:
    """Import and build the parser ahead of the first answer (about 40 ms; thread-safe)."""
    _parser()


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.inline.add_terminator_char("|")
    parser.inline.ruler.before("emphasis", "spoiler", _spoiler)
    return parser


# markdown-it calls a rule with two positional arguments.
def _spoiler(state: StateInline, silent: Any) -> bool:
    """`||hidden||`; marks with a space inside are ordinary text, such as `a || b`."""
    start = state.pos + len(SPOILER_MARK)
    if not state.src.startswith(SPOILER_MARK, state.pos) or state.src[start : start + 1].isspace():
        return False
    closing = CLOSING_SPOILER.search(
        state.src, start + 1, min(state.posMax, start + LONGEST_SPOILER)
    )
    if closing is None:
        return False
    if not silent:
        end = state.posMax
        state.push("spoiler_open", "", 1)
        state.pos, state.posMax = start, closing.start()
        state.md.inline.tokenize(state)
        state.push("spoiler_close", "", -1)
        state.posMax = end
    state.pos = closing.end()
    return True
