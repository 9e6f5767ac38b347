"""One piece of text to trimmed samples: the store is asked, then the provider."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.errors import BadAnswer, ContextTooLong, ListenError, RequestRejected
from bot.values.audio import Cut, Pcm, Speech, Voice
from bot.voice.codec import decode
from bot.voice.levels import mono, trimmed
from bot.voice.seams import Synthesizer
from bot.voice.workshop import Workshop

OTHER_FORMAT = {"pcm": "mp3", "mp3": "pcm"}
MP3_RATE = 48_000
# A container in place of raw samples, whatever the answer claims to be. The two sync bytes of a
# bare mp3 are no proof: samples may begin with them.
CONTAINER_MARKS = (b"RIFF", b"OggS", b"ID3", b"fLaC")


class SpeechStore(Protocol):
    """Keeps paid speech, and where early bubbles ended, until the turn is settled."""

    async def get(self, key: str) -> Speech | None: ...

    async def put(self, key: str, speech: Speech) -> None: ...

    async def cuts(self) -> list[Cut]: ...

    async def add_cut(self, cut: Cut) -> None: ...


@dataclass(frozen=True, slots=True)
class Learned:
    """What answers so far taught about models; shared between answers.

    `formats` holds the format that a model takes when it refused the other, `small` the models that
    speak only the first sentence of a longer text.
    """

    formats: dict[str, str] = field(default_factory=dict)
    small: set[str] = field(default_factory=set)


class Stopped(Exception):
    """No request is made any more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call gave, and the formats that may still be asked for should it be silent."""

    speech: Speech
    untried: tuple[str, ...]


@dataclass(slots=True)
class Synthesis:
    """Asks for speech, `places` calls at once; a call that the store knows is not made again.

    Where no format is configured, `preferred_format` is asked first and the other one once when the
    model rejects it (some take only pcm, some only mp3; facts/openrouter-api.md §6.2) or gives no
    sound. After `stopped` is set no call is begun: what would need one raises Stopped.
    """

    synthesizer: Synthesizer
    voice: Voice
    workshop: Workshop
    places: asyncio.Semaphore
    preferred_format: str = "pcm"
    store: SpeechStore | None = None
    learned: Learned = field(default_factory=Learned)
    stopped: bool = False

    async def answer(self, text: str) -> Answer:
        """`text` as a model speaks it. Raises UpstreamError, Stopped."""
        formats = self._formats()
        for known_format in formats:
            known = await self._kept(text, known_format)
            if known is not None:
                return Answer(known, tuple(name for name in formats if name != known_format))
        rejected: list[RequestRejected] = []
        for at, speech_format in enumerate(formats, 1):
            try:
                speech = await self._asked(text, speech_format)
            except ContextTooLong:
                raise
            except RequestRejected as error:
                rejected.append(error)
                continue
            if rejected:
                self.learned.formats[self.voice.model] = speech_format
            return Answer(speech, formats[at:])
        raise rejected[0]

    async def sound(self, text: str, answer: Answer) -> Pcm:
        """The trimmed samples of `answer`, which spoke `text`; of another one if it is silent.

        Raises UpstreamError, BadAnswer when nothing can be heard; Stopped.
        """
        pcm = await self._heard(answer.speech)
        for speech_format in answer.untried if pcm is None else ():
            speech = await self._kept(text, speech_format)
            try:
                speech = speech or await self._asked(text, speech_format)
            except RequestRejected:
                break
            pcm = await self._heard(speech)
            if pcm is not None:
                self.learned.formats[self.voice.model] = speech_format
        if pcm is None:
            raise BadAnswer("nothing can be heard in the speech")
        return pcm

    async def stored(self, text: str) -> Speech | None:
        """What an earlier call gave for exactly this text and voice."""
        for speech_format in self._formats():
            known = await self._kept(text, speech_format)
            if known is not None:
                return known
        return None

    def _formats(self) -> tuple[str, ...]:
        """What may be asked for, the best first."""
        if self.voice.format:
            return (self.voice.format,)
        first = self.learned.formats.get(self.voice.model, self.preferred_format)
        return (first, OTHER_FORMAT[first])

    async def _kept(self, text: str, speech_format: str) -> Speech | None:
        if self.store is None:
            return None
        return await self.store.get(speech_key(text, replace(self.voice, format=speech_format)))

    async def _asked(self, text: str, speech_format: str) -> Speech:
        voice = replace(self.voice, format=speech_format)
        async with self.places:
            if self.stopped:
                raise Stopped
            speech = await self.synthesizer.speak(text, voice)
            if self.store is not None:
                await self.store.put(speech_key(text, voice), speech)
        return speech

    async def _heard(self, speech: Speech) -> Pcm | None:
        """The samples of `speech`, None when there is nothing to hear in it."""
        try:
            pcm = await self.workshop.run(samples, speech)
        except BadAnswer:
            return None
        return pcm if pcm.data else None


def speech_key(text: str, voice: Voice) -> str:
    """The name of the call that speaks `text` in `voice`, the same in every process."""
    speed = "" if voice.speed is None else repr(voice.speed)
    parts = (voice.model, voice.name, speed, voice.format or "", text)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def samples(speech: Speech, *, limit_s: float = 1_200, wall_limit_s: float = 30) -> Pcm:
    """The trimmed mono samples of an answer. Blocking. Raises BadAnswer for what is no sound.

    Trimming also removes the silence that an mp3 without a LAME header begins with
    (facts/spikes.md §3).
    """
    if speech.format == "pcm" and not speech.data.startswith(CONTAINER_MARKS):
        if speech.rate < 8_000 or speech.channels < 1:
            raise BadAnswer("impossible pcm parameters")
        return trimmed(mono(Pcm(speech.data, speech.rate, speech.channels)))
    try:
        pcm = decode(speech.data, rate=MP3_RATE, limit_s=limit_s, wall_limit_s=wall_limit_s)
    except ListenError as error:
        raise BadAnswer("speech can't be decoded") from error
    return trimmed(pcm)
