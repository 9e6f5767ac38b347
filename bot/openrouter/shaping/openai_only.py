"""OpenAI-only fields: never forwarded, unless the extra body names them by hand; `store` never.

Source: seeds 002 "OpenAI-only request shaping"; facts/openrouter-wire.md §10.
"""

from __future__ import annotations

from bot.openrouter.shaping.shape import Body, Shape

OPENAI_ONLY = (
    "service_tier",
    "serviceTier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "verbosity",
    "text",
)


def strip_openai_only(body: Body, shape: Shape) -> Body:
    """Remove the fields on every route."""
    extra = shape.params.get("extra_body")
    by_hand = extra.keys() if isinstance(extra, dict) else set()
    unwanted = {"store", *(name for name in OPENAI_ONLY if name not in by_hand)}
    return {name: value for name, value in body.items() if name not in unwanted}
