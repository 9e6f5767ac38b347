"""What becomes of messages that arrive while an answer is made: steer, follow up, collect."""

from __future__ import annotations

from typing import Any

import pytest

from tests import voices
from tests.flow.crash import finishes
from tests.flow.gallery import shows, words
from tests.flow.guest import Guest
from tests.flow.stage import Stage, eventually
from tests.flow.test_groups import in_group
from tests.flow.timing import (
    BEGUN,
    LOOKING,
    QUESTION,
    answers_of,
    asked,
    has_dispatched,
    is_writing,
    open_entries,
    release,
    starts_a_slow_answer,
    starts_to_use_a_tool,
)

GROUPS = range(-6040, -6000)  # one per test
CONFIG = {
    "channels": {"telegram": {"groups": {str(one): {"requireMention": False} for one in GROUPS}}}
}
new_group = iter(GROUPS)
DONE = "Here is your answer."


def queue(stage: Stage, mode: str = "", **rules: Any) -> Guest:
    """A bot of its own with these rules; a guest of it."""
    named = {"mode": mode} if mode else {}
    groups = {str(one): {"requireMention": False} for one in GROUPS}
    stage.configure(
        {"messages": {"queue": named | rules}, "channels": {"telegram": {"groups": groups}}}
    )
    stage.start()
    return Guest(stage, 1)


def tail(stage: Stage, *, call: int = -1) -> list[tuple[str, str]]:
    """The messages of a request from its last tool result on: role and words."""
    messages = stage.upstream_calls("chat")[call]["json"]["messages"]
    last = max(n for n, one in enumerate(messages) if one["role"] == "tool")
    return [(one["role"], words(one["content"])) for one in messages[last + 1 :]]


def requests(stage: Stage) -> list[str]:
    return [words(asked(stage, call=n)) for n in range(len(stage.upstream_calls("chat")))]


# -- steer


def test_typed_messages_join_the_running_answer_after_its_tools(guest: Guest) -> None:
    stage = guest.stage
    starts_to_use_a_tool(guest, gate="tool")
    guest.says("In Rome, I mean.")
    guest.says("And in metric units.")
    has_dispatched(guest)
    stage.answers(DONE)
    release(stage, "tool")
    assert guest.awaits_endings(2) == ["done", "done"]
    assert tail(stage) == [("user", "In Rome, I mean."), ("user", "And in metric units.")]
    assert len(stage.upstream_calls("chat")) == 2
    assert answers_of(guest) == [f"{LOOKING}One moment.\n\n{DONE}"]
    assert open_entries(stage) == []
    guest.asks("And now?")
    said = [one["content"] for one in stage.upstream_calls("chat")[-1]["json"]["messages"][1:]]
    assert [text for text in said if text == "In Rome, I mean."] == ["In Rome, I mean."]


def test_a_message_that_finds_no_tool_gets_a_turn_of_its_own(guest: Guest) -> None:
    starts_a_slow_answer(guest, gate="end")
    guest.says("And something else.")
    has_dispatched(guest)
    release(guest.stage, "end")
    guest.awaits_endings(3)
    assert requests(guest.stage) == [QUESTION, "And something else."]


@pytest.mark.parametrize("kind", ["note", "picture", "command"])
def test_what_is_not_typed_never_steers_and_nobody_overtakes_it(guest: Guest, kind: str) -> None:
    stage = guest.stage
    starts_to_use_a_tool(guest, gate="tool")
    if kind == "note":
        guest.sends(voices.say("A note in between."), heard="A note in between.")
        eventually(lambda: stage.upstream_calls("transcription"), "listening")
        heard = "select count(*) from turns where heard is not null"
        from tests.flow.books import rows

        eventually(lambda: rows(stage, heard)[0][0], "a transcript")
    elif kind == "picture":
        shows(guest, "blue", caption="Look at this.")
    else:
        guest.says("/think low")
    guest.says("Behind it.")
    has_dispatched(guest)
    stage.answers(DONE)
    release(stage, "tool")
    guest.awaits_endings(4)
    assert tail(stage, call=1) == []
    assert words(asked(stage)) == "Behind it."


