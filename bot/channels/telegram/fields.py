"""Taking fields out of untrusted JSON: the right type, nothing, or BadUpdate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.errors import BadUpdate

Json = Mapping[str, Any]

MAX_UTF16_UNITS = 1 << 20


def child(source: Json, name: str) -> Json | None:
    """The object under `name`, None when absent."""
    value = source.get(name)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise BadUpdate(f"{name} is {type(value).__name__}, expected an object")
    return value


def children(source: Json, name: str) -> list[Json]:
    """The objects in the list under `name`, empty when absent."""
    value = source.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise BadUpdate(f"{name} is {type(value).__name__}, expected a list of objects")
    return value


def number(source: Json, name: str) -> int:
    """The whole number under `name`; it must be there."""
    value = source.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadUpdate(f"{name} is {type(value).__name__}, expected a whole number")
    return value


def number_or_none(source: Json, name: str) -> int | None:
    return None if source.get(name) is None else number(source, name)


def decimal(source: Json, name: str) -> float:
    """The number under `name`, whole or not; it must be there."""
    value = source.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise BadUpdate(f"{name} is {type(value).__name__}, expected a number")
    return float(value)


def string(source: Json, name: str) -> str:
    """The text under `name`, "" when absent, with broken surrogates replaced."""
    value = source.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadUpdate(f"{name} is {type(value).__name__}, expected text")
    return sound(value)


def sound(text: str) -> str:
    """`text` that can be stored and sent: JSON may carry half of a surrogate pair."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def utf16_slice(text: str, offset: int, length: int) -> str:
    """The part of `text` that an entity covers; Telegram counts UTF-16 units."""
    if offset < 0 or length < 0 or offset + length > MAX_UTF16_UNITS:
        return ""
    raw = text.encode("utf-16-le", "surrogatepass")
    return raw[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")
