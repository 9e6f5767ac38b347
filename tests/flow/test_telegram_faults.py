"""Whatever Telegram does wrong, the answer arrives: whole, readable, and once."""

from __future__ import annotations

from typing import Any

import pytest

from tests import voices
from tests.flow.guest import Guest
from tests.flow.stage import Stage, eventually

QUESTION = "What is new?"
LIMIT_UNITS = 4_096
LONG = {
    "20,000 characters": "".join(f"Sentence number {n} is here. " for n in range(690)),
    "emoji": " ".join(["🦜🏳️‍🌈👍🏽"] * 1_200),
    "right to left": "مرحبا بالعالم، هذه جملة طويلة. " * 300,
    "one word": "a" * 9_000,
}


def breaks(stage: Stage, method: str, kind: str, **fields: Any) -> None:
    stage.telegram.post("faults", {"method": method, "kind": kind, **fields})


def sends_to(guest: Guest, method: str = "sendMessage") -> list[dict[str, Any]]:
    calls = guest.stage.telegram_calls(method)
    return [call for call in calls if call["params"]["chat_id"] == guest.id]


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_a_flood_limit_on_the_answer_is_obeyed_and_it_arrives_once(guest: Guest) -> None:
    breaks(guest.stage, "sendMessage", "retry_after", retry_after=1)
    guest.stage.answers("Patience.")
    assert guest.asks(QUESTION) == ["Patience."]
    refused, sent = sends_to(guest)
    assert refused["status"] == 429
    assert sent["at_s"] - refused["at_s"] >= 1


def test_refused_markup_is_sent_as_plain_text(guest: Guest) -> None:
    breaks(
        guest.stage,
        "sendMessage",
        "status",
        status=400,
        description="Bad Request: can't parse entities: unexpected end of tag",
    )
    guest.stage.answers("A **bold** move & more")
    assert guest.asks(QUESTION) == ["A bold move & more"]
    assert [call["params"].get("parse_mode") for call in sends_to(guest)] == ["HTML", None]


def test_a_chat_without_voice_messages_gets_text_and_is_remembered(stage: Stage) -> None:
    guest = Guest(stage, 1)
    bot = stage.start()
    stage.telegram.post("users", {"id": guest.id, "forbids_voice": True})
    stage.answers("Read this.")
    _, answer, why = guest.plays(voices.say(QUESTION), heard=QUESTION)
    assert answer == "Read this."
    assert "don't let me send voice messages" in why
    paid = len(stage.upstream_calls("speech"))
    bot.stop()
    stage.start()
    stage.answers("And this.")
    assert guest.plays(voices.say(QUESTION), heard=QUESTION)[1:] == ["And this."]
    assert len(stage.upstream_calls("speech")) == paid


def test_who_allows_voice_messages_again_is_spoken_to_again(guest: Guest) -> None:
    stage = guest.stage
    stage.telegram.post("users", {"id": guest.id, "forbids_voice": True})
    guest.plays(voices.say(QUESTION), heard=QUESTION)
    stage.telegram.post("users", {"id": guest.id, "forbids_voice": False})
    guest.plays(voices.say("Once more."), heard="Once more.")
    assert guest.replies("voice") == []
    guest.asks("/voice on")
    guest.plays(voices.say("And now?"), heard="And now?")
    assert len(guest.replies("voice")) == 1


def test_a_group_that_takes_no_voice_messages_is_told_so_and_not_about_privacy(
    stage: Stage,
) -> None:
    group = -100_700
    stage.configure({"channels": {"telegram": {"groups": {"*": {}}, "groupPolicy": "open"}}})
    stage.start()
    stage.telegram.post("chats", {"id": group, "type": "supergroup", "title": "Friends"})
    words = "Bad Request: not enough rights to send voice messages to the chat"
    breaks(stage, "sendVoice", "status", status=400, description=words, chat_id=group)
    guest = Guest(stage, 1, group)
    guest.asks("/voice on")
    stage.answers("Read this instead.")
    answer, why = guest.asks("@parley_sandbox_bot What is new?")
    assert answer == "Read this instead."
    assert why.startswith("This group doesn't let me send voice messages")
    assert "voice messages are refused here" in guest.asks("/tts")[0].lower()