def test_in_a_group_a_message_that_steers_keeps_its_speakers_name(guest: Guest) -> None:
    stage, group = guest.stage, next(new_group)
    one, two = in_group(guest, group), in_group(Guest(stage, guest.id + 60_000), group)
    starts_to_use_a_tool(one, gate="tool")
    two.says("In Rome, please.")
    has_dispatched(guest)
    stage.answers(DONE)
    release(stage, "tool")
    one.awaits_endings(1)
    assert tail(stage) == [("user", f"[User {two.id}] In Rome, please.")]


@pytest.mark.parametrize("point", ["after-history:3", "after-history:4", "mid-stream:2"])
def test_a_message_that_steered_is_answered_once_after_a_kill(stage: Stage, point: str) -> None:
    guest = Guest(stage, 1)
    bot = stage.start(kill_at="" if point.startswith("mid") else point)
    starts_to_use_a_tool(guest, gate="tool")
    guest.says("In Rome, I mean.")
    has_dispatched(guest)
    stage.openrouter.post(
        "script", [{"times": None, "answer": {"chunks": [DONE, {"text": " ", "hold": "last"}]}}]
    )
    release(stage, "tool")
    if point.startswith("mid"):
        is_writing(guest)
        eventually(lambda: len(stage.upstream_calls("chat")) == 2, "the second request")
        bot.kill()
    bot.wait()
    release(stage, "last")
    finishes(stage, 1 if point != "after-history:3" else 2)

    everything = "\n".join(answers_of(guest))
    assert everything.count(DONE) == (1 if point != "after-history:3" else 2)
    rounds = stage.upstream_calls("chat")
    said = [one["content"] for one in rounds[-1]["json"]["messages"] if one["role"] == "user"]
    assert said == [QUESTION, "In Rome, I mean."]
    assert open_entries(stage) == []


# -- followup, collect


def test_followup_answers_each_in_its_order(stage: Stage) -> None:
    guest = queue(stage, "followup")
    starts_to_use_a_tool(guest, gate="tool")
    guest.says("Second.")
    guest.says("Third.")
    has_dispatched(guest)
    release(stage, "tool")
    guest.awaits_endings(4)
    assert requests(stage) == [QUESTION, QUESTION, "Second.", "Third."]


def test_collect_answers_all_that_waited_in_one_go(stage: Stage) -> None:
    guest = queue(stage, "followup", byChannel={"telegram": "collect"}, debounceMs=300)
    starts_a_slow_answer(guest, gate="end")
    guest.says("Second.")
    guest.sends(voices.say("Third by voice."), heard="Third by voice.")
    guest.says("Fourth.")
    has_dispatched(guest)
    release(stage, "end")
    guest.awaits_endings(3)
    first, second = requests(stage)
    assert first == QUESTION
    assert second == '(voice note, heard) "Third by voice."\nSecond.\nFourth.'
    assert len(answers_of(guest)) == 2
    assert open_entries(stage) == []


def test_collect_does_not_pass_over_a_command(stage: Stage) -> None:
    guest = queue(stage, "collect", debounceMs=0)
    starts_a_slow_answer(guest, gate="end")
    guest.says("Before.")
    guest.says("/new")
    guest.says("After.")
    has_dispatched(guest)
    release(stage, "end")
    guest.awaits_endings(5)
    assert requests(stage) == [QUESTION, "Before.", "After."]
    assert len(stage.upstream_calls("chat")[-1]["json"]["messages"]) == 2


def test_collect_in_a_group_names_the_speakers(stage: Stage) -> None:
    guest, group = queue(stage, "collect", debounceMs=0), next(new_group)
    one, two = in_group(guest, group), in_group(Guest(stage, 2), group)
    starts_a_slow_answer(one, gate="end")
    two.says("I prefer Rome.")
    one.says("And I Naples.")
    has_dispatched(guest)
    release(stage, "end")
    one.awaits_endings(2)
    assert requests(stage)[1] == "[User 2] I prefer Rome.\n[User 1] And I Naples."


