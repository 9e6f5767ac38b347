"""The real cost of calls whose answers named none, such as speech: looked up afterwards.

Free, slow and allowed to fail: call it beside the turns. Source: facts/openrouter-wire.md §18.3,
facts/openrouter-api.md §6.2 and §8.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

from bot.openrouter.account import generation_cost_micro_usd
from bot.openrouter.client import KeySource, OpenRouterClient

AT_ONCE = 4  # lookups side by side, beside whatever turns are running

Book = Callable[[str, int], Awaitable[None]]


class Costs:
    """Asks with each of `keys`, for calls that were paid with other keys than the client's own."""

    def __init__(self, client: OpenRouterClient, *, keys: Sequence[KeySource] = ()) -> None:
        self._client = client
        self._keys = tuple(keys)

    async def cost_micro_usd(self, generation_id: str) -> int | None:
        """What one finished call cost; None when that can't be learned. Never raises for that."""
        if not generation_id:
            return None
        different = {key(): key for key in reversed(self._keys)}
        keys = tuple(reversed(different.values())) or (None,)
        return await generation_cost_micro_usd(self._client, generation_id, keys=keys)

    async def settle(self, generation_ids: Iterable[str], book: Book) -> int:
        """Look up each id once, a few at a time, and `book` what is known; how many that were.

        What stays unknown is left out and may be asked for again. Errors of `book` are raised.
        """
        names = list(dict.fromkeys(generation_ids))
        settled = 0
        for start in range(0, len(names), AT_ONCE):
            some = names[start : start + AT_ONCE]
            costs = await asyncio.gather(*map(self.cost_micro_usd, some))
            for name, cost in zip(some, costs, strict=True):
                if cost is not None:
                    await book(name, cost)
                    settled += 1
        return settled
