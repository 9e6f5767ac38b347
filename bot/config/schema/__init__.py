"""The documented shape of the configuration: one module per block of the file.

Secrets (keys, tokens, header values, `env.vars`) are pydantic `SecretStr`: read them with
`.get_secret_value()`; neither repr nor a dump shows them.
"""

from bot.config.schema.agents import AgentDefaults, GenerationModel, ModelChoice, ModelEntry
from bot.config.schema.media import Audio, MediaModel
from bot.config.schema.messages import Messages, Queue, Session
from bot.config.schema.models import Attribution, ProviderConfig, RequestConfig, revealed
from bot.config.schema.root import Config, Timeouts
from bot.config.schema.speech import Tts, TtsProvider
from bot.config.schema.telegram import GroupConfig, StreamingConfig, TelegramConfig, TopicConfig

__all__ = [
    "AgentDefaults",
    "Attribution",
    "Audio",
    "Config",
    "GenerationModel",
    "GroupConfig",
    "MediaModel",
    "Messages",
    "ModelChoice",
    "ModelEntry",
    "ProviderConfig",
    "Queue",
    "RequestConfig",
    "Session",
    "StreamingConfig",
    "TelegramConfig",
    "Timeouts",
    "TopicConfig",
    "Tts",
    "TtsProvider",
    "revealed",
]
