"""What was spent by kind: every call once, however often and however late somebody asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app.gauges import Spending
from bot.store.db import Database
from bot.store.ledger import DAY_MS, Intent, LedgerTable
from tests.unit.store.still_clock import StillClock


async def pay(ledger: LedgerTable, kind: str, cost: int | None, *, generation: str = "") -> None:
    call = await ledger.intend(Intent(kind=kind, model="a/b", conversation="c", person="p"))
    await ledger.close(call, "done", model="a/b", cost_micro_usd=cost, generation_id=generation)


@pytest.mark.parametrize("days", [0, 1, 3, 30])
async def test_the_sum_is_the_same_whenever_it_is_asked_for(tmp_path: Path, days: int) -> None:
    clock = StillClock()
    async with Database.open(tmp_path / "parley.db") as database:
        ledger = LedgerTable(database, clock)
        spending = Spending(ledger, clock)
        for _ in range(4):
            await pay(ledger, "chat", 100)
            await pay(ledger, "speech", 7)
            await spending.by_kind()
            clock.at_ms += days * DAY_MS
        assert dict(await spending.by_kind()) == {"chat": 400, "speech": 28}
        assert dict(await Spending(ledger, clock).by_kind()) == {"chat": 400, "speech": 28}


async def test_a_price_that_is_learned_a_day_later_counts(tmp_path: Path) -> None:
    clock = StillClock()
    async with Database.open(tmp_path / "parley.db") as database:
        ledger = LedgerTable(database, clock)
        spending = Spending(ledger, clock)
        await pay(ledger, "speech", None, generation="gen-1")
        assert not +(await spending.by_kind())
        clock.at_ms += DAY_MS
        await spending.by_kind()
        await ledger.price("gen-1", 40)
        assert dict(await spending.by_kind()) == {"speech": 40}
