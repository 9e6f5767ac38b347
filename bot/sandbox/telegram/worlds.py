"""All worlds of one server, by bot token."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from bot.values.clock import Clock, SystemClock

from .errors import ApiError
from .world import World

_TOKEN = re.compile(r"\d{1,15}:[A-Za-z0-9_-]{20,}")


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Of the server: where uploads lie (a temporary folder when None) and its clock."""

    files_dir: Path | None = None
    clock: Clock = field(default_factory=SystemClock)


class Worlds:
    """Opens a world for every well-formed token on first use."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self._root = root
        self._clock = clock
        self._worlds: dict[str, World] = {}
        self._opened = 0

    def open(self, token: str) -> World:
        """The world of `token`. Raises ApiError 401 when it is no token."""
        if not _TOKEN.fullmatch(token):
            raise ApiError(401, "Unauthorized")
        if token not in self._worlds:
            self._opened += 1
            folder = self._root / f"world-{self._opened}"
            self._worlds[token] = World(token, folder=folder, clock=self._clock)
        return self._worlds[token]

    async def forget(self, token: str) -> bool:
        """End and forget a world; False when there was none."""
        world = self._worlds.pop(token, None)
        if world is not None:
            await world.close()
        return world is not None

    async def close(self) -> None:
        """End all worlds."""
        for token in list(self._worlds):
            await self.forget(token)
