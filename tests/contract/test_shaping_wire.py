"""Every recorded chat request: the same config must give the same fields with the same values.

Texts, tools and the output cap are Parley's own and not compared. Where a recording and a seed
disagree the seed wins: `corrected` holds those cases (wire/README.md).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.openrouter.chat import wire_request
from bot.openrouter.facts import UNKNOWN
from bot.openrouter.headers import request_headers
from bot.openrouter.keys import Secret
from bot.openrouter.route import Route
from bot.openrouter.settings import OpenRouterSettings
from bot.values.chat import ChatRequest, Message, ToolSpec

RECORDED = json.loads((Path(__file__).parent / "recorded_chats.json").read_text("utf-8"))
OWN = {"messages", "tools", "max_completion_tokens", "session_id", "user"}
KEY = Secret("sk-or-<KEY>")
TOOL = ToolSpec("clock", "Tells the time.", {"type": "object", "properties": {}})


def corrected(case: str, body: dict[str, Any]) -> dict[str, Any]:
    """A recorded body after the rows of wire/README.md in which a seed wins."""
    body = dict(body)
    if body["model"] == "openrouter/auto" or case.startswith("deepseek"):
        body.pop("reasoning", None)
    return body


def settings_of(config: dict[str, Any]) -> OpenRouterSettings:
    defaults = config["agents"]["defaults"]
    provider = config.get("models", {}).get("providers", {}).get("openrouter", {})
    return OpenRouterSettings(
        base_url=provider.get("baseUrl", ""),
        provider_params=provider.get("params", {}),
        default_params=defaults.get("params", {}),
        model_params={ref: row["params"] for ref, row in defaults.get("models", {}).items()},
    )


def stored(message: Message) -> Message:
    """A recorded message as history keeps it: without what shaping adds."""
    content = message["content"]
    if message["role"] == "system" and isinstance(content, list):
        content = content[0]["text"]
    kept = {name: value for name, value in message.items() if name != "reasoning_content"}
    return {**kept, "content": content}


def shaped_again(config: dict[str, Any], body: dict[str, Any]) -> Any:
    defaults = config["agents"]["defaults"]
    settings = settings_of(config)
    request = ChatRequest(
        model=defaults["model"]["primary"],
        messages=[stored(message) for message in body["messages"]],
        tools=[TOOL],
        thinking=defaults.get("thinkingDefault", ""),
    )
    route = Route.of(settings.base_url)
    wire = wire_request(request, settings=settings, route=route, facts=UNKNOWN)
    headers = request_headers(settings, route, KEY, wire.headers)
    return wire, {name.decode(): value.decode() for name, value in headers}


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda row: f"{row['case']}-{row['number']}")
class TestRecordedRequest:
    def test_has_the_same_fields_with_the_same_values(self, recorded: dict[str, Any]) -> None:
        wire, _ = shaped_again(recorded["config"], recorded["json"])
        expected = corrected(recorded["case"], recorded["json"])
        sent = {name: value for name, value in wire.body.items() if name not in OWN}
        assert sent == {name: value for name, value in expected.items() if name not in OWN}
        assert isinstance(wire.body["max_completion_tokens"], int)
        assert wire.body["tools"][0]["type"] == "function"

    def test_has_the_same_messages(self, recorded: dict[str, Any]) -> None:
        wire, _ = shaped_again(recorded["config"], recorded["json"])
        expected = [dict(message) for message in recorded["json"]["messages"]]
        assert wire.body["messages"] == expected

    def test_has_the_same_headers(self, recorded: dict[str, Any]) -> None:
        _, headers = shaped_again(recorded["config"], recorded["json"])
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
