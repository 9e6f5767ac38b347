"""The configuration, translated into the settings of each room. Rooms never see the file's form."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from bot.app import ears, sizes
from bot.app.caretaker import RetentionRules
from bot.channels.telegram.settings import TelegramSettings
from bot.config.load import Loaded, telegram_token
from bot.config.schema import Config
from bot.config.schema.models import RequestAuth, revealed
from bot.openrouter.keys import KeySources, Secret, read_profiles
from bot.openrouter.refs import resolve
from bot.openrouter.route import CANONICAL_URL
from bot.openrouter.settings import (
    Attribution,
    BearerAuth,
    HeaderAuth,
    OpenRouterSettings,
    Timeouts,
)
from bot.openrouter.transcription import DEFAULT_MODEL, Listener
from bot.turns.compaction import CompactionRules
from bot.turns.joining import WaitRules
from bot.turns.manner import MannerSettings
from bot.turns.queueing import QueueRules
from bot.turns.seams import TurnSettings
from bot.turns.sessions import ResetRules, SessionRules, linked
from bot.values.audio import Voice
from bot.voice.directive_words import Overrides
from bot.voice.speak import SpeakSettings
from bot.voice.synthesis import Learned

PROFILES_FILE = "profiles.json"
DEFAULT_NAME = "Parley"
MS_PER_S = 1000


def openrouter_settings(config: Config) -> OpenRouterSettings:
    """The provider block and the parameter layers (facts/openrouter-wire.md §3.3)."""
    provider = config.openrouter
    attribution = provider.attribution
    waits = config.parley.timeouts
    audio, tts = config.tools.media.audio, config.messages.tts
    return OpenRouterSettings(
        base_url=provider.base_url or CANONICAL_URL,
        attribution=Attribution(
            referer=attribution.referer,
            title=attribution.title,
            categories=",".join(attribution.categories),
        ),
        headers=_over({}, provider.headers, provider.request.headers),
        auth=_auth(provider.request.auth),
        provider_params=provider.params,
        own_params={entry.id: entry.params for entry in provider.models},
        default_params=config.agents.defaults.params,
        model_params={ref: entry.params for ref, entry in config.agents.defaults.models.items()},
        thinking_default=config.agents.defaults.thinking_default or "",
        timeouts=Timeouts(
            connect_s=waits.connect_s,
            chat_first_byte_s=provider.timeout_seconds or Timeouts().chat_first_byte_s,
            chat_idle_s=waits.chat_idle_s,
            transcription_s=audio.timeout_seconds,
            speech_s=tts.timeout_ms / MS_PER_S,
        ),
        allow_private_network=provider.request.allow_private_network,
    )


def speech_settings(config: Config) -> OpenRouterSettings:
    """Where answers are spoken: the provider's address or its own (openrouter-wire.md §15)."""
    general = openrouter_settings(config)
    own = config.messages.tts.openrouter.base_url
    return replace(general, base_url=own or general.base_url)


def listeners(config: Config) -> tuple[Listener, ...]:
    """Who listens, in the order of asking, and where (openrouter-wire.md §16).

    The address and the headers of one candidate win over those of all, these over the provider's.
    """
    audio, general = config.tools.media.audio, openrouter_settings(config)
    shared = replace(
        general,
        base_url=audio.base_url or general.base_url,
        headers=_over(general.headers, audio.headers, audio.request.headers),
        auth=_auth(audio.request.auth) or general.auth,
    )
    return tuple(
        Listener(
            model=entry.model or DEFAULT_MODEL,
            language=(entry.language or audio.language or "").strip(),
            timeout_s=entry.timeout_seconds or audio.timeout_seconds,
            max_bytes=ears.largest_bytes(entry, audio),
            profile=entry.profile or "",
            preferred=entry.preferred_profile or "",
            settings=replace(
                shared,
                base_url=entry.base_url or shared.base_url,
                headers=_over(shared.headers, entry.headers),
            ),
        )
        for entry in ears.audio_models(config)
    )


def key_sources(loaded: Loaded, state_dir: Path) -> KeySources:
    """Every place a key for OpenRouter can come from."""
    provider = loaded.config.openrouter
    speech = loaded.config.messages.tts.openrouter.api_key
    environment = loaded.environ.get("OPENROUTER_API_KEY", "")
    return KeySources(
        configured=_secret(provider.api_key),
        env=Secret(environment) if environment.strip() else None,
        profiles=read_profiles(state_dir / PROFILES_FILE),
        auth_mode=provider.auth or "",
        speech=_secret(speech),
    )


def telegram_settings(loaded: Loaded) -> TelegramSettings | None:
    """The Telegram account, None when it is switched off or has no token."""
    telegram = loaded.config.channels.telegram
    token = telegram_token(loaded)
    if not telegram.enabled or token is None:
        return None
    waits = loaded.config.parley.timeouts
    return TelegramSettings(
        token=token,
        api_root=telegram.api_root,
        poll_timeout_s=round(waits.telegram_poll_s),
        connect_timeout_s=waits.connect_s,
        send_timeout_s=waits.telegram_send_s,
        media_write_timeout_s=waits.download_s,
        text_chunk_limit=telegram.text_chunk_limit,
        local_file_roots=tuple(map(Path, telegram.trusted_local_file_roots)),
        download_limit_bytes=sizes.download_limit_bytes(loaded.config),
        upload_limit_bytes=sizes.upload_limit_bytes(loaded.config),
        streaming_mode=telegram.streaming.mode,
    )


