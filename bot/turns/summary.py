"""A long answer told shorter, for the ear; the text in the chat stays whole.

Source: facts/behaviour.md D3. Where the reference cuts the text when this fails, all of it is said.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass

import structlog

from bot.access.estimates import chat_work
from bot.errors import Refused, UpstreamError
from bot.turns.paying import Payer
from bot.turns.seams import Crew
from bot.values.chat import ChatDone, ChatRequest, TextDelta

log = structlog.get_logger()
TEMPERATURE = 0.3
CHARS_PER_TOKEN = 2  # scripts differ; the target is in characters
PROMPT = """\
Shorten the text below to at most {limit} characters, to be read aloud. Keep its language, its \
meaning and who speaks; leave out lists, links and code. Answer with the shortened text alone."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Makes them for one turn, each with a bill."""

    crew: Crew
    payer: Payer
    model: str

    async def __call__(self, text: str, limit: int) -> str:
        """`text` in about `limit` characters; as it is when no model can do that."""
        request = ChatRequest(
            model=self.model,
            messages=[
                {"role": "system", "content": PROMPT.format(limit=limit)},
                {"role": "user", "content": text},
            ],
            params={"temperature": TEMPERATURE},
            max_tokens=max(64, limit // CHARS_PER_TOKEN),
        )
        try:
            shorter = await self._asked(request)
        except (UpstreamError, Refused) as error:
            log.warning("summary.failed", code=error.code, status=error.status)
            return text
        return shorter if shorter and len(shorter) < len(text) else text

    async def _asked(self, request: ChatRequest) -> str:
        said = ""
        intent = self.payer.intent("chat", request.model)
        async with (
            self.crew.ledger.paid(intent, chat_work(request)) as bill,
            aclosing(self.crew.chat.stream(request)) as events,
        ):
            async for event in events:
                bill.begun = True
                if isinstance(event, TextDelta):
                    said += event.text
                elif isinstance(event, ChatDone):
                    bill.model, bill.generation_id = event.model, event.generation_id
                    bill.cost_micro_usd = event.usage.cost_micro_usd
        return said.strip()
