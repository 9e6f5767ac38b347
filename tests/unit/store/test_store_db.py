"""The database file: how it is opened, migrated, and kept whole by its transactions."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StartError
from bot.store import db
from bot.store.db import Database


async def value_of(database: Database, query: str) -> object:
    row = await (await database.reader.execute(query)).fetchone()
    return None if row is None else row[0]


async def tables(database: Database) -> set[str]:
    rows = await database.reader.execute("select name from sqlite_master where type = 'table'")
    return {row["name"] async for row in rows}


async def put(database: Database, key: str) -> None:
    async with database.transaction() as connection:
        await connection.execute("insert into receipts (key, started_at_ms) values (?, 0)", (key,))


async def keys(database: Database) -> list[str]:
    rows = await database.reader.execute("select key from receipts order by key")
    return [row["key"] async for row in rows]


async def test_a_commit_that_returned_survives_a_power_cut(database: Database) -> None:
    full = 2
    async with database.transaction() as connection:
        row = await (await connection.execute("pragma synchronous")).fetchone()
    assert row is not None
    assert row[0] == full
    assert await value_of(database, "pragma journal_mode") == "wal"


async def test_the_reader_cannot_write(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await database.reader.execute("insert into receipts (key, started_at_ms) values ('k', 0)")


async def test_opening_again_applies_no_migration_twice(tmp_path: Path) -> None:
    path = tmp_path / "parley.db"
    async with Database.open(path) as first:
        await put(first, "kept")
    async with Database.open(path) as second:
        assert await keys(second) == ["kept"]
        newest = db.migrations()[-1][0]
        assert await value_of(second, "pragma user_version") == newest


async def test_migrations_are_numbered_without_gaps() -> None:
    numbers = [number for number, _ in db.migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.fixture
def more_sql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the SQL folder to which a test may add migrations."""
    copy = tmp_path / "sql"
    shutil.copytree(db.SQL, copy)
    monkeypatch.setattr(db, "SQL", copy)
    return copy / "migrations"


async def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path, more_sql: Path) -> None:
    path = tmp_path / "parley.db"
    async with Database.open(path) as database:
        before = await tables(database)
    broken = more_sql / "9000_broken.sql"
    broken.write_text("create table half (x int);\ncreate table half (x int);\n")
    with pytest.raises(StartError, match=r"parley\.db"):
        async with Database.open(path):
            pass
    broken.write_text("create table whole (x int);\n")
    async with Database.open(path) as database:
        assert await tables(database) == before | {"whole"}


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "parley.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma user_version = 9999")
    with pytest.raises(StartError, match="newer"):
        async with Database.open(path):
            pass


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "parley.db"
    path.write_bytes(b"no database " * 500)
    with pytest.raises(StartError, match=r"parley\.db"):
        async with Database.open(path):
            pass


def test_a_script_is_cut_into_whole_statements() -> None:
    script = "-- a; comment\ncreate table a (x text default ';');\n\ninsert into a\nvalues (1);\n"
    first, second = db.statements(script)
    assert "create table a" in first
    assert second.split() == ["insert", "into", "a", "values", "(1);"]


async def test_what_is_rolled_back_takes_nothing_of_another_task_along(
    database: Database,
) -> None:
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def fails() -> None:
        async with database.transaction() as connection:
            await connection.execute("insert into receipts (key, started_at_ms) values ('lost', 0)")
            inside.set()
            await go_on.wait()
            raise LookupError

    failing = asyncio.create_task(fails())
    await inside.wait()
    writing = asyncio.create_task(put(database, "kept"))
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(LookupError):
        await failing
    await writing
    assert await keys(database) == ["kept"]


async def test_nothing_uncommitted_is_read(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute("insert into receipts (key, started_at_ms) values ('k', 0)")
        assert await keys(database) == []
    assert await keys(database) == ["k"]


@pytest.mark.parametrize("steps", range(8))
async def test_a_task_cancelled_anywhere_leaves_the_database_usable(
    database: Database, steps: int
) -> None:
    cancelled = asyncio.create_task(put(database, "cancelled"))
    for _ in range(steps):
        await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.wait({cancelled})
    await asyncio.wait_for(put(database, "next"), 10)
    assert "next" in await keys(database)
