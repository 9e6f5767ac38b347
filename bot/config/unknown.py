"""Keys that nothing reads: a warning with the nearest match, or a note when OpenClaw knows them."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

from bot.config.findings import Report
from bot.config.keypath import KeyPath, children, dotted, matches
from bot.config.openclaw_keys import HINTS, UNUSED
from bot.config.schema.base import Block
from bot.config.schema.root import Config

NO_EFFECT = "understood, but without effect in Parley"
# Blocks by name where only OpenRouter's is Parley's business.
_OTHERS = ("models.providers.*", "messages.tts.providers.*")


def report_unknown(report: Report) -> None:
    """Report every key of the tree that the schema does not read."""
    _block(report, Config, report.tree.data, ())


def documented_paths() -> dict[str, str]:
    """Every path of the schema with its description, `*` standing for any key."""
    return dict(_documented(Config, ""))


def _documented(block: type[Block], prefix: str) -> Iterator[tuple[str, str]]:
    for name, field in block.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        yield path, field.description or ""
        inner, many = inside(field.annotation)
        if inner:
            yield from _documented(inner, f"{path}.*." if many else f"{path}.")


def _block(report: Report, block: type[Block], data: Any, path: KeyPath) -> None:
    if not isinstance(data, dict):
        return  # a wrong type or a shorthand, judged elsewhere
    fields = {field.alias or name: field for name, field in block.model_fields.items()}
    for key, value in data.items():
        here = (*path, key)
        if key not in fields:
            _unread(report, here, known=list(fields))
            continue
        inner, many = inside(fields[key].annotation)
        if inner and not many:
            _block(report, inner, value, here)
        elif inner:
            _items(report, inner, value, here)


def _items(report: Report, inner: type[Block], value: Any, path: KeyPath) -> None:
    if dotted(path) == "agents.list":
        if value:
            report.note((*path, 0), f"{NO_EFFECT}: it runs one agent, made from agents.defaults")
        return
    for key, item in children(value):
        here = (*path, key)
        if key != "openrouter" and any(matches(pattern, here) for pattern in _OTHERS):
            report.note(here, f"{NO_EFFECT}: everything goes through openrouter")
            continue
        _block(report, inner, item, here)


def _unread(report: Report, path: KeyPath, *, known: list[str]) -> None:
    hint = next((text for pattern, text in HINTS.items() if matches(pattern, path)), "")
    parent, key = path[:-1], str(path[-1])
    unused = _unused(parent)
    near = ""
    if hint:
        report.warning(path, f"this key is not read here; {hint}")
    elif key in unused:
        report.note(path, NO_EFFECT)
    elif parent == ("channels",) and not (near := _nearest(key, known)):
        report.note(path, "left to the installed channel of that name, if there is one")
    else:
        report.warning(path, f"unknown key{near or _nearest(key, [*known, *sorted(unused)])}")


def _unused(parent: KeyPath) -> frozenset[str]:
    if not parent:
        return UNUSED[""]
    found = [keys for pattern, keys in UNUSED.items() if pattern and matches(pattern, parent)]
    return frozenset().union(*found)


def _nearest(key: str, known: list[str]) -> str:
    lower = {name.lower(): name for name in reversed(known)}
    near = difflib.get_close_matches(key.lower().replace("_", ""), lower, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {lower[near[0]]}?"
    homes = [path for path in documented_paths() if path.endswith(f".{key}") and "*" not in path]
    return f"; {key} belongs at {homes[0]}" if len(homes) == 1 else ""


def inside(annotation: Any) -> tuple[type[Block] | None, bool]:
    """The block that a field holds, and whether it holds many of them."""
    if isinstance(annotation, type) and issubclass(annotation, Block):
        return annotation, False
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return inside(args[0])
    if origin in (Union, types.UnionType):
        return next((found for found in map(inside, args) if found[0]), (None, False))
    if origin is dict:
        return inside(args[1])[0], True
    return (inside(args[0])[0], True) if origin is tuple else (None, False)
