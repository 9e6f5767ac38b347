"""Money through the whole bot: what is refused, what is said, who is told, when it begins anew."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pytest

from tests import voices
from tests.flow.books import posts, rows
from tests.flow.desk import Desk
from tests.flow.guest import Guest
from tests.flow.stage import Stage, eventually
from tests.flow.test_access import owner_code, without_access
from tests.flow.workshop import orders

GROUP = -1006
FORUM = -1007
BOT = "@parley_sandbox_bot"
USED_UP = "is used up. It renews at 00:00 UTC."
DAYS_MS = 40 * 24 * 3600 * 1000


def begins(stage: Stage, **budgets: Any) -> Guest:
    """A bot with these budgets, and somebody who talks to it."""
    stage.configure({"parley": {"budgets": budgets}})
    stage.start()
    return Guest(stage, 1)


def costs(stage: Stage, usd: float, text: str = "Well.", **more: Any) -> None:
    """The next answer of the model costs so much."""
    stage.answers(text, usage={"cost": usd}, **more)


def passes_time(stage: Stage) -> None:
    """What was spent so far was spent in another month."""
    with closing(sqlite3.connect(stage.state_dir / "parley.db", timeout=10)) as connection:
        connection.execute("update paid_calls set started_at_ms = started_at_ms - ?", (DAYS_MS,))
        connection.execute("update budget_alarms set since_ms = since_ms - ?", (DAYS_MS,))
        connection.commit()


def spent_usd(stage: Stage) -> float:
    (micro,) = rows(stage, "select sum(coalesce(cost_micro_usd, 0)) from paid_calls")[0]
    return float(micro) / 1_000_000


def test_a_chat_that_has_spent_its_budget_is_told_when_it_renews(stage: Stage) -> None:
    guest = begins(stage, perConversation={"dayUsd": 1})
    costs(stage, 1.0)
    assert guest.asks("An expensive one.") == ["Well."]
    assert guest.asks("And another.") == [f"This chat's budget for today ($1.00) {USED_UP}"]
    assert len(stage.upstream_calls()) == 1
    assert len(Guest(stage, 2).asks("I have one of my own.")) == 1
    passes_time(stage)
    assert guest.asks("A new day.")[0] != guest.texts[1]
    assert guest.endings() == ["done", "failed", "done"]


def test_a_note_that_may_cost_nothing_is_not_even_heard(stage: Stage) -> None:
    guest = begins(stage, users={"1": {"monthUsd": 0}})
    (said,) = guest.plays(voices.say("Hello."), heard="Hello.")
    assert said.startswith("Your budget for this month ($0.00) is used up. It renews on 1 ")
    assert stage.upstream_calls() == []


@pytest.mark.parametrize("by", ["total", "conversations"])
def test_turns_side_by_side_overrun_by_no_more_than_one_estimate(stage: Stage, by: str) -> None:
    stage.telegram.post("chats", {"type": "forum", "id": FORUM, "bot_status": "administrator"})
    telegram = {"groupPolicy": "open", "groups": {str(FORUM): {"requireMention": False}}}
    stage.configure({"channels": {"telegram": telegram}})
    bounds = {"total": {"dayUsd": 0.03}, "conversations": {str(FORUM): {"dayUsd": 0.03}}}
    begins(stage, unknownCallUsd=0.02, **{by: bounds[by]})
    guests = _side_by_side(stage, by)
    chunks = [{"text": "Well.", "hold": "all"}]
    for _ in guests:
        costs(stage, 0.02, "", chunks=chunks)
    for guest in guests:
        guest.says("Hello.")
    told = eventually(
        lambda: (found := [t for one in guests for t in one.texts if "running" in t])[3:] and found,
        "four refusals",
    )
    assert len(told) == 4
    assert all("($0.03) is taken up by what is running just now." in text for text in told)
    assert len(stage.upstream_calls("chat")) == 2
    stage.openrouter.post("release", {"gate": "all"})
    endings = [guest.awaits_endings(1)[0] for guest in guests]
    assert sorted(endings) == ["done"] * 2 + ["failed"] * 4
    assert spent_usd(stage) == pytest.approx(0.04)
    assert guests[0].asks("Now?")[-1].endswith(f"($0.03) {USED_UP}")


def _side_by_side(stage: Stage, by: str) -> list[Guest]:
    """Six who are answered at the same time: in six chats, or in six topics of one."""
    if by == "total":
        return [Guest(stage, person) for person in range(11, 17)]
    topics = [
        int(stage.telegram.post(f"chats/{FORUM}/topics", {"name": f"T{n}"})["thread_id"])
        for n in range(6)
    ]
    return [Guest(stage, 11 + n, FORUM, topic) for n, topic in enumerate(topics)]


def test_what_can_not_be_said_aloud_any_more_comes_as_text_with_the_reason(stage: Stage) -> None:
    guest = begins(stage, perConversation={"dayUsd": 0.01}, unknownCallUsd=0.01)
    costs(stage, 0.01, "Nine o'clock, at the station. Then we take the bus to the old town.")
    texts = guest.plays(voices.say("When do we meet?"), heard="When do we meet?")
    why = [text for text in texts if text.startswith("I couldn't say that aloud.")]
    assert len(why) == 1
    assert "budget for today ($0.01)" in why[0]
    assert any(text.startswith("Nine o'clock") for text in texts)
    assert guest.replies("voice") == []
    assert posts(stage) == {"transcription": 1, "chat": 1, "speech": 0}
    assert guest.endings() == ["done"]


def test_a_film_that_does_not_fit_is_refused_by_its_tool(stage: Stage) -> None:
    guest = begins(stage, perConversation={"dayUsd": 0.5})
    orders(stage, "video")
    guest.asks("Please film it.")
    result = stage.upstream_calls("chat")[-1]["json"]["messages"][-1]
    assert result["role"] == "tool"
    assert result["content"].startswith("Error: A film like that costs about $1.20, and only $0.50")
    assert stage.upstream_calls("videos") == []
    assert rows(stage, "select count(*) from jobs") == [(0,)]


def test_a_job_that_lost_its_budget_while_it_waited_says_so_and_costs_nothing(
    stage: Stage,
) -> None:
    guest = begins(stage, total={"dayUsd": 0.2})
    stage.openrouter.post("faults", {"endpoint": "image", "kind": "hold", "gate": "slow"})
    orders(stage, "image")
    guest.asks("Please make it for me.")
    bot = stage.bots[-1]
    eventually(lambda: stage.upstream_calls("image") or _pictures(stage), "the order")
    bot.kill()
    stage.configure({"parley": {"budgets": {"total": {"dayUsd": 0.01}}}})
    stage.start()
    (job,) = eventually(
        lambda: rows(stage, "select state from jobs where told = 1"), "the doubtful job"
    )
    assert job == ("doubtful",)
    guest.says("/jobs again j1")
    said = guest.awaits_text("I couldn't make the picture")["text"]
    assert "budget for today ($0.01)" in said
    assert "It cost nothing." in said


def _pictures(stage: Stage) -> Sequence[object]:
    return [call for call in stage.upstream_calls("chat") if "modalities" in (call["json"] or {})]


def test_the_owner_is_told_once_at_eighty_percent_and_once_at_the_end(stage: Stage) -> None:
    without_access(stage)
    stage.configure({"channels": {"telegram": {"groupPolicy": "open", "groups": {"*": {}}}}})
    owner = begins(stage, total={"dayUsd": 1}, perUser={"dayUsd": 5})
    stage.telegram.post("chats", {"type": "supergroup", "id": GROUP, "title": "Friends"})
    owner.asks(f"/start {owner_code(stage)}")
    friend = Guest(stage, 2, GROUP)
    for usd in (0.5, 0.35, 0.05):
        costs(stage, usd)
        friend.asks(f"{BOT} once more.")
    assert owner.awaits_text("80 % of")["text"] == (
        "80 % of today's budget for everything is used: $0.85 of $1.00.\n"
        "/usage all shows by whom and for what."
    )
    costs(stage, 0.2)
    friend.asks(f"{BOT} the last one.")
    assert "used up: $1.10 of $1.00" in owner.awaits_text("Today's budget for everything")["text"]
    friend.asks(f"{BOT} more?")
    stage.bots[-1].stop()
    stage.start()
    friend.asks(f"{BOT} still?")
    assert len([text for text in owner.texts if "budget" in text]) == 2
    assert not [text for text in friend.texts if "80 %" in text]
    passes_time(stage)
    costs(stage, 3.0)
    friend.asks(f"{BOT} a new month.")
    last = eventually(
        lambda: (found := [text for text in owner.texts if "budget" in text])[2:] and found,
        "the alarm of a new month",
    )[2:]
    assert last == [  # from nothing to the end at once: one message
        "Today's budget for everything is used up: $3.00 of $1.00.\n"
        "/usage all shows by whom and for what."
    ]


def test_usage_tells_what_is_left_and_the_owner_who_spent_it(stage: Stage) -> None:
    without_access(stage)
    owner = begins(stage, perUser={"dayUsd": 1}, total={"monthUsd": 20})
    owner.asks(f"/start {owner_code(stage)}")
    costs(stage, 0.25)
    owner.asks("Hello.")
    (usage,) = owner.asks("/usage")
    assert "today: $0.2500 (1 call)" in usage
    assert "you today: $0.75 of $1.00 left, renews at 00:00 UTC" in usage
    assert "everything this month: $19.75 of $20.00 left, renews on 1 " in usage
    (everything,) = owner.asks("/usage all")
    assert "30 days: $0.2500 (1 call)" in everything
    assert "By person, 30 days\n1: $0.2500 (1 call)" in everything
    assert "By kind, 30 days\nchat: $0.2500 (1 call)" in everything
    desk = Desk(stage)
    desk.config.write_text(json.dumps(stage.config))
    shown = desk.runs("status", "--json")
    budgets = json.loads(shown.stdout)["budgets"]
    assert {(one["of"], one["period"], one["usedUsd"]) for one in budgets} == {
        ("person:1", "day", 0.25),
        ("total", "month", 0.25),
    }
    assert "person:1, day: $0.25 of $1.00, renews at 00:00 UTC" in desk.runs("status").stdout


def test_others_do_not_see_what_everybody_spends(stage: Stage) -> None:
    guest = begins(stage)
    (said,) = guest.asks("/usage all")
    assert said.startswith("Only my owner sees what everybody spends.")


def test_without_budgets_usage_names_none(stage: Stage) -> None:
    guest = begins(stage)
    (said,) = guest.asks("/usage")
    assert "udget" not in said


def test_who_writes_too_fast_is_told_once_and_costs_nothing(stage: Stage) -> None:
    stage.configure({"parley": {"rateLimit": {"messages": 3, "perSeconds": 3600}}})
    guest = begins(stage)
    for number in range(3):
        guest.asks(f"Number {number}.")
    calls = len(stage.upstream_calls())
    (told,) = guest.asks("One more.")
    assert told.startswith("That was a lot at once: I take 3 messages in 3600 seconds")
    assert guest.asks("Another one.") == []
    assert guest.plays(voices.say("Aloud?"), heard="Aloud?") == []
    assert len(stage.upstream_calls()) == calls
    assert len(guest.asks("/usage")) == 1
    assert len(Guest(stage, 2).asks("I only just came.")) == 1


@pytest.mark.parametrize(
    ("rule", "said", "heard"),
    [
        ({"voice": "off"}, "I don't listen to voice notes in this chat.", 0),
        ({"voice": "mention"}, "Well.", 1),
        ({"voice": "reply"}, "In this group I only listen to voice notes that reply to me.", 0),
        ({"maxVoiceSeconds": 1}, "In this group I listen to notes of up to 1 seconds.", 0),
    ],
)
def test_a_group_says_which_notes_may_cost_something(
    stage: Stage, rule: dict[str, Any], said: str, heard: int
) -> None:
    anna = in_a_group(stage, rule)
    stage.answers("Well.")
    note = voices.say("What shall we eat tonight, all of us together?")
    texts = anna.plays(note, heard="What shall we eat?", caption=BOT, duration=3)
    assert any(said in text for text in (*texts, *_captions(anna)))
    assert posts(stage)["transcription"] == heard


def test_a_note_that_hides_its_length_is_measured(stage: Stage) -> None:
    anna = in_a_group(stage, {"maxVoiceSeconds": 1})
    note = voices.say("What shall we eat tonight, all of us together?")
    (told,) = anna.plays(note, heard="What?", caption=BOT, kind="document", name="a.ogg")
    assert told.startswith("In this group I listen to notes of up to 1 seconds.")
    assert stage.upstream_calls() == []


def test_a_spoken_reply_is_heard_where_only_replies_are(stage: Stage) -> None:
    anna = in_a_group(stage, {"voice": "reply"})
    anna.asks(f"{BOT} hello.")
    (reply,) = anna.replies()
    anna.plays(voices.say("And now?"), heard="And now?", reply_to=reply["message_id"])
    assert posts(stage)["transcription"] == 1
    assert len(stage.upstream_calls("chat")) == 2


def test_where_every_note_is_meant_none_needs_a_mention(stage: Stage) -> None:
    anna = in_a_group(stage, {"voice": "all"})
    anna.plays(voices.say("What shall we eat?"), heard="What shall we eat?")
    assert posts(stage)["chat"] == 1
    assert anna.asks("Only written.") == []


def in_a_group(stage: Stage, rule: dict[str, Any]) -> Guest:
    stage.telegram.post("chats", {"type": "supergroup", "id": GROUP, "bot_status": "administrator"})
    groups = {str(GROUP): {"parley": rule}}
    stage.configure({"channels": {"telegram": {"groupPolicy": "open", "groups": groups}}})
    stage.start()
    return Guest(stage, 31, GROUP)


def _captions(guest: Guest) -> list[str]:
    return [message.get("caption") or "" for message in guest.replies("voice")]
