"""Tells the sandbox page what it cannot see from outside: who answers, and each settled turn."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import structlog

from bot.app.assemble import Stores
from bot.store.ledger import PaidCall
from bot.store.turns import Settled

log = structlog.get_logger()
LOOK_EVERY_S = 0.15
TIMEOUT_S = 5.0
OVERLAP_MS = 2_000  # a turn may be written a moment after a younger one
PRICES_COME_WITHIN_MS = 120_000  # some are known only after the turn


class PageBoard:
    """Pushes to the page's server on loopback. `stand_in_key` is None with the real service."""

    def __init__(self, base: str, token: str, *, stand_in_key: str | None, stores: Stores) -> None:
        self._base = base
        self._page = f"{base}/sandbox/page/{token}"
        self._stand_in_key = stand_in_key
        self._stores = stores
        self._told: dict[str, dict[str, Any]] = {}
        self._unpriced: dict[str, Settled] = {}
        self._newest_ms = 0

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Keep the page informed while the block runs; it knows the bot before the block does."""
        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as http:
            await self._introduce(http)
            following = asyncio.create_task(self._follow(http), name="telling the page")
            try:
                yield
            finally:
                following.cancel()
                await asyncio.wait({following})

    async def _follow(self, http: httpx.AsyncClient) -> None:
        while True:
            await self._report(http)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _introduce(self, http: httpx.AsyncClient) -> None:
        mind = "rehearsal" if self._stand_in_key else "openrouter"
        await self._post(http, f"{self._page}/house", {"mind": mind})
        if self._stand_in_key:
            place = f"{self._base}/sandbox/openrouter/{self._stand_in_key}/settings"
            await self._post(http, place, {"transcription": {"ear": True}})

    async def _report(self, http: httpx.AsyncClient) -> None:
        for turn in await self._stores.turns.settled_since(self._newest_ms - OVERLAP_MS):
            self._newest_ms = max(self._newest_ms, turn.finished_at_ms)
            if turn.id not in self._told:
                await self._tell(http, turn)
        for turn in list(self._unpriced.values()):
            await self._tell(http, turn)

    async def _tell(self, http: httpx.AsyncClient, turn: Settled) -> None:
        """Report a turn, again when its costs changed."""
        calls = await self._stores.ledger.of_turn(turn.id)
        news = report(turn, calls)
        if news != self._told.get(turn.id):
            self._told[turn.id] = news
            await self._post(http, f"{self._page}/turns", news)
        is_priced = all(call.cost_micro_usd is not None for call in calls if call.state == "done")
        if is_priced or turn.finished_at_ms < self._newest_ms - PRICES_COME_WITHIN_MS:
            self._unpriced.pop(turn.id, None)
        else:
            self._unpriced[turn.id] = turn

    async def _post(self, http: httpx.AsyncClient, url: str, body: dict[str, Any]) -> None:
        try:
            answer = await http.post(url, json=body)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            # The page is a convenience: the bot goes on without it.
            log.warning("sandbox.page.untold", error=type(error).__name__)


def report(turn: Settled, calls: list[PaidCall]) -> dict[str, Any]:
    """A turn as the page takes it, all times counted from when it was received."""
    lasted_ms = turn.trace[-1][0] if turn.trace else 0
    received_at_ms = turn.finished_at_ms - lasted_ms
    return {
        "id": turn.id,
        "conversation": turn.conversation,
        "message_id": json.loads(turn.payload).get("message", {}).get("message_id"),
        "state": turn.state,
        "received_at_ms": received_at_ms,
        "trace": turn.trace,
        "calls": [
            {
                "kind": call.kind,
                "model": call.model,
                "state": call.state,
                "cost_micro_usd": call.cost_micro_usd,
                "from_ms": call.started_at_ms - received_at_ms,
                "until_ms": None
                if call.finished_at_ms is None
                else call.finished_at_ms - received_at_ms,
            }
            for call in calls
        ],
    }
