"""What belongs together is one turn: said after a note, pasted in parts, passed on at once."""

from __future__ import annotations

import pytest

from tests import voices
from tests.flow.crash import finishes
from tests.flow.gallery import colours, content, shows, words
from tests.flow.guest import Guest
from tests.flow.stage import Stage, eventually
from tests.flow.test_groups import in_group
from tests.flow.timing import (
    answers_of,
    asked,
    has_dispatched,
    holds,
    is_being_heard,
    open_entries,
    release,
    starts_a_slow_answer,
)

MENTIONED, LOUD = range(-4020, -4000), range(-5020, -5000)  # a group per test
GROUPS = {
    **{str(chat_id): {} for chat_id in MENTIONED},
    **{str(chat_id): {"requireMention": False} for chat_id in LOUD},
}
CONFIG = {"channels": {"telegram": {"groups": GROUPS}}}
new_mentioned, new_loud = iter(MENTIONED), iter(LOUD)
ANSWER = "One answer to everything."
PART = "word " * 819 + "x"  # 4,096 characters, where Telegram cuts


def requests(stage: Stage) -> list[str]:
    """What each request to the model ended with."""
    calls = range(len(stage.upstream_calls("chat")))
    return [words(asked(stage, call=number)) for number in calls]


# -- said before the transcript is ready


def test_text_after_a_note_joins_its_turn(guest: Guest) -> None:
    stage = guest.stage
    stage.answers(ANSWER)
    is_being_heard(guest, "What is this town called?", gate="ear")
    guest.says("The one in the south, I mean.")
    has_dispatched(guest)
    release(stage, "ear")
    guest.awaits_endings(2)
    assert requests(stage) == [
        '(voice note, heard) "What is this town called?"\nThe one in the south, I mean.'
    ]
    assert answers_of(guest) == [ANSWER]
    assert open_entries(stage) == []


def test_another_note_joins_and_is_heard(guest: Guest) -> None:
    stage = guest.stage
    is_being_heard(guest, "I have a first question.", gate="ear")
    guest.sends(voices.say("And a second one."), heard="And a second one.")
    has_dispatched(guest)
    release(stage, "ear")
    guest.awaits_endings(2)
    assert requests(stage) == ['(voice note, heard) "I have a first question.\\nAnd a second one."']
    assert len(stage.upstream_calls("transcription")) == 2
    assert len(answers_of(guest)) == 1
    assert open_entries(stage) == []


def test_a_picture_joins_and_is_seen(guest: Guest) -> None:
    stage = guest.stage
    is_being_heard(guest, "What do you see here?", gate="ear")
    shows(guest, "red")
    has_dispatched(guest)
    release(stage, "ear")
    guest.awaits_endings(2)
    assert len(stage.upstream_calls("chat")) == 1
    assert colours(stage, content(stage)) == ["red"]
    assert "What do you see here?" in words(content(stage))
    assert len(answers_of(guest)) == 1


def test_what_comes_after_the_transcript_is_a_turn_of_its_own(guest: Guest) -> None:
    stage = guest.stage
    holds(stage, "chat", gate="model")
    guest.sends(voices.say("A note all alone."), heard="A note all alone.")
    eventually(lambda: stage.upstream_calls("chat"), "the question")
    guest.says("Something else.")
    has_dispatched(guest)
    release(stage, "model")
    guest.awaits_endings(3)
    assert requests(stage) == ['(voice note, heard) "A note all alone."', "Something else."]


def test_text_is_answered_though_the_note_before_it_cannot_be_heard(guest: Guest) -> None:
    stage = guest.stage
    stage.answers(ANSWER)
    is_being_heard(guest, "", gate="ear")
    guest.says("I also wrote this.")
    has_dispatched(guest)
    release(stage, "ear")
    guest.awaits_endings(2)
    sentence, answer = answers_of(guest)
    assert answer == ANSWER
    assert "hear" in sentence
    assert requests(stage) == ["I also wrote this."]
    assert open_entries(stage) == []


@pytest.mark.parametrize("order", ["/stop", "/new"])
def test_what_is_said_after_a_command_joins_nothing_before_it(guest: Guest, order: str) -> None:
    stage = guest.stage
    is_being_heard(guest, f"A note before {order}.", gate="ear")
    guest.says(order)
    guest.says("This comes after it.")
    has_dispatched(guest)
    release(stage, "ear")
    guest.awaits_endings(4)
    asked_in_the_end = stage.upstream_calls("chat")[-1]["json"]["messages"][1:]
    assert [message["content"] for message in asked_in_the_end] == ["This comes after it."]
    assert open_entries(stage) == []


def test_stop_leaves_alone_what_is_said_after_it(guest: Guest) -> None:
    stage = guest.stage
    starts_a_slow_answer(guest, gate="never")
    updates = [text_update(guest, text) for text in ("/stop", "Now something new.")]
    stage.telegram.post("updates", {"updates": updates})
    assert sorted(guest.awaits_endings(3)) == ["done", "done", "stopped"]
    assert asked(stage) == "Now something new."
    assert "Stopped." in answers_of(guest)


def text_update(guest: Guest, text: str) -> dict[str, object]:
    """A message as Telegram delivers it, to be sent together with others."""
    person = {"id": guest.id, "is_bot": False, "first_name": f"User {guest.id}"}
    number = 900_000 + len(text)
    message: dict[str, object] = {
        "message_id": number,
        "date": 1_700_000_000,
        "from": person,
        "chat": {"id": guest.id, "type": "private", "first_name": person["first_name"]},
        "text": text,
    }
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    return {"message": message}


