"""`messages.tts`: when and how answers are spoken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from bot.config.schema.base import (
    LOWER,
    Block,
    Flag,
    Millis,
    OptionalApiUrl,
    OptionalKey,
    OptionalText,
    Params,
    Positive,
    Text,
    Whole,
    shorthand,
)


def _language_keys(value: object) -> object:
    """`pt-BR` means `pt`: voices are chosen by language, not by region."""
    if not isinstance(value, Mapping):
        return value
    plain = {str(key).strip().lower(): item for key, item in value.items()}
    if not all(re.fullmatch(r"[a-z]{2}([-_]\w+)?", key) for key in plain):
        raise ValueError("voices by language code, like {de: ...}")
    return {key[:2]: item for key, item in plain.items()}


class TtsProvider(Block):
    """How one provider speaks; the defaults are OpenRouter's (facts/openrouter-wire.md §15)."""

    api_key: OptionalKey = Field(
        default=None,
        description="Key for speech; models.providers.<name>.apiKey serves when unset.",
    )
    base_url: OptionalApiUrl = Field(
        default=None,
        description="Address of the API; models.providers.<name>.baseUrl serves when unset.",
    )
    model: Annotated[Text, Field(min_length=1)] = Field(
        default="hexgrad/kokoro-82m", description="Speech model."
    )
    voice: Annotated[Text, Field(min_length=1)] = Field(
        default="af_alloy", description="Voice; speakerVoice is the same."
    )
    response_format: Annotated[Literal["mp3", "pcm"] | None, LOWER] = Field(
        default=None, description="mp3 or pcm; unset lets Parley choose what is fastest."
    )
    speed: Positive | None = Field(default=None, description="Speed of speech, 1 is normal.")
    provider: Params | None = Field(
        default=None, description="Provider routing sent along with the request."
    )


class VoiceChoice(Block):
    """The voice of one language. A plain text is the voice alone."""

    voice: OptionalText = Field(
        default=None, description="Voice for this language; unset takes the configured one."
    )
    model: OptionalText = Field(
        default=None, description="Speech model; unset takes the configured one."
    )
    speed: Positive | None = Field(
        default=None, description="Speed of speech; unset takes the configured one."
    )


class ModelOverrides(Block):
    """What the model may decide by directives in its answer (facts/behaviour.md D1)."""

    enabled: Flag = Field(default=True, description="Whether directives have any effect.")
    allow_text: Flag = Field(
        default=True, description="The model may say something else than it writes."
    )
    allow_voice: Flag = Field(default=True, description="The model may choose the voice.")
    allow_model_id: Flag = Field(default=True, description="The model may choose the speech model.")
    allow_provider: Flag = Field(default=False, description="The model may choose who speaks.")


class Tts(Block):
    """Speech (facts/behaviour.md D1)."""

    auto: Annotated[Literal["off", "always", "inbound", "tagged"], LOWER] = Field(
        default="inbound", description="off, always, inbound (voice answers voice) or tagged."
    )
    mode: Literal["final", "all"] = Field(
        default="final", description="Speak the final answer, or every reply."
    )
    provider: Text = Field(default="openrouter", description="Who speaks.")
    providers: dict[str, TtsProvider] = Field(
        default_factory=dict, description="Settings by provider name."
    )
    max_text_length: Annotated[Whole, Field(ge=1)] = Field(
        default=4096, description="Longest text that is spoken, in characters."
    )
    timeout_ms: Annotated[Millis, Field(ge=1000, le=120_000)] = Field(
        default=30_000, description="Time for one speech request."
    )
    summary_model: OptionalText = Field(
        default=None, description="Model that shortens long answers."
    )
    prefs_path: OptionalText = Field(
        default=None, description="Where OpenClaw kept local settings."
    )
    delivery: Literal["auto", "single", "progressive"] = Field(
        default="auto",
        description="Parley's own: one bubble, or a first one early and the rest after it.",
    )
    form: Literal["voice", "both", "caption", "text"] | None = Field(
        default=None,
        description="Parley's own: voice, voice and text, voice with the text as its caption, or "
        "text; unset is as keepText says.",
    )
    keep_text: Flag = Field(
        default=True,
        description="Parley's own: a spoken answer stays in the chat as text as well. form counts "
        "when it is set.",
    )
    model_overrides: ModelOverrides = Field(
        default_factory=ModelOverrides, description="What the model may decide by directives."
    )
    voices: Annotated[
        dict[str, Annotated[VoiceChoice, shorthand("voice", VoiceChoice)]],
        BeforeValidator(_language_keys),
    ] = Field(
        default_factory=dict,
        description="Parley's own: voices for languages that the configured voice does not speak, "
        'like {de: "..."} or {de: {model, voice, speed}}.',
    )

    @property
    def openrouter(self) -> TtsProvider:
        """OpenRouter's settings, defaults where nothing is configured."""
        return self.providers.get("openrouter") or TtsProvider()

    @property
    def reply_form(self) -> Literal["voice", "both", "caption", "text"]:
        """How a spoken answer is given: `form`, or what `keepText` says."""
        return self.form or ("both" if self.keep_text else "voice")
