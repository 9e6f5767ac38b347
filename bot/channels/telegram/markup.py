"""Rendered text as a flat list of runs, each with the tags around it: easy to cut and write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Tag:
    """One Telegram HTML element. `opening` and `closing` may be several nested tags."""

    name: str
    opening: str
    closing: str


BOLD = Tag("b", "<b>", "</b>")
ITALIC = Tag("i", "<i>", "</i>")
STRIKE = Tag("s", "<s>", "</s>")
SPOILER = Tag("spoiler", "<tg-spoiler>", "</tg-spoiler>")
CODE = Tag("code", "<code>", "</code>")
PRE = Tag("pre", "<pre>", "</pre>")
QUOTE = Tag("quote", "<blockquote>", "</blockquote>")

LITERAL = ("code", "pre")  # nothing may stand inside, and only a quote around (facts §4)


def pre(language: str) -> Tag:
    """A code block, with the class that colours it when the language is known."""
    if not language:
        return PRE
    opening = f'<pre><code class="language-{escape(language)}">'
    return Tag("pre", opening, "</code></pre>")


def link(address: str) -> Tag:
    return Tag("a", f'<a href="{escape(address)}">', "</a>")


@dataclass(frozen=True, slots=True)
class Run:
    """Visible text under the same tags, outermost first."""

    text: str
    tags: tuple[Tag, ...] = ()


def within(tags: tuple[Tag, ...], tag: Tag) -> tuple[Tag, ...]:
    """`tag` put inside `tags` the way Telegram allows it; unchanged where it is not allowed."""
    if any(outer.name == tag.name or outer.name in LITERAL for outer in tags):
        return tags
    if tag.name in LITERAL:
        if any(outer.name == "a" for outer in tags):
            return tags
        return (*(outer for outer in tags if outer.name == "quote"), tag)
    return (*tags, tag)


def to_html(runs: Iterable[Run]) -> str:
    """Telegram HTML: every tag closed, every special character escaped."""
    out: list[str] = []
    opened: tuple[Tag, ...] = ()
    for run in runs:
        shared = _shared(opened, run.tags)
        out.extend(tag.closing for tag in reversed(opened[shared:]))
        out.extend(tag.opening for tag in run.tags[shared:])
        out.append(escape(run.text, quote=False))
        opened = run.tags
    out.extend(tag.closing for tag in reversed(opened))
    return "".join(out)


def to_plain(runs: Iterable[Run]) -> str:
    """The visible text alone."""
    return "".join(run.text for run in runs)


def _shared(left: Sequence[Tag], right: Sequence[Tag]) -> int:
    """How many outer tags both have in common."""
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count
