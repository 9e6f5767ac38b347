"""kill -9 in groups, between tools, among bubbles, with several chats open, and again and again."""

from __future__ import annotations

import json

import pytest

from tests.flow.books import booked, posts, rows
from tests.flow.crash import (
    CHUNKS,
    HELD,
    QUESTION,
    assert_paid_once,
    dies,
    finishes,
    plays_note,
    rehearse,
    sends,
)
from tests.flow.stage import Stage, eventually

GROUP = -1_001_234_567_890
ANSWER = "".join(CHUNKS).strip()
# At a second for each character, one of these fills most of a bubble.
LONG = tuple(f"{start} " + "word " * 24 + "end." for start in ("First", "Then"))


def in_group(stage: Stage) -> None:
    """A group in which every message is meant for the bot."""
    telegram = stage.config["channels"]["telegram"]
    telegram["groups"] = {str(GROUP): {"requireMention": False}}
    me = {"type": "supergroup", "id": GROUP, "title": "Us", "bot_status": "administrator"}
    stage.telegram.post("chats", me)


def proved(stage: Stage, key: str) -> bool:
    found = rows(stage, "select finished_at_ms from receipts where key = ?", key)
    return bool(found and found[0][0])


def shown(stage: Stage, chat_id: int) -> list[str]:
    """The texts of the bot as the person sees them now."""
    return [message["text"] for message in stage.replies(chat_id, kind="text")]


@pytest.mark.parametrize("point", ["mid-stream", "after-answer", "before-send:2"])
def test_in_a_group_the_preview_of_the_killed_process_becomes_the_answer(
    stage: Stage, point: str
) -> None:
    in_group(stage)
    rehearse(stage, chunks=HELD)
    bot = stage.start(kill_at=point)
    stage.says(QUESTION, chat_id=GROUP)
    eventually(lambda: proved(stage, "t1/preview"), "a preview with its receipt")
    stage.openrouter.post("release", {"gate": "spoken"})
    at_death = dies(stage, bot)
    finishes(stage)

    assert shown(stage, GROUP) == [ANSWER]
    assert len(stage.telegram_calls("sendMessage")) == 1
    assert_paid_once(stage, at_death, speech=0)


def test_an_edit_whose_receipt_was_lost_is_no_duplicate(stage: Stage) -> None:
    in_group(stage)
    rehearse(stage, chunks=HELD)
    bot = stage.start(kill_at="after-send-before-receipt:2")
    stage.says(QUESTION, chat_id=GROUP)
    eventually(lambda: proved(stage, "t1/preview"), "a preview with its receipt")
    stage.openrouter.post("release", {"gate": "spoken"})
    dies(stage, bot)
    finishes(stage)

    assert shown(stage, GROUP) == [ANSWER]


def test_a_lost_preview_is_the_only_thing_a_group_may_see_twice(stage: Stage) -> None:
    in_group(stage)
    rehearse(stage, chunks=HELD)
    bot = stage.start(kill_at="after-send-before-receipt:1")
    stage.says(QUESTION, chat_id=GROUP)
    dies(stage, bot)
    stage.openrouter.post("release", {"gate": "spoken"})
    finishes(stage)

    lost, answer = shown(stage, GROUP)
    assert ANSWER.startswith(lost)
    assert answer == ANSWER


@pytest.mark.parametrize("point", ["before-send:2", "before-send:4", "after-answer"])
def test_a_voice_turn_in_a_group_is_told_and_spoken_once(stage: Stage, point: str) -> None:
    in_group(stage)
    rehearse(stage, chunks=HELD)
    bot = stage.start(kill_at=point)
    plays_note(stage, chat_id=GROUP)
    if point != "before-send:2":
        eventually(lambda: proved(stage, "t1/preview"), "a preview with its receipt")
    stage.openrouter.post("release", {"gate": "spoken"})
    at_death = dies(stage, bot)
    finishes(stage)

    echo, answer = shown(stage, GROUP)
    assert QUESTION in echo
    assert answer == ANSWER
    assert len(stage.replies(GROUP, kind="voice")) == 1
    assert_paid_once(stage, at_death)


