"""Fetching what people sent: bounded, in a few attempts, without ever naming an address."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from pathlib import Path

import httpx
import structlog

from bot.channels.telegram import disk
from bot.channels.telegram.api import Api
from bot.channels.telegram.faults import Fault, Refusal, Rejected, Throttled
from bot.channels.telegram.settings import (
    DOWNLOAD_LIMIT_BYTES,
    LOCAL_LIMIT_BYTES,
    TelegramSettings,
)
from bot.errors import AudioTooLarge, DownloadFailed
from bot.values.clock import Clock
from bot.values.conversation import Attachment

log = structlog.get_logger()

ATTEMPTS = 3
FIRST_BACKOFF_S = 1.0
LONGEST_THROTTLE_S = 60.0
SETTING = "channels.telegram.trustedLocalFileRoots"
UNTRUSTED = (
    "I'm not allowed to read files where my Telegram server keeps them. "
    f"Please ask my owner to check {SETTING}."
)
TOO_LARGE_FOR_SERVER = (
    "That file is larger than my Telegram server lets me fetch. Please send a smaller one."
)


@dataclass(frozen=True, slots=True)
class Files:
    """Gets the bytes behind attachments, over HTTP or from the disk of a server in local mode."""

    api: Api
    settings: TelegramSettings
    clock: Clock

    async def fetch(self, attachment: Attachment, *, limit_bytes: int) -> bytes:
        """The bytes of `attachment`, at most `limit_bytes` and what Telegram gives out.

        Raises AudioTooLarge before anything is fetched when the claimed size says so, and
        DownloadFailed when the third attempt failed, Telegram refuses the file, or it lies on the
        disk where it may not be read.
        """
        limit_bytes = min(limit_bytes, self.settings.download_limit_bytes)
        if not attachment.ref:
            raise DownloadFailed("no file behind this attachment", retryable=False)
        if attachment.size_bytes is not None and attachment.size_bytes > limit_bytes:
            raise _too_large(attachment, f"claimed {attachment.size_bytes} bytes", limit_bytes)
        for attempt in range(ATTEMPTS):
            wait_s = FIRST_BACKOFF_S * 2**attempt
            try:
                return await self._attempt(attachment, limit_bytes=limit_bytes)
            except Rejected as exc:
                raise self._refused(exc, attachment, limit_bytes) from None
            except Throttled as exc:
                wait_s, reason = min(exc.retry_after_s, LONGEST_THROTTLE_S), "throttled"
            except (Fault, httpx.HTTPError, httpx.InvalidURL, OSError) as exc:
                reason = type(exc).__name__  # its text may contain the address, and that the token
            log.warning("telegram.download.failed", attempt=attempt + 1, reason=reason)
            if attempt + 1 < ATTEMPTS:
                await self.clock.sleep(wait_s)
        raise DownloadFailed(f"{ATTEMPTS} attempts: {reason}")

    async def _attempt(self, attachment: Attachment, *, limit_bytes: int) -> bytes:
        where = await self.api.locate(attachment.ref)
        try:
            if isinstance(where, Path):
                return await self._read(where, limit_bytes=limit_bytes)
            return await self._download(where, limit_bytes=limit_bytes)
        except disk.TooLong as exc:
            raise _too_large(attachment, str(exc), limit_bytes) from None

    async def _read(self, path: Path, *, limit_bytes: int) -> bytes:
        roots = self.settings.local_file_roots
        try:
            return await asyncio.to_thread(disk.read, path, roots=roots, limit_bytes=limit_bytes)
        except disk.Untrusted as exc:
            log.warning(
                "telegram.file.untrusted", reason=str(exc), setting=SETTING, roots=len(roots)
            )
            raise DownloadFailed(str(exc), sentence=UNTRUSTED, retryable=False) from None

    async def _download(self, address: str, *, limit_bytes: int) -> bytes:
        data = io.BytesIO()  # unlike a bytearray it gives its bytes away without a copy
        async with self.api.download(address) as response:
            response.raise_for_status()
            async for piece in response.aiter_bytes():
                data.write(piece)
                if data.tell() > limit_bytes:
                    raise disk.TooLong("more came than was claimed")
        return data.getvalue()

    def _refused(
        self, refusal: Rejected, attachment: Attachment, limit_bytes: int
    ) -> AudioTooLarge | DownloadFailed:
        if refusal.kind is not Refusal.FILE_TOO_BIG:
            return DownloadFailed(refusal.description, retryable=False)
        if not self.settings.local_file_roots:
            return _too_large(attachment, "Telegram says so", limit_bytes)
        log.warning("telegram.file.too_big", hint="does the Bot API server run with --local?")
        return AudioTooLarge("the server says so", sentence=TOO_LARGE_FOR_SERVER)


def _too_large(attachment: Attachment, detail: str, limit_bytes: int) -> AudioTooLarge:
    """For a recording at Telegram's own limit the error's own sentence fits best."""
    if limit_bytes == DOWNLOAD_LIMIT_BYTES and attachment.may_carry_sound:
        return AudioTooLarge(detail)
    telegrams = limit_bytes in (DOWNLOAD_LIMIT_BYTES, LOCAL_LIMIT_BYTES)
    whose = "Telegram lets me fetch" if telegrams else "I may fetch"
    return AudioTooLarge(
        detail,
        sentence=f"That file is over {limit_bytes / 1_000_000:g} MB, more than {whose}. "
        "Please send a smaller one.",
    )
