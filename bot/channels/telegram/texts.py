"""Text as messages: rendered, cut, in place of what grew, bare where the HTML is refused."""

from __future__ import annotations

import asyncio
from functools import partial

import structlog

from bot.channels.telegram.faults import Refusal, Rejected
from bot.channels.telegram.message import Bodies, bodies, either
from bot.channels.telegram.render import messages
from bot.channels.telegram.split import Chunk
from bot.channels.telegram.workings import Address, Workings
from bot.turns.channel import TextPart

log = structlog.get_logger()

RENDERED_AT_ONCE = 10_000  # characters; about 20 ms, more would hold other chats up


class Texts:
    """Sends the text of one turn, each message once."""

    def __init__(self, address: Address, workings: Workings) -> None:
        self._address = address
        self._outbox = workings.outbox
        self._receipts = workings.receipts
        self._limit = workings.settings.chunk_limit

    async def deliver(self, part: TextPart, *, grown: str = "") -> None:
        """Send `part`; its first message takes the place of the message `grown`. Raises `Fault`."""
        chunks = await chunks_of(part.markdown, limit=self._limit)
        last = len(chunks) - 1
        if not chunks:
            log.info("telegram.text.empty", turn=self._address.turn_id, part=part.key)
        for n, chunk in enumerate(chunks):
            first = n == 0
            send = partial(
                self._put,
                bodies(chunk, part.buttons if n == last else ()),
                grown=grown if first else "",
                reply_to=self._address.answering(part.answers and first),
            )
            await self._receipts.once(self._address.receipt(part.key, n), send)

    async def _put(self, words: Bodies, *, grown: str, reply_to: int | None) -> str:
        place = self._address.place
        if grown:
            try:
                return await either(partial(self._outbox.edit_text, place, grown), words)
            except Rejected as exc:
                if exc.kind is not Refusal.EDIT_TARGET_GONE:
                    raise
        return await either(partial(self._outbox.send_text, place, reply_to=reply_to), words)


async def chunks_of(markdown: str, *, limit: int) -> list[Chunk]:
    """`markdown` as messages of at most `limit` UTF-16 units; long text is rendered in a thread."""
    render = partial(messages, markdown, limit=limit)
    return render() if len(markdown) < RENDERED_AT_ONCE else await asyncio.to_thread(render)