def model_aliases(config: Config) -> dict[str, str]:
    """The short names of models, each with its reference."""
    entries = config.agents.defaults.models.items()
    return {entry.alias: ref for ref, entry in entries if entry.alias}


def turn_settings(config: Config) -> TurnSettings:
    """How turns run."""
    aliases = model_aliases(config)
    defaults, audio = config.agents.defaults, config.tools.media.audio
    persona = defaults.parley
    return TurnSettings(
        name=persona.name or DEFAULT_NAME,
        persona=persona.persona or "",
        model=resolve(defaults.model.primary, aliases),
        fallbacks=tuple(resolve(name, aliases) for name in defaults.model.fallbacks),
        thinking=defaults.thinking_default or "off",
        manner=manner_settings(config),
        overrides=_overrides(config),
        hear=audio.enabled,
        echo=audio.echo_transcript,
        echo_format=audio.echo_format,
        transcription_model=transcription_models(config)[0],
        # Each listener has its own hint: one that goes with the request would win over it.
        sessions=session_rules(config),
        queue=_queue_rules(config),
        waiting=WaitRules(
            debounce_ms=config.messages.inbound.debounce_ms,
            by_channel=config.messages.inbound.by_channel,
        ),
        listen=ears.listen_settings(config),
        ears=ears.rules(config),
        download_limit_bytes=sizes.download_limit_bytes(config),
        speak=SpeakSettings(language=audio.language or "", learned=Learned()),
    )


def manner_settings(config: Config) -> MannerSettings:
    """When and how answers are spoken, unless a person chose otherwise."""
    tts = config.messages.tts
    voice = _voice(config)
    voices = {
        language: Voice(
            model=one.model or voice.model,
            name=one.voice or voice.name,
            speed=voice.speed if one.speed is None else one.speed,
            format=voice.format if one.model in (None, voice.model) else None,
        )
        for language, one in tts.voices.items()
    }
    return MannerSettings(
        voice=voice,
        auto=tts.auto,
        form=tts.reply_form,
        mode=tts.mode,
        delivery=tts.delivery,
        limit_chars=tts.max_text_length,
        summary_model=tts.summary_model or "",
        voices=voices,
    )


def _overrides(config: Config) -> Overrides:
    """What the model may decide about its voice."""
    allowed = config.messages.tts.model_overrides
    return Overrides(
        enabled=allowed.enabled,
        allow_text=allowed.allow_text,
        allow_voice=allowed.allow_voice,
        allow_model_id=allowed.allow_model_id,
        allow_provider=allowed.allow_provider,
    )


def _voice(config: Config) -> Voice:
    speech = config.messages.tts.openrouter
    return Voice(
        model=speech.model,
        name=speech.voice,
        speed=speech.speed,
        format=speech.response_format,
    )


def _queue_rules(config: Config) -> QueueRules:
    queue = config.messages.queue
    return QueueRules(
        mode=queue.mode or "",
        by_channel=queue.by_channel,
        debounce_ms=queue.debounce_ms,
        debounce_ms_by_channel=queue.debounce_ms_by_channel,
        cap=queue.cap,
        drop=queue.drop,
    )


def session_rules(config: Config) -> SessionRules:
    """Which messages share a history, and for how long."""
    session = config.session
    return SessionRules(
        dm_scope=session.dm_scope,
        group_scope=session.group_scope,
        links=linked(session.identity_links),
        reset=ResetRules(
            mode=session.reset.mode,
            at_hour=session.reset.at_hour,
            idle_minutes=session.reset.idle_minutes,
            zone=config.parley.timezone or "",
        ),
        triggers=session.reset_triggers,
    )


def compaction_rules(config: Config) -> CompactionRules:
    """Which model makes long histories short."""
    defaults, aliases = config.agents.defaults, model_aliases(config)
    return CompactionRules(
        answering=resolve(defaults.model.primary, aliases),
        model=resolve(defaults.compaction.model, aliases) if defaults.compaction.model else "",
    )


def retention_rules(config: Config) -> RetentionRules:
    """How long things are kept."""
    retention = config.parley.retention
    return RetentionRules(
        messages_days=retention.messages_days,
        media_days=retention.media_days,
        receipts_days=retention.receipts_days,
        ledger_days=retention.ledger_days,
    )


def transcription_models(config: Config) -> tuple[str, ...]:
    """The models that listen, in the order in which they are tried."""
    return tuple(listener.model for listener in listeners(config))


def transcription_temperature(config: Config) -> float | None:
    """`providerOptions.openrouter.temperature` when it is a number (openrouter-wire.md §16)."""
    options = config.tools.media.audio.provider_options.get("openrouter", {})
    value = options.get("temperature")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _over(headers: Mapping[str, str], *layers: dict[str, SecretStr]) -> dict[str, str]:
    """Later layers win, in whatever case a name is written."""
    merged = {name.lower(): value for name, value in headers.items()}
    for layer in layers:
        merged |= {name.lower(): value for name, value in revealed(layer).items()}
    return merged


def _secret(value: object) -> Secret | None:
    reveal = getattr(value, "get_secret_value", None)
    return Secret(reveal()) if reveal is not None else None


def _auth(auth: RequestAuth | None) -> BearerAuth | HeaderAuth | None:
    """A replacement of the Bearer header (facts/openrouter-wire.md §1.4)."""
    if auth is None:
        return None
    if auth.mode == "authorization-bearer" and auth.token is not None:
        return BearerAuth(Secret(auth.token.get_secret_value()))
    if auth.mode == "header" and auth.header_name and auth.value is not None:
        value = Secret(auth.value.get_secret_value())
        return HeaderAuth(auth.header_name, value, auth.prefix or "")
    return None