@pytest.mark.parametrize("name", LONG)
def test_a_long_answer_is_split_without_losing_a_character(guest: Guest, name: str) -> None:
    guest.stage.answers(LONG[name])
    texts = guest.asks(QUESTION)
    assert len(texts) > 1
    assert max(units(text) for text in texts) <= LIMIT_UNITS
    assert "".join("".join(texts).split()) == "".join(LONG[name].split())
    assert all(call["ok"] for call in sends_to(guest))


def test_code_that_spans_messages_is_code_in_each_of_them(guest: Guest) -> None:
    code = "\n".join(f"    print({n}, '<&>')" for n in range(400))
    guest.stage.answers(f"```python\n{code}\n```")
    guest.asks(QUESTION)
    messages = guest.replies("text")
    assert len(messages) > 1
    for message in messages:
        (entity,) = message["entities"]
        assert (entity["type"], entity["language"]) == ("pre", "python")
        assert entity["length"] == units(message["text"])
    assert "\n".join(message["text"] for message in messages) == code


def test_another_poller_is_explained_and_the_bot_comes_back(guest: Guest) -> None:
    stage, bot = guest.stage, guest.stage.bots[-1]
    stage.http.post(f"{stage.base}/bot{stage.token}/getUpdates", json={"timeout": 0})
    (event, *_) = eventually(lambda: bot.events("telegram.poll.conflict"), "the conflict")
    assert "another process polls with this bot token" in event["meaning"]
    assert len(guest.asks(QUESTION)) == 1


@pytest.mark.parametrize("kind", ["status", "html", "disconnect", "retry_after"])
def test_a_failing_poll_is_tried_again(guest: Guest, kind: str) -> None:
    breaks(guest.stage, "getUpdates", kind)
    assert len(guest.asks(QUESTION)) == 1  # ends the poll that waits already
    assert len(guest.asks("And now?")) == 1
    assert guest.stage.telegram.get("faults")["faults"] == []


@pytest.mark.parametrize("kind", ["drop_after", "disconnect", "html"])
def test_a_send_without_an_answer_is_never_lost(guest: Guest, kind: str) -> None:
    breaks(guest.stage, "sendMessage", kind)
    guest.stage.answers("Here I am.")
    texts = guest.asks(QUESTION)
    assert set(texts) == {"Here I am."}
    assert len(texts) <= (2 if kind == "drop_after" else 1)


@pytest.mark.parametrize(("status", "words"), [(400, "Bad Request: no"), (404, "Not Found")])
def test_refused_drafts_become_one_message_that_grows(
    stage: Stage, status: int, words: str
) -> None:
    stage.start()
    guest = Guest(stage, 1)
    breaks(stage, "sendMessageDraft", "status", status=status, description=words, times=-1)
    stage.answers("", chunks=["The first half, ", {"text": "the second half.", "hold": "more"}])
    guest.says(QUESTION)
    guest.awaits_text("The first half,")
    stage.openrouter.post("release", {"gate": "more"})
    guest.awaits_endings(1)
    (message,) = guest.replies()
    assert message["text"] == "The first half, the second half."
    assert message["edits"]
    assert len(guest.stage.telegram_calls("sendMessageDraft")) == 1


def test_who_blocks_the_bot_in_mid_answer_stops_nobody_else(guest: Guest) -> None:
    stage, other = guest.stage, Guest(guest.stage, guest.id + 10_000)
    stage.answers("", chunks=["Well, ", {"text": "never mind.", "hold": "more"}])
    guest.says(QUESTION)
    guest.awaits_draft("Well,")
    stage.telegram.post("users", {"id": guest.id, "blocked": True})
    stage.openrouter.post("release", {"gate": "more"})
    assert guest.awaits_endings(1) == ["failed"]
    assert len(other.asks("Still there?")) == 1


def test_a_token_that_telegram_refuses_ends_the_start_with_a_sentence(stage: Stage) -> None:
    breaks(stage, "getMe", "status", status=401, description="Unauthorized", times=-1)
    bot = stage.start(ready=False)
    assert bot.wait() == 1
    assert "parley: Telegram refused the bot token" in bot.log
    assert stage.token not in bot.log


def test_a_slow_telegram_at_start_is_waited_for(stage: Stage) -> None:
    breaks(stage, "getMe", "html")
    stage.start()
    assert len(Guest(stage, 1).asks(QUESTION)) == 1
