"""When and how answers are spoken: every mode with every kind of message, forms, directives."""

from __future__ import annotations

from typing import Any

import pytest

from tests import voices
from tests.flow.bubbles import heard_in
from tests.flow.stage import Stage, eventually

QUESTION = "What do you think of Rome?"
ANSWER = "Rome is an old and lively city."
LONG = " ".join(f"This is sentence number {n} of a rather long answer." for n in range(1, 30))
VOICED = {"always": (True, True), "inbound": (False, True), "off": (False, False)}


def tts(**settings: Any) -> dict[str, Any]:
    return {"messages": {"tts": settings}}


def spoken(stage: Stage) -> str:
    return " ".join(call["json"]["input"] for call in stage.upstream_calls("speech"))


def asks(stage: Stage, *, by_voice: bool) -> None:
    if by_voice:
        stage.sends(voices.say(QUESTION), heard=QUESTION)
    else:
        stage.says(QUESTION)
    settled = stage.bots[-1]
    count = len(settled.events("turn.settled"))
    eventually(lambda: len(settled.events("turn.settled")) > count, "the answer")


@pytest.mark.parametrize("auto", [*VOICED, "tagged"])
def test_each_mode_speaks_to_what_it_should(stage: Stage, auto: str) -> None:
    stage.configure(tts(auto=auto))
    stage.start()
    stage.openrouter.post("script", [{"times": None, "answer": {"text": ANSWER}}])
    for position, by_voice in enumerate((False, True)):
        before = len(stage.replies(kind="voice"))
        asks(stage, by_voice=by_voice)
        said = len(stage.replies(kind="voice")) - before
        expected = VOICED[auto][position] if auto in VOICED else False
        assert said == int(expected), (auto, by_voice)
    assert stage.texts().count(ANSWER) == 2


def test_tagged_speaks_only_what_is_marked(stage: Stage) -> None:
    stage.configure(tts(auto="tagged"))
    stage.start()
    stage.answers("Here you are. [[tts:text]]Hello aloud, dear friend.[[/tts:text]] Bye for now.")
    asks(stage, by_voice=False)
    assert spoken(stage) == "Hello aloud, dear friend."
    assert stage.texts()[-1] == "Here you are. Bye for now."


def test_tagged_speaks_the_whole_answer_when_a_directive_asks_for_it(stage: Stage) -> None:
    stage.configure(tts(auto="tagged"))
    stage.start()
    stage.answers(f"[[tts:voice=bf_emma]] {ANSWER}")
    asks(stage, by_voice=False)
    assert spoken(stage) == ANSWER
    assert {call["json"]["voice"] for call in stage.upstream_calls("speech")} == {"bf_emma"}
    assert stage.texts()[-1] == ANSWER


def test_what_is_marked_is_said_in_place_of_what_is_shown(stage: Stage) -> None:
    stage.configure(tts(auto="always"))
    stage.start()
    stage.answers("Shown. [[tts:text]]This alone is said aloud.[[/tts:text]]")
    asks(stage, by_voice=False)
    assert spoken(stage) == "This alone is said aloud."
    assert stage.texts()[-1] == "Shown."


def test_a_directive_split_over_chunks_is_never_seen(stage: Stage) -> None:
    stage.configure(tts(auto="off"))
    stage.start()
    stage.answers("", chunks=["Hello [[t", "ts:vo", "ice=af_bel", "la]]", "my dear friend."])
    asks(stage, by_voice=False)
    assert stage.texts()[-1] == "Hello my dear friend."
    drafts = [call["params"]["text"] for call in stage.telegram_calls("sendMessageDraft")]
    assert not [text for text in drafts if "tts" in text or "[[" in text]


def test_a_few_characters_are_not_said_unless_they_are_marked(stage: Stage) -> None:
    stage.configure(tts(auto="always"))
    stage.start()
    stage.answers("Yes.")
    asks(stage, by_voice=True)
    assert stage.replies(kind="voice") == []
    stage.answers("[[tts:text]]Yes.[[/tts:text]]")
    asks(stage, by_voice=True)
    assert spoken(stage) == "Yes."


