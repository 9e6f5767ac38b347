"""The shelf: files of conversations that the model can refer to, in a folder with a table beside.

A file is on the disk before its row is: a row never names what is not there.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiosqlite

from bot.store.db import Beside, Database, queries, storable
from bot.values.clock import Clock
from bot.values.media import MediaFile

FOLDER_MODE = 0o700
FILE_MODE = 0o600
MS_PER_S = 1000
MARK = "m"
BATCH = 100
MOST_IN_ALBUM = 10


@dataclass(frozen=True, slots=True)
class Shelved:
    """One file as it stands on the shelf. People and models call it by `ref`, such as `m12`."""

    id: int
    conversation: str
    kind: str  # image, video, music, document
    mime: str
    name: str
    path: Path
    job_id: str = ""
    size_bytes: int = 0
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None

    @property
    def ref(self) -> str:
        return f"{MARK}{self.id}"


@dataclass(frozen=True, slots=True)
class Staged:
    """Files on the disk without rows yet; `rows` writes them."""

    paths: tuple[Path, ...]
    rows: Beside

    async def discard(self) -> None:
        """Take them away again: their rows were not written."""
        for path in self.paths:
            await asyncio.to_thread(path.unlink, missing_ok=True)


class Shelf:
    """Rows of `media` and their files. A conversation sees only what is its own."""

    def __init__(self, database: Database, clock: Clock, folder: Path) -> None:
        self._database = database
        self._clock = clock
        self._folder = folder
        self._queries = queries("media")

    async def put(
        self, conversation: str, file: MediaFile, *, kind: str, unique_id: str = ""
    ) -> Shelved:
        """Keep `file`; on the disk, flushed, before this returns. Raises OSError when it can't be.

        `unique_id` is the channel's name of the file: `find` knows it again by that.
        """
        path = await asyncio.to_thread(self._write, file)
        async with self._database.transaction() as connection:
            row = await self._queries.add(
                connection,
                **_facts(file),
                conversation=conversation,
                kind=kind,
                path=path.name,
                unique_id=unique_id,
                job_id="",
                now_ms=self._clock.now_ms(),
            )
        return self._shelved(row)

    async def stage(
        self, conversation: str, files: Sequence[MediaFile], *, kind: str, job_id: str
    ) -> Staged:
        """Put what a job made on the disk; the rows are the caller's to write with what belongs
        to them. Raises OSError, and then nothing is left behind.
        """
        paths = await asyncio.to_thread(self._write_all, files)

        async def rows(connection: aiosqlite.Connection) -> None:
            await self._queries.forget_job(connection, job_id=job_id)
            for file, path in zip(files, paths, strict=True):
                await self._queries.add(
                    connection,
                    **_facts(file),
                    conversation=conversation,
                    kind=kind,
                    path=path.name,
                    unique_id="",
                    job_id=job_id,
                    now_ms=self._clock.now_ms(),
                )

        return Staged(paths, rows)

    async def get(self, conversation: str, ref: str) -> Shelved | None:
        """What `ref` (`m12`) names in this conversation."""
        number = ref.strip().lower().removeprefix("@").removeprefix(MARK)
        if not number.isascii() or not number.isdigit():
            return None
        row = await self._queries.get(
            self._database.reader, conversation=conversation, id=int(number[:18])
        )
        return None if row is None else self._shelved(row)

    async def find(self, conversation: str, unique_id: str) -> Shelved | None:
        """The file that the channel calls `unique_id`, if it was kept here before."""
        if not unique_id:
            return None
        row = await self._queries.by_file(
            self._database.reader, conversation=conversation, unique_id=unique_id
        )
        return None if row is None else self._shelved(row)

    async def of_job(self, job_id: str) -> list[Shelved]:
        """What a job made, in order."""
        rows = self._queries.of_job(self._database.reader, job_id=job_id)
        return [self._shelved(row) async for row in rows]

    async def sent_in(self, conversation: str, message_id: str) -> Shelved | None:
        """What a job sent here in the message `message_id`, as it was made.

        The messages of an album are numbered one after the other, its receipt names the first.
        """
        if not message_id.isascii() or not message_id.isdigit():
            return None
        number = int(message_id[:18])
        row = await self._queries.sent_in(
            self._database.reader,
            conversation=conversation,
            message_id=number,
            earliest=number - MOST_IN_ALBUM + 1,
        )
        if row is None:
            return None
        _, _, album = row["key"].partition("/album")
        place = int(album or 0) * MOST_IN_ALBUM + row["place"]
        return next(iter((await self.of_job(row["job_id"]))[place:]), None)

    async def recent(self, conversation: str, *, limit: int) -> list[Shelved]:
        """The newest files of a conversation, newest first."""
        rows = self._queries.recent(self._database.reader, conversation=conversation, limit=limit)
        return [self._shelved(row) async for row in rows]

    async def read(self, item: Shelved) -> bytes:
        """The bytes. Raises OSError when the file is gone."""
        return await asyncio.to_thread(item.path.read_bytes)

    async def clear_before(self, at_ms: int) -> int:
        """Drop some of what was kept before `at_ms`; how many files, 0 when none is left."""
        found = self._queries.older_than(self._database.reader, at_ms=at_ms, limit=BATCH)
        return await self._drop([row async for row in found])

    async def clear(self, conversation: str) -> int:
        """Drop all files of a conversation but those of open jobs; how many that were."""
        gone = 0
        while True:
            found = self._queries.all_of(
                self._database.reader, conversation=conversation, limit=BATCH
            )
            rows = [row async for row in found]
            if not rows:
                return gone
            gone += await self._drop(rows)

    async def _drop(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """The files first: what the process dies between is found again by its row."""
        for row in rows:
            await asyncio.to_thread((self._folder / row["path"]).unlink, missing_ok=True)
        ids = json.dumps([row["id"] for row in rows])
        async with self._database.transaction() as connection:
            await self._queries.remove(connection, ids=ids)
            await self._queries.blank(connection, ids=ids)
        return len(rows)

    def _write_all(self, files: Sequence[MediaFile]) -> tuple[Path, ...]:
        written: dict[Path, None] = {}
        try:
            for file in files:
                written[self._write(file)] = None
        except OSError:
            for path in written:
                path.unlink(missing_ok=True)
            raise
        return tuple(written)

    def _write(self, file: MediaFile) -> Path:
        self._folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        path = self._folder / (secrets.token_hex(8) + _suffix(file.name))
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(file.data)
                target.flush()
                os.fsync(target.fileno())
        except OSError:
            path.unlink(missing_ok=True)  # half a file would only fill the disk further
            raise
        return path

    def _shelved(self, row: Mapping[str, Any]) -> Shelved:
        duration_ms = row["duration_ms"]
        return Shelved(
            id=row["id"],
            conversation=row["conversation"],
            kind=row["kind"],
            mime=row["mime"],
            name=row["name"],
            path=self._folder / row["path"],
            job_id=row["job_id"],
            size_bytes=row["size_bytes"],
            width=row["width"],
            height=row["height"],
            duration_s=None if duration_ms is None else duration_ms / MS_PER_S,
        )


def _facts(file: MediaFile) -> dict[str, Any]:
    return {
        "mime": file.mime,
        "name": storable(file.name),
        "size_bytes": len(file.data),
        "width": file.width,
        "height": file.height,
        "duration_ms": None if file.duration_s is None else round(file.duration_s * MS_PER_S),
    }


def _suffix(name: str) -> str:
    """The ending of a file's name where it is a harmless one."""
    suffix = Path(name).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else ""