@pytest.mark.parametrize("point", ["after-history:2", "after-history:3"])
def test_a_kill_around_a_tool_asks_the_model_no_question_twice(stage: Stage, point: str) -> None:
    call = {"name": "current_time", "arguments": {"timezone": "Europe/Rome"}, "id": "call_1"}
    stage.openrouter.post("script", [{"answer": {"tool_calls": [call]}, "match_tool": None}])
    stage.openrouter.post("script", [{"answer": {"text": ANSWER}, "times": None}])
    bot = stage.start(kill_at=point)
    stage.says(QUESTION)
    dies(stage, bot)
    finishes(stage)

    assert shown(stage, 1) == [ANSWER]
    assert posts(stage)["chat"] == 2
    last = stage.upstream_calls("chat")[-1]["json"]["messages"]
    assert [message["role"] for message in last] == ["system", "user", "assistant", "tool"]
    assert last[-1]["tool_call_id"] == "call_1"


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_of_several_bubbles_none_is_lost_and_none_comes_twice(stage: Stage, number: int) -> None:
    tones = {"First": 440, "Then": 660}
    speech = {"mode": "tone", "seconds_per_char": 1.0, "tones": tones}
    stage.openrouter.post("settings", {"speech": speech})
    rehearse(stage, text=" ".join(LONG), chunks=None)
    bot = stage.start(kill_at=f"before-send:{number}")
    plays_note(stage)
    at_death = dies(stage, bot)
    finishes(stage)

    voices_sent = stage.telegram_calls("sendVoice")
    assert len(voices_sent) == len(stage.replies(kind="voice")) == 2
    assert len({call["params"]["voice"]["sha256"] for call in voices_sent}) == 2
    assert_paid_once(stage, at_death, speech=len(LONG))


def test_three_chats_in_flight_are_all_answered_after_the_kill(stage: Stage) -> None:
    people = (1, 2, 3)
    stage.openrouter.post(
        "faults", [{"endpoint": "chat", "times": 3, "kind": "hold", "gate": "never"}]
    )
    rehearse(stage)
    bot = stage.start()
    for person in people:
        stage.says(QUESTION, person=person)
    stage.openrouter.get("calls", endpoint="chat", at_least=3, timeout_s=30)
    bot.kill()
    finishes(stage, len(people))

    for person in people:
        assert shown(stage, person) == [ANSWER]
    assert posts(stage)["chat"] == 6
    assert booked(stage, "chat") == {"done": 3, "maybe_paid": 3}


def test_two_kills_in_one_turn_cost_one_more_question_at_most(stage: Stage) -> None:
    rehearse(stage)
    bot = stage.start(kill_at="after-transcript")
    plays_note(stage)
    deaths = [dies(stage, bot)]
    deaths += [
        dies(stage, stage.start(kill_at=point)) for point in ("after-answer", "before-send:2")
    ]
    finishes(stage)

    # A send that was on its way beside the one that died may have reached Telegram.
    doubtful = set().union(*(death.doubtful_sends for death in deaths))
    for key, count in sends(stage).items():
        assert count == 1 or (count == 2 and key in doubtful), key
    assert posts(stage)["transcription"] == 1
    assert posts(stage)["chat"] == 1


def test_the_same_update_after_the_restart_changes_nothing(stage: Stage) -> None:
    rehearse(stage)
    bot = stage.start(kill_at="before-send:1")
    stage.says(QUESTION)
    dies(stage, bot)
    finishes(stage)
    (received,) = rows(stage, "select payload from inbox")
    before = posts(stage), sends(stage)

    stage.telegram.post("updates", {"updates": [json.loads(received[0])]})
    bot = stage.start()
    stage.says("And now?")
    stage.awaits_settled()
    assert bot.stop() == 0

    assert posts(stage)["chat"] == before[0]["chat"] + 1
    assert len(shown(stage, 1)) == 2
    assert len(rows(stage, "select id from inbox")) == 2