@pytest.mark.parametrize(("form", "kinds"), [
    ("voice", ["voice"]), ("both", ["text", "voice"]), ("text", ["text"]), ("caption", ["voice"]),
])  # fmt: skip
def test_each_form_gives_what_it_says(stage: Stage, form: str, kinds: list[str]) -> None:
    stage.configure(tts(auto="always", form=form))
    stage.start()
    stage.answers(f"{ANSWER} **Really.**")
    asks(stage, by_voice=False)
    replies = stage.replies()
    assert [reply["kind"] for reply in replies] == kinds
    if form == "caption":
        assert replies[0]["caption"] == f"{ANSWER} Really."


def test_a_caption_that_is_too_long_follows_as_text(stage: Stage) -> None:
    stage.configure(tts(auto="always", form="caption"))
    stage.start()
    stage.answers(LONG)
    asks(stage, by_voice=False)
    assert [reply["kind"] for reply in stage.replies()] == ["voice", "text"]
    assert stage.texts()[-1] == LONG


def test_a_long_answer_is_summarised_for_the_ear_when_that_is_configured(stage: Stage) -> None:
    stage.configure(tts(auto="always", maxTextLength=200, summaryModel="openrouter/auto"))
    stage.start()
    stage.answers(LONG, match=QUESTION)
    stage.openrouter.post(
        "script",
        [{"match_system": "Shorten the text", "answer": {"text": "In short: many sentences."}}],
    )
    asks(stage, by_voice=False)
    assert spoken(stage) == "In short: many sentences."
    assert stage.texts()[-1] == LONG


def test_without_a_summary_all_of_a_long_answer_is_said(stage: Stage) -> None:
    stage.configure(tts(auto="always", maxTextLength=200))
    stage.start()
    stage.answers(LONG)
    asks(stage, by_voice=False)
    assert sorted(spoken(stage).split()) == sorted(LONG.split())


def test_the_language_of_the_answer_picks_the_voice(stage: Stage) -> None:
    stage.configure(tts(auto="always", voices={"es": "em_alex"}))
    stage.start()
    stage.answers("Madrid es una ciudad muy bonita y tiene muchos museos para visitar.")
    asks(stage, by_voice=False)
    assert {call["json"]["voice"] for call in stage.upstream_calls("speech")} == {"em_alex"}
    stage.answers("Rome is a wonderful city with a great many old churches to see.")
    asks(stage, by_voice=False)
    assert stage.upstream_calls("speech")[-1]["json"]["voice"] == "af_alloy"


def test_choices_of_the_chat_hold_over_a_restart(stage: Stage) -> None:
    bot = stage.start()
    stage.says("/tts chat on")
    stage.says("/voice set bf_emma")
    stage.says("/voice form voice")
    stage.awaits_settled(3)
    assert bot.stop() == 0
    stage.start()
    stage.answers(ANSWER)
    before = len(stage.replies())
    asks(stage, by_voice=False)
    assert [reply["kind"] for reply in stage.replies()[before:]] == ["voice"]
    assert stage.upstream_calls("speech")[-1]["json"]["voice"] == "bf_emma"


def test_latest_says_the_last_answer_once(stage: Stage) -> None:
    stage.configure(tts(auto="off"))
    stage.start()
    stage.answers(ANSWER)
    asks(stage, by_voice=False)
    stage.says("/tts latest")
    stage.awaits_voice()
    assert spoken(stage) == ANSWER
    stage.awaits_settled(2)
    stage.says("/tts latest")
    stage.awaits_settled(3)
    assert len(stage.replies(kind="voice")) == 1


def test_a_chosen_voice_is_heard_at_once(stage: Stage) -> None:
    stage.start()
    stage.says("/voice set af_bella")
    stage.awaits_voice()
    assert {call["json"]["voice"] for call in stage.upstream_calls("speech")} == {"af_bella"}


# -- progressive delivery


