"""`tools.media`: how recordings that people send become text."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.config.schema.base import (
    Block,
    Flag,
    OptionalApiUrl,
    OptionalText,
    Params,
    Seconds,
    SecretTexts,
    Text,
    Texts,
    Whole,
)
from bot.config.schema.models import RequestConfig

Bytes = Annotated[Whole, Field(ge=1)]


class MediaModel(Block):
    """One candidate that listens. Candidates are tried in order."""

    type: Literal["provider", "cli"] = Field(
        default="provider", description="Only provider runs in Parley."
    )
    provider: Text = Field(default="openrouter", description="Who transcribes.")
    model: OptionalText = Field(
        default=None, description="Model; unset takes the provider's default."
    )
    capabilities: Texts = Field(default=(), description="audio, image or video.")
    language: OptionalText = Field(default=None, description="Spoken language, as a hint.")
    prompt: OptionalText = Field(
        default=None, description="Instruction; not sent to speech models."
    )
    max_chars: Bytes | None = Field(default=None, description="Longest transcript, in characters.")
    max_bytes: Bytes | None = Field(
        default=None, description="Largest recording; larger ones go to the next."
    )
    timeout_seconds: Seconds | None = Field(default=None, description="Time for one attempt.")
    profile: OptionalText = Field(default=None, description="Stored login to use.")
    preferred_profile: OptionalText = Field(default=None, description="Stored login to try first.")
    base_url: OptionalApiUrl = Field(
        default=None, description="Address of the API for this candidate; it gets the key."
    )
    headers: SecretTexts = Field(default_factory=dict, description="Headers for this candidate.")


class ScopeMatch(Block):
    """What a scope rule looks at."""

    channel: OptionalText = Field(default=None, description="Name of the channel.")
    chat_type: OptionalText = Field(default=None, description="direct, group or channel.")
    key_prefix: OptionalText = Field(default=None, description="Beginning of the conversation key.")


class ScopeRule(Block):
    """One scope rule; the first that matches decides."""

    action: Literal["allow", "deny"] = Field(default="allow", description="allow or deny.")
    match: ScopeMatch = Field(default_factory=ScopeMatch, description="When the rule holds.")


class Scope(Block):
    """Where recordings are transcribed."""

    default: Literal["allow", "deny"] = Field(default="allow", description="When no rule matches.")
    rules: tuple[ScopeRule, ...] = Field(default=(), description="Rules; the first match decides.")


class Attachments(Block):
    """Which recordings of one message are heard."""

    mode: Literal["first", "all"] = Field(default="first", description="first or all.")
    max_attachments: Annotated[Whole, Field(ge=1)] = Field(
        default=1, description="At most so many."
    )
    prefer: Literal["first", "last", "path", "url"] = Field(
        default="first", description="Which come first."
    )


class Audio(Block):
    """Transcription (facts/behaviour.md C1)."""

    enabled: Flag = Field(default=True, description="false: notes are not transcribed.")
    models: tuple[MediaModel, ...] = Field(
        default=(), description="Candidates in order; none means OpenRouter's default model."
    )
    max_bytes: Bytes = Field(default=20_971_520, description="Largest recording, in bytes.")
    max_chars: Bytes | None = Field(default=None, description="Longest transcript, in characters.")
    timeout_seconds: Seconds = Field(default=60, description="Time for one attempt.")
    language: OptionalText = Field(default=None, description="Spoken language, as a hint.")
    prompt: OptionalText = Field(
        default=None, description="Instruction; not sent to speech models."
    )
    echo_transcript: Flag = Field(
        default=True, description="Show what was heard, as a reply to the note."
    )
    echo_format: Annotated[str, Field(min_length=1)] = Field(
        default='📝 "{transcript}"', description="How it is shown; {transcript} is what was heard."
    )
    scope: Scope = Field(default_factory=Scope, description="Where notes are transcribed.")
    attachments: Attachments = Field(
        default_factory=Attachments, description="Which recordings of one message are heard."
    )
    base_url: OptionalApiUrl = Field(
        default=None, description="Address of the API for transcription; it gets the key."
    )
    headers: SecretTexts = Field(default_factory=dict, description="Headers for transcription.")
    request: RequestConfig = Field(
        default_factory=RequestConfig, description="How transcription requests are sent."
    )
    provider_options: dict[str, Params] = Field(
        default_factory=dict, description="Extra options by provider, like temperature."
    )


class Media(Block):
    """Understanding of what people send."""

    audio: Audio = Field(default_factory=Audio, description="Transcription of recordings.")
    models: tuple[MediaModel, ...] = Field(
        default=(), description="Shared candidates; those with the capability audio transcribe."
    )
    concurrency: Annotated[Whole, Field(ge=1, le=16)] = Field(
        default=2, description="Attachments worked on at the same time."
    )


class Tools(Block):
    """Tools and media understanding."""

    media: Media = Field(default_factory=Media, description="Understanding of what people send.")
