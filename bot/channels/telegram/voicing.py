"""Voice messages on their way to a chat, with the answer as their caption where that is wanted."""

from __future__ import annotations

from functools import partial

from bot.channels.telegram.faults import Refusal, Rejected, voice_forbidden
from bot.channels.telegram.message import WORDLESS, bodies, either
from bot.channels.telegram.pulse import Pulse
from bot.channels.telegram.settings import CAPTION_LIMIT
from bot.channels.telegram.texts import Texts, chunks_of
from bot.channels.telegram.workings import Address, Workings
from bot.turns.channel import TextPart, VoicePart

UPLOADING = "upload_voice"


class Voicing:
    """Sends the bubbles of one turn, each once."""

    def __init__(self, address: Address, workings: Workings, *, texts: Texts, pulse: Pulse) -> None:
        self._address = address
        self._workings = workings
        self._texts = texts
        self._pulse = pulse

    async def deliver(self, part: VoicePart) -> None:
        """Send `part`, and as text what is too long for a caption.

        Raises VoiceForbidden where voice was refused before, and `Fault`.
        """
        place = self._address.place
        chat_id = str(place.chat_id)
        if await self._workings.memory.forbids_voice(chat_id):
            raise voice_forbidden("remembered", in_group=place.chat_id < 0)
        chunks = await chunks_of(part.markdown, limit=CAPTION_LIMIT) if part.markdown else []
        caption = bodies(chunks[0]) if len(chunks) == 1 else WORDLESS
        send = partial(
            self._workings.outbox.send_voice,
            place,
            part.bubble.ogg,
            duration_s=max(1, round(part.bubble.duration_s)),
            reply_to=self._address.answering(part.answers),
            unwanted=part.unwanted,
        )
        try:
            with self._pulse.during(UPLOADING):
                await self._workings.receipts.once(
                    self._address.receipt(part.key), partial(either, send, caption)
                )
        except Rejected as exc:
            if exc.kind is Refusal.VOICE_FORBIDDEN:
                await self._workings.memory.remember_voice_forbidden(chat_id)
            raise
        if len(chunks) > 1:
            await self._texts.deliver(TextPart(part.key, part.markdown))
