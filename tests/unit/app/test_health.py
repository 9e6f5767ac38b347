"""Ready means: it hears, and it can store what it hears."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app.health import ENDING, NEVER, NO_ANSWER, PROOF_HOLDS_S, Readiness
from bot.observe.metrics import Polling
from bot.store.db import Database
from tests.unit.store.still_clock import StillClock

SILENCE_S = 120


class Bot:
    """A real database; polls and the end as the test says."""

    def __init__(self, database: Database) -> None:
        self.clock = StillClock()
        self.age_s: float | None = 1.0
        self.ends = False
        self.readiness = Readiness.of(
            database,
            clock=self.clock,
            polling=lambda: {"telegram": Polling(completed=1, age_s=self.age_s)},
            ending=lambda: self.ends,
            silence_s=SILENCE_S,
        )


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(tmp_path / "parley.db") as opened:
        yield opened


@pytest.fixture
def bot(database: Database) -> Bot:
    return Bot(database)


async def test_a_bot_that_polls_and_stores_is_ready(bot: Bot) -> None:
    assert await bot.readiness.checks() == {"telegram": "ok", "store": "ok"}


@pytest.mark.parametrize(
    ("age_s", "said"),
    [(None, NEVER), (SILENCE_S, "ok"), (SILENCE_S + 1, "no poll has completed for 121 s")],
)
async def test_only_completed_polls_count(bot: Bot, age_s: float | None, said: str) -> None:
    bot.age_s = age_s
    assert (await bot.readiness.checks())["telegram"] == said


async def test_a_bot_that_ends_is_not_ready(bot: Bot) -> None:
    bot.ends = True
    assert (await bot.readiness.checks())["process"] == ENDING


async def test_a_proof_holds_for_a_moment_and_no_longer(
    bot: Bot, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app.health.STORE_WITHIN_S", 0.05)
    assert (await bot.readiness.checks())["store"] == "ok"
    async with database.statement():  # somebody else is writing, for ever
        assert (await bot.readiness.checks())["store"] == "ok"
        await bot.clock.sleep(PROOF_HOLDS_S)
        assert (await bot.readiness.checks())["store"] == NO_ANSWER
    await bot.clock.sleep(PROOF_HOLDS_S)
    assert (await bot.readiness.checks())["store"] == "ok"


async def test_a_database_that_refuses_writes_is_named_with_its_reason(
    bot: Bot, database: Database
) -> None:
    async with database.statement() as connection:
        await connection.execute("pragma query_only = on")
    said = (await bot.readiness.checks())["store"]
    assert said == "the database can't be written: attempt to write a readonly database"
