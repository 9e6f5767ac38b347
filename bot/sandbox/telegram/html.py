"""Telegram's HTML parse mode: the supported tags become entities, anything else is an error.

Rules and messages follow facts/telegram-api.md §4 and the official server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .errors import ApiError, bad_request
from .text import Entity, sort_entities, utf16_len

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_ENTITY = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-z]+));?")
_ATTRIBUTE = re.compile(r"\s+([^\s=>]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    offset: int


@dataclass(slots=True)
class _Parser:
    source: str
    position: int = 0
    length: int = 0
    parts: list[str] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def run(self) -> tuple[str, list[Entity]]:
        while self.position < len(self.source):
            char = self.source[self.position]
            if char == "<":
                is_end = self.source.startswith("</", self.position)
                (self._end_tag if is_end else self._start_tag)()
            elif char == "&":
                self._reference()
            else:
                self._plain()
        if self.stack:
            raise _broken(f'Can\'t find end tag corresponding to start tag "{self.stack[-1].tag}"')
        return "".join(self.parts), sort_entities(_settled(self.entities))

    def _emit(self, text: str) -> None:
        self.parts.append(text)
        self.length += utf16_len(text)

    def _plain(self) -> None:
        ends = [self.source.find(mark, self.position) for mark in "<&"]
        end = min((e for e in ends if e >= 0), default=len(self.source))
        self._emit(self.source[self.position : end])
        self.position = end

    def _reference(self) -> None:
        match = _ENTITY.match(self.source, self.position)
        decoded = _decoded(match) if match else None
        if match is None or decoded is None:
            self._emit("&")
            self.position += 1
            return
        self._emit(decoded)
        self.position = match.end()

    def _byte(self, position: int) -> int:
        return len(self.source[:position].encode())

    def _start_tag(self) -> None:
        begin = self.position
        name = re.compile(r"[^\s>]*").match(self.source, begin + 1)
        tag = name.group().lower() if name else ""
        at = self._byte(begin)
        if name is None or name.end() >= len(self.source):
            raise _broken(f"Unclosed start tag at byte offset {at}")
        if tag not in _TYPES:
            raise _broken(f'Unsupported start tag "{tag}" at byte offset {at}')
        position, attributes = self._attributes(name.end(), tag, at)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _broken(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
        self.stack.append(_Open(tag, attributes, self.length))
        self.position = position

    def _attributes(self, position: int, tag: str, at: int) -> tuple[int, dict[str, str]]:
        attributes: dict[str, str] = {}
        while match := _ATTRIBUTE.match(self.source, position):
            value = next((g for g in match.groups()[1:] if g is not None), "")
            attributes[match.group(1).lower()] = _ENTITY.sub(
                lambda m: _decoded(m) or m.group(), value
            )
            position = match.end()
        while position < len(self.source) and self.source[position].isspace():
            position += 1
        if position >= len(self.source) or self.source[position] != ">":
            raise _broken(f'Unclosed start tag "{tag}" at byte offset {at}')
        return position + 1, attributes

    def _end_tag(self) -> None:
        at = self._byte(self.position)
        close = self.source.find(">", self.position)
        if close < 0:
            raise _broken(f"Unclosed end tag at byte offset {at}")
        tag = self.source[self.position + 2 : close].strip().lower()
        if not self.stack:
            raise _broken(f"Unexpected end tag at byte offset {at}")
        opened = self.stack.pop()
        if tag and tag != opened.tag:
            raise _broken(
                f'Unmatched end tag at byte offset {at}, expected "</{opened.tag}>", '
                f'found "</{tag}>"'
            )
        self.position = close + 1
        if self.length > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        entity: Entity = {
            "type": _TYPES[opened.tag],
            "offset": opened.offset,
            "length": self.length - opened.offset,
        }
        if opened.tag == "a":
            # Without href Telegram takes the shown text as the address.
            entity["url"] = (
                opened.attributes.get("href") or "".join(self.parts)[-entity["length"] :]
            )
            if not re.match(r"(https?|tg|ton|mailto|tel)://?|[\w-]+(\.[\w-]+)+", entity["url"]):
                return
        elif opened.tag == "code" and opened.attributes.get("class", "").startswith("language-"):
            entity["language"] = opened.attributes["class"].removeprefix("language-")
        elif opened.tag == "blockquote" and "expandable" in opened.attributes:
            entity["type"] = "expandable_blockquote"
        elif opened.tag == "tg-emoji":
            entity["custom_emoji_id"] = opened.attributes.get("emoji-id", "")
        self.entities.append(entity)


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Visible text and entities of `source`. Raises ApiError "can't parse entities: ..."."""
    return _Parser(source).run()


def _broken(why: str) -> ApiError:
    return bad_request(f"can't parse entities: {why}")


def _decoded(match: re.Match[str]) -> str | None:
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        return _NAMED.get(name)
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    is_character = 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
    return chr(code) if is_character else None


def _settled(entities: list[Entity]) -> list[Entity]:
    """Code and quotes hold nothing of their own kind; `pre` takes the language of its `code`."""
    settled: list[Entity] = []
    for entity in sort_entities(entities):
        around = [e for e in entities if e is not entity and _covers(e, entity)]
        outer_pre = [e for e in around if e["type"] == "pre"]
        if outer_pre and entity["type"] == "code" and _same_span(outer_pre[0], entity):
            if "language" in entity:
                outer_pre[0]["language"] = entity["language"]
            continue
        if any(e["type"] in ("pre", "code") for e in around):
            continue
        if "blockquote" in entity["type"] and any("blockquote" in e["type"] for e in around):
            continue
        if entity["type"] == "code":
            entity.pop("language", None)
        settled.append(entity)
    return settled


def _same_span(left: Entity, right: Entity) -> bool:
    return bool(left["offset"] == right["offset"] and left["length"] == right["length"])


def _covers(outer: Entity, inner: Entity) -> bool:
    if _same_span(outer, inner):
        # Of two on the same span only code and quotes may swallow the other, and never each other.
        swallows = outer["type"] in ("pre", "code") and inner["type"] not in ("pre",)
        return bool(swallows and outer["type"] != inner["type"])
    return bool(
        outer["offset"] <= inner["offset"]
        and outer["offset"] + outer["length"] >= inner["offset"] + inner["length"]
    )
