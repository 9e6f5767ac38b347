"""What every block of the configuration shares: its base class and the types of single values.

Validators raise ValueError with what is expected, in words that fit after "expected".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic.alias_generators import to_camel


class Block(BaseModel):
    """A frozen block: snake_case attributes, camelCase in the file, unknown keys ignored here."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        populate_by_name=True,
        allow_inf_nan=False,
    )


def _no_switch(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a number")  # pydantic alone would read true as 1
    return value


def _no_number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    raise ValueError("true or false")


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def blank_is_unset(value: object) -> object:
    value = _trimmed(value)
    return None if value == "" else value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _http_url(value: str) -> str:
    return _address(value, "an http:// or https:// address without user, query or fragment")


def _api_url(value: str) -> str:
    """The query goes along with each request (facts/openrouter-wire.md §3.1)."""
    plain, mark, query = value.partition("?")
    return _address(plain, "an http:// or https:// address without user or fragment", mark + query)


def _address(value: str, expected: str, query: str = "") -> str:
    if not re.match(r"[a-z][a-z0-9+.-]*://", value, re.IGNORECASE):
        value = (
            f"https://{value}"  # facts/openrouter-wire.md §2.2: a host without scheme is accepted
        )
    try:
        parts = urlsplit(value)
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError(expected) from None
    wrong = parts.username or parts.password or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or not parts.hostname or wrong or not port_ok:
        raise ValueError(expected)
    if re.search(r"[\s\\]", value + query) or "#" in query:
        raise ValueError(expected)
    return value.rstrip("/") + query


def _header_safe(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[\x21-\x7e]+", value.get_secret_value()):
        raise ValueError("a key of printable characters without spaces")
    return value


def _texts(value: object) -> object:
    """One text, or a comma-separated one, is as good as a list."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def shorthand(key: str, block: type[Block]) -> BeforeValidator:
    """`"x"` in the file means `{key: "x"}` of `block`."""

    def expand(value: object) -> object:
        return {key: value.strip()} if isinstance(value, str) else value

    return BeforeValidator(expand, json_schema_input_type=str | block)


def text_map(value: object) -> object:
    """Numbers and switches in a map of texts are taken as written (`PORT: 8080`)."""
    if not isinstance(value, Mapping):
        return value
    return {key: _as_text(item) for key, item in value.items()}


def _as_text(item: object) -> object:
    if isinstance(item, bool):
        return "true" if item else "false"
    return str(item) if isinstance(item, (int, float)) else item


Flag = Annotated[bool, BeforeValidator(_no_number)]
Whole = Annotated[int, BeforeValidator(_no_switch)]
Number = Annotated[float, BeforeValidator(_no_switch)]
Positive = Annotated[float, BeforeValidator(_no_switch), Field(gt=0)]
Seconds = Annotated[float, BeforeValidator(_no_switch), Field(gt=0, le=86_400)]
Millis = Annotated[int, BeforeValidator(_no_switch), Field(gt=0, le=86_400_000)]
Count = Annotated[int, BeforeValidator(_no_switch), Field(ge=0)]
Port = Annotated[int, BeforeValidator(_no_switch), Field(ge=0, le=65_535)]
Text = Annotated[str, BeforeValidator(_trimmed)]
OptionalText = Annotated[str | None, BeforeValidator(blank_is_unset)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts, json_schema_input_type=list[str] | str)]
Url = Annotated[str, AfterValidator(_http_url)]
OptionalUrl = Annotated[Url | None, BeforeValidator(blank_is_unset)]
OptionalApiUrl = Annotated[
    Annotated[str, AfterValidator(_api_url)] | None, BeforeValidator(blank_is_unset)
]
Key = Annotated[SecretStr, AfterValidator(_header_safe)]
OptionalKey = Annotated[Key | None, BeforeValidator(blank_is_unset)]
SecretTexts = Annotated[
    dict[str, SecretStr],
    BeforeValidator(text_map, json_schema_input_type=dict[str, str | float | bool]),
]
Params = dict[str, Any]
LOWER = BeforeValidator(_lower)
