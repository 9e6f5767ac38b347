"""Finished speech of turns still under way, as files: what was paid for is not paid again."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.values.audio import Cut, Speech

FOLDER_MODE = 0o700
CUTS_FILE = "cuts"


class SpeechFolder:
    """The segments of one turn, and what was decided about them. A file appears whole or not."""

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

    async def cuts(self) -> list[Cut]:
        """Where early bubbles of this turn ended, in the order in which they were given out."""
        return await asyncio.to_thread(self._read_cuts)

    async def add_cut(self, cut: Cut) -> None:
        """Keep one more. When this returns, not even a power failure forgets it."""
        await asyncio.to_thread(self._add_cut, cut)

    async def facts(self, name: str) -> dict[str, Any]:
        """What was kept under `name`; empty when nothing was, or it is damaged."""
        return await asyncio.to_thread(self._read_facts, name)

    async def keep(self, name: str, facts: Mapping[str, Any]) -> None:
        """Keep JSON under `name`. When this returns, not even a power failure forgets it."""
        await asyncio.to_thread(self._write_safely, f"{name}.json", json.dumps(facts))

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

    def _read_cuts(self) -> list[Cut]:
        try:
            lines = (self._folder / CUTS_FILE).read_text().splitlines()
            return [Cut(**json.loads(line)) for line in lines]
        except (OSError, ValueError, TypeError):
            return []

    def _add_cut(self, cut: Cut) -> None:
        lines = [json.dumps(asdict(known)) for known in (*self._read_cuts(), cut)]
        self._write_safely(CUTS_FILE, "\n".join(lines))

    def _read_facts(self, name: str) -> dict[str, Any]:
        try:
            facts = json.loads((self._folder / f"{name}.json").read_text())
        except (OSError, ValueError):
            return {}
        return facts if isinstance(facts, dict) else {}

    def _write_safely(self, name: str, text: str) -> None:
        self._folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        unfinished = self._folder / f"{name}.part"
        with unfinished.open("w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._folder / name)
        _sync(self._folder)
        _sync(self._folder.parent)  # the folder itself may be new


def _sync(folder: Path) -> None:
    """Make the names in `folder` last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
