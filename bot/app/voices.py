"""The models that listen and speak for this configuration, each with its own address and key."""

from __future__ import annotations

from bot.app import settings as translate
from bot.app.keyring import Keyring
from bot.config.schema import Config
from bot.openrouter.client import OpenRouterClient
from bot.openrouter.speech import OpenRouterSynthesizer
from bot.openrouter.transcription import OpenRouterTranscriber


def transcriber(config: Config, client: OpenRouterClient, keys: Keyring) -> OpenRouterTranscriber:
    """The candidates of `tools.media.audio`, in order."""
    return OpenRouterTranscriber(
        client,
        models=translate.listeners(config),
        temperature=translate.transcription_temperature(config),
        stored_key=keys.stored,
    )


def synthesizer(config: Config, client: OpenRouterClient, keys: Keyring) -> OpenRouterSynthesizer:
    """The voice of `messages.tts.providers.openrouter`."""
    return OpenRouterSynthesizer(
        client,
        key=keys.speech,
        spare_key=keys.spare_speech,
        provider=config.messages.tts.openrouter.provider,
        settings=translate.speech_settings(config),
    )
