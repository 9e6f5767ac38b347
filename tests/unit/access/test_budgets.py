"""Budgets: asked before each call, settled with its real cost, never overrun by more than one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.access.budgets import Budget, BudgetRules, Budgets, span
from bot.access.estimates import Estimates, Work
from bot.access.ledger import Ledger
from bot.errors import BudgetSpent, RateLimited
from bot.openrouter.facts import ModelFacts
from bot.store.budgets import BudgetTable
from bot.store.db import Database
from bot.store.ledger import Intent, LedgerTable
from tests.unit.store.still_clock import StillClock

CENT = 10_000
UNKNOWN = 5 * CENT  # what one chat is expected to cost here
CHAT = "telegram:1"
NOON = round(datetime(2026, 3, 10, 12, tzinfo=UTC).timestamp() * 1000)
DAY_MS = 24 * 3600 * 1000
FREE = ModelFacts("free/one", prompt_price=0, completion_price=0)


def intent(conversation: str = CHAT, person: str = "1", **more: Any) -> Intent:
    return Intent(
        **{"kind": "chat", "model": "a/b", "conversation": conversation, "person": person, **more}
    )


class House:
    """Books over a real database, at noon."""

    def __init__(self, database: Database, rules: BudgetRules) -> None:
        self.clock = StillClock()
        self.clock.at_ms = NOON
        self.table = LedgerTable(database, self.clock)
        known = {FREE.id: FREE}
        estimates = Estimates(
            lambda model: known.get(model, ModelFacts()), unknown_micro_usd=UNKNOWN
        )
        self.budgets = Budgets(rules, BudgetTable(database, self.clock), estimates, self.clock)
        self.ledger = Ledger(self.table, budgets=self.budgets)

    async def pays(self, cost_micro_usd: int | None, call: Intent | None = None) -> None:
        async with self.ledger.paid(call or intent()) as bill:
            bill.cost_micro_usd = cost_micro_usd
            bill.generation_id = "g1"

    async def refusal(self, call: Intent | None = None, work: Work | None = None) -> str:
        """What is said of a call that is over budget; empty when it is made, for nothing."""
        try:
            async with self.ledger.paid(call or intent(), work or Work()) as bill:
                bill.cost_micro_usd = 0
        except BudgetSpent as error:
            return error.sentence
        return ""

    def moves(self, ms: int) -> None:
        self.clock.at_ms += ms


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(tmp_path / "parley.db") as opened:
        yield opened


async def test_without_budgets_anything_may_be_spent(database: Database) -> None:
    house = House(database, BudgetRules())
    for _ in range(3):
        await house.pays(1_000 * CENT)
    assert await house.refusal() == ""


async def test_a_chat_spends_its_budget_and_gets_a_new_one_the_next_day(database: Database) -> None:
    house = House(database, BudgetRules(per_conversation=Budget(day=100 * CENT)))
    await house.pays(99 * CENT)
    assert await house.refusal() == ""
    await house.pays(CENT)
    assert await house.refusal() == (
        "This chat's budget for today ($1.00) is used up. It renews at 00:00 UTC."
    )
    assert await house.refusal(intent("telegram:2")) == ""
    house.moves(DAY_MS // 2 - 1)
    assert await house.refusal()
    house.moves(1)
    assert await house.refusal() == ""


async def test_the_month_outlasts_the_day_and_names_its_renewal(database: Database) -> None:
    house = House(database, BudgetRules(per_user=Budget(day=CENT, month=2 * CENT)))
    await house.pays(CENT)
    assert "for today ($0.01) is used up" in await house.refusal()
    house.moves(DAY_MS)
    await house.pays(CENT)
    assert await house.refusal() == (
        "Your budget for this month ($0.02) is used up. It renews on 1 April at 00:00 UTC."
    )


async def test_days_begin_where_the_operator_lives(database: Database) -> None:
    zone = ZoneInfo("Asia/Tokyo")  # 21:00 there
    rules = BudgetRules(total=Budget(day=CENT), zone=zone, zone_name="Asia/Tokyo")
    house = House(database, rules)
    await house.pays(CENT)
    assert await house.refusal() == (
        "My budget for today ($0.01) is used up. It renews at 00:00 (Asia/Tokyo)."
    )
    house.moves(3 * 3600 * 1000)
    assert await house.refusal() == ""


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 29, 23), (10, 25, 25)])
def test_a_day_with_a_change_of_clocks_is_as_long_as_it_is(
    month: int, day: int, hours: int
) -> None:
    zone = ZoneInfo("Europe/Berlin")
    noon = datetime(2026, month, day, 12, tzinfo=zone)
    begin, end = span("day", round(noon.timestamp() * 1000), zone)
    assert end - begin == hours * 3600 * 1000


def test_december_is_followed_by_january() -> None:
    now_ms = round(datetime(2026, 12, 31, 23, tzinfo=UTC).timestamp() * 1000)
    begin, end = (datetime.fromtimestamp(at / 1000, UTC) for at in span("month", now_ms, UTC))
    assert (begin.month, end.year, end.month, end.day) == (12, 2027, 1, 1)


async def test_a_person_has_one_budget_wherever_they_talk(database: Database) -> None:
    rules = BudgetRules(per_user=Budget(day=CENT), users={"9": Budget()})
    house = House(database, rules)
    await house.pays(CENT, intent("telegram:-5"))
    assert await house.refusal(intent("telegram:1")) != ""
    assert await house.refusal(intent("telegram:-5", "2")) == ""
    await house.pays(50 * CENT, intent("telegram:9", "9"))
    assert await house.refusal(intent("telegram:9", "9")) == ""


async def test_a_named_chat_pays_for_all_its_topics_and_no_neighbour(database: Database) -> None:
    rules = BudgetRules(
        per_conversation=Budget(day=CENT),
        conversations={"telegram:-10": Budget(day=3 * CENT), "telegram:-10:9": Budget(day=CENT)},
    )
    house = House(database, rules)
    await house.pays(CENT, intent("telegram:-10"))
    await house.pays(2 * CENT, intent("telegram:-10:7"))
    assert "($0.03)" in await house.refusal(intent("telegram:-10:8"))
    assert "($0.03)" in await house.refusal(intent("telegram:-10"))
    assert await house.refusal(intent("telegram:-10:9")) == ""  # has one of its own
    assert await house.refusal(intent("telegram:-100")) == ""
    assert await house.refusal(intent("telegram:-1")) == ""


async def test_what_is_not_priced_yet_counts_as_expected_until_it_is(database: Database) -> None:
    house = House(database, BudgetRules(total=Budget(day=UNKNOWN)))
    await house.pays(None)
    assert await house.refusal() != ""
    await house.table.price("g1", CENT)
    assert await house.refusal() == ""


async def test_what_an_earlier_process_left_open_counts_as_expected(database: Database) -> None:
    house = House(database, BudgetRules(total=Budget(day=UNKNOWN)))
    await house.budgets.reserve(intent(), Work())
    await house.table.doubt_unfinished()
    assert "is used up" in await house.refusal()


async def test_a_refused_call_gives_its_reservation_back(database: Database) -> None:
    house = House(database, BudgetRules(total=Budget(day=UNKNOWN)))
    with pytest.raises(RateLimited):
        async with house.ledger.paid(intent()):
            raise RateLimited("busy", status=429)
    assert await house.refusal() == ""


async def test_a_budget_that_running_calls_hold_says_so(database: Database) -> None:
    house = House(database, BudgetRules(total=Budget(day=UNKNOWN)))
    async with house.ledger.paid(intent()) as bill:
        assert await house.refusal() == (
            "My budget for today ($0.05) is taken up by what is running just now. "
            "Please try again in a moment. It renews at 00:00 UTC."
        )
        bill.cost_micro_usd = 0
    assert await house.refusal() == ""


async def test_a_budget_of_nothing_lets_only_free_models_answer(database: Database) -> None:
    house = House(database, BudgetRules(total=Budget(day=0)))
    assert "($0.00) is used up" in await house.refusal()
    assert await house.refusal(intent(model="free/one")) == ""


async def test_what_is_made_must_fit_as_a_whole(database: Database) -> None:
    house = House(database, BudgetRules(per_conversation=Budget(day=100 * CENT)))
    film = intent(kind="video", model="google/veo-3.1-fast")
    assert await house.refusal(film, Work(seconds=8)) == (
        "A film like that costs about $1.20, and only $1.00 of this chat's budget for today "
        "($1.00) is left. It renews at 00:00 UTC."
    )
    assert await house.refusal(film, Work(seconds=4)) == ""
    with pytest.raises(BudgetSpent):
        await house.budgets.check(film, Work(seconds=8))


async def test_a_check_books_nothing(database: Database) -> None:
    house = House(database, BudgetRules(total=Budget(day=UNKNOWN)))
    await house.budgets.check(intent(), Work())
    await house.budgets.check(intent(), Work())
    assert (await house.table.spent(CHAT)).calls == 0


async def test_who_gives_up_while_booking_leaves_nothing_reserved(database: Database) -> None:
    house = House(database, BudgetRules(total=Budget(day=UNKNOWN)))

    async def call() -> None:
        async with house.ledger.paid(intent()):
            await asyncio.sleep(60)

    for steps in range(6):
        task = asyncio.create_task(call())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
    rows = await database.reader.execute("select count(*) from paid_calls where state = 'intent'")
    assert [tuple(row) async for row in rows] == [(0,)]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    costs=st.lists(st.integers(0, UNKNOWN), min_size=1, max_size=12),
    limit=st.integers(0, 4 * UNKNOWN),
)
async def test_calls_side_by_side_never_overrun_by_more_than_one_estimate(
    tmp_path_factory: pytest.TempPathFactory, costs: list[int], limit: int
) -> None:
    folder = tmp_path_factory.mktemp("books")
    async with Database.open(folder / "parley.db") as database:
        house = House(database, BudgetRules(total=Budget(day=limit)))
        highest = 0

        async def call(cost: int) -> bool:
            nonlocal highest
            try:
                async with house.ledger.paid(intent()) as bill:
                    (standing,) = await house.budgets.standings(CHAT, "1")
                    highest = max(highest, standing.tally.total_micro_usd)
                    await asyncio.sleep(0)
                    bill.cost_micro_usd = cost
            except BudgetSpent:
                return False
            return True

        made = await asyncio.gather(*map(call, costs))
        assert highest <= limit + UNKNOWN
        spent = (await house.table.spent(CHAT)).cost_micro_usd
        assert spent <= limit + UNKNOWN
        assert made[0] is (limit > 0)
