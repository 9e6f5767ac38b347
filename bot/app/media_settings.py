"""Who draws, films and sings, and how large that may be, from the configuration."""

from __future__ import annotations

from bot.app.settings import MS_PER_S, model_aliases
from bot.config.schema import Config
from bot.openrouter.refs import resolve
from bot.tools.media import MediaModels
from bot.values.media import MediaKind

DEFAULT_MAKERS = {
    MediaKind.IMAGE: "openrouter/google/gemini-3.1-flash-image-preview",
    MediaKind.VIDEO: "openrouter/google/veo-3.1-fast",
    MediaKind.MUSIC: "openrouter/google/lyria-3-pro-preview",
}
MAKING_S = {MediaKind.IMAGE: 180.0, MediaKind.VIDEO: 600.0, MediaKind.MUSIC: 300.0}
# The reference stops at 16 MB (openrouter-wire.md §13.4), after the film or song was paid: three
# minutes of WAV are 35 MB. What Telegram takes is the bound that matters.
MADE_BYTES = 64 * 2**20
MB = 2**20


def media_models(config: Config) -> dict[MediaKind, MediaModels]:
    """Who draws, films and sings: primary, fallbacks, then the bundled default.

    Source: facts/openrouter-wire.md §12.5; the times are those of §12.1, §13.2 and §14.
    """
    defaults, aliases = config.agents.defaults, model_aliases(config)
    chosen = {
        MediaKind.IMAGE: defaults.image_generation_model,
        MediaKind.VIDEO: defaults.video_generation_model,
        MediaKind.MUSIC: defaults.music_generation_model,
    }
    found = {}
    for kind, choice in chosen.items():
        named = [name for name in (choice.primary, *choice.fallbacks) if name]
        if defaults.media_generation_auto_provider_fallback or not named:
            named.append(DEFAULT_MAKERS[kind])
        models = tuple(dict.fromkeys(resolve(name, aliases) for name in named))
        timeout_s = choice.timeout_ms / MS_PER_S if choice.timeout_ms else MAKING_S[kind]
        found[kind] = MediaModels(models, timeout_s)
    return found


def made_bytes(config: Config) -> int:
    """The largest result that is taken from upstream."""
    configured = config.agents.defaults.media_max_mb
    return round(configured * MB) if configured else MADE_BYTES
