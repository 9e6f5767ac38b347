"""What OpenRouter says about the key and about the cost of one call. Lookups only, all free.

Source: facts/openrouter-api.md §8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import BadAnswer, UpstreamError
from bot.openrouter.client import KeySource, OpenRouterClient
from bot.openrouter.usage import cost_micro_usd

COST_WITHIN_S = 2.0
LAG_WAITS_S = (0.25, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """Limits and use of the key, in micro-USD; None where OpenRouter names no number."""

    label: str
    limit_micro_usd: int | None
    remaining_micro_usd: int | None
    used_micro_usd: int | None
    free_tier: bool


async def key_status(client: OpenRouterClient) -> KeyStatus:
    """Ask about the key in use. Raises KeyRefused for a wrong one, UpstreamError otherwise."""
    data = (await client.get("/key")).json().get("data")
    if not isinstance(data, dict):
        raise BadAnswer("the key's status is empty")
    label = data.get("label")
    return KeyStatus(
        label=label if isinstance(label, str) else "",
        limit_micro_usd=cost_micro_usd(data.get("limit")),
        remaining_micro_usd=cost_micro_usd(data.get("limit_remaining")),
        used_micro_usd=cost_micro_usd(data.get("usage")),
        free_tier=data.get("is_free_tier") is True,
    )


async def generation_cost_micro_usd(
    client: OpenRouterClient, generation_id: str, *, keys: Sequence[KeySource | None] = (None,)
) -> int | None:
    """What one finished call cost, None when that can't be learned. The record lags a little.

    Only the key that paid sees the record: `keys` are asked with in turn, None is the client's own.
    """
    for wait_s in (*LAG_WAITS_S, None):
        may_come = False
        for key in keys:
            try:
                answer = await client.get(
                    "/generation", params={"id": generation_id}, within_s=COST_WITHIN_S, key=key
                )
                data = answer.json().get("data")
                return cost_micro_usd(data.get("total_cost")) if isinstance(data, dict) else None
            except UpstreamError as failure:
                may_come |= failure.status == 404
        if wait_s is None or not may_come:
            return None
        await client.clock.sleep(wait_s)
    return None
