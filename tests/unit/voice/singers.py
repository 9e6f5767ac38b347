"""Synthesizers that answer with real sound when a test tells them to, and what keeps their work."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from bot.values.audio import Bubble, Cut, Pcm, Speech, Voice
from tests.unit.voice.sounds import as_speech, heard, hush, joined, pitch, stretches, tone

TONES = {"One": 300, "Two": 400, "Three": 500, "Four": 600, "Five": 700, "Six": 800, "Seven": 900}


def sound_of(text: str) -> Pcm:
    """Half a second of a tone for each number word in `text`."""
    words = [word.strip(".") for word in text.split()]
    return joined(*[tone(TONES[word], 0.5) for word in words if word in TONES])


class Singer:
    """A synthesizer that answers with tones, when it is told to."""

    def __init__(
        self, sound: Callable[[str], Pcm] = sound_of, *, format: str = "pcm", held: bool = False
    ) -> None:
        self.sound, self.format = sound, format
        self.texts: list[str] = []
        self.formats: list[str | None] = []
        self.cancelled: list[str] = []
        self.errors: dict[str, Exception] = {}
        self.gates: dict[str, asyncio.Event] = {}
        self.held = held
        self.changed = asyncio.Event()

    async def speak(self, text: str, voice: Voice) -> Speech:
        self.texts.append(text)
        self.formats.append(voice.format)
        self.changed.set()
        gate = self.gates.setdefault(text, asyncio.Event())
        try:
            if self.held:
                await gate.wait()
        except asyncio.CancelledError:
            self.cancelled.append(text)
            raise
        if text in self.errors:
            raise self.errors[text]
        return as_speech(self.sound(text), format=self.format)

    async def asked(self, count: int) -> None:
        """Wait until `count` requests were made."""
        async with asyncio.timeout(20):
            while len(self.texts) < count:
                self.changed.clear()
                await self.changed.wait()


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class Shelf:
    """What a database keeps of paid speech."""

    def __init__(self) -> None:
        self.kept: dict[str, Speech] = {}
        self.cut: list[Cut] = []
        self.before: list[Shelf] = []  # a copy of it as it was at each change

    def _changing(self) -> None:
        copy = Shelf()
        copy.kept, copy.cut = dict(self.kept), list(self.cut)
        self.before.append(copy)

    async def get(self, key: str) -> Speech | None:
        return self.kept.get(key)

    async def put(self, key: str, speech: Speech) -> None:
        self._changing()
        self.kept[key] = speech

    async def cuts(self) -> list[Cut]:
        return list(self.cut)

    async def add_cut(self, cut: Cut) -> None:
        self._changing()
        self.cut.append(cut)


NUMBER = re.compile(r"\d+")
NOTE_HZ, STEP_HZ = 300, 50
NOTE_S, GAP_S = 2.0, 0.1


def sentence(number: int) -> str:
    """About 50 characters that name `number`."""
    return f"Number {number} goes on for a while, as sentences do. "


def story(count: int, *, first: int = 1) -> str:
    """`count` numbered sentences."""
    return "".join(sentence(number) for number in range(first, first + count))


def notes_of(text: str) -> Pcm:
    """A tone of its own for each number in `text`, two seconds long; a high one for none."""
    parts: list[Pcm] = []
    for number in NUMBER.findall(text):
        parts += [tone(NOTE_HZ + STEP_HZ * int(number), NOTE_S), hush(GAP_S)]
    return joined(*parts[:-1]) if parts else tone(2_000, NOTE_S)


def numbers_in(*bubbles: Bubble) -> list[int]:
    """The numbers that are heard, in order, by the tones in the decoded bubbles."""
    notes = [note for bubble in bubbles for note in stretches(heard(bubble.ogg))[0]]
    return [round((pitch(note) - NOTE_HZ) / STEP_HZ) for note in notes]


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what threads and tasks bring about."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.001)
