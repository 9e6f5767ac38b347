"""Every recorded chat request: the same config file must give the same fields and values.

Texts, tools and the output cap are Parley's own and not compared. Where a recording and a seed
disagree the seed wins: `corrected` holds those cases (wire/README.md).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.app.settings import openrouter_settings, turn_settings
from bot.config.load import load
from bot.openrouter.chat import WireRequest, wire_request
from bot.openrouter.facts import BUNDLED, UNKNOWN
from bot.openrouter.headers import request_headers
from bot.openrouter.keys import Secret
from bot.openrouter.route import Route, wire_model
from bot.openrouter.settings import OpenRouterSettings
from bot.values.chat import ChatRequest, Message, ToolSpec

RECORDED = json.loads((Path(__file__).parent / "recorded_chats.json").read_text("utf-8"))
OWN = {"messages", "tools", "max_completion_tokens", "session_id", "user"}
KEY = Secret("sk-or-<KEY>")
TOOL = ToolSpec("clock", "Tells the time.", {"type": "object", "properties": {}})


Shaped = tuple[WireRequest, dict[str, str]]


def corrected(case: str, body: dict[str, Any]) -> dict[str, Any]:
    """A recorded body after the rows of wire/README.md in which a seed wins."""
    body = dict(body)
    if body["model"] == "openrouter/auto" or case.startswith("deepseek"):
        body.pop("reasoning", None)
    return body


def stored(message: Message) -> Message:
    """A recorded message as history keeps it: without what shaping adds."""
    content = message["content"]
    if message["role"] == "system" and isinstance(content, list):
        content = content[0]["text"]
    kept = {name: value for name, value in message.items() if name != "reasoning_content"}
    return {**kept, "content": content}


@pytest.fixture
def shaped(tmp_path: Path, recorded: dict[str, Any]) -> Shaped:
    """The recorded request as Parley makes it from the recorded configuration, with headers."""
    path = tmp_path / "config.json5"
    path.write_text(json.dumps(recorded["config"]), "utf-8")
    loaded = load(path=path, environ={})
    assert not [finding.message for finding in (*loaded.errors, *loaded.warnings)]
    settings = openrouter_settings(loaded.config)
    model = turn_settings(loaded.config).model
    route = Route.of(settings.base_url)
    request = ChatRequest(model, list(map(stored, recorded["json"]["messages"])), tools=[TOOL])
    facts = BUNDLED.get(wire_model(model), UNKNOWN)
    wire = wire_request(request, settings=settings, route=route, facts=facts)
    headers = request_headers(settings, route, KEY, wire.headers)
    return wire, {name.decode(): value.decode() for name, value in headers}


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda row: f"{row['case']}-{row['number']}")
class TestRecordedRequest:
    def test_has_the_same_fields_with_the_same_values(
        self, recorded: dict[str, Any], shaped: Shaped
    ) -> None:
        wire, _ = shaped
        expected = corrected(recorded["case"], recorded["json"])
        sent = {name: value for name, value in wire.body.items() if name not in OWN}
        assert sent == {name: value for name, value in expected.items() if name not in OWN}
        assert isinstance(wire.body["max_completion_tokens"], int)
        assert wire.body["tools"][0]["type"] == "function"

    def test_has_the_same_messages(self, recorded: dict[str, Any], shaped: Shaped) -> None:
        wire, _ = shaped
        expected = [dict(message) for message in recorded["json"]["messages"]]
        assert wire.body["messages"] == expected

    def test_has_the_same_headers(self, recorded: dict[str, Any], shaped: Shaped) -> None:
        _, headers = shaped
        headers.pop("user-agent")
        assert headers == recorded["headers"]


def test_every_kind_of_recording_is_there() -> None:
    assert {row["case"] for row in RECORDED} >= {
        "anthropic_reasoning_high",
        "chat_provider_routing",
        "deepseek_v4_xhigh",
        "fusion",
        "kimi_think_high",
        "response_cache",
        "stt_voice",
        "image_generate",
    }


def test_a_stored_reasoning_comes_back_to_deepseek_beside_tool_calls() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "clock", "arguments": "{}"}}
    answer = {"role": "assistant", "content": None, "tool_calls": [call], "reasoning": "because"}
    request = ChatRequest(
        "openrouter/deepseek/deepseek-v4-flash",
        [
            {"role": "user", "content": "Hi"},
            answer,
            {"role": "tool", "tool_call_id": "c1", "content": "noon"},
            {"role": "assistant", "content": "Noon."},
        ],
        thinking="max",
    )
    settings = OpenRouterSettings()
    wire = wire_request(request, settings=settings, route=Route.of(""), facts=UNKNOWN)
    assert wire.body["reasoning_effort"] == "xhigh"
    assert [m.get("reasoning_content") for m in wire.body["messages"]] == [
        None,
        "because",
        None,
        "",
    ]
