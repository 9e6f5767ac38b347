"""`tools.media` as the ears need it: what is heard where, and in which bounds."""

from __future__ import annotations

from bot.config.schema import Config
from bot.config.schema.media import Audio, MediaModel, ScopeRule
from bot.openrouter.route import media_model
from bot.openrouter.transcription import DEFAULT_MODEL
from bot.turns import ear_rules
from bot.voice.language import iso_639_1
from bot.voice.limits import NoteLimits
from bot.voice.listen import ListenSettings


def audio_models(config: Config) -> list[MediaModel]:
    """The candidates that Parley can ask, in order; without any, the default model."""
    found = [
        entry
        for entry in config.tools.media.audio.models
        if entry.type == "provider" and entry.provider == "openrouter"
    ]
    return found or [MediaModel()]


def largest_bytes(entry: MediaModel, audio: Audio) -> int:
    """The largest recording that a candidate is asked about."""
    return entry.max_bytes or audio.max_bytes


def listen_settings(config: Config) -> ListenSettings:
    """How one note is listened to.

    No language goes with the request: it would win over what each candidate has of its own.
    """
    media = config.tools.media
    entries = audio_models(config)
    largest = max(largest_bytes(entry, media.audio) for entry in entries)
    longest: dict[str, int] = {}
    for entry in entries:
        most = entry.max_chars or media.audio.max_chars
        if most is not None:
            longest.setdefault(media_model(entry.model or DEFAULT_MODEL), most)
    usual = NoteLimits()
    return ListenSettings(
        expected=iso_639_1(entries[0].language or media.audio.language or ""),
        concurrency=media.concurrency,
        max_bytes=largest,
        max_chars=longest,
        # What is above is encoded anew, which makes most recordings much smaller.
        limits=NoteLimits(pass_bytes=min(usual.pass_bytes, largest)),
    )


def rules(config: Config) -> ear_rules.EarRules:
    """What is listened to."""
    audio = config.tools.media.audio
    chosen = audio.attachments
    return ear_rules.EarRules(
        scope=ear_rules.Scope(
            allow=audio.scope.default == "allow",
            rules=tuple(map(_rule, audio.scope.rules)),
        ),
        selection=ear_rules.Selection(
            at_most=1 if chosen.mode == "first" else chosen.max_attachments,
            prefer="last" if chosen.prefer == "last" else "first",
        ),
        groups={
            chat_id: ear_rules.GroupVoice(group.parley.voice, group.parley.max_voice_seconds)
            for chat_id, group in (config.channels.telegram.groups or {}).items()
        },
    )


def _rule(rule: ScopeRule) -> ear_rules.ScopeRule:
    match = rule.match
    return ear_rules.ScopeRule(
        allow=rule.action == "allow",
        channel=match.channel or "",
        chat_kind=match.chat_type or "",
        key_prefix=match.key_prefix or "",
    )
