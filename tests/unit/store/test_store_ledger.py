"""The ledger: an intent before each paid call, its result after, and doubt in between."""

from __future__ import annotations

import pytest

from bot.access.ledger import Ledger
from bot.errors import RateLimited, UpstreamDown, UpstreamError
from bot.store.db import Database
from bot.store.ledger import Intent, LedgerTable
from bot.values.clock import Clock

CALL = Intent(kind="chat", model="a/model", conversation="telegram:1", person="1", turn_id="t1")


async def states(database: Database) -> list[str]:
    rows = await database.reader.execute("select state from paid_calls order by id")
    return [row["state"] async for row in rows]


async def test_a_call_is_an_intent_until_it_has_a_result(database: Database, clock: Clock) -> None:
    table = LedgerTable(database, clock)
    async with Ledger(table).paid(CALL) as bill:
        assert await states(database) == ["intent"]
        bill.cost_micro_usd = 1_234
    assert await states(database) == ["done"]
    assert (await table.spent("telegram:1")).cost_micro_usd == 1_234


async def test_after_a_restart_open_intents_may_have_been_paid(
    database: Database, clock: Clock
) -> None:
    table = LedgerTable(database, clock)
    await table.intend(CALL)
    done = await table.intend(CALL)
    await table.close(done, "done", model="a/model", cost_micro_usd=5)
    assert await table.doubt_unfinished() == 1
    assert await table.doubt_unfinished() == 0
    assert await states(database) == ["maybe_paid", "done"]


async def test_what_was_refused_cost_nothing(database: Database, clock: Clock) -> None:
    table = LedgerTable(database, clock)
    with pytest.raises(UpstreamError):
        async with Ledger(table).paid(CALL):
            raise RateLimited("too many", status=429)
    assert await states(database) == ["failed"]
    assert (await table.spent("telegram:1")).calls == 0


@pytest.mark.parametrize(("sent", "state"), [(False, "failed"), (True, "maybe_paid")])
async def test_what_was_never_sent_cost_nothing(
    database: Database, clock: Clock, *, sent: bool, state: str
) -> None:
    failure = UpstreamDown("no connection")
    failure.sent = sent
    with pytest.raises(UpstreamDown):
        async with Ledger(LedgerTable(database, clock)).paid(CALL):
            raise failure
    assert await states(database) == [state]


async def test_what_broke_off_may_have_been_paid(database: Database, clock: Clock) -> None:
    table = LedgerTable(database, clock)
    with pytest.raises(ConnectionError):
        async with Ledger(table).paid(CALL):
            raise ConnectionError
    assert await states(database) == ["maybe_paid"]


async def test_conversations_are_billed_apart(database: Database, clock: Clock) -> None:
    table = LedgerTable(database, clock)
    await table.close(await table.intend(CALL), "done", model="a/model", cost_micro_usd=7)
    assert (await table.spent("telegram:1")).cost_micro_usd == 7
    assert (await table.spent("telegram:2")).calls == 0
