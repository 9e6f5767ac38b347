"""The money of a bot: its configured budgets over its books, and who warns the owner."""

from __future__ import annotations

from datetime import UTC

from bot.access.budgets import Budget, BudgetRules, Budgets
from bot.access.estimates import Estimates
from bot.access.pace import PaceRules
from bot.config.schema import Config
from bot.config.schema import money as schema
from bot.openrouter.catalog import Catalog
from bot.store.budgets import BudgetTable
from bot.values.clock import Clock
from bot.values.zone import UTC_NAME, zone_of

MICRO = 1_000_000
TELEGRAM = "telegram:"


def budgets(config: Config, table: BudgetTable, catalog: Catalog, clock: Clock) -> Budgets:
    """What may be spent, asked before each call."""
    unknown = _micro(config.parley.budgets.unknown_call_usd) or 0
    estimates = Estimates(catalog.lookup, unknown_micro_usd=unknown)
    return Budgets(budget_rules(config), table, estimates, clock)


def budget_rules(config: Config) -> BudgetRules:
    """The configured budgets. A chat may be named by its bare id."""
    given, zone = config.parley.budgets, config.parley.timezone or UTC_NAME
    return BudgetRules(
        total=_budget(given.total),
        per_user=_budget(given.per_user),
        per_conversation=_budget(given.per_conversation),
        users={_bare(name): _budget(one) for name, one in given.users.items()},
        conversations={_key(name): _budget(one) for name, one in given.conversations.items()},
        warn_at_percent=given.warn_at_percent,
        zone=zone_of(zone) or UTC,
        zone_name=zone,
    )


def pace_rules(config: Config) -> PaceRules:
    """How fast one person may write."""
    limit = config.parley.rate_limit
    return PaceRules(limit.messages, limit.per_seconds)


def _budget(given: schema.Budget) -> Budget:
    return Budget(_micro(given.day_usd), _micro(given.month_usd))


def _micro(usd: float | None) -> int | None:
    return None if usd is None else round(usd * MICRO)


def _bare(name: str) -> str:
    return name.strip().removeprefix(TELEGRAM)


def _key(name: str) -> str:
    bare = name.strip()
    return bare if bare.partition(":")[0].isalpha() else TELEGRAM + bare