def slowly(stage: Stage, **settings: Any) -> None:
    """A model that takes its time, and speech that is quick."""
    chat = {"first_token_ms": 100, "tokens_per_s": 40}
    speech = {"base_ms": 20, "ms_per_char": 0.1, "mode": "tone", **settings}
    stage.openrouter.post("settings", {"chat": chat, "speech": speech})


def kinds(stage: Stage) -> list[str]:
    return [reply["kind"] for reply in stage.replies()]


def test_a_long_answer_begins_to_sound_while_it_is_written(stage: Stage) -> None:
    stage.configure(tts(auto="always"))
    stage.start()
    slowly(stage)
    stage.answers(LONG)
    stage.says(QUESTION)
    first = stage.awaits_voice()[0]
    assert ("text", LONG) not in [(reply["kind"], reply["text"]) for reply in stage.replies()]
    stage.awaits_settled()
    bubbles = stage.replies(kind="voice")
    assert 2 <= len(bubbles) <= 3
    assert bubbles[0]["message_id"] == first["message_id"]
    assert kinds(stage)[0] == "voice"
    drafts = [call["at_ms"] for call in stage.telegram_calls("sendMessageDraft") if call["ok"]]
    assert max(drafts) > first["at_ms"], "the growing text comes back after the bubble"
    assert sorted(spoken(stage).split()) == sorted(LONG.split())


def test_single_delivery_is_one_bubble_at_the_end(stage: Stage) -> None:
    stage.configure(tts(auto="always", delivery="single"))
    stage.start()
    slowly(stage)
    stage.answers(LONG)
    stage.says(QUESTION)
    stage.awaits_settled()
    assert kinds(stage) == ["text", "voice"]


def test_a_short_answer_is_one_bubble(stage: Stage) -> None:
    stage.configure(tts(auto="always"))
    stage.start()
    slowly(stage)
    stage.answers(ANSWER)
    stage.says(QUESTION)
    stage.awaits_settled()
    assert kinds(stage) == ["text", "voice"]


def tones(stage: Stage) -> list[int]:
    """What the segments sound like in the order of the text, in hundreds of Hz."""
    calls = stage.upstream_calls("speech")
    in_order = sorted(calls, key=lambda call: LONG.index(call["json"]["input"][:30]))
    return [round(call["answer"]["tone_hz"] / 100) for call in in_order]


def test_a_flooded_chat_gets_every_bubble_in_order(stage: Stage) -> None:
    stage.configure(tts(auto="always"))
    stage.start()
    slowly(stage)
    fault = {"method": "sendVoice", "kind": "retry_after", "retry_after": 1, "times": 1}
    stage.telegram.post("faults", fault)
    stage.answers(LONG)
    stage.says(QUESTION)
    stage.awaits_settled()
    bubbles = stage.replies(kind="voice")
    assert len(bubbles) >= 2
    sounds = [heard_in(stage.sound(bubble)) for bubble in bubbles]
    assert [pitch for sound in sounds for pitch in sound.pitches] == tones(stage)


def test_a_new_note_silences_the_answer_that_is_being_spoken(stage: Stage) -> None:
    stage.start()
    slowly(stage)
    stage.openrouter.post(
        "faults", {"endpoint": "speech", "kind": "hold", "gate": "say", "skip": 2, "times": 40}
    )
    stage.answers(LONG, match=QUESTION)
    stage.sends(voices.say(QUESTION), heard=QUESTION)
    stage.awaits_text(LONG[-40:])
    stage.answers("Certainly, here is another answer.", match="Something else")
    note = voices.say("Something else, please.")
    stage.sends(note, heard="Something else, please.")
    eventually(lambda: len(stage.upstream_calls("chat")) == 2, "the second question")
    silent = len(stage.replies(kind="voice"))
    stage.openrouter.post("release", {"gate": "say"})
    stage.awaits_settled(2)
    assert len(stage.replies(kind="voice")) == silent + 1
    assert stage.texts()[-1] == "Certainly, here is another answer."
    called = [call["status"] for call in stage.upstream_calls("speech")]
    assert called == [200] * len(called), "what was asked for is paid, and comes in"
