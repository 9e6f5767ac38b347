"""Layers of params and the merged provider object."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.openrouter.params import (
    PROTO_KEYS,
    SPELLINGS,
    canonical,
    effective_params,
    routing,
    without_proto_keys,
)
from bot.openrouter.settings import OpenRouterSettings

NAMES = st.sampled_from(["temperature", "seed", "stop", "x"])
LAYERS = st.dictionaries(NAMES, st.integers(), max_size=4)
JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "b", "__proto__", "constructor"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
REF = "openrouter/vendor/model"


@given(LAYERS, LAYERS, LAYERS, LAYERS)
def test_the_narrower_layer_wins_key_by_key(
    wide: dict[str, Any], default: dict[str, Any], model: dict[str, Any], request: dict[str, Any]
) -> None:
    settings = OpenRouterSettings(
        provider_params=wide, default_params=default, model_params={REF: model}
    )
    assert effective_params(settings, REF, request) == {**wide, **default, **model, **request}


@given(LAYERS, LAYERS, LAYERS)
def test_the_agents_provider_object_is_merged_into_the_wide_one_and_replaces_among_themselves(
    wide: dict[str, Any], default: dict[str, Any], model: dict[str, Any]
) -> None:
    settings = OpenRouterSettings(
        provider_params={"provider": wide},
        default_params={"provider": default},
        model_params={REF: {"provider": model}},
    )
    assert effective_params(settings, REF, {}).get("provider", {}) == {**wide, **model}


@given(LAYERS, LAYERS, LAYERS, LAYERS)
def test_routing_objects_of_provider_model_agent_and_request_are_merged_key_by_key(
    wide: dict[str, Any], own: dict[str, Any], model: dict[str, Any], request: dict[str, Any]
) -> None:
    settings = OpenRouterSettings(
        provider_params={"provider": wide},
        own_params={"vendor/model": {"provider": own}},
        model_params={REF: {"provider": model}},
    )
    merged = effective_params(settings, REF, {"provider": request})
    assert merged.get("provider", {}) == {**wide, **own, **model, **request}


@given(LAYERS, LAYERS, LAYERS)
def test_the_entry_at_the_provider_lies_under_the_agents_layers(
    own: dict[str, Any], default: dict[str, Any], model: dict[str, Any]
) -> None:
    settings = OpenRouterSettings(
        own_params={"Vendor/Model": own, "vendor/other": {"x": -1}},
        default_params=default,
        model_params={REF: model},
    )
    assert effective_params(settings, REF, {}) == {**own, **default, **model}


@given(JSON)
def test_dangerous_names_are_gone_at_every_depth(value: Any) -> None:
    def names(item: Any) -> set[str]:
        if isinstance(item, dict):
            return set(item).union(*(names(inner) for inner in item.values()))
        return set().union(*map(names, item)) if isinstance(item, list) else set()

    cleaned = without_proto_keys(value)
    assert not names(cleaned) & PROTO_KEYS
    assert without_proto_keys(cleaned) == cleaned


@pytest.mark.parametrize("row", SPELLINGS, ids=lambda row: row[0])
def test_inside_a_layer_the_first_listed_spelling_wins(row: tuple[str, ...]) -> None:
    layer = {spelling: rank for rank, spelling in enumerate(row)}
    assert canonical(layer) == {row[0]: 0}
    assert canonical(dict(reversed(layer.items()))) == {row[0]: 0}


def test_between_layers_the_narrower_one_wins_whatever_its_spelling() -> None:
    settings = OpenRouterSettings(
        default_params={"responseCache": True, "extra_body": {"a": 1}},
        model_params={REF: {"response_cache": False, "extraBody": {"b": 2}}},
    )
    params = effective_params(settings, REF, {})
    assert (params["responseCache"], params["extra_body"]) == (False, {"b": 2})


@pytest.mark.parametrize(
    "configured", ["openrouter/fusion", "openrouter/openrouter/fusion", "OpenRouter/Fusion"]
)
@pytest.mark.parametrize("asked", ["openrouter/fusion", "openrouter/openrouter/fusion", "fusion"])
def test_a_model_of_openrouter_itself_is_found_under_both_its_names(
    configured: str, asked: str
) -> None:
    settings = OpenRouterSettings(model_params={configured: {"seed": 1}})
    assert effective_params(settings, asked, {}) == {"seed": 1}


@pytest.mark.parametrize("value", [None, [], ["a"], "latency", 3, {"__proto__": {}}])
def test_a_provider_that_is_no_object_or_holds_nothing_is_not_sent(value: Any) -> None:
    assert routing(value) == {}
    assert effective_params(OpenRouterSettings(), REF, {"provider": value}) == {}
