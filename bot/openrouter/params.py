"""Model params: which layers apply, which spelling wins, what the provider object becomes.

Source: facts/openrouter-wire.md §3.3 and §3.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.openrouter.route import PROVIDER, wire_model
from bot.openrouter.settings import OpenRouterSettings, Params

# The first spelling of a row is the one used from here on, and the one that wins inside a layer.
SPELLINGS = (
    ("extra_body", "extraBody"),
    ("parallel_tool_calls", "parallelToolCalls"),
    ("response_format", "responseFormat"),
    ("chat_template_kwargs", "chatTemplateKwargs"),
    ("responseCache", "response_cache"),
    (
        "responseCacheTtlSeconds",
        "response_cache_ttl_seconds",
        "responseCacheTtl",
        "response_cache_ttl",
    ),
    ("responseCacheClear", "response_cache_clear"),
    ("frequencyPenalty", "frequency_penalty"),
    ("presencePenalty", "presence_penalty"),
    ("topP", "top_p"),
    ("toolChoice", "tool_choice"),
    ("cacheRetention", "cache_retention"),
    ("maxTokens", "max_tokens", "maxCompletionTokens", "max_completion_tokens"),
)
ALIASES = {spelling: row[0] for row in SPELLINGS for spelling in row}
RANKS = {spelling: rank for row in SPELLINGS for rank, spelling in enumerate(row)}
PROTO_KEYS = frozenset({"__proto__", "prototype", "constructor"})


def effective_params(settings: OpenRouterSettings, model: str, override: Params) -> dict[str, Any]:
    """The params of one request in canonical spelling, `provider` already merged.

    Layers, weakest first: provider-wide, the model's own entry at the provider, the agent's, the
    request's. Later ones replace key by key at the top; the routing object is merged key by key
    between these four, but that of a model under `agents.defaults` replaces the defaults' whole.
    """
    agent: dict[str, Any] = {}
    for layer in (settings.default_params, *_of_model(settings, model)):
        agent |= canonical(layer)
    own = canonical(_own(settings, model))
    merged: dict[str, Any] = {}
    provider: dict[str, Any] = {}
    for layer in (canonical(settings.provider_params), own, agent, canonical(override)):
        merged |= layer
        provider |= routing(layer.get("provider"))
    merged.pop("provider", None)
    return merged | ({"provider": provider} if provider else {})


def canonical(layer: Params) -> dict[str, Any]:
    """One layer with every alias under its first spelling; the first-listed spelling wins."""
    ordered = sorted(layer, key=lambda name: RANKS.get(name, 0), reverse=True)
    return {ALIASES.get(name, name): layer[name] for name in ordered}


def routing(value: object) -> dict[str, Any]:
    """A provider routing object without names that JavaScript would trip over; else empty."""
    cleaned = without_proto_keys(value)
    return cleaned if isinstance(cleaned, dict) else {}


def without_proto_keys(value: object) -> Any:
    """`value` with the dangerous names removed at every depth."""
    if isinstance(value, Mapping):
        return {
            key: without_proto_keys(item) for key, item in value.items() if key not in PROTO_KEYS
        }
    if isinstance(value, list | tuple):
        return [without_proto_keys(item) for item in value]
    return value


def _of_model(settings: OpenRouterSettings, model: str) -> Iterator[Params]:
    """The configured params of `model`, the legacy spelling of its reference first (weaker)."""
    wanted = wire_model(model)
    names = [PROVIDER + wanted, wanted] if wanted.startswith(PROVIDER) else [PROVIDER + wanted]
    by_name = {ref.strip().lower(): params for ref, params in settings.model_params.items()}
    for name in names:
        if name in by_name:
            yield by_name[name]
    if model.strip().lower() not in names and model.strip().lower() in by_name:
        yield by_name[model.strip().lower()]


def _own(settings: OpenRouterSettings, model: str) -> Params:
    """The params beside the model's entry at the provider."""
    wanted = wire_model(model)
    found = (params for name, params in settings.own_params.items() if wire_model(name) == wanted)
    return next(found, {})
