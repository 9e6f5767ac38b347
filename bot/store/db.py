"""The database: one file, one writing connection behind a lock, one reading connection.

WAL with synchronous=FULL: a commit that returned survives a power cut (facts/traps.md, SQLite).
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import aiosql
import aiosqlite

from bot.errors import StartError

SQL = Path(__file__).parent / "sql"
BUSY_TIMEOUT_MS = 5_000

# What is to be written in the same transaction as something else.
Beside = Callable[[aiosqlite.Connection], Awaitable[None]]


@cache
def queries(name: str) -> Any:
    """The named queries of `sql/<name>.sql`."""
    return aiosql.from_path(SQL / f"{name}.sql", "aiosqlite")


class Database:
    """Opened only through `Database.open`, so that its threads always end."""

    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self._writer = writer
        self._lock = asyncio.Lock()
        self.reader = reader

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator[Database]:
        """Open or create the file at `path` and bring its tables up to date. Raises StartError."""
        try:
            async with _connect(path) as writer, _connect(path) as reader:
                database = cls(writer, reader)
                await database._prepare()
                yield database
        except sqlite3.DatabaseError as error:
            raise StartError(
                f"The database {path} can't be used ({error}). Check that the disk is not full and "
                "that the folder is writable; if the file is damaged, restore it from a backup."
            ) from error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """One write transaction. Everything inside is committed together or not at all."""
        async with self._lock:
            try:
                # Inside the block: cancelled here, the statement runs all the same in its thread.
                await self._writer.execute("begin immediate")
                yield self._writer
                await asyncio.shield(self._writer.commit())
            except BaseException:
                # Shielded: a cancelled task must not leave the transaction open for the next one.
                await asyncio.shield(self._writer.rollback())
                raise

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[aiosqlite.Connection]:
        """The writer for one statement without RETURNING: it is a transaction of its own.

        One trip to the database's thread in place of three.
        """
        async with self._lock:
            yield self._writer

    async def prove_writable(self) -> None:
        """Commit a page that says what it said before. Raises sqlite3.Error.

        Rolled back it would never reach the disk, and a full one would look writable.
        """
        async with self.transaction() as connection:
            row = await (await connection.execute("pragma user_version")).fetchone() or (0,)
            await connection.execute(f"pragma user_version = {row[0]}")

    async def settle_file(self) -> None:
        """Bring what was written into the file itself, and empty the log beside it."""
        async with self._lock:
            await (await self._writer.execute("pragma wal_checkpoint(truncate)")).fetchall()

    async def _prepare(self) -> None:
        for connection in (self._writer, self.reader):
            connection.row_factory = aiosqlite.Row
            await connection.execute(f"pragma busy_timeout = {BUSY_TIMEOUT_MS}")
            await connection.execute("pragma foreign_keys = on")
        await self._writer.execute("pragma journal_mode = wal")
        await self._writer.execute("pragma synchronous = full")
        await self._writer.execute("pragma secure_delete = on")  # forgotten is overwritten
        await self._migrate()
        await self.reader.execute("pragma query_only = on")

    async def _migrate(self) -> None:
        done = (await (await self._writer.execute("pragma user_version")).fetchone() or (0,))[0]
        known = migrations()
        if done > known[-1][0]:
            raise StartError(
                f"The database was made by a newer Parley (version {done}, this one knows "
                f"{known[-1][0]}). Upgrade Parley, or restore the backup from before."
            )
        for number, path in known:
            if number <= done:
                continue
            async with self.transaction() as connection:
                for statement in statements(path.read_text("utf-8")):
                    await connection.execute(statement)
                await connection.execute(f"pragma user_version = {number}")


def migrations() -> list[tuple[int, Path]]:
    """The numbered migrations in order."""
    return sorted(
        (int(path.name.split("_")[0]), path) for path in (SQL / "migrations").glob("*.sql")
    )


def statements(script: str) -> list[str]:
    """The single statements of `script`. Not executescript: that would commit half a migration."""
    found, pending = [], ""
    for line in script.splitlines():
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    return found


def storable(text: str) -> str:
    """`text` as SQLite takes it: surrogate pairs joined, lone halves replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _connect(path: Path) -> aiosqlite.Connection:
    return aiosqlite.connect(path, isolation_level=None)
