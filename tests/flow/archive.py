"""The past of a conversation, written into the bot's books, and looked for everywhere."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

from tests.flow.books import rows
from tests.flow.stage import Stage

DAY_MS = 24 * 60 * 60 * 1000
NOTES = "You keep the notes"  # of the assistant: how the request for a summary begins


def write(stage: Stage, statement: str, values: list[tuple[Any, ...]] | None = None) -> None:
    """Change the bot's database from outside."""
    with closing(sqlite3.connect(stage.state_dir / "parley.db", timeout=10)) as connection:
        connection.execute("pragma foreign_keys = on")
        connection.executemany(statement, [()] if values is None else values)
        connection.commit()


def remembers(stage: Stage, key: str, *said: str, days_ago: float = 0) -> None:
    """Earlier turns of a conversation: each a question from `said` and a long answer."""
    ago = f"cast((julianday('now') - 2440587.5 - {days_ago}) * {DAY_MS} as integer)"
    first = 1 + rows(stage, "select coalesce(max(id), 0) from inbox")[0][0]
    ids = range(first, first + len(said))
    turns = [f"t{id}" for id in ids]
    write(
        stage,
        "insert into inbox (id, channel, key, payload, state, received_at_ms)"
        f" values (?, 'telegram', ?, ?, 'done', {ago})",
        [(id, f"past{id}", json.dumps({"text": text})) for id, text in zip(ids, said, strict=True)],
    )
    write(
        stage,
        "insert into turns (id, inbox_id, conversation, person, state, answer, started_at_ms,"
        f" finished_at_ms) values (?, ?, ?, '1', 'done', 'yes', {ago}, {ago})",
        [(turn, id, key) for turn, id in zip(turns, ids, strict=True)],
    )
    messages = [
        (key, turn, place, json.dumps({"role": role, "content": text}))
        for turn, question in zip(turns, said, strict=True)
        for place, (role, text) in enumerate(
            (("user", question), ("assistant", f"Answer to {question}. " + "So it is. " * 20))
        )
    ]
    write(
        stage,
        "insert into messages (conversation, turn_id, position, message, at_ms)"
        f" values (?, ?, ?, ?, {ago})",
        messages,
    )


def where(stage: Stage, word: str) -> list[str]:
    """Every table, and every file of the state folder, that holds `word`."""
    tables = [name for (name,) in rows(stage, "select name from sqlite_master where type='table'")]
    found = [
        f"table {table}"
        for table in tables
        if any(word in str(cell) for row in rows(stage, f"select * from {table}") for cell in row)
    ]
    files = [path for path in stage.state_dir.rglob("*") if path.is_file()]
    found += [f"file {path.name}" for path in files if word.encode() in path.read_bytes()]
    return found


def seen(stage: Stage, call: int = -1) -> str:
    """Everything that one chat request showed the model, the system prompt left out."""
    return json.dumps(
        stage.upstream_calls("chat")[call]["json"]["messages"][1:], ensure_ascii=False
    )
