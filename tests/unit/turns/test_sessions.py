"""Which history a message belongs to, and when it is over."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.turns.sessions import ResetRules, SessionRules, linked
from bot.values.conversation import ChatKind, Command, Conversation, Incoming, Person

LINKS = linked({"ada": ("telegram:1", "console:me"), "bob": ("2",)})


def said(
    key: str, *, person: str = "1", group: bool = False, text: str = "", command: str = ""
) -> Incoming:
    return Incoming(
        conversation=Conversation.parse(key),
        message_id="1",
        sender=Person(person),
        chat_kind=ChatKind.GROUP if group else ChatKind.PRIVATE,
        sent_at_ms=0,
        text=text,
        command=Command(command, "args") if command else None,
    )


@pytest.mark.parametrize(
    ("rules", "incoming", "key"),
    [
        (SessionRules(), said("telegram:1"), "telegram:1"),
        (SessionRules(), said("telegram:1:7"), "telegram:1:7"),
        (SessionRules(), said("telegram:-5", group=True), "telegram:-5"),
        (SessionRules(dm_scope="main"), said("telegram:1"), "main"),
        (SessionRules(dm_scope="main"), said("telegram:-5", group=True), "telegram:-5"),
        (SessionRules(group_scope="main"), said("telegram:-5:7", group=True), "main"),
        (SessionRules(group_scope="main"), said("telegram:1"), "telegram:1"),
        (SessionRules(dm_scope="per-channel-peer"), said("telegram:1"), "telegram:1"),
        (SessionRules(dm_scope="per-account-channel-peer"), said("telegram:1"), "telegram:1"),
        (SessionRules(links=LINKS), said("telegram:1"), "peer:ada"),
        (SessionRules(links=LINKS), said("console:here", person="me"), "peer:ada"),
        (SessionRules(links=LINKS), said("telegram:2", person="2"), "peer:bob"),
        (SessionRules(links=LINKS), said("console:here", person="1"), "console:here"),
        (SessionRules(links=LINKS), said("telegram:-5", group=True), "telegram:-5"),
        (
            SessionRules(dm_scope="per-channel-peer", links=LINKS),
            said("telegram:1"),
            "peer:ada:telegram",
        ),
    ],
)
def test_a_message_belongs_to_one_history(
    rules: SessionRules, incoming: Incoming, key: str
) -> None:
    assert rules.key(incoming) == key


def at(text: str, zone: str = "UTC") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("last", "now", "zone", "due"),
    [
        ("2026-05-01T03:59", "2026-05-01T04:01", "", True),
        ("2026-05-01T04:00", "2026-05-02T03:59", "", False),
        ("2026-05-01T04:00", "2026-05-02T04:00", "", True),
        ("2026-05-01T01:59", "2026-05-01T02:01", "Europe/Berlin", True),  # two hours ahead
        ("2026-05-01T02:01", "2026-05-01T23:59", "Europe/Berlin", False),
        ("2026-05-01T02:01", "2026-05-09T00:00", "Europe/Berlin", True),
    ],
)
def test_a_day_ends_at_its_hour_where_the_owner_lives(
    last: str, now: str, zone: str, *, due: bool
) -> None:
    rules = ResetRules(mode="daily", at_hour=4, zone=zone)
    assert rules.due(at(last), now_ms=at(now)) is due


def test_the_hour_holds_through_a_change_of_the_clocks() -> None:
    zone = "Europe/Berlin"
    rules = ResetRules(mode="daily", at_hour=4, zone=zone)
    evening, morning = at("2026-10-24T23:00", zone), "2026-10-25T"
    assert not rules.due(evening, now_ms=at(f"{morning}03:59", zone))
    assert rules.due(evening, now_ms=at(f"{morning}04:00", zone))
    assert datetime.fromtimestamp(at(f"{morning}04:00", zone) / 1000, UTC).hour == 3


def test_silence_ends_a_history_only_when_it_is_long_enough() -> None:
    rules = ResetRules(mode="idle", idle_minutes=30)
    assert not rules.due(0, now_ms=30 * 60_000)
    assert rules.due(0, now_ms=30 * 60_000 + 1)
    assert not ResetRules(mode="idle").due(0, now_ms=10**12)
    assert not ResetRules().due(0, now_ms=10**12)


@pytest.mark.parametrize(
    ("incoming", "command"),
    [
        (said("telegram:1", text="Fresh start!"), Command("new")),
        (said("telegram:1", text="a fresh start"), None),
        (said("telegram:1", command="again"), Command("new", "args")),
        (said("telegram:1", command="new"), Command("new", "args")),
        (said("telegram:1", command="reset"), Command("reset", "args")),
        (said("telegram:1", command="help"), Command("help", "args")),
    ],
)
def test_words_of_ones_own_start_afresh(incoming: Incoming, command: Command | None) -> None:
    rules = SessionRules(triggers=("fresh start", "/again", "/new", "/reset"))
    assert rules.understood(incoming).command == command
