"""Who is answered: the configured, the owner behind the one-time link, and nobody else."""

from __future__ import annotations

import re

from tests import voices
from tests.flow.guest import Guest
from tests.flow.stage import Stage, eventually

STRANGER = 66
OWNER_LINK = re.compile(r"https://t\.me/parley_sandbox_bot\?start=([0-9a-f]{16})\b")


def without_access(stage: Stage) -> None:
    """Leave everything about access unconfigured."""
    for name in ("dmPolicy", "allowFrom"):
        del stage.config["channels"]["telegram"][name]


def owner_code(stage: Stage) -> str:
    """The code in the link that the start printed."""
    found = eventually(lambda: OWNER_LINK.search(stage.bots[-1].log), "the owner's link")
    return found[1]


def test_an_open_bot_answers_anybody_and_prints_no_link(stage: Stage) -> None:
    bot = stage.start()
    assert len(Guest(stage, STRANGER).asks("Hello")) == 1
    assert OWNER_LINK.search(bot.log) is None


def test_a_stranger_gets_one_polite_line_with_their_id_and_costs_nothing(stage: Stage) -> None:
    stage.configure({"channels": {"telegram": {"dmPolicy": "allowlist", "allowFrom": [7]}}})
    stage.start()
    stranger = Guest(stage, STRANGER)
    (line,) = stranger.asks("Hello")
    assert str(STRANGER) in line
    assert "private bot" in line
    assert stranger.asks("Please!") == []
    assert stranger.asks("/stop") == []
    assert stranger.plays(voices.say("Hello")) == []
    assert stage.upstream_calls() == []
    assert stage.telegram_calls("getFile") == []
    assert len(Guest(stage, 7).asks("Hello")) == 1


def test_ids_may_be_written_in_any_way_openclaw_writes_them(stage: Stage) -> None:
    stage.configure({"channels": {"telegram": {"dmPolicy": "allowlist"}}})
    stage.config["channels"]["telegram"]["allowFrom"] = ["telegram:7", "tg:8", 9]
    stage.start()
    assert [len(Guest(stage, person).asks("Hello")) for person in (7, 8, 9)] == [1, 1, 1]


def test_who_opens_the_link_first_owns_the_bot_and_it_works_once(stage: Stage) -> None:
    without_access(stage)
    bot = stage.start()
    code = owner_code(stage)
    owner, late = Guest(stage, 1), Guest(stage, STRANGER)
    assert "private bot" in owner.asks("Hello")[0]
    assert owner.asks(f"/start {code[:-1]}x") == []
    (welcome,) = owner.asks(f"/start {code}")
    assert welcome.startswith("You are my owner now.")
    (refused,) = late.asks(f"/start {code}")
    assert str(STRANGER) in refused
    assert late.asks("Hello") == []
    assert stage.upstream_calls() == []
    owner.awaits_text("would like to talk to me")
    assert len(owner.asks("Hello")) == 1
    assert len(stage.upstream_calls("chat")) == 1
    bot.stop()
    stage.start()
    assert len(owner.asks("Still me?")) == 1
    assert OWNER_LINK.search(stage.bots[-1].log) is None


def test_an_unused_link_is_replaced_at_the_next_start(stage: Stage) -> None:
    without_access(stage)
    bot = stage.start()
    old = owner_code(stage)
    bot.stop()
    stage.start()
    new = owner_code(stage)
    assert new != old
    person = Guest(stage, 1)
    assert "private bot" in person.asks(f"/start {old}")[0]
    assert person.asks(f"/start {new}")[0].startswith("You are my owner now.")
