"""Environment variables: the config's own `env` block, and `${VAR}` in any text.

`${VAR}` takes upper-case names; `$${VAR}` stays as `${VAR}`; a missing or empty variable is an
error at the path that names it (facts/behaviour.md I, L1). A secret may also be `$VAR` or
`{source: "env", id: "VAR"}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.config.findings import Report, is_secret
from bot.config.keypath import ABSENT, KeyPath, children, get
from bot.config.schema.base import text_map

_REFERENCE = re.compile(r"\$?\$\{([A-Z_][A-Z0-9_]*)\}")
_SHORT = re.compile(r"\$([A-Z_][A-Z0-9_]*)")
_VARS: KeyPath = ("env", "vars")


class MissingVariable(LookupError):
    """A variable is not set or empty; the only argument is its name."""


def substitute(text: str, environ: Mapping[str, str]) -> str:
    """`text` with its references replaced, once. Raises MissingVariable."""

    def value(match: re.Match[str]) -> str:
        if match.group().startswith("$$"):
            return match.group()[1:]
        return _lookup(match[1], environ)

    return _REFERENCE.sub(value, text)


def apply_environment(report: Report, environ: Mapping[str, str]) -> dict[str, str]:
    """Replace every reference in the report's tree; give back the environment that the bot sees.

    The `env` block fills only what `environ` leaves unset or blank. What can't be replaced is
    reported and taken out, so that its default applies.
    """
    data = report.tree.data
    own = get(data, _VARS)
    if isinstance(own, dict):
        data["env"]["vars"] = own = text_map(own)
        _replace(own, _VARS, environ=environ, report=report)
    merged = dict(environ)
    for name, value in (own if isinstance(own, dict) else {}).items():
        if isinstance(value, str) and not merged.get(name, "").strip():
            merged[name] = value
    for key in [key for key in data if key != "env"]:
        _replace_at(data, key, (key,), environ=merged, report=report)
    return merged


def _lookup(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name, "")
    if not value.strip():
        raise MissingVariable(name)
    return value


def _replace(node: Any, path: KeyPath, *, environ: Mapping[str, str], report: Report) -> None:
    for key, _ in children(node):
        _replace_at(node, key, (*path, key), environ=environ, report=report)
    if isinstance(node, list):
        kept = [index for index, item in enumerate(node) if item is not ABSENT]
        if len(kept) < len(node):
            report.tree.keep_items(path, kept)


def _replace_at(
    holder: Any, key: str | int, path: KeyPath, *, environ: Mapping[str, str], report: Report
) -> None:
    """Resolve `holder[key]`; on failure a list item becomes ABSENT and a key goes."""
    value = holder[key]
    try:
        resolved = _resolved(value, path, environ)
    except MissingVariable as missing:
        name = missing.args[0]
        text = f"the variable {name} is not set or empty; set it in the environment or under env"
        report.error(path, text)
    except ValueError as error:
        report.error(path, str(error))
    else:
        holder[key] = resolved
        _replace(resolved, path, environ=environ, report=report)
        return
    if isinstance(holder, list):
        holder[int(key)] = ABSENT
    else:
        del holder[key]


def _resolved(value: Any, path: KeyPath, environ: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        short = _SHORT.fullmatch(value.strip()) if is_secret(path) else None
        return _lookup(short[1], environ) if short else substitute(value, environ)
    if isinstance(value, dict) and is_secret(path) and {"source", "id"} <= value.keys():
        if value["source"] != "env":
            raise ValueError('expected a text, or a reference with source "env"')
        return _lookup(str(value["id"]), environ)
    return value
