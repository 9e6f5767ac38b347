"""From a canonical tree to a `Config`: a wrong value is reported and gives way to its default."""

from __future__ import annotations

import math
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.config.findings import Report, shown
from bot.config.keypath import ABSENT, KeyPath, children, get, remove
from bot.config.schema.root import Config
from bot.errors import ConfigError

_ROUNDS = 50  # each round takes out at least one value; real files need one or two
_EXPECTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "a text",
    "string_too_short": "a text that is not empty",
    "model_type": "a block {{ ... }}",
    "model_attributes_type": "a block {{ ... }}",
    "dict_type": "a block {{ ... }}",
    "list_type": "a list [ ... ]",
    "tuple_type": "a list [ ... ]",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "a number below {lt}",
    "less_than_equal": "at most {le}",
}


def build(report: Report) -> Config:
    """The configuration of the report's tree. Takes what is wrong out of the tree."""
    _drop_infinite(report, report.tree.data, ())
    for _ in range(_ROUNDS):
        try:
            return Config.model_validate(report.tree.data, by_alias=True, by_name=False)
        except ValidationError as error:
            _take_out(report, error.errors(include_url=False))
    raise ConfigError("The configuration can't be understood. Start from config.example.json5.")


def _take_out(report: Report, errors: list[ErrorDetails]) -> None:
    data = report.tree.data
    wrong: dict[KeyPath, str] = {}
    for error in errors:
        path = _existing(data, error["loc"])
        wrong.setdefault(path, _expected(error))
    for path, expected in wrong.items():
        value = shown(get(data, path), path)
        report.error(path, f"{value} is not understood; expected {expected}")
    for path in wrong:
        _remove(report, path, wrong=wrong)


def _remove(report: Report, path: KeyPath, *, wrong: dict[KeyPath, str]) -> None:
    data, parent = report.tree.data, path[:-1]
    items = get(data, parent)
    if not isinstance(items, list):
        remove(data, path)
    elif path == next(other for other in wrong if other[:-1] == parent):
        kept = [index for index in range(len(items)) if (*parent, index) not in wrong]
        report.tree.keep_items(parent, kept)


def _existing(data: Any, loc: tuple[int | str, ...]) -> KeyPath:
    """The longest beginning of pydantic's location that names a value of the tree."""
    length = len(loc)
    while length > 1 and get(data, loc[:length]) is ABSENT:
        length -= 1
    return loc[:length]


def _expected(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return str(context["error"])
    if error["type"] == "literal_error":
        return str(context["expected"]).replace("'", "")
    template = _EXPECTED.get(error["type"])
    return template.format(**context) if template else error["msg"]


def _drop_infinite(report: Report, node: Any, path: KeyPath) -> None:
    """JSON5 knows NaN and Infinity; no request body and no limit can carry them."""
    bad: list[str | int] = []
    for key, value in children(node):
        if isinstance(value, float) and not math.isfinite(value):
            report.error((*path, key), "NaN and Infinity can't be used; expected a finite number")
            bad.append(key)
        else:
            _drop_infinite(report, value, (*path, key))
    if bad and isinstance(node, list):
        report.tree.keep_items(path, [index for index in range(len(node)) if index not in bad])
    elif bad:
        for key in bad:
            del node[key]
