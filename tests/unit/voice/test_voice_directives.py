"""Directives in an answer: out of sight, understood, and harmless when they are none."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.voice.directives import (
    LONGEST,
    Directives,
    Overrides,
    Split,
    SpokenSettings,
    without_directives,
)


def read(chunks: list[str], overrides: Overrides | None = None) -> Split:
    """The whole of an answer that came in `chunks`."""
    directives = Directives(overrides)
    splits = [directives.feed(chunk) for chunk in chunks]
    splits.append(directives.end())
    last = splits[-1]
    return Split(
        shown="".join(split.shown for split in splits),
        spoken="".join(split.spoken for split in splits),
        tagged=last.tagged,
        only_spoken=last.only_spoken,
        settings=last.settings,
        dropped=last.dropped,
        reply_to=last.reply_to,
        as_voice=last.as_voice,
    )


def test_settings_are_taken_and_leave_no_trace() -> None:
    split = read(["[[tts:voice=bf_emma model=hexgrad/kokoro-82m languageCode=en-GB]] Hello."])
    assert (split.shown, split.spoken) == ("Hello.", "Hello.")
    assert split.tagged
    assert split.settings == SpokenSettings("bf_emma", "hexgrad/kokoro-82m", "", "en")
    assert split.dropped == ()


@pytest.mark.parametrize(
    "key",
    [
        *("voice", "voice_id", "voiceid", "voiceId", "voiceName", "voice_name", "openrouter_voice"),
        *("openroutervoice", "speakerVoice", "speakervoice", "speaker_voice", "speakervoiceid"),
        "speaker_voice_id",
    ],
)
def test_a_voice_has_many_names(key: str) -> None:
    assert read([f"[[tts:{key}=Kore]]"]).settings.voice == "Kore"


@pytest.mark.parametrize(
    "key", ["model", "model_id", "modelid", "openrouter_model", "openroutermodel"]
)
def test_a_model_has_many_names(key: str) -> None:
    assert read([f"[[tts:{key}=a/b]]"]).settings.model == "a/b"


def test_unknown_keys_are_dropped_and_named() -> None:
    split = read(["[[tts:voice='Emma W' speed=2 google_voice=Puck loud]]Hi"])
    assert split.shown == "Hi"
    assert split.settings == SpokenSettings(voice="Emma W")
    assert split.dropped == ("speed", "google_voice", "loud")


def test_the_provider_counts_only_where_it_is_allowed() -> None:
    text = "[[tts:provider=other voice=x]]"
    assert read([text]).settings == SpokenSettings(voice="x")
    allowed = read([text], Overrides(allow_provider=True))
    assert allowed.settings == SpokenSettings(voice="x", provider="other")


def test_what_is_not_allowed_disappears_without_effect() -> None:
    text = "[[tts:voice=x model=y]]A[[tts:text]]B[[/tts:text]]C"
    strict = Overrides(allow_text=False, allow_voice=False, allow_model_id=False)
    split = read([text], strict)
    assert (split.shown, split.spoken, split.only_spoken) == ("AC", "A C", "")
    assert split.settings == SpokenSettings()
    assert split.tagged
    off = read([text], Overrides(enabled=False))
    assert (off.shown, off.only_spoken, off.tagged) == ("AC", "", False)
    assert off.settings == SpokenSettings()


def test_hidden_speech_is_heard_in_its_place_and_not_seen() -> None:
    split = read(["Look.\n[[tts:text]]It is a cat.[[/tts:text]]\nBye."])
    assert split.shown == "Look.\nBye."
    assert split.spoken == "Look.\nIt is a cat.\nBye."
    assert split.only_spoken == "It is a cat."


def test_hidden_speech_does_not_stick_to_the_words_around_it() -> None:
    assert read(["A.[[tts:text]]B.[[/tts:text]]C."]).spoken == "A. B. C."


def test_a_spoken_block_is_seen_and_heard() -> None:
    split = read(["Yes. [[tts]]It works.[[/tts]] See [docs](x). [[TTS]]Bye.[[/TTS:text]]"])
    assert split.shown == split.spoken == "Yes. It works. See [docs](x). Bye."
    assert split.only_spoken == "It works.\nBye."


def test_reply_directives_are_understood() -> None:
    assert read(["[[reply_to_current]] Sure"]) == Split("Sure", "Sure", reply_to="current")
    assert read(["[[ reply_to : 4711 ]]\n\nSure"]) == Split("Sure", "Sure", reply_to="4711")
    assert read(["[[audio_as_voice]]Sure"]) == Split("Sure", "Sure", as_voice=True)


def test_no_double_space_and_no_empty_line_stays_behind() -> None:
    assert without_directives("One [[audio_as_voice]] two") == "One two"
    assert without_directives("One\n[[tts:voice=x]]\n[[tts:model=y]]\ntwo") == "One\ntwo"
    assert without_directives("One[[tts:voice=x]], two") == "One, two"


@pytest.mark.parametrize(
    "text",
    [
        "Write `[[tts:voice=x]]` to choose.",
        "Write ``a ` [[tts]] b`` to choose.",
        "```\n[[tts:text]]\n[[/tts:text]]\n```\n",
        "~~~md\n`[[tts]]\n~~~~\n",
        "> ```\n> [[reply_to_current]]\n> ```\n",
        "```[[tts]]``` in a line",
        "````\n```\n[[tts]]\n````\n",
    ],
)
def test_code_stays_as_it_is(text: str) -> None:
    split = read([text])
    assert split == Split(text, text)


@pytest.mark.parametrize(
    "before",
    [
        "`code` and ",
        "A lone ` here.\n",
        "```\ncode\n```\n",
        "```one``` ",
        "~~struck~~ ",
        "``two``",
        "~~~\ncode\n~~~\n",
    ],
)
def test_behind_code_directives_count_again(before: str) -> None:
    assert without_directives(f"{before}[[tts:voice=x]]text") == f"{before}text"


@pytest.mark.parametrize(
    "text",
    [
        "[[Wiki link]] and [[tts", "a[[tts:voice=x", "a [[tts:voice=x\n]]", "[[reply_to]]", "[",
        "x = [[1, 2], [3, 4]]", "[[tts me]]", "[[ttſ]]", "[[[[", "[[tts:voice=x] ]", "[[]]",
        "[[/tts:tex", f"[[tts:voice={'x' * LONGEST}]]", f"[[{' ' * LONGEST}tts]]",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_directive_is_text(text: str) -> None:
    assert read([text]) == read(list(text)) == Split(text, text)


def test_the_longest_directive_counts_and_one_more_character_is_text() -> None:
    fits = f"[[tts:{'k' * (LONGEST - 8)}]]"
    assert len(fits) == LONGEST
    assert read([fits]).shown == read(list(fits)).shown == ""
    longer = fits.replace("]]", "k]]")
    assert read([longer]).shown == read(list(longer)).shown == longer


def test_no_more_is_held_back_than_a_directive_can_be_long() -> None:
    directives = Directives()
    text = "[[tts:" + "k" * 2 * LONGEST
    shown = 0
    for count, char in enumerate(text, start=1):
        shown += len(directives.feed(char).shown)
        assert count - shown <= LONGEST


def test_hidden_speech_can_be_spoken_before_it_is_closed() -> None:
    directives = Directives()
    assert directives.feed("[[tts:text]]One. ").spoken == "One. "
    assert directives.feed("Two").spoken == "Two"


def test_hidden_speech_that_is_never_closed_is_shown_at_the_end() -> None:
    assert read(["[[tts:text]]All of ", "the answer"]) == Split(
        "All of the answer", "All of the answer", tagged=True, only_spoken="All of the answer"
    )
    silent = read(["[[tts:text]]All of it"], Overrides(allow_text=False))
    assert (silent.shown, silent.spoken) == ("All of it", "All of it")


def test_a_closing_without_its_opening_disappears() -> None:
    assert without_directives("Done[[/tts]]. Bye[[/tts:voice]]") == "Done. Bye"


def cut(text: str, places: list[int]) -> list[str]:
    marks = sorted({min(place, len(text)) for place in places} | {0, len(text)})
    return [text[a:b] for a, b in pairwise(marks)]


PARTS = st.sampled_from(
    [
        *("[[tts:voice=x]]", "[[tts:text]]", "[[/tts:text]]", "[[tts]]", "[[/tts]]"),
        *("[[reply_to:7]]", "[[reply_to_current]]", "[[audio_as_voice]]", "[[tts:speed=2 a]]"),
        *("[[", "]]", "[", "]", "[[tts:", "[[tt", "[[Page]]", "`", "``", "```", "~~~", "\n", " "),
        *("```\n", "\n```", "a", "words and more. ", "你好。", "สวัสดี ", "\t", "> ", "[[ tts ]]"),
    ]
)


@given(parts=st.lists(PARTS, max_size=25), places=st.lists(st.integers(0, 200), max_size=20))
@settings(max_examples=500, deadline=None)
def test_how_an_answer_arrives_changes_nothing(parts: list[str], places: list[int]) -> None:
    text = "".join(parts)
    whole = read([text])
    assert read(cut(text, places)) == whole
    assert read(list(text)) == whole


@given(text=st.text(alphabet="[]t:/ \n`~ax=_", max_size=80), places=st.lists(st.integers(0, 80)))
@settings(max_examples=500, deadline=None)
def test_odd_text_does_not_depend_on_its_chunks(text: str, places: list[int]) -> None:
    assert read(cut(text, places)) == read([text])


@given(
    text=st.text(max_size=300).filter(lambda text: "[[" not in text),
    places=st.lists(st.integers(0, 300), max_size=10),
)
@settings(max_examples=200, deadline=None)
def test_text_without_double_brackets_passes_untouched(text: str, places: list[int]) -> None:
    assert read(cut(text, places)) == Split(text, text)


TAGS = st.sampled_from(
    ["[[tts:voice=x]]", "[[tts]]", "[[/tts]]", "[[reply_to:7]]", "[[audio_as_voice]]", "[[tts:a]]"]
)
WORDS = st.text(alphabet="ab. \n[]é好", max_size=12).filter(
    lambda text: "[[" not in text and not text.startswith("]") and not text.endswith("[")
)


@given(parts=st.lists(st.tuples(WORDS, TAGS), max_size=10), ending=WORDS)
@settings(max_examples=300, deadline=None)
def test_no_word_is_lost_or_doubled_around_directives(
    parts: list[tuple[str, str]], ending: str
) -> None:
    text = "".join(word + tag for word, tag in parts) + ending
    words = "".join(word for word, _ in parts) + ending
    shown = without_directives(text)
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", words)
    assert "tts" not in shown
    assert read([text]).spoken == shown
