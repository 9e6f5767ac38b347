"""Response cache: three headers, opt-in, on verified routes. The only rule that shapes headers.

Source: seeds 002 "Response caching"; facts/openrouter-wire.md §4.
"""

from __future__ import annotations

import math
import re
from typing import Any

from bot.openrouter.shaping.shape import Shape

YES = {"1", "true", "yes", "on", "enable", "enabled"}
NO = {"0", "false", "no", "off", "disable", "disabled"}
MAX_TTL_S = 86_400
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def response_cache_headers(shape: Shape) -> dict[str, str]:
    """The headers for the effective params; none unless caching was switched on or off."""
    if not shape.route.verified:
        return {}
    wish = _flag(shape.params.get("responseCache"))
    clear = _flag(shape.params.get("responseCacheClear"))
    enabled = wish if wish is not None else (clear or None)
    if enabled is None:
        return {}
    if not enabled:
        return {"X-OpenRouter-Cache": "false"}
    headers = {"X-OpenRouter-Cache": "true"}
    ttl_s = _ttl_s(shape.params.get("responseCacheTtlSeconds"))
    if ttl_s is not None:
        headers["X-OpenRouter-Cache-TTL"] = str(ttl_s)
    if clear:
        headers["X-OpenRouter-Cache-Clear"] = "true"
    return headers


def _flag(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else None
    return True if word in YES else False if word in NO else None


def _ttl_s(value: Any) -> int | None:
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return min(MAX_TTL_S, max(1, math.trunc(value)))
