"""The ears of one turn: fetch the notes, listen to them once, keep what was heard, echo it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.errors import (
    AudioTooLarge,
    AudioUnreadable,
    DeliverError,
    ListenError,
    NothingHeard,
    Refused,
)
from bot.observe import killpoint
from bot.observe.trace import Stage, Trace
from bot.store.turns import Checkpoint
from bot.turns.channel import Channel
from bot.turns.looking import Looking
from bot.turns.luggage import is_film
from bot.turns.paying import PaidTranscriber, Payer
from bot.turns.seams import Crew
from bot.values.conversation import Attachment, Incoming
from bot.voice.listen import listen

log = structlog.get_logger()
ECHO_AFTER_S = 0.02  # rendering and sending it first would hold the question to the model up
DEAF = "I'm not set up to listen to voice notes. Please write to me."


class Hearing:
    """Listens to the notes of one turn at most once, possibly ahead of its lane."""

    def __init__(
        self, crew: Crew, channel: Channel, looking: Looking, *, payer: Payer, trace: Trace
    ) -> None:
        self._crew = crew
        self._channel = channel
        self._looking = looking
        self._payer = payer
        self._trace = trace
        self._listening: asyncio.Task[str] | None = None
        self._echoing: asyncio.Task[None] | None = None

    async def hear(self, incoming: Incoming, checkpoint: Checkpoint) -> str:
        """What the notes of `incoming` say. Raises ListenError or UpstreamError."""
        if checkpoint.heard is not None:
            return checkpoint.heard
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen(incoming), name="listening")
        # Shielded: who listens ahead of the lane and who waits in it share one call.
        return await asyncio.shield(self._listening)

    def echo(self, send: Callable[[], Awaitable[None]]) -> None:
        """Show what was heard while the model already thinks."""

        async def after_the_request() -> None:
            await self._crew.clock.sleep(ECHO_AFTER_S)
            await send()

        self._echoing = asyncio.create_task(after_the_request(), name="echo")

    @property
    def echo_is_out(self) -> bool:
        """Whether nothing of the answer would overtake the echo."""
        return self._echoing is None or self._echoing.done()

    async def echoed(self) -> None:
        """Wait for the echo, so that it stands before the answer. Its failure matters to nobody."""
        if self._echoing is None:
            return
        try:
            await self._echoing
        except DeliverError as error:
            log.warning("echo.failed", code=error.code, detail=str(error))

    def abort(self) -> None:
        """Close what is open upstream. Idempotent: a second cancel would break off the closing."""
        for task in (self._listening, self._echoing):
            if task is not None and not task.cancelling():
                task.cancel()

    async def cancel(self) -> None:
        """Abort and wait until everything has ended."""
        self.abort()
        tasks = [task for task in (self._listening, self._echoing) if task is not None]
        if tasks:
            await asyncio.wait(tasks)

    async def _listen(self, incoming: Incoming) -> str:
        notes = [item for item in incoming.attachments if item.may_carry_sound]
        settings = self._crew.settings
        if not notes or not settings.hear:
            raise Refused("tools.media.audio.enabled is false", sentence=DEAF)
        transcriber = PaidTranscriber(
            self._crew.transcriber,
            model=settings.transcription_model,
            ledger=self._crew.ledger,
            turns=self._crew.turns,
            payer=self._payer,
        )
        said, deaf = [], None
        for note in notes:  # one by one: the parts of all are told apart by their order
            try:
                said.append(await self._hear_one(note, transcriber))
            except (AudioUnreadable, NothingHeard) as error:
                if not is_film(note):
                    raise
                deaf = error  # one film of several may well be silent
        if not said:
            raise deaf or ListenError()
        heard = "\n".join(said)
        await self._crew.turns.save_heard(self._payer.turn_id, heard)
        killpoint.reach("after-transcript")
        return heard

    async def _hear_one(self, note: Attachment, transcriber: PaidTranscriber) -> str:
        settings = self._crew.settings
        data = await self._fetch(note)
        self._trace.mark(Stage.FETCHED, bytes=len(data))
        heard = await listen(
            data,
            mime=note.mime,
            file_name=note.file_name,
            transcriber=transcriber,
            workshop=self._crew.workshop,
            settings=settings.listen,
        )
        self._trace.mark(Stage.HEARD, seconds=round(heard.duration_s, 1), chars=len(heard.text))
        return heard.text

    async def _fetch(self, note: Attachment) -> bytes:
        limit = self._crew.settings.download_limit_bytes
        if note.size_bytes is not None and note.size_bytes > limit:
            raise AudioTooLarge(f"{note.size_bytes} bytes claimed")
        if is_film(note):
            return await self._looking.film(note)
        return await self._channel.fetch(note, limit_bytes=limit)
