"""One segment of text to trimmed samples: the store is asked, then the provider."""

from __future__ import annotations

import hashlib
from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.errors import BadAnswer, ContextTooLong, ListenError, RequestRejected
from bot.values.audio import Pcm, Speech, Voice
from bot.voice.codec import decode
from bot.voice.levels import mono, trimmed
from bot.voice.seams import Synthesizer

OTHER_FORMAT = {"pcm": "mp3", "mp3": "pcm"}
MP3_RATE = 48_000
# A container in place of raw samples, whatever the answer claims to be. The two sync bytes of a
# bare mp3 are no proof: samples may begin with them.
CONTAINER_MARKS = (b"RIFF", b"OggS", b"ID3", b"fLaC")


class SpeechStore(Protocol):
    """Keeps the answers of paid speech calls until their turn is settled."""

    async def get(self, key: str) -> Speech | None: ...

    async def put(self, key: str, speech: Speech) -> None: ...


@dataclass(slots=True)
class Synthesis:
    """Asks for speech; a call that the store knows is not made again.

    Where no format is configured, `preferred_format` is asked first and the other one once when the
    model rejects it (some take only pcm, some only mp3; facts/openrouter-api.md §6.2). `learned`
    remembers by model what worked; share it between turns.
    """

    synthesizer: Synthesizer
    voice: Voice
    preferred_format: str = "pcm"
    store: SpeechStore | None = None
    learned: MutableMapping[str, str] = field(default_factory=dict)

    async def speech(self, text: str) -> Speech:
        """`text` as sound. Raises UpstreamError."""
        known = await self.stored(text)
        if known is not None:
            return known
        if self.voice.format:
            return await self._asked(text, self.voice.format)
        first = self._first_format()
        try:
            return await self._asked(text, first)
        except ContextTooLong:
            raise
        except RequestRejected as rejected:
            try:
                answer = await self._asked(text, OTHER_FORMAT[first])
            except RequestRejected:
                raise rejected from None
            self.learned[self.voice.model] = OTHER_FORMAT[first]
            return answer

    async def stored(self, text: str) -> Speech | None:
        """What an earlier call gave for exactly this text and voice."""
        if self.store is None:
            return None
        first = self.voice.format or self._first_format()
        formats = [first] if self.voice.format else [first, OTHER_FORMAT[first]]
        for speech_format in formats:
            voice = replace(self.voice, format=speech_format)
            known = await self.store.get(speech_key(text, voice))
            if known is not None:
                return known
        return None

    def _first_format(self) -> str:
        return self.learned.get(self.voice.model, self.preferred_format)

    async def _asked(self, text: str, speech_format: str) -> Speech:
        voice = replace(self.voice, format=speech_format)
        speech = await self.synthesizer.speak(text, voice)
        if self.store is not None:
            await self.store.put(speech_key(text, voice), speech)
        return speech


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
