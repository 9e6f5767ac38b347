"""Which reference a name means when a model is chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.choosing import choose, ids_at_hand
from bot.config.load import Loaded
from bot.config.schema import Config
from bot.errors import ConfigError

SONNET = "openrouter/anthropic/claude-sonnet-4-6"
LOADED = Loaded(
    Config.model_validate({"agents": {"defaults": {"models": {SONNET: {"alias": "Sonnet"}}}}})
)
CATALOGUE = {"acme/model", "openrouter/new-router", "anthropic/claude-opus-5"}


@pytest.mark.parametrize(
    ("name", "ref"),
    [
        ("auto", "openrouter/auto"),
        ("openrouter/auto", "openrouter/auto"),
        ("openrouter/openrouter/auto", "openrouter/openrouter/auto"),
        ("fusion", "openrouter/openrouter/fusion"),
        ("openrouter/openrouter/fusion", "openrouter/openrouter/fusion"),
        ("deepseek/deepseek-v4-pro", "openrouter/deepseek/deepseek-v4-pro"),
        ("openrouter/z-ai/glm-5:free", "openrouter/z-ai/glm-5:free"),
        ("moonshotai/kimi-k2.6:nitro", "openrouter/moonshotai/kimi-k2.6:nitro"),
        ("@preset/mine", "openrouter/@preset/mine"),
        ("sonnet", SONNET),
        (SONNET, SONNET),
    ],
)
def test_references_bare_ids_suffixes_and_aliases_are_understood(name: str, ref: str) -> None:
    assert choose(name, LOADED, ()).ref == ref


def test_the_catalogue_adds_providers_and_routers() -> None:
    assert choose("acme/model", LOADED, CATALOGUE).ref == "openrouter/acme/model"
    assert choose("new-router", LOADED, CATALOGUE).ref == "openrouter/openrouter/new-router"


@pytest.mark.parametrize(
    "name", ["nosuch/model", "nosuch", "a b", "", "openrouter/", "x/y/z/a", "openrouter//a", "é/b"]
)
def test_what_is_no_model_is_refused(name: str) -> None:
    for catalogue in ((), CATALOGUE):
        with pytest.raises(ConfigError):
            choose(name, LOADED, catalogue)


def test_an_unknown_provider_is_refused_only_where_the_catalogue_can_tell() -> None:
    assert choose("openrouter/brandnew/x", LOADED, ()).ref == "openrouter/brandnew/x"
    with pytest.raises(ConfigError, match="brandnew"):
        choose("openrouter/brandnew/x", LOADED, CATALOGUE)


def test_retired_and_unlisted_models_are_remarked_and_taken() -> None:
    assert "retired" in choose("openrouter/openrouter/hunter-alpha", LOADED, ()).remark
    assert "catalogue" in choose("anthropic/claude-opus-9", LOADED, CATALOGUE).remark
    assert choose("anthropic/claude-opus-5:free", LOADED, CATALOGUE).remark == ""


@pytest.mark.parametrize("content", ["", "{", "[]", '{"models": 3}', '{"models": [1]}'])
def test_a_broken_catalogue_knows_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "catalog.json").write_text(content)
    assert ids_at_hand(tmp_path) == frozenset()
