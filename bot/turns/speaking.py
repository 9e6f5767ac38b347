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
from bot.turns.timbre import Timbre
from bot.values.audio import Bubble
from bot.voice.assembly import OnBubble
from bot.voice.directives import Split, SpokenSettings
from bot.voice.speak import Speaker

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
        self._timbre = Timbre(
            crew, orders.manner, self._folder, heard_language=orders.heard_language
        )
        self._resumed = False
        self._speaker: Speaker | None = None
        self._held = ""  # not given to a speaker yet
        self._insists = orders.insists
        self._blocks = ""  # what the model marked as the words to say, in this round
        self._all_blocks = ""  # in all rounds
        self._blocks_before = 0  # characters of them from earlier rounds
        self._tag_spent = False  # what was marked so far was a block of an earlier round
        self._asked = SpokenSettings()
        self._tagged = False
        self._given_out = 0
        self.hushed = asyncio.Event()
        self._finishing: asyncio.Task[tuple[Bubble, ...]] | None = None

    async def prepare(self) -> None:
        """Look whether an earlier process began to speak this answer."""
        if self._manner.speaks:
            self._resumed = await self._folder.begun()
            await self._timbre.recall()

    @property
    def speaks(self) -> bool:
        """Whether this answer is spoken unless somebody interrupts."""
        return self._manner.speaks

    @property
    def active(self) -> bool:
        """Whether something is, or may still be, said."""
        return self._manner.speaks and not self.hushed.is_set()

    @property
    def first_index(self) -> int:
        """The number of the first bubble that `finish` gives."""
        return 0 if self._speaker is None else self._speaker.first_index

    def feed(self, split: Split) -> None:
        """More of the answer. Returns at once."""
        if not self.active:
            return
        self._tagged = split.tagged and not self._tag_spent
        self._asked = split.settings
        self._all_blocks = split.only_spoken
        blocks = split.only_spoken[self._blocks_before :].lstrip()
        if blocks != self._blocks:
            self._say_blocks(blocks)
        elif not self._blocks:
            self._held += split.spoken
        self._pass_on(complete=False)

    def round_ended(self, *, final: bool) -> None:
        """The model has written all of one answer; unless `final` it called tools instead."""
        if not final and self._manner.final_only:
            self._held = ""
            if self._speaker is not None:
                self._speaker.drop_pending()
        else:
            if not final and self._blocks:
                self._pass_on(complete=True)  # the words are marked and all there
            if self._speaker is not None:
                self._speaker.end_of_stretch()
        if not final:
            self._forget_blocks()

    def hush(self) -> None:
        """Say no more: speech that was asked for and is paid comes in, nothing else. Idempotent."""
        if self.hushed.is_set():
            return
        self.hushed.set()
        if self._speaker is not None:
            self._speaker.hush()
            self._crew.tasks.spawn(self._run_out(self._speaker), name="speech runs out")
        elif self._finishing is not None:
            self._finishing.cancel()  # a summary that nobody will hear

    def end(self) -> None:
        """The answer is complete: let the last sentence go to synthesis now."""
        if self._finishing is None and self.active:
            self._finishing = asyncio.create_task(self._finish(), name="speaking")

    async def finish(self) -> tuple[Bubble, ...]:
        """The bubbles that are still to be sent. Raises UpstreamError."""
        self.end()
        if self._finishing is None:
            return ()
        await asyncio.wait({self._finishing})
        if self._finishing.cancelled():
            return ()
        bubbles = self._finishing.result()
        self._trace.mark(Stage.SPOKEN, bubbles=len(bubbles))
        return () if self.hushed.is_set() else bubbles

    async def cancel(self) -> None:
        """Close what is open and make nothing more. Idempotent."""
        if self._finishing is not None:
            self._finishing.cancel()
            await asyncio.wait({self._finishing})
        if self._speaker is not None and not self.hushed.is_set():
            await self._speaker.cancel()

    async def forget(self) -> None:
        """Delete the stored segments of this turn."""
        if self._speaker is None or not self.hushed.is_set():
            await self._timbre.settled()
            await self._folder.clear()

    async def _run_out(self, speaker: Speaker) -> None:
        await speaker.drained()
        await self._timbre.settled()
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

    def _forget_blocks(self) -> None:
        """A new round begins: what was marked before is no word of its answer."""
        self._tag_spent |= bool(self._blocks)
        self._blocks_before = len(self._all_blocks)
        self._blocks = ""
        self._insists = self._orders.insists

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
            if self.hushed.is_set():
                return ()
        self._pass_on(complete=True)
        if self._speaker is None:
            return ()
        return await self._speaker.finish()

    # -- how it is said

    def _language(self) -> str:
        return self._timbre.language(self._held, self._asked)

    def _speaker_for(self, text: str) -> Speaker:
        chosen = self._timbre.choose(text, self._asked)
        self._trace.mark("voice", name=chosen.voice.name, language=chosen.language)
        settings = replace(
            self._crew.settings.speak,
            language=chosen.language,
            spare_voice=chosen.spare,
            progressive=self._manner.progressive,
            hold_first=self._manner.final_only,
            store=self._folder,
            resumed=self._resumed,
        )
        return Speaker(
            synthesizer=self._timbre.behind(self._paid_synthesizer()),
            voice=chosen.voice,
            workshop=self._crew.workshop,
            settings=settings,
            on_event=self._trace.mark,
            on_bubble=self._give_out,
            clock=self._crew.clock,
        )

    def _paid_synthesizer(self) -> PaidSynthesizer:
        return PaidSynthesizer(
            self._crew.synthesizer,
            ledger=self._crew.ledger,
            store=self._folder,
            payer=self._payer,
        )

    def _give_out(self, bubble: Bubble, number: int) -> None:
        self._given_out += 1
        self._on_bubble(bubble, number)
