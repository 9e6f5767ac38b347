"""The bot's books, read from outside: what its database and folders say, and who was paid how often."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from typing import Any

from tests.flow.stage import Stage

PAID = ("transcription", "chat", "speech")


def rows(stage: Stage, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows of the bot's database, which is only read."""
    address = f"file:{stage.state_dir / 'parley.db'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        return list(connection.execute(query, values))


def posts(stage: Stage) -> dict[str, int]:
    """How often each paid endpoint was asked."""
    counted = Counter(call["endpoint"] for call in stage.upstream_calls())
    return {endpoint: counted[endpoint] for endpoint in PAID}


def booked(stage: Stage, kind: str) -> Counter[str]:
    """The states of the paid calls of one kind."""
    return Counter(state for (state,) in rows(stage, "select state from paid_calls where kind = ?", kind))


def stored_segments(stage: Stage) -> int:
    """How many finished speech calls are kept for turns that are not settled."""
    files = (stage.state_dir / "speech").glob("*/*")
    return sum(1 for path in files if path.suffix != ".part")


def doubtful_sends(stage: Stage) -> set[str]:
    """The keys of sends that were begun and not proved."""
    return {key for (key,) in rows(stage, "select key from receipts where finished_at_ms is null")}
