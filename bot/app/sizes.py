"""How large a file may be on its way in and out: as configured, and what the server takes.

A Bot API server that shares its folders runs in local mode (facts/telegram-api.md §3).
"""

from __future__ import annotations

from bot.channels.telegram.settings import (
    DOWNLOAD_LIMIT_BYTES,
    LOCAL_LIMIT_BYTES,
    UPLOAD_LIMIT_BYTES,
)
from bot.config.schema import Config

MB = 1_000_000


def download_limit_bytes(config: Config) -> int:
    """The largest file that is fetched from Telegram."""
    return _limit(config, DOWNLOAD_LIMIT_BYTES)


def upload_limit_bytes(config: Config) -> int:
    """The largest file that is sent to Telegram."""
    return _limit(config, UPLOAD_LIMIT_BYTES)


def _limit(config: Config, cloud_bytes: int) -> int:
    telegram = config.channels.telegram
    server_bytes = LOCAL_LIMIT_BYTES if telegram.trusted_local_file_roots else cloud_bytes
    return min(round(telegram.media_max_mb * MB), server_bytes)
