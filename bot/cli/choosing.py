"""`parley models set`: which reference a name means, and the one line of the file that changes."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.cli.frame import CATALOG_FILE, Home
from bot.config.edit import change, holds_values
from bot.config.include import read_all
from bot.config.keypath import KeyPath, get
from bot.config.load import Loaded
from bot.errors import ConfigError
from bot.openrouter.refs import BUNDLED_MODELS, resolve
from bot.openrouter.route import PROVIDER, wire_model

MODEL: KeyPath = ("agents", "defaults", "model")
PRIMARY: KeyPath = (*MODEL, "primary")
SHAPE = re.compile(r"[\w.@~+-]+(?:/[\w.@~+-]+){0,2}(?::[\w.-]+)?")
# Names that OpenRouter serves models of; the catalogue on disk adds to them.
_PROVIDERS = """
    openrouter ai21 aion-labs alibaba allenai amazon anthropic arcee-ai baidu bytedance
    bytedance-seed cognitivecomputations cohere deepcogito deepseek elevenlabs google hexgrad
    inception inclusionai liquid mancer meituan meta-llama microsoft minimax mistralai moonshotai
    morph nousresearch nvidia openai perplexity prime-intellect qwen relace sao10k stepfun-ai
    switchpoint tencent thedrummer undi95 upstage writer x-ai xiaomi z-ai
"""
PROVIDERS = frozenset(_PROVIDERS.split())
BARE = frozenset({"auto", "fusion", "free", "deepseek-v4-flash", "deepseek-v4-pro"})


@dataclass(frozen=True, slots=True)
class Choice:
    """A reference as it is written into the file, and what is to be said about it."""

    ref: str
    remark: str = ""


def choose(name: str, loaded: Loaded, known_ids: Iterable[str]) -> Choice:
    """The reference that `name` stands for: an alias, a reference, or a bare id of OpenRouter.

    `known_ids` are wire ids of the catalogue, as far as one is at hand: they add providers, and
    what they lack is remarked, never refused. Raises ConfigError for what can't be a model.
    """
    models = loaded.config.agents.defaults.models
    aliases = {entry.alias: ref for ref, entry in models.items() if entry.alias}
    ref, ids = resolve(name, aliases), frozenset(known_ids)
    if ref in models:
        return Choice(ref)
    if not SHAPE.fullmatch(ref):
        raise ConfigError(f"{ref!r} is not a model reference; write openrouter/provider/model.")
    bare = ref.removeprefix(PROVIDER)
    if not ref.startswith(PROVIDER):
        _check_bare(ref, ids)
        # `fusion` alone is a model of OpenRouter's own and has its name twice, as in the seeds.
        wire_id = wire_model(ref)
        ref = wire_id if wire_id == "openrouter/auto" else PROVIDER + wire_id
    elif "/" in bare and not _known(bare.partition("/")[0], ids) and ids:
        raise ConfigError(_unknown(bare.partition("/")[0]))
    return Choice(ref, _remark(ref, ids))


def write(home: Home, ref: str) -> Loaded:
    """Make `ref` the primary model in the file. Raises ConfigError."""
    loaded = change(home.config, {model_path(home.config): ref}, environ=os.environ)
    if loaded.config.agents.defaults.model.primary != ref:
        raise ConfigError(f"{home.config} sets the model elsewhere; look at its $include files.")
    return loaded


def model_path(config: Path) -> KeyPath:
    """Where the primary stands: `model: "..."` is short for `model: {primary: "..."}`."""
    return MODEL if isinstance(configured(config, MODEL), str) else PRIMARY


def configured(config: Path, path: KeyPath) -> Any:
    """What the file has at `path`, or `keypath.ABSENT`."""
    return get(read_all(config).data if holds_values(config) else {}, path)


def ids_at_hand(state_dir: Path) -> frozenset[str]:
    """The ids in the catalogue that is kept on disk; none when there is none."""
    try:
        rows = json.loads((state_dir / CATALOG_FILE).read_text("utf-8"))["models"]
        return frozenset(str(row["id"]) for row in rows)
    except (OSError, ValueError, TypeError, KeyError):
        return frozenset()


def _check_bare(ref: str, ids: frozenset[str]) -> None:
    provider, slash, _ = ref.partition("/")
    if slash and not _known(provider, ids):
        raise ConfigError(_unknown(provider))
    if not slash and ref.lower() not in BARE and wire_model(ref) not in ids:
        raise ConfigError(f"There is no model {ref!r}; write openrouter/provider/model.")


def _known(provider: str, ids: frozenset[str]) -> bool:
    name = provider.lstrip("~").lower()
    return name.startswith("@") or name in PROVIDERS or any(i.startswith(f"{name}/") for i in ids)


def _unknown(provider: str) -> str:
    return (
        f"Unknown provider {provider!r}. Parley speaks to OpenRouter: write "
        "openrouter/provider/model with a provider that openrouter.ai/models lists."
    )


def _remark(ref: str, ids: frozenset[str]) -> str:
    wire_id = wire_model(ref)
    if any(model.retired and wire_model(model.ref) == wire_id for model in BUNDLED_MODELS):
        return "OpenRouter has retired this model; it will not answer."
    plain = wire_id.partition(":")[0]
    if not ids or plain in ids or wire_id in ids or plain.startswith(("@", "~")):
        return ""
    return "The catalogue does not list this model (yet); `parley models list` shows what it has."
