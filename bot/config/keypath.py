"""Where a value sits in the file: key paths, and reading or changing nested data by them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

KeyPath = tuple[str | int, ...]
ABSENT: Any = object()

_PLAIN = re.compile(r"[A-Za-z_$][\w$-]*|\*")


def dotted(path: KeyPath) -> str:
    """`channels.telegram.groups["-100"].topics`, as a person would write it."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f'["{part}"]'
    return text


def get(data: Any, path: KeyPath) -> Any:
    """The value at `path`, or ABSENT."""
    for part in path:
        if isinstance(data, dict):
            data = data.get(part, ABSENT)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return ABSENT
    return data


def put(data: dict[str, Any], path: KeyPath, value: Any) -> bool:
    """Set `path`, making blocks on the way; False when something else is in the way."""
    for part in path[:-1]:
        step = get(data, (part,))
        if step is ABSENT and isinstance(part, str):
            step = data[part] = {}
        if not isinstance(step, dict):
            return False
        data = step
    data[str(path[-1])] = value
    return True


def remove(data: dict[str, Any], path: KeyPath) -> None:
    """Delete `path` if it is there."""
    parent = get(data, path[:-1])
    if get(data, path) is not ABSENT:
        del parent[path[-1]]


def children(node: Any) -> list[tuple[str | int, Any]]:
    """The keys or indexes of a block or list with their values; nothing for anything else."""
    if isinstance(node, dict):
        return list(node.items())
    return list(enumerate(node)) if isinstance(node, list) else []


def matches(pattern: str, path: KeyPath) -> bool:
    """Whether `path` has the form of `pattern`, where `*` stands for any one part."""
    parts = pattern.split(".")
    return len(parts) == len(path) and all(
        want in ("*", str(have)) for want, have in zip(parts, path, strict=True)
    )


def expand(data: Any, pattern: str) -> Iterator[KeyPath]:
    """The paths in `data` that have the form of `pattern`."""
    found: list[KeyPath] = [()]
    for part in pattern.split("."):
        found = [(*path, key) for path in found for key in _keys(get(data, path), part)]
    yield from found


def _keys(node: Any, part: str) -> list[str]:
    if not isinstance(node, dict):
        return []
    return list(node) if part == "*" else [part] if part in node else []
