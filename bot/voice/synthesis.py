"""One piece of text to trimmed samples: the store is asked, then the provider."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.errors import (
    BadAnswer,
    ContextTooLong,
    ListenError,
    ModelMissing,
    RequestRejected,
    UpstreamError,
)
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
    """What a call gave in `voice`, and the formats to ask for should it be silent."""

    speech: Speech
    voice: Voice
    untried: tuple[str, ...]


@dataclass(slots=True)
class Synthesis:
    """Asks for speech, `places` calls at once; a call that the store knows is not made again.

    `preferred_format` is asked first where no other is configured, and the other one once when the
    model rejects it (some take only pcm, some only mp3; facts/openrouter-api.md §6.2) or gives no
    sound. A voice that is rejected before it said anything gives way to `spare`, once. After
    `stopped` is set no call is begun: what would need one raises Stopped.
    """

    synthesizer: Synthesizer
    voice: Voice
    workshop: Workshop
    places: asyncio.Semaphore
    preferred_format: str = "pcm"
    store: SpeechStore | None = None
    learned: Learned = field(default_factory=Learned)
    spare: Voice | None = None
    stopped: bool = False
    _proven: bool = False  # something was said in `voice`

    async def answer(self, text: str) -> Answer:
        """`text` as a model speaks it. Raises UpstreamError, Stopped."""
        voice = self.voice
        try:
            answer = await self._answer(text, voice)
        except ContextTooLong:
            raise
        except (RequestRejected, ModelMissing) as error:
            answer = await self._answer(text, self._instead_of(voice, error))
        self._proven = True
        return answer

    async def sound(self, text: str, answer: Answer) -> Pcm:
        """The trimmed samples of `answer`, which spoke `text`; of another one if it is silent.

        Raises UpstreamError, BadAnswer when nothing can be heard; Stopped.
        """
        pcm = await self._heard(answer.speech)
        for speech_format in answer.untried if pcm is None else ():
            voice = replace(answer.voice, format=speech_format)
            speech = await self._kept(text, voice)
            try:
                speech = speech or await self._asked(text, voice)
            except RequestRejected:
                break
            pcm = await self._heard(speech)
            if pcm is not None:
                self.learned.formats[voice.model] = speech_format
        if pcm is None:
            raise BadAnswer("nothing can be heard in the speech")
        return pcm

    async def stored(self, text: str) -> Speech | None:
        """What an earlier call gave for exactly this text, in a voice that may be spoken in."""
        for voice in filter(None, (self.voice, self.spare)):
            for speech_format in self._formats(voice):
                known = await self._kept(text, replace(voice, format=speech_format))
                if known is not None:
                    return known
        return None

    def _instead_of(self, voice: Voice, error: UpstreamError) -> Voice:
        """The voice to try after `voice`; raises `error` where there is none."""
        if voice == self.voice:
            if self._proven or self.spare is None or self.spare == voice:
                raise error  # the text was rejected, not the voice
            self.voice = self.spare
        return self.voice

    async def _answer(self, text: str, voice: Voice) -> Answer:
        formats = self._formats(voice)
        for known_format in formats:
            known = await self._kept(text, replace(voice, format=known_format))
            if known is not None:
                others = tuple(name for name in formats if name != known_format)
                return Answer(known, voice, () if voice.format else others)
        rejected: list[RequestRejected] = []
        for at, speech_format in enumerate(formats, 1):
            try:
                speech = await self._asked(text, replace(voice, format=speech_format))
            except ContextTooLong:
                raise
            except RequestRejected as error:
                rejected.append(error)
                continue
            if rejected:
                self.learned.formats[voice.model] = speech_format
            # Silence is paid: what somebody configured is then taken at its word.
            return Answer(speech, voice, () if voice.format else formats[at:])
        raise rejected[0]

    def _formats(self, voice: Voice) -> tuple[str, ...]:
        """What may be asked for, the best first: what is configured, unless it was refused."""
        first = self.learned.formats.get(voice.model) or voice.format or self.preferred_format
        return (first, OTHER_FORMAT[first])

    async def _kept(self, text: str, voice: Voice) -> Speech | None:
        return await self.store.get(speech_key(text, voice)) if self.store else None

    async def _asked(self, text: str, voice: Voice) -> Speech:
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
