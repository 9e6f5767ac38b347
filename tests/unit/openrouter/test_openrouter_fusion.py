"""The note about the Fusion panel: true, sanitized, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.openrouter.chat import OpenRouterChat, wire_request
from bot.openrouter.client import OpenRouterClient
from bot.openrouter.facts import UNKNOWN, ModelFacts
from bot.openrouter.fusion import fusion_note
from bot.openrouter.route import Route
from bot.openrouter.settings import OpenRouterSettings
from bot.values.chat import ChatRequest, ToolSpec
from bot.values.clock import SystemClock

PLUGIN = {
    "id": "fusion",
    "analysis_models": ["google/gemini-3.5-flash", "moonshotai/kimi-k2.6"],
    "model": "google/gemini-3.5-flash",
    "secret": "never-in-the-prompt",
}
REF = "openrouter/openrouter/fusion"
EXTRA = {"plugins": [{"id": "web"}, PLUGIN], "metadata": {"team": "never-in-the-prompt"}}


def note(**plugin: Any) -> str | None:
    return fusion_note({"extra_body": {"plugins": [{"id": "fusion", **plugin}]}})


def test_the_note_names_the_panel_and_the_judge_and_nothing_else() -> None:
    text = fusion_note({"extra_body": EXTRA})
    assert text is not None
    assert text.splitlines()[0].startswith("## ")
    assert text.splitlines()[3:] == [
        "Analysis models: google/gemini-3.5-flash, moonshotai/kimi-k2.6",
        "Judge model: google/gemini-3.5-flash",
    ]
    assert "never-in-the-prompt" not in text


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"extra_body": None},
        {"extra_body": []},
        {"extra_body": {"plugins": {}}},
        {"extra_body": {"plugins": ["fusion", {"id": "web", "model": "a/b"}]}},
        {"extra_body": {"plugins": [{**PLUGIN, "enabled": False}]}},
        {"extra_body": {"plugins": [{"id": "fusion"}]}},
        {"extra_body": {"plugins": [{"id": "fusion", "model": " \n", "analysis_models": [3]}]}},
    ],
)
def test_without_a_panel_there_is_no_note(params: Any) -> None:
    assert fusion_note(params) is None


@given(st.text(max_size=400))
def test_a_model_name_stays_on_its_line_and_is_cut_between_characters(name: str) -> None:
    text = note(model=name + "x")
    assert text is not None
    last = text.split("\n")[-1].removeprefix("Judge model: ")
    assert text.splitlines() == text.split("\n")
    assert len(last.encode("utf-16-le")) <= 512
    assert not any(ord(char) <= 0x1F or 0x7F <= ord(char) <= 0x9F for char in last)


def test_a_pair_of_surrogates_is_never_cut_in_half() -> None:
    text = note(model="x" * 255 + "😀")
    assert text is not None
    assert text.endswith("x" * 255)


class NoFacts:
    def lookup(self, model: str) -> ModelFacts:
        return UNKNOWN


def system_note(ref: str, **layers: Any) -> str:
    client = OpenRouterClient(OpenRouterSettings(**layers), clock=SystemClock(), key=lambda: None)
    return OpenRouterChat(client, NoFacts()).system_note(ref)


@pytest.mark.parametrize("spelling", ["extra_body", "extraBody"])
@pytest.mark.parametrize("configured", [REF, "openrouter/fusion", "OpenRouter/Fusion"])
@pytest.mark.parametrize("asked", [REF, "openrouter/fusion", "fusion"])
def test_the_panel_is_found_in_either_spelling_under_either_name(
    spelling: str, configured: str, asked: str
) -> None:
    found = system_note(asked, model_params={configured: {spelling: EXTRA}})
    assert found == fusion_note({"extra_body": EXTRA})


def test_another_model_has_no_note_whatever_its_extra_body() -> None:
    assert system_note("openrouter/auto", default_params={"extraBody": EXTRA}) == ""
    assert system_note(REF) == ""


def test_the_body_carries_the_plugin_untouched_and_forces_no_tool() -> None:
    settings = OpenRouterSettings(model_params={REF: {"extraBody": EXTRA}})
    kept = copy.deepcopy(EXTRA)
    request = ChatRequest(REF, [{"role": "user", "content": "Hi"}], (ToolSpec("f", "d", {}),))
    wire = wire_request(request, settings=settings, route=Route.of(""), facts=UNKNOWN)
    assert wire.body["model"] == "openrouter/fusion"
    assert (wire.body["plugins"], wire.body["metadata"]) == (kept["plugins"], kept["metadata"])
    assert wire.body["tool_choice"] == "auto"
    assert kept == EXTRA
