"""The voice of one turn: decides whether it speaks, and runs the speaker while the model writes."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.observe.trace import Stage, Trace
from bot.store.speech import SpeechFolder
from bot.turns.paying import PaidSynthesizer, Payer
from bot.turns.seams import Crew
from bot.values.audio import Bubble
from bot.voice.speak import Speaker

SPEAKS_ALWAYS = "always"
SPEAKS_TO_VOICE = "inbound"


class Speaking:
    """A speaker, or nothing when this turn is not spoken."""

    def __init__(self, speaker: Speaker | None, folder: SpeechFolder, trace: Trace) -> None:
        self._speaker = speaker
        self._folder = folder
        self._trace = trace
        self._finishing: asyncio.Task[tuple[Bubble, ...]] | None = None

    @classmethod
    async def begin(cls, crew: Crew, payer: Payer, *, was_voice: bool, trace: Trace) -> Speaking:
        """Get ready to speak if `messages.tts.auto` and the chat want it."""
        folder = SpeechFolder(crew.speech_folder / payer.turn_id)
        auto = crew.settings.tts_auto
        wanted = auto == SPEAKS_ALWAYS or (auto == SPEAKS_TO_VOICE and was_voice)
        if not wanted or await crew.history.refuses_voice(payer.conversation):
            return cls(None, folder, trace)
        speaker = Speaker(
            synthesizer=PaidSynthesizer(
                crew.synthesizer, ledger=crew.ledger, store=folder, payer=payer
            ),
            voice=crew.settings.voice,
            workshop=crew.workshop,
            settings=replace(crew.settings.speak, store=folder, resumed=await folder.begun()),
            on_event=trace.mark,
        )
        return cls(speaker, folder, trace)

    @property
    def active(self) -> bool:
        return self._speaker is not None

    def feed(self, text: str) -> None:
        """More of the answer. Returns at once."""
        if self._speaker is not None:
            self._speaker.feed(text)

    def hush(self) -> None:
        """Say no more."""

    def end(self) -> None:
        """The answer is complete: let the last sentence go to synthesis now."""
        if self._speaker is not None and self._finishing is None:
            self._finishing = asyncio.create_task(self._speaker.finish(), name="speaking")

    async def finish(self) -> tuple[Bubble, ...]:
        """The bubbles of the whole answer. Raises UpstreamError."""
        self.end()
        if self._finishing is None:
            return ()
        bubbles = await self._finishing
        self._trace.mark(Stage.SPOKEN, bubbles=len(bubbles))
        return bubbles

    async def cancel(self) -> None:
        """Close what is open and make nothing more. Idempotent."""
        if self._finishing is not None:
            self._finishing.cancel()
            await asyncio.wait({self._finishing})
        if self._speaker is not None:
            await self._speaker.cancel()

    async def forget(self) -> None:
        """Delete the stored segments of this turn."""
        await self._folder.clear()
