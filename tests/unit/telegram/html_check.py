"""A stricter reader of Telegram HTML than Telegram: what passes here is well-formed and allowed."""

from __future__ import annotations

import re
from html import unescape

TOKEN = re.compile(r"<(/?)([a-z-]+)((?: [a-z]+=\"[^\"<>]*\")?)>|&(?:lt|gt|amp|quot);|([^<>&]+)")
ATTRIBUTES = {"a": r' href="(?:https?|tg)://[^"]*"', "code": r'(?: class="language-[^"]+")?'}
ALLOWED = {"b", "i", "s", "tg-spoiler", "a", "code", "pre", "blockquote"}


def visible(html: str) -> str:
    """The text that a person sees. Raises ValueError on anything that Telegram could refuse."""
    position, opened, text = 0, [], []
    while position < len(html):
        match = TOKEN.match(html, position)
        if match is None:
            raise ValueError(f"bad markup at {html[position : position + 40]!r}")
        position = match.end()
        closing, name, attribute, _ = match.groups()
        if not name:
            text.append(unescape(match.group()))
        elif closing:
            if not opened or opened.pop() != name:
                raise ValueError(f"</{name}> closes nothing")
        else:
            _check_opening(name, attribute, opened)
            opened.append(name)
    if opened:
        raise ValueError(f"left open: {opened}")
    return "".join(text)


def _check_opening(name: str, attribute: str, opened: list[str]) -> None:
    if name not in ALLOWED or not re.fullmatch(ATTRIBUTES.get(name, ""), attribute):
        raise ValueError(f"<{name}{attribute}> is not allowed")
    inside_pre = name == "code" and opened and opened[-1] == "pre"
    if name in opened or ({"code", "pre"} & set(opened) and not inside_pre):
        raise ValueError(f"<{name}> inside {opened}")
    if attribute and name == "code" and not inside_pre:
        raise ValueError("a language outside of pre")
