"""`/tts` and `/queue`: preferences of a person and of a chat, and saying things on request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.conversations import Choices
from bot.turns.commands import Answer
from bot.values.audio import Voice
from tests.unit.turns.commanding import HERE, KOKORO, OWN, Chat, a_chat, labels

ELSEWHERE = "telegram:-100"
ALREADY = "I have spoken that answer again already"


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[Chat]:
    async with a_chat(tmp_path) as opened:
        yield opened


def said(answer: Answer) -> str:
    """What is spoken, and nothing written with it."""
    assert answer.spoken is not None, answer.markdown
    assert answer.markdown == ""
    return answer.spoken.text


async def test_a_preference_of_the_person_holds_in_all_of_their_chats(chat: Chat) -> None:
    answer = await chat.types("/tts on")
    assert answer.markdown == "From now on I speak every answer to you."
    assert await chat.choices(OWN) == Choices(auto="always")
    assert await chat.choices() == Choices()
    status = await chat.types("/tts", key=ELSEWHERE)
    assert "I speak: *every answer* (your own preference)" in status.markdown


async def test_a_chat_that_is_off_beats_a_person_who_is_on(chat: Chat) -> None:
    await chat.types("/tts chat off")
    answer = await chat.types("/tts on")
    assert "This chat has its own setting, though: I speak *never*." in answer.markdown
    effective = await chat.desk.conversations.effective(HERE, "1")
    assert effective.auto == "off"
    answer = await chat.types("/tts chat default")
    assert "I speak: *every answer*." in answer.markdown


async def test_a_preference_can_be_given_back(chat: Chat) -> None:
    await chat.types("/tts off")
    answer = await chat.types("/tts default")
    assert "when you send a voice note" in answer.markdown
    assert await chat.choices(OWN) == Choices()


@pytest.mark.parametrize("typed", ["/tts", "/tts status", "/tts STATUS", "/tts chat"])
async def test_status_tells_what_holds_and_from_where(chat: Chat, typed: str) -> None:
    await chat.types("/voice set am_adam")
    await chat.types("/tts limit 500")
    text = (await chat.types(typed)).markdown
    assert "I speak: *when you send a voice note* (as configured)" in text
    assert "Voice: `am_adam` (chosen in this chat), speed 1" in text
    assert "over 500 characters: spoken whole" in text
    assert "Form: *voice and text* (as configured)" in text
    assert f"Provider: openrouter, `{KOKORO}`" in text


async def test_turning_it_on_where_nothing_can_be_heard_says_so(chat: Chat) -> None:
    await chat.types("/voice form text")
    assert "nothing is spoken" in (await chat.types("/tts on")).markdown


@pytest.mark.parametrize("wanted", ["99", "4097", "0", "-5", "many", "1e3", "9" * 5000])
async def test_a_limit_out_of_range_is_refused(chat: Chat, wanted: str) -> None:
    answer = await chat.types(f"/tts limit {wanted}")
    assert answer.markdown == "The limit is a number from 100 to 4096. Now it is 4096."
    assert await chat.choices(OWN) == Choices()


@pytest.mark.parametrize("wanted", [100, 1500, 4096])
async def test_a_limit_within_range_is_the_persons_own(chat: Chat, wanted: int) -> None:
    answer = await chat.types(f"/tts limit {wanted}")
    assert f"over {wanted} characters" in answer.markdown
    assert await chat.choices(OWN) == Choices(limit=wanted)
    await chat.types("/tts limit default")
    assert await chat.choices(OWN) == Choices()


async def test_summaries_are_switched(chat: Chat) -> None:
    for word, stored in (("on", True), ("off", False), ("default", None)):
        await chat.types(f"/tts summary {word}")
        assert (await chat.choices(OWN)).summary is stored


async def test_a_configured_summary_can_be_switched_off(chat: Chat) -> None:
    chat.configures(summary_model="openrouter/auto")
    assert "told in short" in (await chat.types("/tts summary")).markdown
    assert "spoken whole" in (await chat.types("/tts summary off")).markdown


async def test_audio_is_said_as_it_stands_and_enables_nothing(chat: Chat) -> None:
    await chat.types("/voice off")
    await chat.types("/voice set ff_siwis")
    answer = await chat.types("/tts audio Two\n\n  lines.")
    assert said(answer) == "Two\n\n  lines."
    assert answer.spoken is not None
    assert answer.spoken.voice == Voice(KOKORO, "ff_siwis")
    assert (await chat.choices()).auto == "off"


async def test_audio_above_the_configured_length_is_refused(chat: Chat) -> None:
    chat.configures(limit_chars=20)
    assert said(await chat.types("/tts audio " + "a" * 20))
    answer = await chat.types("/tts audio " + "a" * 21)
    assert (
        answer.markdown == "That is 21 characters; I can say 20 at once. Please send it in parts."
    )
    assert answer.spoken is None


async def test_audio_of_nothing_asks_for_something(chat: Chat) -> None:
    answer = await chat.types("/tts audio")
    assert "What should I say?" in answer.markdown
    assert answer.spoken is None


async def test_the_last_answer_is_spoken_once(chat: Chat) -> None:
    await chat.converses("Nine o'clock.")
    assert said(await chat.types("/tts latest")) == "Nine o'clock."
    again = await chat.types("/tts latest")
    assert ALREADY in again.markdown
    assert again.spoken is None
    await chat.converses("Ten o'clock.")
    assert said(await chat.types("/tts latest")) == "Ten o'clock."


async def test_the_same_command_after_a_crash_is_no_repeat(chat: Chat) -> None:
    await chat.converses("Nine o'clock.")
    for _ in range(2):
        assert said(await chat.types("/tts latest", message_id="m7"))
    assert ALREADY in (await chat.types("/tts latest", message_id="m8")).markdown


async def test_what_could_not_be_spoken_may_be_asked_for_again(chat: Chat) -> None:
    await chat.converses("Nine o'clock.")
    await chat.types("/tts latest")
    await chat.desk.history.forget_spoken_again(HERE)
    assert said(await chat.types("/tts latest"))


async def test_the_last_answer_is_that_of_the_newest_turn_which_has_one(chat: Chat) -> None:
    await chat.converses("Let me look.", "It rains.")
    await chat.converses(ending="stopped")
    await chat.desk.history.note(HERE, "j1", {"role": "user", "content": "a picture was made"})
    assert said(await chat.types("/tts latest")) == "Let me look.\n\nIt rains."


async def test_without_an_answer_since_new_there_is_nothing_to_speak(chat: Chat) -> None:
    nothing = "There is no answer here yet that I could speak."
    assert (await chat.types("/tts latest")).markdown == nothing
    await chat.converses("Before.")
    await chat.types("/new")
    assert (await chat.types("/tts latest")).markdown == nothing


async def test_new_does_not_forget_what_was_chosen(chat: Chat) -> None:
    await chat.types("/voice off")
    await chat.types("/new")
    assert (await chat.choices()).auto == "off"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("/tts provider", "OpenRouter speaks here"),
        ("/tts provider openrouter", "OpenRouter speaks here"),
        ("/tts provider elevenlabs", "I know no provider *elevenlabs*."),
        ("/tts persona", "There are no personas"),
        ("/tts persona off", "There are no personas"),
        ("/tts help", "`/tts latest`"),
        ("/tts chat loud", "I don't know `/tts chat loud`."),
        ("/tts on please", "I don't know `/tts on please`."),
        ("/tts louder", "I don't know `/tts louder`."),
    ],
)
async def test_every_other_word_has_an_answer_too(chat: Chat, typed: str, sentence: str) -> None:
    answer = await chat.types(typed)
    assert sentence in answer.markdown
    assert await chat.choices() == await chat.choices(OWN) == Choices()


@pytest.mark.parametrize("mode", ["steer", "followup", "collect", "interrupt"])
async def test_a_queue_mode_is_the_conversations(chat: Chat, mode: str) -> None:
    answer = await chat.types(f"/queue {mode.upper()}")
    assert f"From now on: *{mode}*" in answer.markdown
    assert f"✓ {mode}" in labels(answer)
    assert await chat.choices() == Choices(queue=mode)
    answer = await chat.types("/queue default")
    assert "✓ as configured" in labels(answer)
    assert await chat.choices() == Choices()


async def test_the_queue_panel_explains_every_mode(chat: Chat) -> None:
    text = (await chat.types("/queue")).markdown
    assert "*as configured*" in text
    for mode in ("steer", "followup", "collect", "interrupt"):
        assert f"\n{mode} – " in text


@pytest.mark.parametrize(
    ("typed", "mode"),
    [
        ("/queue collect debounce:2s cap:25 drop:old", "collect"),
        ("/queue debounce: 500 followup", "followup"),
        ("/queue cap:3", None),
    ],
)
async def test_options_of_the_queue_are_left_to_the_configuration(
    chat: Chat, typed: str, mode: str | None
) -> None:
    answer = await chat.types(typed)
    assert "set in the configuration file" in answer.markdown
    assert "There is no mode" not in answer.markdown
    assert (await chat.choices()).queue == mode


async def test_an_unknown_queue_mode_changes_nothing(chat: Chat) -> None:
    answer = await chat.types("/queue sometimes")
    assert "There is no mode *sometimes*." in answer.markdown
    assert await chat.choices() == Choices()
