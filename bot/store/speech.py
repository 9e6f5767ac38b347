"""Finished speech of turns still under way, as files: what was paid for is not paid again."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import asdict
from pathlib import Path

from bot.values.audio import Speech

FOLDER_MODE = 0o700


class SpeechFolder:
    """The segments of one turn. The file appears whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def begun(self) -> bool:
        """Whether an earlier process spoke some of this turn."""
        return await asyncio.to_thread(self._folder.exists)

    async def get(self, key: str) -> Speech | None:
        """The speech stored under `key`, None when there is none or it is damaged."""
        return await asyncio.to_thread(self._read, key)

    async def put(self, key: str, speech: Speech) -> None:
        await asyncio.to_thread(self._write, key, speech)

    async def clear(self) -> None:
        """Forget all segments of the turn. Idempotent."""
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    def _read(self, key: str) -> Speech | None:
        try:
            header, _, data = (self._folder / key).read_bytes().partition(b"\n")
            return Speech(data=data, **json.loads(header))
        except (OSError, ValueError, TypeError):
            return None

    def _write(self, key: str, speech: Speech) -> None:
        if (self._folder / key).exists():
            return  # the same call gives the same sound
        self._folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        facts = {name: value for name, value in asdict(speech).items() if name != "data"}
        unfinished = self._folder / f"{key}.part"
        unfinished.write_bytes(json.dumps(facts).encode() + b"\n" + speech.data)
        unfinished.replace(self._folder / key)
