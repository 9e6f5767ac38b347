"""`messages.tts`: when and how answers are spoken."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

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
)


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
    keep_text: Flag = Field(
        default=True, description="Parley's own: a spoken answer stays in the chat as text as well."
    )
    voices: dict[str, Text] = Field(
        default_factory=dict, description="Parley's own: voice by language code, like {de: ...}."
    )

    @property
    def openrouter(self) -> TtsProvider:
        """OpenRouter's settings, defaults where nothing is configured."""
        return self.providers.get("openrouter") or TtsProvider()
