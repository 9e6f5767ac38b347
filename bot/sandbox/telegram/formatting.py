"""Text and caption parameters of a call: parsed, trimmed and measured as Telegram does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .chats import Json
from .errors import bad_request
from .html import parse_html
from .limits import check_caption, check_text
from .params import Params
from .text import trim, utf16_len, with_automatic


@dataclass(frozen=True, slots=True)
class Formatted:
    """`source` is what the bot sent, `text` and `entities` what people see."""

    text: str
    entities: list[Json]
    source: str = ""
    parse_mode: str = ""

    @property
    def html(self) -> str | None:
        """The HTML as sent; None for plain text."""
        return self.source if self.parse_mode else None


def read_text(params: Params, *, too_long: str = "message is too long") -> Formatted:
    """The `text` of a message. Raises ApiError when empty, broken or above 4096 units."""
    formatted = parse(params.text("text"), params.text("parse_mode"), params.json("entities"))
    check_text(formatted.text, given=formatted.source, too_long=too_long)
    return formatted


def read_caption(source: str, mode: str, entities: Any) -> Formatted:
    """A caption, possibly empty. Raises ApiError when broken or above 1024 units."""
    formatted = parse(source, mode, entities)
    check_caption(formatted.text)
    return formatted


def parse(source: str, mode: str, entities: Any) -> Formatted:
    """`source` without its markup, and the entities. The only parse mode spoken here is HTML."""
    mode = mode.lower()
    if mode not in ("", "html"):
        raise bad_request("unsupported parse_mode")
    if mode:
        text, found = parse_html(source)
    else:
        text, found = source, _given(source, entities)
    text, found = trim(text, found)
    return Formatted(text, with_automatic(text, found), source, mode)


def _given(text: str, entities: Any) -> list[Json]:
    if entities is None:
        return []
    if not isinstance(entities, list):
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    size = utf16_len(text)
    for entity in entities:
        if not isinstance(entity, dict) or not isinstance(entity.get("type"), str):
            raise bad_request("can't parse entities: expected an Object of MessageEntity")
        offset, length = entity.get("offset"), entity.get("length")
        if not isinstance(offset, int) or not isinstance(length, int):
            raise bad_request("can't parse entities: offset and length must be numbers")
        if offset < 0 or length < 0 or offset + length > size:
            raise bad_request(
                f"entity begins at {offset} and ends after the end of the text at {offset + length}"
            )
    return [dict(entity) for entity in entities]
