"""Text as Telegram counts it (UTF-16 units) and the entities it finds by itself."""

from __future__ import annotations

import re
from typing import Any

Entity = dict[str, Any]

_AUTOMATIC = (
    ("url", re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("bot_command", re.compile(r"(?<![\w/@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?!\w)")),
    ("mention", re.compile(r"(?<![\w@/])@[A-Za-z0-9_]{3,32}\b")),
    ("hashtag", re.compile(r"(?<!\w)#\w*[^\W\d]\w*")),
)
_OPAQUE = frozenset({"code", "pre", "text_link", "text_mention"})


def utf16_len(text: str) -> int:
    """The length of `text` in UTF-16 code units."""
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)


def utf16_slice(text: str, offset: int, length: int) -> str:
    """The part of `text` that an entity with these UTF-16 numbers covers."""
    data = text.encode("utf-16-le", "surrogatepass")
    return data[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def with_automatic(text: str, entities: list[Entity]) -> list[Entity]:
    """`entities` plus the links, commands, mentions and hashtags that Telegram marks by itself."""
    taken = [(e["offset"], e["offset"] + e["length"]) for e in entities if e["type"] in _OPAQUE]
    found = list(entities)
    for kind, pattern in _AUTOMATIC:
        for match in pattern.finditer(text):
            start = utf16_len(text[: match.start()])
            end = start + utf16_len(match.group())
            if all(end <= left or start >= right for left, right in taken):
                taken.append((start, end))
                found.append({"type": kind, "offset": start, "length": end - start})
    return sort_entities(found)


def sort_entities(entities: list[Entity]) -> list[Entity]:
    """Outer before inner, left before right."""
    return sorted(entities, key=lambda e: (e["offset"], -e["length"]))


def trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """`text` without white space at its ends, entities moved and cut to fit."""
    blank = " \t\r\n"
    opens_with_code = any(e["offset"] == 0 and e["type"] in ("pre", "code") for e in entities)
    left = text if opens_with_code else text.lstrip(blank)
    shift = utf16_len(text) - utf16_len(left)
    kept = left.rstrip(blank)
    size = utf16_len(kept)
    moved: list[Entity] = []
    for entity in entities:
        start = max(0, entity["offset"] - shift)
        end = min(size, entity["offset"] - shift + entity["length"])
        if end > start:
            moved.append({**entity, "offset": start, "length": end - start})
    return kept, moved
