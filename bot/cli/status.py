"""`parley status`: does a bot run, what is left of the money, what was spent, what is open."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from bot.access.budgets import Budgets, Standing
from bot.access.estimates import Estimates
from bot.app.assemble import DATABASE_FILE
from bot.app.money import budget_rules
from bot.cli.frame import explained
from bot.cli.keeping import MISSING
from bot.cli.models import facts_of
from bot.cli.prepare import Ground
from bot.cli.upstream import balance_micro_usd, dollars, upstream
from bot.config.schema import Config
from bot.errors import KeyRefused, UpstreamError
from bot.openrouter.account import key_status
from bot.openrouter.facts import UNKNOWN
from bot.openrouter.usage import MICRO
from bot.store.budgets import BudgetTable
from bot.store.db import Database
from bot.store.ledger import DAY_MS, DaySpent, LedgerTable
from bot.store.turns import TurnTable
from bot.values.clock import SystemClock

LOCK_FILE = "parley.lock"
DAYS = 7
MOST_BUDGETS = 10


def gathered(ground: Ground) -> dict[str, Any]:
    """Everything that `parley status` tells. Raises ConfigError or StartError."""
    path = ground.state_dir / DATABASE_FILE
    none: dict[str, Any] = {"spent": [], "openTurns": 0, "budgets": []}
    books = asyncio.run(_books(path, ground.loaded.config)) if path.exists() else none
    models = facts_of(ground)
    return {
        "running": is_running(ground.state_dir),
        **{name: models[name] for name in ("stateDir", "config", "model", "fallbacks")},
        **asyncio.run(_money(ground, models["keys"]["chat"])),
        **books,
    }


def lines_of(facts: dict[str, Any]) -> list[str]:
    """The same for people."""
    key, rows = facts["key"], [("Bot", "running" if facts["running"] else "not running")]
    rows += [("State", facts["stateDir"]), ("Model", facts["model"])]
    said = key["source"] if key["status"] == MISSING else f"{key['source']}, {key['status']}"
    rows += [("Key", said)]
    if key["status"] == "ok":
        left = dollars(_micro(key["remainingUsd"]), nothing="no limit")
        limit = dollars(_micro(key["limitUsd"]), nothing="no limit")
        rows += [
            ("Limit", limit if key["limitUsd"] is None else f"{limit}, left {left}"),
            ("Used", dollars(_micro(key["usedUsd"]), nothing="unknown")),
            ("Balance", dollars(_micro(facts["balanceUsd"]), nothing="not told to this key")),
        ]
    rows += [("Unfinished", f"{facts['openTurns']} turns")]
    for day in facts["spent"]:
        unpriced = f", {day['unpriced']} without a price yet" if day["unpriced"] else ""
        rows += [(day["day"], f"{dollars(_micro(day['usd']))} in {day['calls']} calls{unpriced}")]
    rows += [("Budget", _budget_line(one)) for one in facts["budgets"]]
    return [f"{name:<12}{value}" for name, value in rows]


def _budget_line(one: dict[str, Any]) -> str:
    used, limit = dollars(_micro(one["usedUsd"])), dollars(_micro(one["limitUsd"]))
    return f"{one['of']}, {one['period']}: {used} of {limit}, renews {one['renews']}"


def is_running(state_dir: Path) -> bool:
    """Whether a bot holds the state folder."""
    path = state_dir / LOCK_FILE
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except (Timeout, OSError):
        return True


async def _money(ground: Ground, source: str) -> dict[str, Any]:
    if source.startswith(MISSING):
        return {"key": {"source": source, "status": MISSING}, "balanceUsd": None}
    async with upstream(ground) as client:
        try:
            status, balance = await key_status(client), await balance_micro_usd(client)
        except KeyRefused:
            return {"key": {"source": source, "status": "refused"}, "balanceUsd": None}
        except UpstreamError as failure:
            said = f"not known: {explained(failure)}"
            return {"key": {"source": source, "status": said}, "balanceUsd": None}
    key = {
        "source": source,
        "status": "ok",
        "limitUsd": _usd(status.limit_micro_usd),
        "remainingUsd": _usd(status.remaining_micro_usd),
        "usedUsd": _usd(status.used_micro_usd),
        "freeTier": status.free_tier,
    }
    return {"key": key, "balanceUsd": _usd(balance)}


async def _books(path: Path, config: Config) -> dict[str, Any]:
    """The last days of the ledger, turns that wait for the bot, and how far budgets are used."""
    clock = SystemClock()
    since_ms = (clock.now_ms() // DAY_MS - DAYS + 1) * DAY_MS
    async with Database.open(path) as database:
        days = await LedgerTable(database, clock).spent_by_day(since_ms=since_ms)
        open_turns = await TurnTable(database, clock).count_open()
        estimates = Estimates(lambda model: UNKNOWN, unknown_micro_usd=0)  # nothing is bought
        rules = budget_rules(config)
        budgets = Budgets(rules, BudgetTable(database, clock), estimates, clock)
        used = sorted(await budgets.active(), key=lambda one: -one.percent)
    return {
        "spent": [_day(day) for day in days],
        "openTurns": open_turns,
        "budgets": [_budget(one, budgets) for one in used[:MOST_BUDGETS]],
    }


def _budget(standing: Standing, budgets: Budgets) -> dict[str, Any]:
    limit = standing.limit
    return {
        "of": limit.scope.name,
        "period": limit.period,
        "usedUsd": standing.tally.total_micro_usd / MICRO,
        "limitUsd": limit.micro_usd / MICRO,
        "renews": budgets.renewal(limit),
    }


def _day(spent: DaySpent) -> dict[str, Any]:
    date = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=spent.day)
    return {
        "day": date.date().isoformat(),
        "calls": spent.calls,
        "usd": spent.cost_micro_usd / MICRO,
        "unpriced": spent.unpriced,
    }


def _usd(micro_usd: int | None) -> float | None:
    return None if micro_usd is None else micro_usd / MICRO


def _micro(usd: float | None) -> int | None:
    return None if usd is None else round(usd * MICRO)
