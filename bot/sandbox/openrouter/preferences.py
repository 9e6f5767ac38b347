"""What one account prefers: latencies, modes, default texts and money. Set through `control`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ChatPreferences(_Part):
    """`text` replaces the rehearsal's words; `tokens_per_s` None means as fast as possible."""

    first_token_ms: float = Field(default=0, ge=0)
    tokens_per_s: float | None = Field(default=None, gt=0)
    text: str | None = None


class TranscriptionPreferences(_Part):
    """`text` is what is heard when nothing else says; longer than `max_s` of sound is a 502.

    `ear` lets the crude offline ear try first, where its package is installed.
    """

    base_ms: float = Field(default=0, ge=0)
    ms_per_s: float = Field(default=0, ge=0)
    text: str | None = None
    ear: bool = False
    max_s: float = 1_500


class SpeechPreferences(_Part):
    """`tones` maps a part of the input to a frequency in Hz and serves mode `tone` only."""

    base_ms: float = Field(default=0, ge=0)
    ms_per_char: float = Field(default=0, ge=0)
    mode: Literal["voice", "tone"] = "voice"
    tones: dict[str, float] = {}
    seconds_per_char: float = Field(default=0.06, gt=0, le=1)


class ImagePreferences(_Part):
    """How pictures come: after `make_ms`, as `mime`."""

    make_ms: float = Field(default=0, ge=0)
    mime: Literal["image/png", "image/jpeg", "image/webp"] = "image/png"


class MusicPreferences(_Part):
    """How songs come: `first_ms` before the first piece, `piece_ms` before each further one.

    `boundary` any cuts one long base64 text at any character; padded encodes each piece by itself.
    `seconds` is the length when the prompt names none.
    """

    first_ms: float = Field(default=0, ge=0)
    piece_ms: float = Field(default=0, ge=0)
    boundary: Literal["any", "padded"] = "any"
    piece_chars: int = Field(default=20_000, ge=16)
    seconds: float = Field(default=6, gt=0, le=200)


class VideoPreferences(_Part):
    """How films are made; read at each poll, so that a change counts for jobs under way.

    `poll_url` and `unsigned_url` replace the real addresses, with {origin} and {id} filled in;
    an empty `unsigned_url` leaves the list out. `fail` ends jobs as `fail_status`.
    """

    queue_ms: float = Field(default=0, ge=0)
    make_ms: float = Field(default=0, ge=0)
    fail: str | None = None
    fail_status: Literal["failed", "cancelled", "expired"] = "failed"
    poll_url: str | None = None
    unsigned_url: str | None = None


class MoneyPreferences(_Part):
    """`credit_usd` None means without end; `generation_lag_ms` is how late `/generation` knows."""

    credit_usd: float | None = None
    generation_lag_ms: float = Field(default=0, ge=0)
    strict_models: bool = False
    management_key: bool = True


class Preferences(_Part):
    chat: ChatPreferences = ChatPreferences()
    transcription: TranscriptionPreferences = TranscriptionPreferences()
    speech: SpeechPreferences = SpeechPreferences()
    image: ImagePreferences = ImagePreferences()
    music: MusicPreferences = MusicPreferences()
    video: VideoPreferences = VideoPreferences()
    account: MoneyPreferences = MoneyPreferences()

    def changed(self, patch: dict[str, Any]) -> Preferences:
        """These preferences with the fields of `patch` replaced. Raises ValidationError."""
        merged: dict[str, Any] = self.model_dump()
        for part, fields in patch.items():
            known = merged.get(part)
            merged[part] = known | fields if known and isinstance(fields, dict) else fields
        return Preferences.model_validate(merged)
