"""What an answer used and cost, from the `usage` object of any endpoint."""

from __future__ import annotations

import math
from typing import Any

from bot.values.chat import Usage

MICRO = 1_000_000
MOST_USD = 10**9  # no cost, but a mistake; the ledger's whole numbers end somewhere


def read_usage(value: object) -> Usage:
    """Token counts and cost; whatever is missing or malformed counts as nothing."""
    usage = _mapping(value)
    return Usage(
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
        reasoning_tokens=_count(
            _mapping(usage.get("completion_tokens_details")).get("reasoning_tokens")
        ),
        cached_tokens=_count(
            _mapping(usage.get("prompt_tokens_details")).get("cached_tokens")
            or usage.get("prompt_cache_hit_tokens")
        ),
        cost_micro_usd=cost_micro_usd(usage.get("cost")),
    )


def cost_micro_usd(value: object) -> int | None:
    """A cost in USD as whole micro-USD, rounded up: None when it is no finite number from zero."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value < MOST_USD:
        return None
    return math.ceil(round(value * MICRO, 3))


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
