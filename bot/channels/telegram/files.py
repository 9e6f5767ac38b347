"""Fetching what people sent: bounded, in a few attempts, without ever naming an address."""

from __future__ import annotations

import httpx
import structlog

from bot.channels.telegram.api import Api
from bot.channels.telegram.faults import Fault, Refusal, Rejected, Throttled
from bot.channels.telegram.settings import DOWNLOAD_LIMIT_BYTES
from bot.errors import AudioTooLarge, DownloadFailed
from bot.values.clock import Clock
from bot.values.conversation import Attachment

log = structlog.get_logger()

ATTEMPTS = 3
FIRST_BACKOFF_S = 1.0
LONGEST_THROTTLE_S = 60.0


async def fetch(attachment: Attachment, *, api: Api, clock: Clock, limit_bytes: int) -> bytes:
    """The bytes of `attachment`, at most `limit_bytes` and what Telegram gives out.

    Raises AudioTooLarge before anything is fetched when the claimed size says so, and
    DownloadFailed when the third attempt failed or Telegram refuses the file.
    """
    limit_bytes = min(limit_bytes, DOWNLOAD_LIMIT_BYTES)
    if not attachment.ref:
        raise DownloadFailed("no file behind this attachment", retryable=False)
    if attachment.size_bytes is not None and attachment.size_bytes > limit_bytes:
        raise _too_large(attachment, f"claimed {attachment.size_bytes} bytes", limit_bytes)
    for attempt in range(ATTEMPTS):
        wait_s = FIRST_BACKOFF_S * 2**attempt
        try:
            return await _attempt(attachment, api=api, limit_bytes=limit_bytes)
        except Rejected as exc:
            if exc.kind is Refusal.FILE_TOO_BIG:
                raise _too_large(attachment, "Telegram says so", limit_bytes) from None
            raise DownloadFailed(exc.description, retryable=False) from None
        except Throttled as exc:
            wait_s, reason = min(exc.retry_after_s, LONGEST_THROTTLE_S), "throttled"
        except (Fault, httpx.HTTPError, httpx.InvalidURL) as exc:
            reason = type(exc).__name__  # its text may contain the address, and that the token
        log.warning("telegram.download.failed", attempt=attempt + 1, reason=reason)
        if attempt + 1 < ATTEMPTS:
            await clock.sleep(wait_s)
    raise DownloadFailed(f"{ATTEMPTS} attempts: {reason}")


async def _attempt(attachment: Attachment, *, api: Api, limit_bytes: int) -> bytes:
    data = bytearray()
    async with api.download(await api.locate(attachment.ref)) as response:
        response.raise_for_status()
        async for piece in response.aiter_bytes():
            data += piece
            if len(data) > limit_bytes:
                raise _too_large(attachment, "more came than was claimed", limit_bytes)
    return bytes(data)


def _too_large(attachment: Attachment, detail: str, limit_bytes: int) -> AudioTooLarge:
    """For a recording at Telegram's own limit the error's own sentence fits best."""
    telegrams = limit_bytes >= DOWNLOAD_LIMIT_BYTES
    if telegrams and attachment.may_carry_sound:
        return AudioTooLarge(detail)
    whose = "Telegram lets me fetch" if telegrams else "I may fetch"
    return AudioTooLarge(
        detail,
        sentence=f"That file is over {limit_bytes / 1_000_000:g} MB, more than {whose}. "
        "Please send a smaller one.",
    )
