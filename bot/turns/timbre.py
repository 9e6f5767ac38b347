"""In which voice and language an answer is said; chosen once, and the same after a restart.

Source: facts/behaviour.md D3, D4.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import asdict, dataclass, replace

from bot.store.speech import SpeechFolder
from bot.turns.manner import Manner
from bot.turns.seams import Crew
from bot.values.audio import Speech, Voice
from bot.voice.directives import SpokenSettings
from bot.voice.language import language_of
from bot.voice.seams import Synthesizer
from bot.voice.voice_choice import languages_of, voice_for

KEPT = "voice"
WEIGHT = re.compile(r"\([\d.]+\)")  # Kokoro's blends: af_bella(2)+af_sky(1)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The voice, what speaks where that is refused, and the language of the words."""

    voice: Voice
    spare: Voice
    language: str


class Timbre:
    """The choice of one turn. What was kept of it wins: paid speech is found by its voice."""

    def __init__(
        self, crew: Crew, manner: Manner, folder: SpeechFolder, *, heard_language: str
    ) -> None:
        self._crew = crew
        self._manner = manner
        self._folder = folder
        self._heard_language = heard_language
        self._kept: Chosen | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def recall(self) -> None:
        """Look what an earlier process chose."""
        facts = await self._folder.facts(KEPT)
        try:
            voice, spare = Voice(**facts["voice"]), Voice(**facts["spare"])
            self._kept = Chosen(voice, spare, str(facts["language"]))
        except (KeyError, TypeError):
            self._kept = None

    def language(self, text: str, asked: SpokenSettings) -> str:
        """The language of `text` as ISO-639-1, "" where it can't be told."""
        if self._kept is not None:
            return self._kept.language
        return asked.language or language_of(text, hint=self._heard_language)

    def choose(self, text: str, asked: SpokenSettings) -> Chosen:
        """How to say an answer that begins with `text`; it is kept for a restart."""
        if self._kept is not None:
            return self._kept
        language = self.language(text, asked)
        usual = self._usual(language)
        voice = self._asked_for(asked, usual)
        spare = replace(usual, speed=None)
        if spare == voice:
            spare = replace(self._crew.settings.manner.voice, speed=None)
        chosen = Chosen(voice, spare, language)
        self._keeping = self._crew.tasks.spawn(
            self._keep(chosen, self._keeping), name="voice is kept"
        )
        return chosen

    def behind(self, synthesizer: Synthesizer) -> Synthesizer:
        """`synthesizer`, which makes no call before the choice is kept."""
        return _Behind(synthesizer, self._keeping) if self._keeping else synthesizer

    async def settled(self) -> None:
        """Wait until nothing is being written any more."""
        if self._keeping is not None:
            await asyncio.wait({self._keeping})

    async def _keep(self, chosen: Chosen, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait({before})
        await self._folder.keep(KEPT, asdict(chosen))

    def _usual(self, language: str) -> Voice:
        manner, settings = self._manner, self._crew.settings.manner
        if manner.voice_chosen:
            return manner.voice
        return voice_for(
            language, configured=manner.voice, by_language=settings.voices, speaks=languages_of
        )

    def _asked_for(self, asked: SpokenSettings, usual: Voice) -> Voice:
        """What the model asks for; a voice that is known not to exist is none."""
        voice = replace(usual, model=asked.model, format=None) if asked.model else usual
        known = self._crew.facts_of(voice.model).voices
        name = _named(asked.voice, known) if asked.voice else ""
        return replace(voice, name=name) if name else voice


@dataclass(frozen=True, slots=True)
class _Behind:
    synthesizer: Synthesizer
    keeping: asyncio.Task[None]

    async def speak(self, text: str, voice: Voice) -> Speech:
        await asyncio.shield(self.keeping)
        return await self.synthesizer.speak(text, voice)


def _named(wanted: str, known: tuple[str, ...]) -> str:
    """The voice that is meant, "" when `known` names voices and it is none of them."""
    by_lower = {name.lower(): name for name in known}
    parts = WEIGHT.sub("", wanted).split("+")
    if known and not all(part.strip().lower() in by_lower for part in parts):
        return ""
    return by_lower.get(wanted.lower(), wanted)
