"""`messages.tts`: voices by language, what the model may decide, and how an answer is given."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.config.load import Loaded
from bot.config.schema.speech import Tts, VoiceChoice

Read = Callable[..., Loaded]


def tts(read: Read, text: str) -> Tts:
    result: Loaded = read(f"{{ messages: {{ tts: {text} }} }}")
    assert (result.errors, result.warnings, result.notes) == ((), (), ())
    return result.config.messages.tts


def test_a_voice_by_language_is_a_name_or_a_block(read: Read) -> None:
    voices = tts(
        read, '{ voices: { de: "anna", "pt-BR": { model: "a/b", voice: "dora", speed: 1.2 } } }'
    ).voices
    assert voices == {
        "de": VoiceChoice(voice="anna"),
        "pt": VoiceChoice(voice="dora", model="a/b", speed=1.2),
    }


def test_a_wrong_language_code_is_explained_and_stops_nobody(read: Read) -> None:
    result = read('{ messages: { tts: { auto: "always", voices: { german: "anna" } } } }')
    assert result.config.messages.tts.voices == {}
    assert result.config.messages.tts.auto == "always"
    (finding,) = result.errors
    assert not finding.fatal
    assert "expected voices by language code, like {de: ...}" in finding.message


def test_one_wrong_voice_leaves_the_others(read: Read) -> None:
    result = read('{ messages: { tts: { voices: { de: { speed: -1, voice: "a" }, fr: "b" } } } }')
    assert result.config.messages.tts.voices["fr"] == VoiceChoice(voice="b")
    assert result.config.messages.tts.voices["de"] == VoiceChoice(voice="a")
    (finding,) = result.errors
    assert finding.path == "messages.tts.voices.de.speed"


def test_the_model_may_decide_everything_but_the_provider(read: Read) -> None:
    overrides = tts(read, "{}").model_overrides
    assert (overrides.enabled, overrides.allow_text, overrides.allow_voice) == (True, True, True)
    assert (overrides.allow_model_id, overrides.allow_provider) == (True, False)
    strict = tts(read, "{ modelOverrides: { allowVoice: false, allowProvider: true } }")
    assert not strict.model_overrides.allow_voice
    assert strict.model_overrides.allow_provider


def test_overrides_for_other_providers_are_known_and_do_nothing(read: Read) -> None:
    result = read("{ messages: { tts: { modelOverrides: { allowSeed: false } } } }")
    assert (result.errors, result.warnings) == ((), ())
    (note,) = result.notes
    assert note.path == "messages.tts.modelOverrides.allowSeed"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("{}", "both"),
        ("{ keepText: false }", "voice"),
        ("{ keepText: false, form: 'caption' }", "caption"),
        ("{ form: 'text' }", "text"),
    ],
)
def test_form_says_how_an_answer_is_given_and_keep_text_where_it_is_unset(
    read: Read, text: str, form: str
) -> None:
    assert tts(read, text).reply_form == form