# -- groups


def test_in_a_group_only_the_same_person_joins_a_note(guest: Guest) -> None:
    stage, group = guest.stage, next(new_loud)
    one, two = in_group(guest, group), in_group(Guest(stage, guest.id + 50_000), group)
    is_being_heard(one, "A note to the group.", gate="ear")
    two.says("I am somebody else.")
    one.says("And this is me again.")
    eventually(lambda: len(open_entries(stage)) == 3, "three messages")
    has_dispatched(guest)
    release(stage, "ear")
    one.awaits_endings(2)
    first, second = requests(stage)
    assert "A note to the group." in first
    assert "And this is me again." in first
    assert second == f"[User {two.id}] I am somebody else."


def test_in_a_group_what_is_not_meant_for_the_bot_does_not_join(guest: Guest) -> None:
    stage, group = guest.stage, next(new_mentioned)
    member = in_group(guest, group)
    is_being_heard(member, "A note to the bot.", gate="ear", caption="@parley_sandbox_bot")
    member.says("Hello everybody else.")
    member.says("@parley_sandbox_bot And quickly.")
    has_dispatched(guest)
    release(stage, "ear")
    assert sorted(member.awaits_endings(2)) == ["done", "ignored"]
    (request,) = requests(stage)
    assert "And quickly." in request
    assert "everybody" not in request


# -- pasted, passed on, debounced


def test_a_long_paste_is_one_turn(guest: Guest) -> None:
    guest.stage.answers(ANSWER)
    guest.says(PART)
    guest.says(PART)
    guest.says("The rest.")
    guest.awaits_endings(1)
    (request,) = requests(guest.stage)
    assert request == f"{PART}\n{PART}\nThe rest."
    assert answers_of(guest) == [ANSWER]
    assert open_entries(guest.stage) == []


def test_short_texts_wait_for_nothing_and_stay_apart(guest: Guest) -> None:
    guest.says("One.")
    guest.says("Two.")
    guest.awaits_endings(2)
    assert requests(guest.stage) == ["One.", "Two."]


def test_messages_passed_on_together_are_one_turn(guest: Guest) -> None:
    origin = {"type": "hidden_user", "sender_user_name": "Ann", "date": 1}
    updates = []
    for text in ("See you at six.", "Or at seven."):
        update = text_update(guest, text)
        update["message"]["forward_origin"] = origin  # type: ignore[index]
        updates.append(update)
    guest.stage.telegram.post("updates", {"updates": updates})
    guest.awaits_endings(1)
    assert requests(guest.stage) == ["(forwarded from Ann)\nSee you at six.\nOr at seven."]


def test_a_configured_quiet_time_gathers_short_texts(stage: Stage) -> None:
    stage.configure(
        {"messages": {"inbound": {"debounceMs": 9_000, "byChannel": {"telegram": 900}}}}
    )
    stage.start()
    guest = Guest(stage, 1)
    guest.says("One.")
    guest.says("Two.")
    guest.awaits_endings(1)
    assert requests(stage) == ["One.\nTwo."]


def test_a_note_waits_for_no_quiet_time(stage: Stage) -> None:
    stage.configure({"messages": {"inbound": {"debounceMs": 600_000}}})
    stage.start()
    guest = Guest(stage, 1)
    guest.sends(voices.say("Straight away."), heard="Straight away.")
    guest.awaits_endings(1)
    assert len(guest.replies("voice")) == 1


def test_a_quiet_time_of_nothing_waits_not_even_for_a_paste(stage: Stage) -> None:
    stage.configure({"messages": {"inbound": {"debounceMs": 0}, "queue": {"mode": "followup"}}})
    stage.start()
    guest = Guest(stage, 1)
    holds(stage, "chat", gate="model")
    guest.says("Busy first.")
    eventually(lambda: stage.upstream_calls("chat"), "the question")
    guest.says(PART)
    guest.says("The rest.")
    has_dispatched(guest)
    release(stage, "model")
    guest.awaits_endings(4)
    assert requests(stage) == ["Busy first.", PART, "The rest."]


# -- kill -9


@pytest.mark.parametrize("point", ["after-inbox:2", "after-history", "mid-stream"])
def test_joined_messages_are_answered_once_after_a_kill(stage: Stage, point: str) -> None:
    guest = Guest(stage, 1)
    stage.openrouter.post("script", [{"times": None, "answer": {"text": ANSWER}}])
    bot = stage.start(kill_at=point)
    is_being_heard(guest, "What did I say first?", gate="ear")
    guest.says("And what second?")
    if point != "after-inbox:2":
        eventually(lambda: len(open_entries(stage)) == 2, "both messages")
    release(stage, "ear")
    bot.wait()
    finishes(stage)

    assert answers_of(guest) == [ANSWER]
    last = requests(stage)[-1]
    assert "What did I say first?" in last
    assert "And what second?" in last
    assert open_entries(stage) == []


def test_what_came_after_the_transcript_is_answered_after_a_kill_as_well(stage: Stage) -> None:
    guest = Guest(stage, 1)
    bot = stage.start()
    holds(stage, "chat", gate="never")
    guest.sends(voices.say("First by voice."), heard="First by voice.")
    eventually(lambda: stage.upstream_calls("chat"), "the question")
    guest.says("Then in writing.")
    has_dispatched(guest)
    bot.kill()
    finishes(stage, 2)

    assert requests(stage)[1:] == ['(voice note, heard) "First by voice."', "Then in writing."]
    assert len(answers_of(guest)) == 2
