"""The voice of a reply follows its language."""

from __future__ import annotations

import pytest

from bot.sandbox.openrouter.voices import KOKORO_VOICES as STAND_IN_VOICES
from bot.values.audio import Voice
from bot.voice.voice_choice import KOKORO_VOICES, languages_of, voice_for

ALLOY = Voice(model="hexgrad/kokoro-82m", name="af_alloy", speed=1.1, format="mp3")
KORE = Voice(model="google/gemini-3.1-flash-tts-preview", name="Kore")
GERMAN = Voice(model="elevenlabs/eleven-turbo-v2", name="Rachel")


def chosen(language: str, configured: Voice = ALLOY, **by_language: Voice) -> Voice:
    return voice_for(language, configured=configured, by_language=by_language, speaks=languages_of)


def test_the_configured_voice_speaks_its_own_language() -> None:
    assert chosen("en") == ALLOY
    assert chosen("en", en=GERMAN) == ALLOY


def test_an_unknown_language_changes_nothing() -> None:
    assert chosen("") == ALLOY
    assert chosen("", de=GERMAN) == ALLOY


def test_an_entry_of_the_configuration_speaks_what_the_voice_does_not() -> None:
    assert chosen("de", de=GERMAN) == GERMAN
    assert chosen("es", es=KORE) == KORE


@pytest.mark.parametrize(("language", "name"), KOKORO_VOICES.items())
def test_kokoro_has_a_voice_of_its_own_for_each_language(language: str, name: str) -> None:
    assert name in STAND_IN_VOICES
    assert languages_of(Voice(model="hexgrad/kokoro-82m", name=name)) == (language,)
    spanish = Voice(model="hexgrad/kokoro-82m", name="em_alex")
    expected = "em_alex" if language == "es" else name
    assert chosen(language, spanish).name == expected


def test_kokoros_own_voice_keeps_speed_and_format() -> None:
    assert chosen("fr") == Voice(ALLOY.model, "ff_siwis", speed=1.1, format="mp3")


def test_without_any_voice_for_it_the_configured_one_tries() -> None:
    assert chosen("de") == ALLOY


def test_a_model_of_many_languages_keeps_its_voice_unless_somebody_chose_another() -> None:
    assert chosen("fr", KORE) == KORE
    assert chosen("de", KORE, de=GERMAN) == GERMAN


@pytest.mark.parametrize(
    ("model", "name", "languages"),
    [
        ("hexgrad/kokoro-82m", "bf_emma", ("en",)),
        ("hexgrad/kokoro-82m", "af_bella(2)+af_sky(1)", ("en",)),
        ("hexgrad/kokoro-82m", "zm_yunxi", ("zh",)),
        ("hexgrad/kokoro-82m", "alloy", ()),
        ("hexgrad/kokoro-82m", "xx_new", ()),
        ("openai/gpt-4o-mini-tts-2025-12-15", "alloy", ()),
        ("mistralai/voxtral-mini-tts-2603", "en_paul_neutral", ()),
    ],
)
def test_what_a_voice_speaks(model: str, name: str, languages: tuple[str, ...]) -> None:
    assert languages_of(Voice(model=model, name=name)) == languages
