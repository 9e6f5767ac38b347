"""The catalogue of models: in memory, on disk, refreshed beside the turns and never in their way.

Source: facts/openrouter-wire.md §18.2; facts/openrouter-api.md §8.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

from bot.errors import BadAnswer, UpstreamError
from bot.openrouter.client import OpenRouterClient
from bot.openrouter.facts import BUNDLED, UNKNOWN, ModelFacts, from_cache, from_catalogue
from bot.openrouter.route import media_model, wire_model
from bot.openrouter.thinking import offered_levels

PATH = "/models"
EXPIRY_MS = 24 * 3600 * 1000
AGAIN_MS = 10 * 60 * 1000  # a model that is unknown asks for a refresh no more often than this
log = structlog.get_logger()


class Catalog:
    """Use as an async context manager: it reads the file and stops the refresh when left.

    A missing, broken or outdated catalogue stops nothing: what it does not know is unknown.
    """

    def __init__(self, client: OpenRouterClient, path: Path) -> None:
        self._client = client
        self._path = path
        self._rows: dict[str, ModelFacts] = {}
        self._fetched_ms = 0
        self._tried_ms = -AGAIN_MS
        self._refresh: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Catalog:
        await asyncio.to_thread(self._load)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._refresh is not None:
            self._refresh.cancel()
            await asyncio.wait([self._refresh])

    def lookup(self, model: str) -> ModelFacts:
        """What is known about a wire id, at once; starts a refresh when it is little or old."""
        found = self._rows.get(model) or self._rows.get(model.partition(":")[0])
        if found is None or not 0 <= self._age_ms() <= EXPIRY_MS:
            self._start_refresh()
        return found or BUNDLED.get(model, UNKNOWN)

    def models(self, *, output: str = "") -> tuple[ModelFacts, ...]:
        """Every known model, by id; only those that put out `output` (`speech`, ...) if named."""
        rows = (self._rows[name] for name in sorted(self._rows))
        return tuple(facts for facts in rows if not output or output in facts.outputs)

    def voices(self, ref: str) -> tuple[str, ...]:
        """The voices of a speech model by its reference; empty when unknown."""
        return self.lookup(media_model(ref)).voices

    def levels(self, ref: str) -> tuple[str, ...]:
        """The thinking levels worth offering for a chat model by its reference."""
        wire_id = wire_model(ref)
        return offered_levels(wire_id, self.lookup(wire_id))

    async def refresh(self) -> None:
        """Fetch the catalogue now. Raises UpstreamError."""
        self._tried_ms = self._client.clock.now_ms()
        answer = await self._client.get(PATH, params={"output_modalities": "all"})
        rows = answer.json().get("data")
        if not isinstance(rows, list) or not rows:
            raise BadAnswer("the catalogue holds no models")
        self._rows = _by_id(from_catalogue(row) for row in rows if isinstance(row, dict))
        self._fetched_ms = self._tried_ms
        await asyncio.to_thread(self._store)

    def _age_ms(self) -> int:
        return self._client.clock.now_ms() - self._fetched_ms

    def _start_refresh(self) -> None:
        busy = self._refresh is not None and not self._refresh.done()
        if busy or self._client.clock.now_ms() - self._tried_ms < AGAIN_MS:
            return
        self._tried_ms = self._client.clock.now_ms()
        self._refresh = asyncio.get_running_loop().create_task(self._refresh_quietly())

    async def _refresh_quietly(self) -> None:
        try:
            await self.refresh()
        except UpstreamError as failure:
            log.warning("catalog.refresh_failed", code=failure.code, status=failure.status)

    def _load(self) -> None:
        try:
            content: Any = json.loads(self._path.read_text("utf-8"))
            if content["base_url"] != self._client.route.base_url:
                return
            self._rows = _by_id(from_cache(row) for row in content["models"])
            self._fetched_ms = int(content["fetched_ms"])
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as failure:
            log.warning("catalog.file_ignored", reason=type(failure).__name__)

    def _store(self) -> None:
        content = {
            "base_url": self._client.route.base_url,
            "fetched_ms": self._fetched_ms,
            "models": [facts.as_row() for facts in self.models()],
        }
        fresh = self._path.with_suffix(".new")
        with suppress(OSError):  # a cache that can't be written is fetched again next time
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(content), "utf-8")
            fresh.replace(self._path)


def _by_id(rows: Iterable[ModelFacts | None]) -> dict[str, ModelFacts]:
    return {facts.id: facts for facts in rows if facts is not None}
