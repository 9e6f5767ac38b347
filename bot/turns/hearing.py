"""The ears of one turn: its notes are listened to once, what was heard is kept and echoed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from bot.errors import (
    AudioTooLarge,
    AudioUnreadable,
    DeliverError,
    NothingHeard,
    Refused,
    StageError,
    UpstreamError,
)
from bot.observe import killpoint
from bot.observe.trace import Trace
from bot.store.heard import HeardText
from bot.store.turns import Checkpoint
from bot.turns.channel import Channel
from bot.turns.ear import Ear
from bot.turns.looking import Looking
from bot.turns.luggage import is_film
from bot.turns.paying import Payer
from bot.turns.progress import Show
from bot.turns.seams import Crew
from bot.values.conversation import Attachment, Incoming
from bot.voice.language import language_of

log = structlog.get_logger()
ECHO_AFTER_S = 0.02  # rendering and sending it first would hold the question to the model up
DEAF = "I'm not set up to listen to voice notes. Please write to me."


@dataclass(frozen=True, slots=True)
class HeardNotes:
    """What the notes of a turn say: its `own`, and those of the message that is replied to.

    None stands for no note, or none that could be heard. `language` (ISO-639-1, "" when open) is
    that of the own ones. `failed` says why some of the own were not heard although there is
    something to answer, `quoted_failed` the same of the message that is replied to.
    """

    own: str | None = None
    quoted: str | None = None
    language: str = ""
    failed: tuple[StageError, ...] = ()
    quoted_failed: StageError | None = None


@dataclass(frozen=True, slots=True)
class _Turn:
    """What `Hearing.hear` was asked."""

    current: Callable[[], Incoming]
    messages: Callable[[], Sequence[Incoming]] | None
    checkpoint: Checkpoint
    language: str


class Hearing:
    """Listens to each note of one turn at most once, possibly ahead of its lane.

    `show_progress` shows how far a long note is: parts done, parts in all.
    """

    def __init__(
        self,
        crew: Crew,
        channel: Channel,
        looking: Looking,
        *,
        payer: Payer,
        trace: Trace,
        show_progress: Show | None = None,
    ) -> None:
        self._crew = crew
        self._payer = payer
        self._ear = Ear(
            crew, channel, looking, payer=payer, trace=trace, show_progress=show_progress
        )
        self._known: dict[str, HeardText | StageError] = {}
        self._saved: str | None = None
        self._listening: asyncio.Task[HeardNotes] | None = None
        self._echoing: asyncio.Task[None] | None = None

    async def hear(
        self,
        current: Callable[[], Incoming],
        checkpoint: Checkpoint,
        *,
        messages: Callable[[], Sequence[Incoming]] | None = None,
        language: str = "",
    ) -> HeardNotes:
        """What the notes of `current()` say, those included that join it meanwhile.

        `messages` gives the same one by one, so that `tools.media.audio.attachments` can choose
        within each; without it every recording is heard. `language` is what the conversation chose.
        Raises ListenError, Refused or UpstreamError when own notes are not heard. May be asked
        again, as when more has joined: what is known is not heard twice.
        """
        if self._listening is None or self._may_go_on(self._listening):
            turn = _Turn(current, messages, checkpoint, language)
            self._listening = asyncio.create_task(self._listen(turn), name="listening")
        # Shielded: who listens ahead of the lane and who waits in it share one call.
        return await asyncio.shield(self._listening)

    @staticmethod
    def _may_go_on(task: asyncio.Task[HeardNotes]) -> bool:
        return task.done() and not task.cancelled()

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
        await self._ear.cancel()

    async def close(self) -> None:
        """Wait until nothing is shown of the listening any more. Idempotent."""
        await self._ear.close()

    async def _listen(self, turn: _Turn) -> HeardNotes:
        """Until nothing is left that was not heard, not even what came during the last save."""
        while True:
            incoming = turn.current()
            own, quoted = self._own(turn, incoming), self._quoted(incoming)
            self._recall(turn.checkpoint, own)
            unheard = self._unheard(own, quoted)
            if unheard:
                async with asyncio.TaskGroup() as group:
                    for note in unheard:
                        group.create_task(self._hear_one(note, incoming, turn.language))
                continue
            heard = self._result(incoming, own, quoted)
            if heard.own is None or heard.own in (turn.checkpoint.heard, self._saved):
                return heard
            await self._crew.turns.save_heard(self._payer.turn_id, heard.own)
            self._saved = heard.own
            killpoint.reach("after-transcript")

    def _own(self, turn: _Turn, incoming: Incoming) -> list[Attachment]:
        """The notes to listen to, in order, the same file once."""
        if turn.messages is None:
            notes = [item for item in incoming.attachments if item.may_carry_sound]
        else:
            choose = self._crew.settings.ears.selection.of
            notes = [note for one in turn.messages() for note in choose(one.attachments)]
        return list({name(note): note for note in notes}.values())

    def _quoted(self, incoming: Incoming) -> list[Attachment]:
        """What the bot said itself it need not hear."""
        quote = incoming.quote
        if quote is None or quote.from_bot:
            return []
        return self._crew.settings.ears.selection.of(quote.attachments)

    def _recall(self, checkpoint: Checkpoint, own: Sequence[Attachment]) -> None:
        """One note may be known from an earlier process. Of several, some may have joined since."""
        if checkpoint.heard is not None and len(own) == 1 and name(own[0]) not in self._known:
            likely = self._crew.settings.listen.expected
            language = language_of(checkpoint.heard, hint=likely)
            self._known[name(own[0])] = HeardText(checkpoint.heard, language, 0.0)

    async def _hear_one(self, note: Attachment, incoming: Incoming, language: str) -> None:
        settings = self._crew.settings
        group = settings.ears.group(incoming)
        try:
            if not settings.hear:
                raise Refused("tools.media.audio.enabled is false", sentence=DEAF)
            if denied := settings.ears.refusal(incoming, note):
                raise Refused("the rules for notes deny it", sentence=denied)
            self._known[name(note)] = await self._ear.hear(
                note, language=language, longest_s=group.max_s
            )
        except StageError as error:
            if isinstance(error, AudioTooLarge) and group.max_s is not None:
                error.sentence = group.too_long
            log.info("listen.failed", code=error.code, detail=str(error))
            self._known[name(note)] = error

    def _unheard(self, own: Sequence[Attachment], quoted: Sequence[Attachment]) -> list[Attachment]:
        """The next notes to listen to. Where the service fails, no more is spent on the others."""
        if any(isinstance(self._known.get(name(note)), UpstreamError) for note in own):
            return []
        unheard = {name(note): note for note in (*own, *quoted) if name(note) not in self._known}
        return list(unheard.values())[: self._crew.settings.listen.concurrency]

    def _result(
        self, incoming: Incoming, own: Sequence[Attachment], quoted: Sequence[Attachment]
    ) -> HeardNotes:
        """Raises the error of the own notes unless enough was heard."""
        texts, failed = self._texts(own), self._failed(own)
        for error in failed.values():
            if isinstance(error, UpstreamError) or not (texts or _can_do_without(incoming, error)):
                raise error
        there, lost = self._texts(quoted), self._failed(quoted)
        return HeardNotes(
            own="\n".join(text.text for text in texts) if texts else None,
            quoted="\n".join(text.text for text in there) if there else None,
            language=next((text.language for text in texts if text.language), ""),
            failed=tuple(error for note, error in failed.items() if not _mute(note, error)),
            quoted_failed=next(iter(lost.values()), None) if not there else None,
        )

    def _texts(self, notes: Sequence[Attachment]) -> list[HeardText]:
        known = (self._known.get(name(note)) for note in notes)
        return [text for text in known if isinstance(text, HeardText)]

    def _failed(self, notes: Sequence[Attachment]) -> dict[Attachment, StageError]:
        known = ((note, self._known.get(name(note))) for note in notes)
        return {note: error for note, error in known if isinstance(error, StageError)}


def name(note: Attachment) -> str:
    """What tells the files of one turn apart."""
    return note.unique_id or note.ref


def _can_do_without(incoming: Incoming, error: StageError) -> bool:
    """Whether the words beside a note will do: where notes are not listened to, by the rules."""
    return isinstance(error, Refused) and bool(incoming.text)


def _mute(note: Attachment, error: StageError) -> bool:
    """One film of several may well be silent."""
    return is_film(note) and isinstance(error, AudioUnreadable | NothingHeard)
