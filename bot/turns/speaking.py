"""The voice of one turn: what of the answer is said, in which voice, while the model writes.

A speaker begins once it is known what to say and in which language; until then text is held.
Sources: facts/behaviour.md D3, D4; design "speak" and "Interrupting".
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.observe.trace import Stage, Trace
from bot.store.speech import SpeechFolder
from bot.turns.manner import Manner, worth_saying
from bot.turns.paying import PaidSynthesizer, Payer
from bot.turns.seams import Crew
from bot.values.audio import Bubble, Voice
from bot.voice.assembly import OnBubble
from bot.voice.directives import Split, SpokenSettings
from bot.voice.language import language_of
from bot.voice.speak import Speaker
from bot.voice.voice_choice import languages_of, voice_for

SURE_CHARS = 24  # of an answer tell its language, where it can be told at all
ENOUGH_CHARS = 80  # what is not clear by then never is

Summarise = Callable[[str, int], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Orders:
    """How one answer is to be spoken. `heard_language` is what the person spoke."""

    manner: Manner
    heard_language: str = ""
    insists: bool = False  # short or not: the person asked for exactly this


class Speaking:
    """Says one answer, or nothing. Whoever makes one calls `finish` or `cancel`.

    `on_bubble` takes bubbles that are given out before the answer is complete.
    """

    def __init__(
        self,
        crew: Crew,
        payer: Payer,
        orders: Orders,
        *,
        trace: Trace,
        on_bubble: OnBubble,
        summarise: Summarise,
    ) -> None:
        self._crew = crew
        self._payer = payer
        self._manner = orders.manner
        self._orders = orders
        self._trace = trace
        self._on_bubble = on_bubble
        self._summarise = summarise
        self._folder = SpeechFolder(crew.speech_folder / payer.turn_id)
        self._resumed = False
        self._speaker: Speaker | None = None
        self._held = ""  # not given to a speaker yet
        self._insists = orders.insists
        self._blocks = ""  # what the model marked as the words to say
        self._asked = SpokenSettings()
        self._tagged = False
        self._given_out = 0
        self._hushed = False
        self._finishing: asyncio.Task[tuple[Bubble, ...]] | None = None

    async def prepare(self) -> None:
        """Look whether an earlier process began to speak this answer."""
        self._resumed = self._manner.speaks and await self._folder.begun()

    @property
    def active(self) -> bool:
        """Whether something is, or may still be, said."""
        return self._manner.speaks and not self._hushed

    @property
    def first_index(self) -> int:
        """The number of the first bubble that `finish` gives."""
        return 0 if self._speaker is None else self._speaker.first_index

    def feed(self, split: Split) -> None:
        """More of the answer. Returns at once."""
        if not self.active:
            return
        self._tagged |= split.tagged
        self._asked = split.settings
        if split.only_spoken != self._blocks:
            self._say_blocks(split.only_spoken)
        elif not self._blocks:
            self._held += split.spoken
        self._pass_on(complete=False)

    def round_ended(self, *, final: bool) -> None:
        """The model has written all of one answer; unless `final` it called tools instead."""
        if not final and self._manner.final_only:
            self._held = ""
            if self._speaker is not None:
                self._speaker.drop_pending()
        elif self._speaker is not None:
            self._speaker.end_of_stretch()

    def hush(self) -> None:
        """Say no more: what was asked for and is paid comes in, nothing else. Idempotent."""
        if self._hushed:
            return
        self._hushed = True
        if self._speaker is not None:
            self._speaker.hush()
            self._crew.tasks.spawn(self._run_out(self._speaker), name="speech runs out")

    def end(self) -> None:
        """The answer is complete: let the last sentence go to synthesis now."""
        if self._finishing is None and self.active:
            self._finishing = asyncio.create_task(self._finish(), name="speaking")

    async def finish(self) -> tuple[Bubble, ...]:
        """The bubbles that are still to be sent. Raises UpstreamError."""
        self.end()
        if self._finishing is None:
            return ()
        bubbles = await self._finishing
        self._trace.mark(Stage.SPOKEN, bubbles=len(bubbles))
        return () if self._hushed else bubbles

    async def cancel(self) -> None:
        """Close what is open and make nothing more. Idempotent."""
        if self._finishing is not None:
            self._finishing.cancel()
            await asyncio.wait({self._finishing})
        if self._speaker is not None and not self._hushed:
            await self._speaker.cancel()

    async def forget(self) -> None:
        """Delete the stored segments of this turn."""
        if not self._hushed:
            await self._folder.clear()

    async def _run_out(self, speaker: Speaker) -> None:
        await speaker.drained()
        await self._folder.clear()

    # -- what is said

    def _say_blocks(self, blocks: str) -> None:
        """The model has marked the words to say: they are said in place of the others."""
        if self._given_out:
            return  # too late to take anything back
        if not self._blocks:
            self._held = ""
            self._abandon()
        self._held += blocks.removeprefix(self._blocks)
        self._blocks = blocks
        self._insists = True

    def _abandon(self) -> None:
        speaker, self._speaker = self._speaker, None
        if speaker is not None:
            speaker.hush()
            self._crew.tasks.spawn(speaker.drained(), name="speech runs out")

    def _pass_on(self, *, complete: bool) -> None:
        """Give held text to the speaker, as soon as it is known that and how it is spoken."""
        if not self._held:
            return
        if self._speaker is None:
            if not self._may_begin(complete=complete):
                return
            self._speaker = self._speaker_for(self._held)
        held, self._held = self._held, ""
        self._speaker.feed(held)

    def _may_begin(self, *, complete: bool) -> bool:
        if not (self._insists or worth_saying(self._held)):
            return False
        if self._manner.waits_for_tag and not (self._blocks or (self._tagged and complete)):
            return False  # which words are meant shows only at the end, or in a block
        if self._manner.summary_chars is not None and not complete:
            return False
        size = len(self._held)
        return complete or size >= ENOUGH_CHARS or (size >= SURE_CHARS and bool(self._language()))

    async def _finish(self) -> tuple[Bubble, ...]:
        limit = self._manner.summary_chars
        if limit is not None and len(self._held) > limit and not self._blocks:
            self._held = await self._summarise(self._held, limit)
        self._pass_on(complete=True)
        if self._speaker is None:
            return ()
        return await self._speaker.finish()

    # -- how it is said

    def _language(self) -> str:
        return self._asked.language or language_of(self._held, hint=self._orders.heard_language)

    def _voice(self, language: str) -> Voice:
        manner, settings = self._manner, self._crew.settings.manner
        voice = manner.voice
        if not manner.voice_chosen:
            voice = voice_for(
                language, configured=voice, by_language=settings.voices, speaks=languages_of
            )
        if self._asked.model:
            voice = replace(voice, model=self._asked.model, format=None)
        return replace(voice, name=self._asked.voice) if self._asked.voice else voice

    def _speaker_for(self, text: str) -> Speaker:
        language = self._language()
        voice = self._voice(language)
        self._trace.mark("voice", name=voice.name, language=language)
        settings = replace(
            self._crew.settings.speak,
            language=language,
            progressive=self._manner.progressive,
            hold_first=self._manner.final_only,
            store=self._folder,
            resumed=self._resumed,
        )
        return Speaker(
            synthesizer=PaidSynthesizer(
                self._crew.synthesizer,
                ledger=self._crew.ledger,
                store=self._folder,
                payer=self._payer,
            ),
            voice=voice,
            workshop=self._crew.workshop,
            settings=settings,
            on_event=self._trace.mark,
            on_bubble=self._give_out,
            clock=self._crew.clock,
        )

    def _give_out(self, bubble: Bubble, number: int) -> None:
        self._given_out += 1
        self._on_bubble(bubble, number)
