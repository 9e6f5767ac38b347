"""Which thinking level holds and what it becomes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.openrouter.chat import wire_request
from bot.openrouter.facts import UNKNOWN, ModelFacts, from_catalogue
from bot.openrouter.route import Route
from bot.openrouter.settings import OpenRouterSettings
from bot.openrouter.thinking import LADDER, LEVELS, effort_of, offered_levels, thinking_level
from bot.values.chat import ChatRequest

REF = "openrouter/vendor/m"


@pytest.mark.parametrize(
    ("chosen", "param", "default", "level"),
    [
        ("", None, "", "off"),
        ("", None, "low", "low"),
        ("", "high", "low", "high"),
        (" OFF ", "high", "low", "off"),
        ("Max", "high", "low", "max"),
        ("enormous", 3, "low", "low"),
        ("", "none", "", "off"),
    ],
)
def test_the_persons_choice_beats_the_models_which_beats_the_default(
    chosen: str, param: Any, default: str, level: str
) -> None:
    assert thinking_level(chosen, {"thinking": param}, default) == level


@pytest.mark.parametrize(
    ("level", "supported", "effort"),
    [
        ("xhigh", ("low", "high"), "high"),
        ("minimal", ("low", "high"), "low"),
        ("adaptive", ("low", "high"), "low"),
        ("max", ("high", "max"), "max"),
        ("max", ("high", "xhigh", "max"), "xhigh"),
        ("high", ("none",), None),
        ("off", ("low",), None),
    ],
)
def test_an_effort_that_the_catalogue_does_not_list_becomes_the_nearest(
    level: str, supported: tuple[str, ...], effort: str | None
) -> None:
    assert effort_of(level, supported) == effort


@given(st.sampled_from(LEVELS[1:]), st.sets(st.sampled_from(LADDER), min_size=1))
def test_the_effort_is_always_one_that_is_listed(level: str, supported: set[str]) -> None:
    assert effort_of(level, tuple(supported)) in supported


@pytest.mark.parametrize(
    ("model", "facts", "levels"),
    [
        ("vendor/m", UNKNOWN, LEVELS),
        ("vendor/m", ModelFacts(efforts=("high", "low", "none")), ("off", "low", "high")),
        ("vendor/m", ModelFacts(efforts=("high",), reasoning_mandatory=True), ("high",)),
        ("vendor/m", ModelFacts(reasoning=False), ("off",)),
        ("openrouter/auto", UNKNOWN, ("off",)),
        ("openrouter/hunter-alpha:free", UNKNOWN, ("off",)),
        ("x-ai/grok-4", UNKNOWN, ("off",)),
        ("deepseek/deepseek-v4-pro", UNKNOWN, LEVELS[:6]),
        ("deepseek/deepseek-v4-flash:free", UNKNOWN, LEVELS[:6]),
    ],
)
def test_only_levels_that_make_a_difference_are_offered(
    model: str, facts: ModelFacts, levels: tuple[str, ...]
) -> None:
    assert offered_levels(model, facts) == levels


def test_reasoning_options_are_read_from_the_catalogue() -> None:
    reasoning = {"supported_efforts": ["low", "high"], "default_effort": "low", "mandatory": True}
    facts = from_catalogue({"id": "a/b", "reasoning": reasoning})
    assert facts is not None
    assert (facts.efforts, facts.default_effort) == (("low", "high"), "low")
    assert facts.reasoning_mandatory


def body(settings: OpenRouterSettings, ref: str = REF, **request: Any) -> dict[str, Any]:
    asked = ChatRequest(ref, [{"role": "user", "content": "Hi"}], **request)
    route = Route.of(settings.base_url)
    return wire_request(asked, settings=settings, route=route, facts=UNKNOWN).body


def test_nothing_configured_means_no_thinking() -> None:
    assert "reasoning" not in body(OpenRouterSettings())
    deepseek = body(OpenRouterSettings(), "openrouter/deepseek/deepseek-v4-pro")
    assert deepseek["thinking"] == {"type": "disabled"}


def test_a_models_own_level_is_sent_as_effort_and_not_as_a_field() -> None:
    settings = OpenRouterSettings(
        model_params={REF: {"thinking": "medium"}}, thinking_default="high"
    )
    assert body(settings)["reasoning"] == {"effort": "medium"}
    assert "thinking" not in body(settings)
    assert body(settings, "openrouter/other/m")["reasoning"] == {"effort": "high"}
    assert "reasoning" not in body(settings, thinking="off")