def test_collect_in_a_group_takes_nothing_that_is_not_meant_for_the_bot(stage: Stage) -> None:
    group = -7001
    stage.configure({"channels": {"telegram": {"groups": {str(group): {}}}}})
    guest = queue(stage, "collect", debounceMs=0)
    one, two = in_group(guest, group), in_group(Guest(stage, 2), group)
    starts_a_slow_answer(one, gate="end", question=f"@parley_sandbox_bot {QUESTION}")
    one.says("@parley_sandbox_bot And Naples?")
    two.says("This is between us.")
    has_dispatched(guest)
    release(stage, "end")
    one.awaits_endings(3)
    assert "between us" not in str([call["json"] for call in stage.upstream_calls("chat")])


# -- interrupt, hush


def test_interrupt_closes_the_running_request_and_answers_the_newest(stage: Stage) -> None:
    guest = queue(stage, "interrupt")
    starts_a_slow_answer(guest, gate="never")
    guest.says("Forget that.")
    assert guest.awaits_endings(2) == ["stopped", "done"]
    first, second = stage.upstream_calls("chat")
    assert first["cancelled"]
    assert words(second["json"]["messages"][-1]["content"]) == "Forget that."
    assert len(answers_of(guest)) == 1
    assert open_entries(stage) == []


def test_interrupt_spares_commands_that_wait(stage: Stage) -> None:
    guest = queue(stage, "interrupt")
    starts_a_slow_answer(guest, gate="never")
    guest.says("/new")
    guest.says("Afresh.")
    assert sorted(guest.awaits_endings(3)) == ["done", "done", "stopped"]
    assert len(stage.upstream_calls("chat")[-1]["json"]["messages"]) == 2


def test_an_answer_that_is_complete_still_comes_when_it_is_interrupted(stage: Stage) -> None:
    guest = queue(stage, "interrupt")
    hold = {"endpoint": "speech", "kind": "hold", "gate": "speech", "times": None}
    stage.openrouter.post("faults", hold)
    stage.answers("This was ready.")
    guest.sends(voices.say("Say something nice."), heard="Say something nice.")
    guest.awaits_text("This was ready.")
    guest.says("And another thing.")
    guest.awaits_endings(2)
    assert guest.replies("voice") == []
    assert len(answers_of(guest)) == 2
    release(stage, "speech")


def test_a_note_hushes_what_is_not_said_yet_and_is_answered(guest: Guest) -> None:
    stage = guest.stage
    hold = {"endpoint": "speech", "kind": "hold", "gate": "speech"}
    stage.openrouter.post("faults", hold)
    stage.answers("The first answer.", match="first thing")
    stage.answers("The second answer.", match="second thing")
    guest.sends(voices.say("My first thing."), heard="My first thing.")
    guest.awaits_text("The first answer.")
    eventually(lambda: stage.upstream_calls("speech"), "speaking")
    guest.sends(voices.say("My second thing."), heard="My second thing.")
    assert guest.awaits_endings(2) == ["done", "done"]
    assert answers_of(guest) == ["The first answer.", "The second answer."]
    assert len(guest.replies("voice")) == 1
    release(stage, "speech")


def has_heard(guest: Guest, words: str) -> None:
    """Until a note that says `words` is known, so that the next one is not taken for it."""
    from tests.flow.books import rows

    asked = f"select count(*) from turns where heard = '{words}'"
    eventually(lambda: rows(guest.stage, asked)[0][0], f"{words} to be heard")


def test_of_three_notes_in_a_row_only_the_last_is_answered_aloud(guest: Guest) -> None:
    stage = guest.stage
    things = ["first", "second", "third"]
    stage.answers(
        "The first.", match="first thing", chunks=["The ", {"text": "first.", "hold": "end"}]
    )
    for thing in things[1:]:
        stage.answers(f"The {thing}.", match=f"{thing} thing")
    for thing in things:
        guest.sends(voices.say(f"My {thing} thing."), heard=f"My {thing} thing.")
        if thing == "first":
            is_writing(guest)
        else:
            has_dispatched(guest)
            has_heard(guest, f"My {thing} thing.")
    release(stage, "end")
    assert guest.awaits_endings(5) == ["done"] * 5
    assert answers_of(guest) == ["The first.", "The second.", "The third."]
    spoken = [call["json"]["input"] for call in stage.upstream_calls("speech")]
    assert spoken == ["The third."]
    assert len(guest.replies("voice")) == 1


