"""What a summary is made from, and what must not be lost in it. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from bot.values.chat import Message

LONGEST_TEXT = 4_000
CUT = " […] "
FIGURE = re.compile(r"\d(?:[\d.,:/\u00a0-]*\d)?")
DIGITS = 3  # shorter numbers are mostly counts, and summaries rightly reword them
AROUND_CHARS = 30
MOST_FIGURES = 20
FIGURES = "Exact figures: {figures}"


def script(turns: Iterable[Sequence[Message]]) -> str:
    """What was said, one paragraph for each message, as a model is to read it."""
    return "\n\n".join(line for turn in turns for message in turn for line in _lines(message))


def with_figures(summary: str, turns: Sequence[Sequence[Message]]) -> str:
    """`summary`, and the numbers of `turns` that it lost, each with the words around it."""
    known = {_bare(found) for found in FIGURE.findall(summary)}
    lost: dict[str, str] = {}
    for turn in reversed(turns):
        for text in (_text(message) for message in turn if message["role"] != "tool"):
            for found in FIGURE.finditer(text):
                bare = _bare(found.group())
                if len(bare) >= DIGITS and bare not in known:
                    lost.setdefault(bare, _around(text, found.start(), found.end()))
    if not lost:
        return summary
    figures = "; ".join(list(lost.values())[:MOST_FIGURES])
    return f"{summary}\n{FIGURES.format(figures=figures)}"


def _lines(message: Message) -> Iterable[str]:
    text = _shortened(_text(message))
    match message["role"]:
        case "user" if text:
            yield f"Person: {text}"
        case "tool":
            yield f"Result of a tool: {text}"
        case "assistant":
            if text:
                yield f"Assistant: {text}"
            for call in message.get("tool_calls") or ():
                made = call["function"]
                yield f"Assistant used {made['name']}: {_shortened(str(made['arguments']))}"


def _text(message: Message) -> str:
    """The words of a message; what it shows is named as the model knows it: `(photo m12)`."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "\n".join(_part(part) for part in content)


def _part(part: dict[str, object]) -> str:
    if part.get("type") == "media":
        return f"({part.get('label')} m{part.get('id')})"
    text = part.get("text")
    return text if isinstance(text, str) else json.dumps(part)[:AROUND_CHARS]


def _shortened(text: str) -> str:
    half = (LONGEST_TEXT - len(CUT)) // 2
    return text if len(text) <= LONGEST_TEXT else text[:half] + CUT + text[-half:]


def _bare(figure: str) -> str:
    return re.sub(r"\D", "", figure)


def _around(text: str, start: int, end: int) -> str:
    """The number with what it may be about, on one line and in whole words."""
    before = text[max(0, start - AROUND_CHARS) : start]
    after = text[end : end + AROUND_CHARS]
    if start > AROUND_CHARS:
        before = before.partition(" ")[2]
    if end + AROUND_CHARS < len(text):
        after = after.rpartition(" ")[0]
    return " ".join(f"{before}{text[start:end]}{after}".split())
