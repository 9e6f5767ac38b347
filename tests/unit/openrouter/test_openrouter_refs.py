"""What models are called, and what is listed without restricting anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.openrouter.facts import ModelFacts
from bot.openrouter.refs import BUNDLED_MODELS, ListedModel, listed, ref_of, resolve
from bot.openrouter.route import wire_model

ALIASES = {"Fast": "openrouter/moonshotai/kimi-k2.6", " ": "never", "Opus ": "anthropic/opus"}
SLUG = st.from_regex(r"[a-z0-9][a-z0-9.\-]{0,8}", fullmatch=True)


@pytest.mark.parametrize(
    ("name", "ref"),
    [
        ("fast", "openrouter/moonshotai/kimi-k2.6"),
        (" OPUS", "anthropic/opus"),
        ("openrouter/auto", "openrouter/auto"),
        (" vendor/model:free ", "vendor/model:free"),
        ("", ""),
    ],
)
def test_an_alias_stands_for_its_reference_and_any_other_name_for_itself(
    name: str, ref: str
) -> None:
    assert resolve(name, ALIASES) == ref


@pytest.mark.parametrize("ref", [model.ref for model in BUNDLED_MODELS])
def test_a_bundled_reference_comes_back_from_its_wire_id(ref: str) -> None:
    assert ref_of(wire_model(ref)) == ref


@given(SLUG, SLUG, st.sampled_from(["", ":free", ":nitro", ":thinking"]))
def test_a_reference_and_its_wire_id_name_the_same_model(
    vendor: str, model: str, suffix: str
) -> None:
    wire_id = f"{vendor}/{model}{suffix}"
    assert wire_model(ref_of(wire_id)) == wire_id
    assert wire_model(wire_id.upper()) == wire_id


def test_the_bundled_models_are_listed_and_the_retired_ones_marked() -> None:
    assert [(model.ref, model.retired) for model in listed({})] == [
        ("openrouter/auto", False),
        ("openrouter/openrouter/fusion", False),
        ("openrouter/moonshotai/kimi-k2.6", False),
        ("openrouter/moonshotai/kimi-k2.5", False),
        ("openrouter/openrouter/healer-alpha", True),
        ("openrouter/openrouter/hunter-alpha", True),
    ]


def test_configured_models_come_first_and_restrict_nothing() -> None:
    catalogue = [
        ModelFacts("vendor/b", "B"),
        ModelFacts("vendor/a", "A"),
        ModelFacts("vendor/tts", "T", outputs=("speech",)),
        ModelFacts("moonshotai/kimi-k2.6", "known already"),
    ]
    rows = listed({"openrouter/Vendor/A": "quick", "openrouter/fusion": ""}, catalogue)
    assert rows[:3] == (
        ListedModel("openrouter/Vendor/A", "A", alias="quick", configured=True),
        ListedModel("openrouter/fusion", "OpenRouter Fusion router", configured=True),
        BUNDLED_MODELS[0],
    )
    names = [row.ref for row in rows]
    assert names[-1] == "openrouter/vendor/b"
    assert len({wire_model(name) for name in names}) == len(names)
    assert "openrouter/vendor/tts" not in names
