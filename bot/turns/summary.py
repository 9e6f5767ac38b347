"""A long answer told shorter, for the ear; the text in the chat stays whole.

Source: facts/behaviour.md D3. Where the reference cuts the text when this fails, all of it is said.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from hashlib import sha256

import structlog

from bot.access.estimates import chat_work
from bot.errors import Refused, UpstreamError
from bot.store.speech import SpeechFolder
from bot.turns.paying import Payer
from bot.turns.seams import Crew
from bot.turns.written import written
from bot.values.chat import ChatRequest

log = structlog.get_logger()
TEMPERATURE = 0.3
LEAST_TOKENS = 64
KEPT = "summary"
PROMPT = """\
Shorten the text below to at most {limit} characters, to be read aloud. Keep its language, its \
meaning and who speaks; leave out lists, links and code. Answer with the shortened text alone."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Makes them for one turn, each with a bill; the same is not made again after a crash."""

    crew: Crew
    payer: Payer
    model: str

    async def __call__(self, text: str, limit: int) -> str:
        """`text` in about `limit` characters; as it is when no model can do that."""
        fingerprint = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        kept = await self._folder.facts(KEPT)
        if kept.get("of") == fingerprint and isinstance(kept.get("text"), str):
            return str(kept["text"])
        request = ChatRequest(
            model=self.model,
            messages=[
                {"role": "system", "content": PROMPT.format(limit=limit)},
                {"role": "user", "content": text},
            ],
            params={"temperature": TEMPERATURE},
            max_tokens=max(LEAST_TOKENS, limit),  # in some scripts a character is a token
        )
        try:
            return await self._asked(request, text, fingerprint=fingerprint)
        except (UpstreamError, Refused) as error:
            log.warning("summary.failed", code=error.code, status=error.status, detail=str(error))
            return text

    @property
    def _folder(self) -> SpeechFolder:
        return SpeechFolder(self.crew.speech_folder / self.payer.turn_id)

    async def _asked(self, request: ChatRequest, text: str, *, fingerprint: str) -> str:
        intent = self.payer.intent("chat", request.model)
        async with (
            self.crew.ledger.paid(intent, chat_work(request)) as bill,
            aclosing(self.crew.chat.stream(request)) as events,
        ):
            said = await written(events, bill)
            # Half a summary ends in the middle of a sentence; what it left out is nowhere.
            useful = said.text and said.finish != "length" and len(said.text) < len(text)
            shorter = said.text if useful else text
            await self._folder.keep(KEPT, {"of": fingerprint, "text": shorter})
        return shorter
