"""What the Telegram channel is told at start. Who may talk to the bot is not among it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

TEXT_LIMIT = 4096  # UTF-16 units of visible text in one message (facts/telegram-api.md §3)
CAPTION_LIMIT = 1024  # the same of a caption
UPLOAD_LIMIT_BYTES = 50_000_000
DOWNLOAD_LIMIT_BYTES = 20_000_000  # the smaller of the server's 20 MiB and the library's 20 MB
LOCAL_LIMIT_BYTES = 2_000_000_000  # both ways, of a server in local mode (same section)
ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "channel_post",
    "callback_query",
    "my_chat_member",
    "stopped_message_generation",
)


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """Values of `channels.telegram` that concern the wire; times in seconds.

    `streaming_mode` "off" shows no growing text; every other mode means one growing message.
    `send_patience_s` is how long an answer keeps being tried while Telegram can't be reached.
    `local_file_roots` are the folders that a Bot API server in local mode shares with this bot.
    """

    token: str = field(repr=False)
    api_root: str = "https://api.telegram.org"
    poll_timeout_s: int = 30
    poll_margin_s: float = 10.0
    connect_timeout_s: float = 10.0
    send_timeout_s: float = 30.0
    pool_timeout_s: float = 30.0
    media_write_timeout_s: float = 120.0
    preview_timeout_s: float = 5.0
    close_timeout_s: float = 10.0
    send_patience_s: float = 3600.0
    text_chunk_limit: int = 4000
    local_file_roots: tuple[Path, ...] = ()
    download_limit_bytes: int = DOWNLOAD_LIMIT_BYTES
    upload_limit_bytes: int = UPLOAD_LIMIT_BYTES
    streaming_mode: str = "partial"
    allowed_updates: tuple[str, ...] = ALLOWED_UPDATES

    @property
    def base_url(self) -> str:
        return self.api_root.rstrip("/") + "/bot"

    @property
    def base_file_url(self) -> str:
        return self.api_root.rstrip("/") + "/file/bot"

    @property
    def locate_timeout_s(self) -> float:
        """A server in local mode names a file only when it has fetched it whole."""
        return self.media_write_timeout_s if self.local_file_roots else self.send_timeout_s

    @property
    def chunk_limit(self) -> int:
        """`text_chunk_limit` kept within what Telegram takes."""
        return max(1, min(self.text_chunk_limit, TEXT_LIMIT))