def test_a_note_of_one_person_leaves_what_waits_for_another_its_voice(guest: Guest) -> None:
    stage, group = guest.stage, next(new_group)
    one, two = in_group(guest, group), in_group(Guest(stage, guest.id + 70_000), group)
    starts_a_slow_answer(one, gate="end")
    two.sends(voices.say("The other's thing."), heard="The other's thing.")
    one.sends(voices.say("My own thing."), heard="My own thing.")
    has_dispatched(guest)
    release(stage, "end")
    one.awaits_endings(3)
    assert len(one.replies("voice")) == 2


def test_a_note_that_comes_while_the_model_writes_lets_it_finish_in_writing(guest: Guest) -> None:
    stage = guest.stage
    stage.answers("", match="long", chunks=[BEGUN, {"text": "The end.", "hold": "end"}])
    guest.sends(voices.say("Tell me something long."), heard="Tell me something long.")
    is_writing(guest)
    guest.sends(voices.say("A new note."), heard="A new note.")
    has_dispatched(guest)
    release(stage, "end")
    assert guest.awaits_endings(3) == ["done", "done", "done"]
    assert answers_of(guest)[0] == f"{BEGUN}The end."
    assert len(answers_of(guest)) == 2
    assert len(guest.replies("voice")) == 1


# -- the conversation's own word


def test_a_conversation_chooses_for_itself(guest: Guest) -> None:
    guest.asks("/queue interrupt")
    starts_a_slow_answer(guest, gate="never")
    guest.says("Forget that.")
    assert guest.awaits_endings(3)[1:] == ["stopped", "done"]
    guest.asks("/queue default")
    starts_a_slow_answer(guest, gate="end", question="Tell it again.")
    guest.says("Wait for it.")
    has_dispatched(guest)
    release(guest.stage, "end")
    assert guest.awaits_endings(7)[4:] == ["done", "done", "done"]


# -- a full queue


def test_a_full_queue_answers_the_rest_in_one_go(stage: Stage) -> None:
    guest = queue(stage, "followup", cap=2)
    starts_a_slow_answer(guest, gate="end")
    for number in range(1, 6):
        guest.says(f"Number {number}.")
    has_dispatched(guest)
    release(stage, "end")
    guest.awaits_endings(5)
    assert requests(stage)[1:] == ["Number 1.", "Number 2.", "Number 3.\nNumber 4.\nNumber 5."]
    assert open_entries(stage) == []


def test_a_full_queue_may_refuse_the_newest_and_says_so_at_once(stage: Stage) -> None:
    guest = queue(stage, "followup", cap=1, drop="new")
    starts_a_slow_answer(guest, gate="end")
    guest.says("This may wait.")
    refused = guest.says("This is too much.")
    assert guest.awaits_text("I can't take this message")["reply_to"] == refused
    release(stage, "end")
    guest.awaits_endings(3)
    assert requests(stage) == [QUESTION, "This may wait."]
    assert open_entries(stage) == []


def test_a_full_queue_may_leave_the_oldest_out_and_says_so(stage: Stage) -> None:
    guest = queue(stage, "followup", cap=1, drop="old")
    starts_a_slow_answer(guest, gate="end")
    oldest = guest.says("This is old.")
    guest.says("This is new.")
    assert guest.awaits_text("I left this message out")["reply_to"] == oldest
    release(stage, "end")
    guest.awaits_endings(3)
    assert requests(stage) == [QUESTION, "This is new."]
    assert open_entries(stage) == []


# -- stopping


@pytest.mark.parametrize("mode", ["steer", "followup", "collect"])
def test_stop_ends_what_runs_and_all_that_waits(stage: Stage, mode: str) -> None:
    guest = queue(stage, mode)
    starts_to_use_a_tool(guest, gate="never")
    guest.says("Second.")
    guest.says("Third.")
    guest.says("/stop")
    guest.awaits_text("Stopped.")
    eventually(lambda: open_entries(stage) == [], "everything settled")
    assert len(stage.upstream_calls("chat")) == 1
    assert answers_of(guest) == ["Stopped."]
    stage.bots[-1].stop()
    stage.start()
    assert stage.bots[-1].events("bot.ready")[0]["resumed"] == 0
