"""The configured budgets, as the rooms get them."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path
from typing import Any

from bot.access.budgets import Budget, BudgetRules
from bot.access.pace import PaceRules
from bot.app.money import budget_rules, pace_rules
from bot.config.load import Loaded, load
from bot.config.schema import Config


def loaded(folder: Path, parley: dict[str, Any]) -> Loaded:
    path = folder / "config.json5"
    path.write_text(json.dumps({"parley": parley}), "utf-8")
    return load(path=path, environ={})


def test_by_default_nothing_is_bounded_but_the_pace() -> None:
    assert budget_rules(Config()) == BudgetRules()
    assert pace_rules(Config()) == PaceRules(messages=30, per_s=60)


def test_budgets_are_read_in_dollars(tmp_path: Path) -> None:
    budgets = {
        "perUser": {"dayUsd": 0.5},
        "perConversation": {"monthUsd": 10},
        "total": {"dayUsd": 5, "monthUsd": 50},
        "users": {"telegram:42": {}},
        "conversations": {"-100123": {"dayUsd": 0}, "telegram:7": {"dayUsd": 1}},
        "warnAtPercent": 50,
    }
    given = {"budgets": budgets, "timezone": "Europe/Berlin", "rateLimit": {"messages": 0}}
    config = loaded(tmp_path, given).config
    rules = budget_rules(config)
    assert rules.per_user == Budget(day=500_000)
    assert rules.per_conversation == Budget(month=10_000_000)
    assert rules.total == Budget(5_000_000, 50_000_000)
    assert rules.users == {"42": Budget()}
    assert rules.conversations == {
        "telegram:-100123": Budget(day=0),
        "telegram:7": Budget(day=1_000_000),
    }
    assert (rules.warn_at_percent, rules.zone_name, str(rules.zone)) == (
        50,
        "Europe/Berlin",
        "Europe/Berlin",
    )
    assert pace_rules(config).messages == 0


def test_a_place_that_is_no_time_zone_means_utc_and_warns(tmp_path: Path) -> None:
    found = loaded(tmp_path, {"timezone": "Middle/Earth"})
    assert budget_rules(found.config).zone is UTC
    assert any("time zone" in finding.message for finding in found.errors)
