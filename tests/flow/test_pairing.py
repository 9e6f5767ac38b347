"""Private access: strangers ask with a code, the owner lets them in or not.

Source: facts/behaviour.md A3, L4.
"""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
from typing import Any

import pytest

from tests.flow.guest import Guest
from tests.flow.program import parley
from tests.flow.stage import BotProcess, Stage, eventually

OWNER, ANN, BEN, CAT, DAN = 1, 71, 72, 73, 74
GROUP = -1001
CODE = re.compile(r"Pairing code, good for one hour: ([A-HJ-NP-Z2-9]{8})\n")
OWNER_LINK = re.compile(r"\?start=([0-9a-f]{16})\b")
HOUR_MS = 3_600_000


def private(stage: Stage, *, listed: tuple[int, ...] = ()) -> BotProcess:
    """A bot with the access that holds when nothing is configured, but for those who are listed."""
    telegram = stage.config["channels"]["telegram"]
    del telegram["dmPolicy"]
    telegram["allowFrom"] = list(listed)
    return stage.start()


def owned(stage: Stage) -> Guest:
    """A private bot and the person who opened its link."""
    bot = private(stage)
    link = eventually(lambda: OWNER_LINK.search(bot.log), "the owner's link")
    owner = Guest(stage, OWNER)
    owner.asks(f"/start {link[1]}")
    return owner


def named(stage: Stage, person: int, name: str) -> Guest:
    stage.telegram.post("users", {"id": person, "first_name": name})
    return Guest(stage, person)


def code_of(texts: list[str]) -> str:
    (text,) = texts
    found = CODE.search(text)
    assert found is not None, text
    return found[1]


def presses(guest: Guest, message: dict[str, Any], label: str) -> None:
    """Press a button below a message of the bot."""
    order = {"from": guest.id, "chat_id": guest.chat_id, "message_id": message["message_id"]}
    guest.stage.telegram.post("callbacks", {**order, "text": label})


def awaits_change(guest: Guest, message: dict[str, Any], part: str) -> None:
    """Until a message of the bot says `part`."""
    eventually(
        lambda: any(
            part in one["text"] and one["message_id"] == message["message_id"]
            for one in guest.replies("text")
        ),
        f"{part!r} in place of {message['text']!r}",
    )


def in_database(stage: Stage, statement: str) -> list[Any]:
    with sqlite3.connect(stage.state_dir / "parley.db", timeout=10) as connection:
        rows = connection.execute(statement).fetchall()
    connection.close()
    return rows


