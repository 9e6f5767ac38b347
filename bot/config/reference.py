"""What can be configured, told from the schema itself: as JSON Schema, and as a page to read."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bot.config.openclaw_names import RENAMES
from bot.config.schema.base import Block
from bot.config.schema.root import Config
from bot.config.unknown import inside

NAMES = {str: "text", bool: "true or false", int: "whole number", float: "number"}
HEAD = """\
# Configuration

Everything that can be configured, made from the schema by `docs/config_page.py`. The file is JSON5
(comments, trailing commas, `180_000`): `--config`, `PARLEY_CONFIG`, or `config.json5` in the state
folder. Nothing in it is needed. `parley config validate` judges a file, `parley config set` changes
one and keeps its comments, `parley config schema` prints the JSON Schema for editors.

In any text `${NAME}` is replaced by that environment variable and `$${NAME}` stays as `${NAME}`.
`<name>` stands for any key, `[]` for any item of a list. Unknown keys warn and stop nobody; a wrong
value warns and gives way to its default, unless it is a token, key, address or access key: those
stop `parley run`.
"""
COLUMNS = "| key | value | default | |\n|---|---|---|---|\n"
OTHER_NAMES = """
## Other names

Older and newer OpenClaw names are read too; a *retired* one warns. A model may be a plain text
(`model: "openrouter/auto"`), `env` may hold variables directly, and `streaming` may be a mode.

| written | means | |
|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """One key. `default` is JSON, empty for none."""

    path: str
    kind: str
    default: str
    about: str


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the file. Unknown keys are allowed, as they are when read."""
    schema = Config.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Parley configuration",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def settings(block: type[Block] = Config, prefix: str = "") -> Iterator[Setting]:
    """Every key that holds a value of its own, in the order of the schema."""
    for name, field in block.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        inner, many = inside(field.annotation)
        if inner is None:
            yield Setting(path, _kind(field.annotation), _default(field), field.description or "")
        else:
            yield from settings(inner, f"{path}{_each(field.annotation) if many else ''}.")


def page() -> str:
    """`docs/config.md`."""
    return HEAD + "".join(_section(name, field) for name, field in _top()) + _other_names()


def _top() -> list[tuple[str, FieldInfo]]:
    return [(field.alias or name, field) for name, field in Config.model_fields.items()]


def _section(name: str, field: FieldInfo) -> str:
    block, _ = inside(field.annotation)
    rows = settings(block, f"{name}.") if block else ()
    table = "".join(
        f"| `{row.path}` | {_cell(row.kind)} | {_cell(_code(row.default))} | {_cell(row.about)} |\n"
        for row in rows
    )
    return f"\n## {name}\n\n{field.description}\n\n{COLUMNS}{table}"


def _other_names() -> str:
    rows = "".join(
        f"| `{_starred(rename.old)}` | `{_starred(rename.new)}` | "
        f"{'retired' if rename.retired else ''} |\n"
        for rename in RENAMES
    )
    return OTHER_NAMES + rows


def _starred(path: str) -> str:
    return path.replace("*", "<name>")


def _each(annotation: Any) -> str:
    """How one of many is written: an item of a list, or the value of any key."""
    return "[]" if get_origin(annotation) is tuple else ".<name>"


def _kind(annotation: Any) -> str:
    """What may be written, in words."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(args[0])
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_kind(arg) for arg in args if arg is not type(None)))
    if origin is Literal:
        return ", ".join(str(arg) for arg in args)
    if origin is tuple:
        return f"list of {_kind(args[0])}"
    if origin is dict:
        return "block" if args[1] is Any else f"block of {_kind(args[1])}"
    return "secret text" if annotation is SecretStr else NAMES.get(annotation, "value")


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is None or value in ({}, (), []) or isinstance(value, BaseModel):
        return ""
    return json.dumps(value, ensure_ascii=False)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
