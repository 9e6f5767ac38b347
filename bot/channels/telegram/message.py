"""Where a message goes and what it says, as it is handed to Telegram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import structlog
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram.faults import Refusal, Rejected
from bot.channels.telegram.split import Chunk
from bot.turns.channel import Rows

log = structlog.get_logger()

HTML = "HTML"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes. `thread_id` None is the chat itself or a forum's General topic."""

    chat_id: int
    thread_id: int | None = None

    @property
    def is_private(self) -> bool:
        """People have positive ids, groups and channels negative ones."""
        return self.chat_id > 0


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


NO_WORDS = Body("")


class Bodies(NamedTuple):
    """The same words twice: as HTML, and bare for when Telegram refuses the HTML."""

    html: Body
    plain: Body


WORDLESS = Bodies(NO_WORDS, NO_WORDS)


def bodies(chunk: Chunk, buttons: Rows = ()) -> Bodies:
    return Bodies(Body(chunk.html, html=True, buttons=buttons), Body(chunk.plain, buttons=buttons))


class Send(Protocol):
    """Sends one body; the message id."""

    async def __call__(self, body: Body, /) -> str: ...


async def either(send: Send, words: Bodies) -> str:
    """Send `words` as HTML, and at once bare when Telegram can't parse them."""
    try:
        return await send(words.html)
    except Rejected as exc:
        if exc.kind is not Refusal.CANT_PARSE:
            raise
        log.warning("telegram.html.refused", reason=exc.description)
        return await send(words.plain)