def pairing(stage: Stage, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`parley pairing ARGUMENTS` on the bot's own files."""
    places = ("--config", str(stage.folder / "config.json5"), "--state-dir", str(stage.state_dir))
    done = parley("pairing", *arguments, *places)
    assert "Traceback" not in done.stderr
    return done


def test_a_stranger_gets_a_code_and_their_message_is_not_processed(stage: Stage) -> None:
    private(stage)
    ann = Guest(stage, ANN)
    (text,) = ann.asks("Hello, what is the weather?")
    code = code_of([text])
    assert str(ANN) in text
    assert f"parley pairing approve telegram {code}" in text
    assert ann.asks("Please!") == []
    assert ann.asks("/help") == []
    assert stage.upstream_calls() == []


def test_three_people_wait_and_a_fourth_is_ignored(stage: Stage) -> None:
    private(stage)
    codes = {code_of(Guest(stage, person).asks("Hello")) for person in (ANN, BEN, CAT)}
    assert len(codes) == 3
    assert Guest(stage, DAN).asks("Hello") == []


def test_the_owner_lets_one_in_by_a_button_and_not_the_other(stage: Stage) -> None:
    owner = owned(stage)
    ann, ben = named(stage, ANN, "Ann *_[`"), named(stage, BEN, "Ben")
    ann.says("Hello")
    asked = owner.awaits_text(f"Ann *_[` (id {ANN})")
    ben.says("Hello")
    also = owner.awaits_text(f"Ben (id {BEN})")

    presses(owner, asked, "Approve")
    ann.awaits_text("You're in.")
    awaits_change(owner, asked, "is in. I have told them.")
    presses(owner, also, "Deny")
    awaits_change(owner, also, "stays out.")

    stage.openrouter.delete()
    assert len(ann.asks("What is new?")) == 1
    assert len(stage.upstream_calls("chat")) == 1
    assert ben.asks("And me?") == []
    assert len(stage.upstream_calls("chat")) == 1


def test_nobody_but_the_owner_lets_people_in(stage: Stage) -> None:
    owner = owned(stage)
    ann, ben = Guest(stage, ANN), Guest(stage, BEN)
    ann.says("Hello")
    presses(owner, owner.awaits_text(f"(id {ANN})"), "Approve")
    ann.awaits_text("You're in.")
    code = code_of(ben.asks("Hello"))
    owner.awaits_text(f"(id {BEN})")
    assert ben.asks(f"/pair approve {code}") == []
    assert ann.asks(f"/pair approve {code}") == ["Only my owner can let people in."]
    assert ann.asks("/pair") == ["Only my owner can let people in."]
    assert ben.asks("Hello?") == []
    (listed,) = owner.asks("/pair")
    assert code in listed
    (done,) = owner.asks(f"/pair approve {code.lower()}")
    assert f"(id {BEN}) is in." in done
    ben.awaits_text("You're in.")
    assert owner.asks("/pair") == ["Nobody waits to be let in."]
    assert "not open any more" in owner.asks(f"/pair approve {code}")[0]


def test_the_first_listed_person_is_asked_when_nobody_opened_the_link(stage: Stage) -> None:
    bot = private(stage, listed=(OWNER, BEN))
    assert OWNER_LINK.search(bot.log) is None
    Guest(stage, OWNER).asks("Hello")
    ann = Guest(stage, ANN)
    ann.says("Hello")
    presses(Guest(stage, OWNER), Guest(stage, OWNER).awaits_text(f"(id {ANN})"), "Approve")
    ann.awaits_text("You're in.")
    assert Guest(stage, BEN).asks("/pair") == ["Only my owner can let people in."]


def test_a_code_lives_for_an_hour_and_another_one_follows(stage: Stage) -> None:
    private(stage)
    ann = Guest(stage, ANN)
    old = code_of(ann.asks("Hello"))
    in_database(stage, f"update pairings set expires_at_ms = expires_at_ms - {HOUR_MS}")
    late = pairing(stage, "approve", "telegram", old)
    assert (late.returncode, late.stdout) == (1, "")
    assert old in late.stderr
    new = code_of(ann.asks("Hello again"))
    assert new != old
    assert ann.asks("Anybody?") == []


def test_what_was_asked_and_allowed_outlives_a_restart(stage: Stage) -> None:
    owner = owned(stage)
    ann = Guest(stage, ANN)
    code = code_of(ann.asks("Hello"))
    asked = owner.awaits_text(f"(id {ANN})")
    eventually(lambda: not in_database(stage, "select * from notices"), "the notice was told")
    stage.bots[-1].stop()
    stage.start()
    assert ann.asks("Still me?") == []
    presses(owner, asked, "Approve")
    ann.awaits_text("You're in.")
    stage.bots[-1].stop()
    stage.start()
    assert len(ann.asks("What is new?")) == 1
    assert len([text for text in owner.texts if code in text]) == 0
    assert len([text for text in ann.texts if text.startswith("You're in.")]) == 1


@pytest.mark.parametrize("moment", ["before-send", "after-send-before-receipt"])
def test_a_crash_costs_nobody_their_code(stage: Stage, moment: str) -> None:
    telegram = stage.config["channels"]["telegram"]
    del telegram["dmPolicy"]
    telegram["allowFrom"] = [OWNER]
    stage.telegram.post("users", {"id": OWNER, "started": True})
    bot = stage.start(kill_at=moment)
    ann = Guest(stage, ANN)
    ann.says("Hello")
    bot.wait()
    stage.start()
    found = {CODE.search(ann.awaits_text("Pairing code")["text"])}
    stored = in_database(stage, "select code from pairings")
    assert [match[1] for match in found if match] == [stored[0][0]]
    Guest(stage, OWNER).awaits_text(f"(id {ANN})")


def test_being_let_in_opens_no_group(stage: Stage) -> None:
    stage.configure({"channels": {"telegram": {"groups": {str(GROUP): {}}}}})
    owner = owned(stage)
    ann = Guest(stage, ANN)
    code = code_of(ann.asks("Hello"))
    owner.asks(f"/pair approve {code}")
    ann.awaits_text("You're in.")
    stage.telegram.post("chats", {"type": "supergroup", "id": GROUP})
    mention = "@parley_sandbox_bot hello"
    assert Guest(stage, ANN, GROUP).asks(mention) == []
    assert len(Guest(stage, OWNER, GROUP).asks(mention)) == 1


def test_strangers_are_not_talked_about_in_a_group(stage: Stage) -> None:
    stage.configure({"channels": {"telegram": {"groups": {str(GROUP): {}}}}})
    owner = owned(stage)
    code = code_of(Guest(stage, ANN).asks("Hello"))
    stage.telegram.post("chats", {"type": "supergroup", "id": GROUP})
    (said,) = Guest(stage, owner.id, GROUP).asks("/pair")
    assert said == "Let's do that in our private chat."
    assert code not in said


def test_what_must_be_told_waits_until_telegram_takes_it(stage: Stage) -> None:
    owner = owned(stage)
    ann = Guest(stage, ANN)
    code = code_of(ann.asks("Hello"))
    owner.awaits_text(f"(id {ANN})")
    fault = {"method": "sendMessage", "kind": "status", "chat_id": ANN, "times": 3}
    stage.telegram.post("faults", fault)
    owner.asks(f"/pair approve {code}")
    ann.awaits_text("You're in.")
    assert len([text for text in ann.texts if "You're in." in text]) == 1


def test_an_owner_who_left_stops_nobody_else(stage: Stage) -> None:
    owner = owned(stage)
    stage.telegram.post("users", {"id": owner.id, "blocked": True})
    ann = Guest(stage, ANN)
    code = code_of(ann.asks("Hello"))
    eventually(lambda: stage.bots[-1].events("notice.dropped"), "the notice to be given up")
    assert pairing(stage, "approve", "telegram", code, "--notify").returncode == 0
    ann.awaits_text("You're in.")


# -- from the command line


def test_the_command_line_lets_the_first_person_own_the_bot(stage: Stage) -> None:
    bot = private(stage)
    link = eventually(lambda: OWNER_LINK.search(bot.log), "the owner's link")[1]
    ann, ben = named(stage, ANN, "Ann"), named(stage, BEN, "Ben")
    first, second = code_of(ann.asks("Hello")), code_of(ben.asks("Hello"))
    listed = json.loads(pairing(stage, "list", "--json").stdout)
    assert [one["code"] for one in listed["requests"]] == [first, second]
    assert listed["requests"][0].keys() == {
        *("channel", "code", "id", "name", "askedAt", "expiresAt")
    }
    assert listed["paired"] == []

    done = pairing(stage, "approve", "telegram", first.lower(), "--notify")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Ann (id {ANN}) is in. They own the bot now." in done.stdout
    ann.awaits_text("You are my owner now.")
    assert "User" not in ann.asks("/pair")[0]
    assert second in ann.texts[-1]
    assert Guest(stage, CAT).asks(f"/start {link}")[0].startswith("Hello! I'm a private bot")

    done = pairing(stage, "approve", second)
    assert (done.returncode, done.stdout) == (0, f"Ben (id {BEN}) is in.\n")
    stage.openrouter.delete()
    assert len(ben.asks("Hello")) == 1
    assert len(stage.upstream_calls("chat")) == 1
    assert not any("You're in" in text for text in ben.texts)
    lines = pairing(stage, "list", "telegram").stdout.splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [
        ["let", "in", "telegram"],
        ["let", "in", "telegram"],
    ]


def test_the_command_line_denies_and_takes_access_back(stage: Stage) -> None:
    private(stage, listed=(OWNER,))
    ann, ben = Guest(stage, ANN), Guest(stage, BEN)
    first, second = code_of(ann.asks("Hello")), code_of(ben.asks("Hello"))
    assert pairing(stage, "deny", "telegram", first).returncode == 0
    assert pairing(stage, "approve", "telegram", first).returncode == 1
    approved = pairing(stage, "approve", "telegram", second)
    assert approved.returncode == 0
    assert "own" not in approved.stdout, "the configuration lists who owns the bot"
    assert len(ben.asks("Hello")) == 1
    assert pairing(stage, "revoke", "telegram", str(BEN)).returncode == 0
    assert pairing(stage, "revoke", str(BEN)).returncode == 1
    code_of(ben.asks("Hello"))


def test_a_wrong_call_is_told_from_a_failed_one(stage: Stage) -> None:
    nothing = pairing(stage, "list")
    assert nothing.returncode == 2
    assert "no bot's state" in nothing.stderr
    private(stage)
    assert pairing(stage, "list").stdout == "Nobody waits to be let in.\n"
    assert pairing(stage, "approve").returncode == 2
    assert pairing(stage, "approve", "one", "two", "three").returncode == 2
    assert pairing(stage, "approve", "telegram", "ABCD2345").returncode == 1
    assert pairing(stage, "deny", "ABCD2345").returncode == 1
