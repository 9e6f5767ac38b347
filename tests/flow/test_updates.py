"""Whatever Telegram delivers: what can't be read stops nobody, and nobody meets silence."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.flow.guest import Guest
from tests.flow.stage import eventually

FILE = {"file_id": "f", "file_unique_id": "u", "file_size": 10}
STICKER = {**FILE, "width": 9, "height": 9, "emoji": "🙂", "type": "regular"}
IN_WORDS: dict[str, tuple[dict[str, Any], str]] = {
    "sticker that moves": ({"sticker": {**STICKER, "is_animated": True}}, "(sticker: 🙂)"),
    "location": ({"location": {"latitude": 48.2, "longitude": 16.3}}, "(location: 48.2, 16.3)"),
    "contact": (
        {"contact": {"phone_number": "+43", "first_name": "Eve"}},
        "(contact, Eve, +43)",
    ),
    "poll": ({"poll": {"id": "1", "question": "Tea?", "options": []}}, "(poll: Tea? ())"),
    "dice": ({"dice": {"emoji": "🎲", "value": 4}}, "(dice 🎲: 4)"),
    "something new": ({"live_photo": dict(FILE)}, "(live photo)"),
}
UNREADABLE = {
    "no date": {"chat": {"id": 1, "type": "private"}, "message_id": 1, "text": "x"},
    "no chat": {"message_id": 1, "date": 1, "text": "x"},
    "text is a number": {
        "chat": {"id": 1, "type": "private"},
        "from": {"id": 1, "is_bot": False},
        "message_id": 1,
        "date": 1,
        "text": 7,
    },
    "a list": ["not", "a", "message"],
}
NOTHING_TO_ANSWER: dict[str, Any] = {
    "unknown kind": {"brand_new_kind": {"date": 1, "chat": {"id": 5}}},
    "no kind at all": {},
    "channel post": {"channel_post": {"message_id": 1, "chat": {"id": -5, "type": "channel"}}},
    "member came": {"my_chat_member": {"date": 1}},
}


def message(guest: Guest, **content: Any) -> dict[str, Any]:
    """A message as Telegram words it, with any content."""
    return {
        "message_id": 900,
        "date": int(time.time()),
        "chat": {"id": guest.id, "type": "private", "first_name": "Eve"},
        "from": {"id": guest.id, "is_bot": False, "first_name": "Eve"},
        **content,
    }


def pushed(guest: Guest, *updates: dict[str, Any]) -> None:
    guest.stage.telegram.post("users", {"id": guest.id, "started": True})
    guest.stage.telegram.post("updates", {"updates": list(updates)})


def awaits_confirmed(guest: Guest) -> None:
    """Until the bot has stored everything and has asked for more."""

    def all_taken() -> bool:
        updates = guest.stage.telegram.get("state")["updates"]
        return bool(updates["pending"] == 0 and updates["polled_now"])

    eventually(all_taken, "all updates confirmed")


@pytest.mark.parametrize("name", IN_WORDS)
def test_what_is_no_file_reaches_the_model_in_words(guest: Guest, name: str) -> None:
    content, words = IN_WORDS[name]
    pushed(guest, {"message": message(guest, **content)})
    assert guest.awaits_endings(1) == ["done"]
    (call,) = guest.stage.upstream_calls("chat")
    assert call["json"]["messages"][-1]["content"] == words


def test_a_file_that_nobody_can_open_gets_a_sentence(guest: Guest) -> None:
    document = {**FILE, "mime_type": "application/zip", "file_name": "all.zip"}
    pushed(guest, {"message": message(guest, document=document)})
    guest.awaits_endings(1)
    (sentence,) = guest.texts
    assert sentence.startswith("I can't open that kind of file.")
    assert guest.stage.upstream_calls() == []


def test_words_that_came_with_such_a_file_are_answered(guest: Guest) -> None:
    document = {**FILE, "mime_type": "application/zip", "file_name": "all.zip"}
    pushed(guest, {"message": message(guest, document=document, caption="What is this?")})
    guest.awaits_endings(1)
    (call,) = guest.stage.upstream_calls("chat")
    said = call["json"]["messages"][-1]["content"]
    assert said == '(file "all.zip", which you can\'t open)\nWhat is this?'


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_message_in_a_batch_stops_nobody(guest: Guest, name: str) -> None:
    bot, other = guest.stage.bots[-1], Guest(guest.stage, guest.id + 20_000)
    guest.stage.telegram.post("users", {"id": other.id, "started": True})
    aside = len(bot.events("update.set_aside"))
    pushed(
        guest,
        {"message": message(guest, text="before")},
        {"message": UNREADABLE[name]},
        {"message": message(other, text="after")},
    )
    assert guest.awaits_endings(1) == ["done"]
    assert other.awaits_endings(1) == ["done"]
    assert len(bot.events("update.set_aside")) == aside + 1
    awaits_confirmed(guest)


@pytest.mark.parametrize("name", NOTHING_TO_ANSWER)
def test_other_kinds_of_update_are_passed_over(guest: Guest, name: str) -> None:
    pushed(guest, NOTHING_TO_ANSWER[name], {"message": message(guest, text="Hello")})
    assert guest.awaits_endings(1) == ["done"]
    awaits_confirmed(guest)


def test_updates_that_are_no_objects_are_passed_over(guest: Guest) -> None:
    pushed(guest, {"message": message(guest, text="Hello")})
    guest.stage.telegram.post("updates", {"updates": ["text", 7, None, []]})
    pushed(guest, {"message": message(guest, message_id=901, text="Hello again")})
    assert guest.awaits_endings(2) == ["done", "done"]
    awaits_confirmed(guest)


def test_an_edited_message_is_not_answered_again(guest: Guest) -> None:
    message_id = guest.says("Hello")
    guest.awaits_endings(1)
    order = {"chat_id": guest.id, "message_id": message_id, "text": "Hello!"}
    guest.stage.telegram.post("edits", order)
    guest.asks("Second")
    assert len(guest.texts) == 2
    assert len(guest.stage.upstream_calls("chat")) == 2


def test_a_message_without_sender_and_one_of_a_bot_are_ignored(guest: Guest) -> None:
    nobody = message(guest, text="Hello")
    del nobody["from"]
    robot = message(guest, text="Hello")
    robot["from"] = {"id": 3, "is_bot": True, "first_name": "Robot"}
    pushed(guest, {"message": nobody}, {"message": robot})
    assert len(guest.asks("Hello")) == 1
    assert len(guest.stage.upstream_calls("chat")) == 1


def test_the_same_update_twice_is_answered_once(guest: Guest) -> None:
    update = {"update_id": 700_000_000 + guest.id, "message": message(guest, text="Once")}
    pushed(guest, update, update)
    guest.awaits_endings(1)
    guest.asks("And then?")
    asked = [call["json"]["messages"][-1]["content"] for call in guest.stage.upstream_calls()]
    assert asked == ["Once", "And then?"]


@pytest.mark.parametrize(
    "text",
    ["word " * 20_000, "🦜" * 2_000, "مرحبا بالعالم\u202e reversed", "a\u0000b\ud83d!", "<b>&amp;"],
    ids=["100 KB", "emoji", "right to left", "broken characters", "markup"],
)
def test_any_text_reaches_the_model_and_is_answered(guest: Guest, text: str) -> None:
    pushed(guest, {"message": message(guest, text=text)})
    assert guest.awaits_endings(1) == ["done"]
    (call,) = guest.stage.upstream_calls("chat")
    expected = text.replace("\ud83d", "\ufffd")
    assert call["json"]["messages"][-1]["content"].strip() == expected.strip()
    assert len(guest.texts) == 1
