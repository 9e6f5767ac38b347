"""Which voice speaks a reply, by the language it is written in. Pure: knows no configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.values.audio import Voice

KOKORO = "kokoro"
# What the first letter of a Kokoro voice says: `af_alloy` is American, `bf_emma` British.
KOKORO_LANGUAGES = {
    "a": "en", "b": "en", "e": "es", "f": "fr", "h": "hi", "i": "it", "j": "ja", "p": "pt",
    "z": "zh",
}  # fmt: skip
# One voice for each language that Kokoro speaks.
KOKORO_VOICES = {
    "en": "af_alloy",
    "es": "ef_dora",
    "fr": "ff_siwis",
    "hi": "hf_alpha",
    "it": "if_sara",
    "ja": "jf_alpha",
    "pt": "pf_dora",
    "zh": "zf_xiaobei",
}


def voice_for(
    language: str,
    *,
    configured: Voice,
    by_language: Mapping[str, Voice],
    speaks: Callable[[Voice], tuple[str, ...]],
) -> Voice:
    """The voice for a reply in `language` (ISO-639-1; "" is unknown and changes nothing).

    `configured` speaks whatever it is known to speak. Else `by_language`, what a person configured,
    comes first, then the model's own voice for that language, and `configured` when there is none.
    `speaks` returns the languages of a voice, nothing for one that speaks every language or where
    that is unknown: then an entry of `by_language` counts, because somebody wrote it on purpose.
    """
    spoken = speaks(configured)
    if not language or language in spoken:
        return configured
    if language in by_language:
        return by_language[language]
    name = KOKORO_VOICES.get(language) if spoken and KOKORO in configured.model.lower() else None
    return replace(configured, name=name) if name else configured


def languages_of(voice: Voice) -> tuple[str, ...]:
    """The languages that `voice` is known to speak; nothing for every language, or unknown.

    Kokoro's voices speak one each and read other languages wrongly. Blends such as
    `af_bella(2)+af_sky(1)` speak the language of the first.
    """
    if KOKORO not in voice.model.lower() or voice.name[2:3] != "_":
        return ()
    language = KOKORO_LANGUAGES.get(voice.name[0].lower())
    return (language,) if language else ()
