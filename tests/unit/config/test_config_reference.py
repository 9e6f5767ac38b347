"""The JSON Schema and the page of the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.config.reference import json_schema, page, settings
from bot.config.unknown import documented_paths

PAGE = Path(__file__).parents[3] / "docs" / "config.md"


def defined(name: str, key: str) -> dict[str, Any]:
    found: dict[str, Any] = json_schema()["$defs"][name]["properties"][key]
    return found


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page()


def test_every_key_with_a_value_is_on_the_page_with_what_it_does() -> None:
    rows = list(settings())
    assert all(row.about and row.kind != "value" for row in rows)
    plain = {row.path.replace("[]", ".*").replace("<name>", "*") for row in rows}
    assert plain <= documented_paths().keys()
    assert "agents.defaults.model.primary" in plain
    assert "tools.media.audio.models.*.model" in plain


def test_the_schema_takes_what_the_loader_takes() -> None:
    assert {"type": "string"} in defined("AgentDefaults", "model")["anyOf"]
    people = defined("TelegramConfig", "allowFrom")["items"]["anyOf"]
    assert {kind["type"] for kind in people} == {"string", "integer"}
    assert {"type": "boolean"} in defined("TelegramConfig", "streaming")["anyOf"]


def test_the_schema_marks_secrets() -> None:
    assert defined("TelegramConfig", "botToken")["anyOf"][0]["writeOnly"] is True
