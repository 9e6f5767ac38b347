"""One note of a turn becomes text: known from before, or fetched, listened to and kept."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from bot.errors import AudioTooLarge, NothingHeard
from bot.observe.trace import Stage, Trace
from bot.store.heard import HeardFile, HeardText
from bot.turns.channel import Channel
from bot.turns.looking import Looking
from bot.turns.luggage import is_film
from bot.turns.paying import PaidTranscriber, Payer
from bot.turns.progress import Progress, Show
from bot.turns.seams import Crew
from bot.values.conversation import Attachment, Conversation
from bot.voice.language import iso_639_1
from bot.voice.listen import ListenSettings, listen

PARTS_BITS = 16  # of the number of a part; the bits above tell the notes of one turn apart
NAME_BYTES = 5
MB = 1_000_000
TELEGRAM_MB = 20  # the error's own sentence is about this limit
TOO_LARGE = (
    "That recording is over {mb:g} MB, more than I can fetch. Please send it in shorter parts."
)


class Ear:
    """Listens to the notes of one turn, one at a time.

    `show_progress` shows how far a long one is, and takes that away again; see `Progress`.
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
        self._channel = channel
        self._looking = looking
        self._payer = payer
        self._trace = trace
        self._show_progress = show_progress
        self._progress: list[Progress] = []

    async def hear(
        self, note: Attachment, *, language: str = "", longest_s: float | None = None
    ) -> HeardText:
        """What `note` says; `language` is what the conversation chose.

        AudioTooLarge is also raised for what turns out longer than `longest_s`; nothing was paid.

        Raises ListenError or UpstreamError. Nothing that was finished in this or an earlier
        process is paid again, nor is the same file, wherever it was heard.
        """
        wanted = self._listening_in(language)
        if longest_s is not None:
            longest_s = min(longest_s, wanted.limits.max_s)
            wanted = replace(wanted, limits=replace(wanted.limits, max_s=longest_s))
        if not note.unique_id:
            return await self._listen(note, wanted)
        file = HeardFile(
            channel=Conversation.parse(self._payer.conversation).channel,
            unique_id=note.unique_id,
            asked=self._crew.settings.transcription_model,
            hint=iso_639_1(wanted.language or wanted.expected),
        )
        async with self._crew.heard.alone(file):
            return await self._find(file) or await self._listen(note, wanted, file)

    def _listening_in(self, language: str) -> ListenSettings:
        settings = self._crew.settings.listen
        chosen = iso_639_1(language)
        return replace(settings, language=chosen) if chosen else settings

    async def _find(self, file: HeardFile) -> HeardText | None:
        known = await self._crew.heard.find(file)
        if known is None:
            return None
        if not known.text:
            raise NothingHeard("nothing was heard in this file before")
        self._trace.mark(Stage.HEARD, known=True, chars=len(known.text))
        return known

    async def _listen(
        self, note: Attachment, settings: ListenSettings, file: HeardFile | None = None
    ) -> HeardText:
        data = await self._fetch(note)
        self._trace.mark(Stage.FETCHED, bytes=len(data))
        transcriber = PaidTranscriber(
            self._crew.transcriber,
            model=self._crew.settings.transcription_model,
            ledger=self._crew.ledger,
            turns=self._crew.turns,
            payer=self._payer,
            first_part=first_part(note),
        )
        progress = self._new_progress()
        try:
            heard = await listen(
                data,
                mime=note.mime,
                file_name=note.file_name,
                transcriber=transcriber,
                workshop=self._crew.workshop,
                settings=settings,
                on_progress=progress.tell if progress else None,
            )
        except NothingHeard:
            if file is not None and transcriber.calls:  # what the gate finds out costs nothing
                await self._crew.heard.save(file, HeardText("", "", 0.0))
            raise
        finally:
            if progress is not None:
                progress.end()
        self._trace.mark(Stage.HEARD, seconds=round(heard.duration_s, 1), chars=len(heard.text))
        text = HeardText(heard.text, heard.language, heard.duration_s)
        if file is not None:
            await self._crew.heard.save(file, text)
        return text

    async def close(self) -> None:
        """Wait until nothing is shown of the listening any more."""
        for progress in self._progress:
            await progress.ended()

    async def cancel(self) -> None:
        """The same, where nobody waits for the chat."""
        for progress in self._progress:
            await progress.cancel()

    def _new_progress(self) -> Progress | None:
        if self._show_progress is None:
            return None
        self._progress.append(Progress(self._show_progress))
        return self._progress[-1]

    async def _fetch(self, note: Attachment) -> bytes:
        limit = self._crew.settings.download_limit_bytes
        if note.size_bytes is not None and note.size_bytes > limit:
            sentence = "" if limit == TELEGRAM_MB * MB else TOO_LARGE.format(mb=limit / MB)
            raise AudioTooLarge(f"{note.size_bytes} bytes claimed", sentence=sentence)
        if is_film(note):
            return await self._looking.film(note)
        return await self._channel.fetch(note, limit_bytes=limit)


def first_part(note: Attachment) -> int:
    """Where the part numbers of `note` begin: the same after a restart, whatever else joined."""
    name = sha256((note.unique_id or note.ref).encode()).digest()[:NAME_BYTES]
    return int.from_bytes(name) << PARTS_BITS
