"""The books of the bot, read from outside: its database, its folders, who was asked how often."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
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


def booked(stage: Stage, kind: str) -> dict[str, int]:
    """How many paid calls of one kind are in which state."""
    query = "select state, count(*) from paid_calls where kind = ? group by state"
    return dict(rows(stage, query, kind))


@dataclass(frozen=True)
class Books:
    """What is known at one moment. `calls` counts the rows of paid calls by kind."""

    calls: dict[str, int]
    open_calls: dict[str, int]
    heard: int
    answered: int
    segments: int
    doubtful_sends: set[str]


def books(stage: Stage) -> Books:
    """The books now."""
    by_kind = dict(rows(stage, "select kind, count(*) from paid_calls group by kind"))
    unfinished = "select kind, count(*) from paid_calls where state = 'intent' group by kind"
    still_open = dict(rows(stage, unfinished))
    answers = "select count(*) from messages where json_extract(message, '$.role') = 'assistant'"
    doubtful = rows(stage, "select key from receipts where finished_at_ms is null")
    files = (stage.state_dir / "speech").glob("*/*")
    return Books(
        calls={kind: by_kind.get(kind, 0) for kind in PAID},
        open_calls={kind: still_open.get(kind, 0) for kind in PAID},
        heard=rows(stage, "select count(*) from transcripts")[0][0],
        answered=rows(stage, answers)[0][0],
        segments=sum(1 for path in files if not path.suffix and path.name != "cuts"),
        doubtful_sends={key for (key,) in doubtful},
    )
