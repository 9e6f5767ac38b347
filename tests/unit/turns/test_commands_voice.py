"""`/voice`: what can be chosen, typed or with buttons, and what the panel says about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.conversations import Choices
from bot.turns.commands import MENU, OVERTAKING
from bot.turns.commands.languages import NAMES, SAMPLES
from bot.values.audio import Voice
from bot.values.conversation import ChatKind
from tests.unit.turns.commanding import HERE, KOKORO, OWN, VOICES, Chat, a_chat, labels, orders


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[Chat]:
    async with a_chat(tmp_path) as opened:
        yield opened


async def test_the_panel_tells_what_holds_and_who_said_so(chat: Chat) -> None:
    await chat.types("/voice form caption")
    await chat.types("/tts on")
    panel = await chat.types("/voice")
    assert "I speak: *every answer* (your own preference)" in panel.markdown
    assert "Form: *voice with the text as its caption* (chosen in this chat)" in panel.markdown
    assert "Voice: `af_alloy` (as configured)" in panel.markdown
    assert "notes are in: *any language* (as configured)" in panel.markdown
    assert {"✓ always", "mirror", "off", "✓ caption", "as configured"} <= set(labels(panel))


@pytest.mark.parametrize(
    ("typed", "choice"),
    [
        ("/voice on", Choices(auto="always")),
        ("/voice mirror", Choices(auto="inbound")),
        ("/voice OFF", Choices(auto="off")),
        ("/voice tagged", Choices(auto="tagged")),
        ("/voice form both", Choices(form="both")),
        ("/voice form Voice", Choices(form="voice")),
        ("/voice set AF_Bella", Choices(voice="af_bella")),
        ("/voice set af_bella(2)+af_alloy(1)", Choices(voice="af_bella(2)+af_alloy(1)")),
        ("/voice speed 1.1", Choices(speed=1.1)),
        ("/voice speed 1,25x", Choices(speed=1.25)),
        ("/voice language de", Choices(language="de")),
        ("/voice language pt-BR", Choices(language="pt")),
        ("/voice language german", Choices(language="de")),
    ],
)
async def test_what_is_typed_is_stored_for_the_conversation(
    chat: Chat, typed: str, choice: Choices
) -> None:
    await chat.types(typed)
    assert await chat.choices() == choice
    assert await chat.choices(OWN) == Choices()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("/voice set nobody", "There is no voice `nobody`."),
        ("/voice set af_bela", "Did you mean `af_bella`"),
        ("/voice set af_bella+nobody", "There is no voice"),
        ("/voice speed 3", "I can't speak at speed *3*."),
        ("/voice speed nan", "I can't speak at speed"),
        ("/voice speed fast", "I can't speak at speed *fast*."),
        ("/voice language Klingon", "I don't know the language *Klingon*."),
        ("/voice language xx", "I don't know the language *xx*."),
        ("/voice form song", "There is no form *song*."),
        ("/voice louder", "I don't know `/voice louder`."),
        ("/voice on please", "I don't know `/voice on please`."),
    ],
)
async def test_what_there_is_not_changes_nothing_and_is_answered_with_what_there_is(
    chat: Chat, typed: str, sentence: str
) -> None:
    answer = await chat.types(typed)
    assert sentence in answer.markdown
    assert answer.spoken is None
    assert await chat.choices() == Choices()
    assert answer.buttons or "/voice list" in answer.markdown


@pytest.mark.parametrize(
    "typed", ["/voice form default", "/voice set default", "/voice speed default"]
)
async def test_each_choice_can_be_given_back(chat: Chat, typed: str) -> None:
    for line in ("/voice form text", "/voice set am_adam", "/voice speed 1.5"):
        await chat.types(line)
    before = await chat.choices()
    field = {"form": "form", "set": "voice", "speed": "speed"}[typed.split()[1]]
    await chat.types(typed)
    after = await chat.choices()
    assert getattr(after, field) is None
    assert after.over(before) == before


async def test_automatic_language_gives_the_hint_back(chat: Chat) -> None:
    await chat.types("/voice language de")
    answer = await chat.types("/voice language auto")
    assert (await chat.choices()).language is None
    assert "I take your notes to be in *any language*." in answer.markdown


async def test_as_configured_gives_everything_about_speech_back_and_nothing_else(
    chat: Chat,
) -> None:
    await chat.desk.conversations.choose(HERE, model="openrouter/auto", queue="collect")
    for line in (
        *("/voice on", "/voice form voice", "/voice set am_adam", "/voice speed 0.8"),
        *("/voice language de", "/tts off", "/tts limit 500", "/tts summary on"),
        *("/voice mine set af_bella", "/voice mine speed 1.1", "/voice mine form both"),
    ):
        await chat.types(line)
    answer = await chat.types("/voice default")
    assert await chat.choices() == Choices(model="openrouter/auto", queue="collect")
    assert await chat.choices(OWN) == Choices()
    assert answer.markdown.count("(as configured)") == 5


async def test_in_a_group_a_person_keeps_their_own_preference(chat: Chat) -> None:
    chat.kind = ChatKind.GROUP
    await chat.types("/tts off")
    await chat.types("/voice on")
    answer = await chat.types("/voice default")
    assert (await chat.choices(OWN)).auto == "off"
    assert "I speak: *never* (your own preference)" in answer.markdown


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("af_bella", "en"),
        ("ff_siwis", "fr"),
        ("jf_alpha", "ja"),
        ("zf_xiaobei", "zh"),
        ("ef_dora", "es"),
    ],
)
async def test_a_chosen_voice_introduces_itself_in_its_language(
    chat: Chat, name: str, said: str
) -> None:
    answer = await chat.types(f"/voice set {name}")
    assert answer.spoken is not None
    assert answer.spoken.text == SAMPLES[said]
    assert answer.spoken.voice == Voice(KOKORO, name)
    assert f"✓ {name}" in labels(answer)


async def test_a_voice_of_every_language_speaks_that_of_the_person(chat: Chat) -> None:
    chat.configures(voice=Voice("google/gemini-3.1-flash-tts-preview", "Kore"))
    chat.language = "de-AT"
    answer = await chat.types("/voice sample")
    assert answer.spoken is not None
    assert answer.spoken.text == SAMPLES["de"]


async def test_the_sample_has_the_speed_that_was_chosen(chat: Chat) -> None:
    await chat.types("/voice speed 1.5")
    answer = await chat.types("/voice sample")
    assert answer.spoken is not None
    assert answer.spoken.voice == Voice(KOKORO, "af_alloy", speed=1.5)


async def test_voices_come_by_eight_a_page_and_every_one_is_there_once(chat: Chat) -> None:
    first = await chat.types("/voice list")
    second = await chat.types("/voice list 2")
    assert "more ›" in labels(first)
    assert "‹ back" not in labels(first)
    assert "‹ back" in labels(second)
    assert "more ›" not in labels(second)
    offered = [one.partition("set ")[2] for one in orders(first) + orders(second)]
    assert sorted(one for one in offered if one not in ("", "default")) == sorted(VOICES)
    assert "page 2 of 2" in second.markdown


@pytest.mark.parametrize("page", ["0", "99", "-3", "x"])
async def test_a_page_that_is_not_there_is_one_that_is(chat: Chat, page: str) -> None:
    assert "of 2" in (await chat.types(f"/voice list {page}")).markdown


async def test_voices_of_the_chats_language_come_first(chat: Chat) -> None:
    chat.language = "es"
    await chat.types("/voice language ja")
    offered = labels(await chat.types("/voice list"))
    assert offered[:4] == ["jf_alpha", "ef_dora", "em_alex", "✓ af_alloy"]


async def test_where_the_voices_are_unknown_a_name_is_taken_on_trust(chat: Chat) -> None:
    chat.offers()
    assert "I don't know which voices" in (await chat.types("/voice list")).markdown
    answer = await chat.types("/voice set verse")
    assert "take your word for `verse`" in answer.markdown
    assert (await chat.choices()).voice == "verse"
    await chat.types("/voice set two words")
    assert (await chat.choices()).voice == "verse"


async def test_every_button_is_short_enough_for_telegram_and_is_understood(chat: Chat) -> None:
    endless = "a" * 60
    chat.offers(*VOICES, endless, "日本語の声" * 5)
    seen, waiting = set[str](), ["/voice", "/queue"]
    while waiting:
        order = waiting.pop()
        seen.add(order)
        answer = await chat.types(order)
        assert len(order.encode()) <= 64
        assert "I don't know" not in answer.markdown
        waiting += [one for one in orders(answer) if one not in seen and one not in waiting]
    assert {f"/voice set {name}" for name in VOICES} <= seen
    assert {f"/voice language {code}" for code in NAMES} <= seen
    assert f"`{endless}`" in (await chat.types("/voice list")).markdown


async def test_speeds_are_a_panel_of_their_own_with_the_present_one_marked(chat: Chat) -> None:
    await chat.types("/voice speed 1.25")
    panel = await chat.types("/voice speed")
    assert labels(panel)[:6] == ["0.8", "0.9", "1", "1.1", "✓ 1.25", "1.5"]


async def test_a_form_of_text_alone_is_called_out_where_speaking_is_on(chat: Chat) -> None:
    await chat.types("/voice form text")
    assert "nothing is spoken" in (await chat.types("/voice on")).markdown
    assert "nothing is spoken" not in (await chat.types("/voice off")).markdown


async def test_a_chat_that_refuses_voice_messages_is_called_out(chat: Chat) -> None:
    await chat.desk.history.remember_refusal(HERE)
    assert "Voice messages are refused here" in (await chat.types("/voice")).markdown


@pytest.mark.parametrize(
    "typed", ["/voice on", "/voice mirror", "/voice default", "/tts on", "/tts chat on"]
)
async def test_whoever_wants_to_hear_it_again_has_it_tried_again(chat: Chat, typed: str) -> None:
    await chat.desk.history.remember_refusal(HERE)
    answer = await chat.types(typed)
    assert "refused" not in answer.markdown
    assert not await chat.desk.history.refuses_voice(HERE)


@pytest.mark.parametrize("typed", ["/voice off", "/voice speed 1.1", "/tts off", "/tts chat off"])
async def test_other_choices_leave_a_refusal_as_it_is(chat: Chat, typed: str) -> None:
    await chat.desk.history.remember_refusal(HERE)
    await chat.types(typed)
    assert await chat.desk.history.refuses_voice(HERE)


@pytest.mark.parametrize(
    ("typed", "choice"),
    [
        ("/voice mine off", Choices(auto="off")),
        ("/voice MINE form both", Choices(form="both")),
        ("/voice mine set af_bella", Choices(voice="af_bella")),
        ("/voice mine speed 1.25", Choices(speed=1.25)),
        ("/voice mine language de", Choices(language="de")),
    ],
)
async def test_what_is_mine_is_stored_for_the_person_and_may_be_given_back(
    chat: Chat, typed: str, choice: Choices
) -> None:
    chat.kind = ChatKind.GROUP
    answer = await chat.types(typed)
    assert await chat.choices(OWN) == choice
    assert await chat.choices() == Choices()
    assert answer.markdown.startswith("**Yours, wherever we talk**")
    await chat.types("/voice mine default")
    assert await chat.choices(OWN) == Choices()


async def test_the_chats_own_choice_is_stronger_and_that_is_said(chat: Chat) -> None:
    await chat.types("/voice speed 0.8")
    answer = await chat.types("/voice mine speed 1.25")
    assert "I speak at speed *1.25* now." in answer.markdown
    assert "This chat has chosen for itself: speed." in answer.markdown
    assert "Speed: *0.8* (chosen in this chat)" in (await chat.types("/voice")).markdown
    after = await chat.types("/voice default", key="telegram:2")
    assert "Speed: *1* (as configured)" in after.markdown


async def test_a_voice_of_ones_own_introduces_itself_though_the_chat_has_another(
    chat: Chat,
) -> None:
    await chat.types("/voice set am_adam")
    answer = await chat.types("/voice mine set ff_siwis")
    assert answer.spoken is not None
    assert answer.spoken.voice.name == "ff_siwis"


async def test_the_buttons_of_ones_own_panel_choose_for_oneself(chat: Chat) -> None:
    chat.offers(*VOICES, "a" * 50)
    seen, waiting = set[str](), ["/voice mine"]
    while waiting:
        order = waiting.pop()
        seen.add(order)
        answer = await chat.types(order)
        assert order.startswith("/voice mine")
        assert len(order.encode()) <= 64
        assert "I don't know" not in answer.markdown
        waiting += [one for one in orders(answer) if one not in seen and one not in waiting]
    assert {f"/voice mine set {name}" for name in VOICES} <= seen
    assert await chat.choices() == Choices()


async def test_other_words_behind_mine_are_answered_with_what_there_is(chat: Chat) -> None:
    answer = await chat.types("/voice mine louder")
    assert "I don't know `/voice mine louder`." in answer.markdown
    assert "`/voice mine …`" in answer.markdown
    assert await chat.choices(OWN) == Choices()


async def test_choosing_side_by_side_loses_nothing(chat: Chat) -> None:
    lines = ("/voice on", "/voice form voice", "/voice speed 1.1", "/voice language de")
    await asyncio.gather(*map(chat.types, lines))
    wanted = Choices(auto="always", form="voice", speed=1.1, language="de")
    assert await chat.choices() == wanted


def test_panels_act_at_once_and_stand_in_the_menu() -> None:
    assert {"voice", "queue"} <= OVERTAKING
    assert "tts" not in OVERTAKING  # the last answer is the last only when its turn is over
    assert {"voice", "tts"} <= {name for name, _ in MENU}
