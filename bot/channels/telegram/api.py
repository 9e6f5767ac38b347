"""The only module that holds `telegram.Bot`: typed calls out, `Fault`s back, no policy."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from telegram import Bot, InputFile, Message, ReplyParameters
from telegram.request import HTTPXRequest
from telegram.warnings import PTBUserWarning

from bot.channels.telegram.faults import Unreachable
from bot.channels.telegram.forms import Form, Item
from bot.channels.telegram.message import Body, Place
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.telegram.translate import faults
from bot.channels.telegram.uploads import album_item, body, details

SEND_CONNECTIONS = 64
POLL_CONNECTIONS = 2  # one to poll, one while a stalled one is being given up
KEEPALIVE_S = 120.0


@dataclass(frozen=True, slots=True)
class Me:
    """`hears_all`: privacy mode is off, groups are seen whole (facts/telegram-api.md §6)."""

    id: int
    username: str
    hears_all: bool = True


class Api:
    """The Bot API as this bot uses it. Raises `Fault`s and nothing of the library's."""

    def __init__(self, settings: TelegramSettings) -> None:
        self._settings = settings
        self._made: tuple[Bot, httpx.AsyncClient] | None = None

    async def open(self) -> Me:
        """Connect and ask who the token belongs to; may be called again after a failure."""
        if self._made is None:
            with self._faults():
                self._made = self._make()
        with self._faults():
            await self._bot.initialize()
            return Me(
                id=self._bot.id,
                username=self._bot.username,
                hears_all=self._bot.can_read_all_group_messages,
            )

    def _make(self) -> tuple[Bot, httpx.AsyncClient]:
        # These two go through do_api_request on purpose: updates must stay raw JSON, and the
        # library would look for the file of a server in local mode by itself.
        # RetryAfter announces a type that `translate` understands already.
        warnings.filterwarnings("ignore", r"Please use 'Bot\.get(Updates|File)'", PTBUserWarning)
        warnings.filterwarnings("ignore", r".*attribute `retry_after`", PTBUserWarning)
        settings, context = self._settings, httpx.create_ssl_context()
        bot = Bot(
            settings.token,
            base_url=settings.base_url,
            base_file_url=settings.base_file_url,
            request=self._request(SEND_CONNECTIONS, context),
            get_updates_request=self._request(POLL_CONNECTIONS, context),
        )
        files = httpx.AsyncClient(
            verify=context, timeout=settings.send_timeout_s, limits=_limits(SEND_CONNECTIONS)
        )
        return bot, files

    def _request(self, connections: int, context: ssl.SSLContext) -> HTTPXRequest:
        settings = self._settings
        return HTTPXRequest(
            connection_pool_size=connections,
            connect_timeout=settings.connect_timeout_s,
            read_timeout=settings.send_timeout_s,
            write_timeout=settings.send_timeout_s,
            pool_timeout=settings.pool_timeout_s,
            media_write_timeout=settings.media_write_timeout_s,
            httpx_kwargs={"limits": _limits(connections), "verify": context},
        )

    @property
    def _bot(self) -> Bot:
        if self._made is None:
            raise Unreachable("not connected")
        return self._made[0]

    async def close(self) -> None:
        """Close every connection. Idempotent."""
        made, self._made = self._made, None
        if made is not None:
            await asyncio.gather(made[0].shutdown(), made[1].aclose())

    # -- receiving

    async def get_updates(self, offset: int | None) -> list[Any]:
        """One long poll; the updates exactly as Telegram wrote them."""
        wanted = {
            "offset": offset,
            "timeout": self._settings.poll_timeout_s,
            "allowed_updates": list(self._settings.allowed_updates),
        }
        read_timeout_s = self._settings.poll_timeout_s + self._settings.poll_margin_s / 2
        with self._faults():
            updates = await self._bot.do_api_request(
                "getUpdates", api_kwargs=wanted, read_timeout=read_timeout_s
            )
        return updates if isinstance(updates, list) else []

    async def delete_webhook(self) -> None:
        with self._faults():
            await self._bot.delete_webhook()

    async def set_commands(self, commands: Sequence[tuple[str, str]]) -> None:
        with self._faults():
            await self._bot.set_my_commands(list(commands))

    async def locate(self, file_id: str) -> str | Path:
        """The address of a file, or in local mode the server's claim where it lies on this disk.

        Both contain the bot token: never log them, never store them.
        """
        settings = self._settings
        with self._faults():
            found = await self._bot.do_api_request(
                "getFile", api_kwargs={"file_id": file_id}, read_timeout=settings.locate_timeout_s
            )
        path = str(found.get("file_path") or "") if isinstance(found, dict) else ""
        if Path(path).is_absolute():
            return Path(path)
        return f"{settings.base_file_url}{settings.token}/{path}"

    @asynccontextmanager
    async def download(self, address: str) -> AsyncIterator[httpx.Response]:
        """A streamed GET of what `locate` gave. Raises httpx.HTTPError."""
        if self._made is None:
            raise Unreachable("not connected")
        async with self._made[1].stream("GET", address) as response:
            yield response

    # -- sending: called by the outbox alone

    async def send_text(
        self, place: Place, body: Body, *, reply_to: int | None = None, timeout_s: float
    ) -> str:
        with self._faults():
            message = await self._bot.send_message(
                place.chat_id,
                body.text,
                parse_mode=body.parse_mode,
                message_thread_id=place.thread_id,
                reply_parameters=_answering(reply_to),
                reply_markup=body.keyboard,
                read_timeout=timeout_s,
            )
        return str(message.message_id)

    async def edit_text(
        self, place: Place, message_id: str, body: Body, *, timeout_s: float
    ) -> str:
        with self._faults():
            await self._bot.edit_message_text(
                body.text,
                chat_id=place.chat_id,
                message_id=int(message_id),
                parse_mode=body.parse_mode,
                reply_markup=body.keyboard,
                read_timeout=timeout_s,
            )
        return message_id

    async def answer_press(self, query_id: str, *, timeout_s: float) -> None:
        with self._faults():
            await self._bot.answer_callback_query(query_id, read_timeout=timeout_s)

    async def delete(self, place: Place, message_id: str) -> str:
        with self._faults():
            await self._bot.delete_message(place.chat_id, int(message_id))
        return message_id

    async def send_draft(self, place: Place, draft_id: int, text: str, *, timeout_s: float) -> str:
        with self._faults():
            await self._bot.send_message_draft(
                place.chat_id,
                draft_id,
                text,
                message_thread_id=place.thread_id,
                read_timeout=timeout_s,
            )
        return ""

    async def send_voice(
        self,
        place: Place,
        ogg: bytes,
        caption: Body,
        *,
        duration_s: int,
        reply_to: int | None = None,
    ) -> str:
        with self._faults():
            message = await self._bot.send_voice(
                place.chat_id,
                InputFile(ogg, filename="voice.ogg"),
                caption=caption.text or None,
                parse_mode=caption.parse_mode,
                duration=duration_s,
                message_thread_id=place.thread_id,
                reply_parameters=_answering(reply_to),
            )
        return str(message.message_id)

    async def send_files(
        self, place: Place, items: Sequence[Item], caption: Body, *, reply_to: int | None = None
    ) -> str:
        """One file, or two to ten as an album, whose first message the caption and the id are."""
        common: dict[str, Any] = {
            "caption": caption.text or None,
            "parse_mode": caption.parse_mode,
            "message_thread_id": place.thread_id,
            "reply_parameters": _answering(reply_to),
            # Telegram works on a film after it has come, before it answers.
            "read_timeout": self._settings.media_write_timeout_s,
        }
        with self._faults():
            if len(items) > 1:
                album = [album_item(item) for item in items]
                return str((await self._bot.send_media_group(place.chat_id, album, **common))[0].id)
            (item,) = items
            send = self._sender(item.form)
            return str((await send(place.chat_id, body(item), **details(item), **common)).id)

    def _sender(self, form: Form) -> Callable[..., Awaitable[Message]]:
        senders: dict[Form, Callable[..., Awaitable[Message]]] = {
            Form.PHOTO: self._bot.send_photo,
            Form.ANIMATION: self._bot.send_animation,
            Form.VIDEO: self._bot.send_video,
            Form.AUDIO: self._bot.send_audio,
            Form.DOCUMENT: self._bot.send_document,
        }
        return senders[form]

    async def send_action(self, place: Place, action: str, *, timeout_s: float) -> None:
        with self._faults():
            await self._bot.send_chat_action(
                place.chat_id, action, message_thread_id=place.thread_id, read_timeout=timeout_s
            )

    def _faults(self) -> AbstractContextManager[None]:
        return faults(self._settings.token)


def _answering(message_id: int | None) -> ReplyParameters | None:
    if message_id is None:
        return None
    return ReplyParameters(message_id, allow_sending_without_reply=True)


def _limits(connections: int) -> httpx.Limits:
    return httpx.Limits(
        max_connections=connections,
        max_keepalive_connections=connections,
        keepalive_expiry=KEEPALIVE_S,
    )
