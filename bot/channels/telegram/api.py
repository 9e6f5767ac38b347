"""The only module that holds `telegram.Bot`: typed calls out, `Fault`s back, no policy."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    ReplyParameters,
    error,
)
from telegram.request import HTTPXRequest
from telegram.warnings import PTBUserWarning

from bot.channels.telegram.faults import (
    Conflicted,
    Fault,
    MethodMissing,
    Refusal,
    Rejected,
    Throttled,
    Unauthorised,
    Unreachable,
    classify,
)
from bot.channels.telegram.settings import TelegramSettings
from bot.turns.channel import Rows

SEND_CONNECTIONS = 64
POLL_CONNECTIONS = 2  # one to poll, one while a stalled one is being given up
KEEPALIVE_S = 120.0
HTML = "HTML"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes. `thread_id` None is the chat itself or a forum's General topic."""

    chat_id: int
    thread_id: int | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """Text as it is handed to Telegram."""

    text: str
    html: bool = False
    buttons: Rows = ()

    @property
    def parse_mode(self) -> str | None:
        return HTML if self.html else None

    @property
    def keyboard(self) -> InlineKeyboardMarkup | None:
        if not self.buttons:
            return None
        return InlineKeyboardMarkup(
            [
                [InlineKeyboardButton(button.label, callback_data=button.command) for button in row]
                for row in self.buttons
            ]
        )


@dataclass(frozen=True, slots=True)
class Me:
    id: int
    username: str


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
            return Me(id=self._bot.id, username=self._bot.username)

    def _make(self) -> tuple[Bot, httpx.AsyncClient]:
        # getUpdates goes through do_api_request on purpose: its results must stay raw JSON.
        # RetryAfter announces a type that `translate` understands already.
        warnings.filterwarnings("ignore", r"Please use 'Bot\.getUpdates'", PTBUserWarning)
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

    async def locate(self, file_id: str) -> str:
        """The address of a file. It contains the bot token: never log it, never store it."""
        with self._faults():
            return (await self._bot.get_file(file_id)).file_path or ""

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
        self, place: Place, ogg: bytes, *, duration_s: int, reply_to: int | None = None
    ) -> str:
        with self._faults():
            message = await self._bot.send_voice(
                place.chat_id,
                InputFile(ogg, filename="voice.ogg"),
                duration=duration_s,
                message_thread_id=place.thread_id,
                reply_parameters=_answering(reply_to),
            )
        return str(message.message_id)

    async def send_action(self, place: Place, action: str, *, timeout_s: float) -> None:
        with self._faults():
            await self._bot.send_chat_action(
                place.chat_id, action, message_thread_id=place.thread_id, read_timeout=timeout_s
            )

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except error.TelegramError as exc:
            # `from None`: messages and addresses below may contain the token.
            raise translate(exc, token=self._settings.token) from None


def translate(exc: error.TelegramError, *, token: str) -> Fault:
    """The library's error as a `Fault`, by kind; the token is cut out of what is kept."""
    text = (exc.message.replace(token, "***") if token else exc.message)[:300]
    match exc:
        case error.RetryAfter():
            wait = exc.retry_after
            return Throttled(wait.total_seconds() if isinstance(wait, timedelta) else float(wait))
        case error.ChatMigrated():
            return Rejected(Refusal.CHAT_GONE, "group became a supergroup")
        case error.InvalidToken() | error.EndPointNotFound():
            cause = exc.__cause__
            said = str(getattr(cause, "message", "")) if cause else text
            missing = "not found" in said.lower()
            return MethodMissing("404 Not Found") if missing else Unauthorised("401 Unauthorized")
        case error.Forbidden():
            return Rejected(Refusal.CHAT_GONE, text)
        case error.Conflict():
            return Conflicted(text)
        case error.BadRequest():
            return Rejected(classify(text), text)
        case _ if text.startswith("Unknown error in HTTP implementation"):
            return Rejected(Refusal.OTHER, text)  # a fault of the request itself: no retry helps
        case _:
            return Unreachable(text)


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
