"""Plain sounds and small readers of sound for the tests of the voice room."""

from __future__ import annotations

import io
import math
import random
from array import array
from functools import lru_cache
from itertools import pairwise

from bot.values.audio import Pcm, Recording, Speech, Transcript, Voice
from bot.voice.codec import decode
from bot.voice.levels import decibels_of_peak, gated_db
from bot.voice.silence import Loudness

RATE = 24_000
VOICE = Voice(model="test/voice", name="anna")


@lru_cache(maxsize=128)
def tone(hertz: float, seconds: float, *, amplitude: int = 8_000, rate: int = RATE) -> Pcm:
    """A sine of `seconds`."""
    step = 2 * math.pi * hertz / rate
    count = round(rate * seconds)
    return Pcm(
        array("h", (int(amplitude * math.sin(step * i)) for i in range(count))).tobytes(), rate
    )


def hush(seconds: float, rate: int = RATE) -> Pcm:
    return Pcm(bytes(2 * round(seconds * rate)), rate)


def noise(seconds: float, *, level_db: float, rate: int = 16_000, seed: int = 1) -> Pcm:
    """White noise with an RMS of `level_db` dBFS."""
    source = random.Random(seed)
    sigma = 32_768 * 10 ** (level_db / 20)
    limited = (
        max(-32_768, min(32_767, round(source.gauss(0, sigma))))
        for _ in range(round(seconds * rate))
    )
    return Pcm(array("h", limited).tobytes(), rate)


def joined(*parts: Pcm) -> Pcm:
    return Pcm(b"".join(part.data for part in parts), parts[0].rate)


def mixed(one: Pcm, two: Pcm) -> Pcm:
    import audioop

    size = min(len(one.data), len(two.data))
    return Pcm(audioop.add(one.data[:size], two.data[:size], 2), one.rate)


def louder(pcm: Pcm, gain_db: float) -> Pcm:
    import audioop

    return Pcm(audioop.mul(pcm.data, 2, 10 ** (gain_db / 20)), pcm.rate)


def heard(ogg: bytes, rate: int = 48_000) -> Pcm:
    """A voice message decoded again."""
    return decode(ogg, rate=rate, limit_s=7_200, wall_limit_s=60)


def pitch(pcm: Pcm) -> float:
    """The frequency of a clean tone, by its upward zero crossings."""
    samples = array("h", pcm.data)
    crossings = [i for i in range(1, len(samples)) if samples[i - 1] < 0 <= samples[i]]
    if len(crossings) < 2:
        return 0.0
    return (len(crossings) - 1) * pcm.rate / (crossings[-1] - crossings[0])


def stretches(pcm: Pcm, *, quiet_rms: int = 60) -> tuple[list[Pcm], list[float]]:
    """The sounding stretches of `pcm` (20 ms steps) and the gaps between them in seconds."""
    loudness = Loudness(pcm.rate)
    loudness.feed(pcm.data)
    frame_bytes = int(pcm.rate * 0.02) * 2
    loud = [i for i, rms in enumerate(loudness.rms) if rms > quiet_rms]
    groups: list[list[int]] = []
    for index in loud:
        if groups and index - groups[-1][1] <= 2:
            groups[-1][1] = index
        else:
            groups.append([index, index])
    sounds = [Pcm(pcm.data[a * frame_bytes : (b + 1) * frame_bytes], pcm.rate) for a, b in groups]
    pairs = pairwise(groups)
    return sounds, [(after[0] - before[1] - 1) * 0.02 for before, after in pairs]


def level_db(pcm: Pcm) -> float:
    found = gated_db(pcm)
    assert found is not None
    return found


def peak_db(pcm: Pcm) -> float:
    return decibels_of_peak(pcm)


def as_speech(pcm: Pcm, *, format: str = "pcm") -> Speech:
    data = pcm.data if format == "pcm" else contained(pcm, "mp3")
    return Speech(data, format, "test/voice", "anna", rate=pcm.rate)


MUXERS = {
    "mp3": ("mp3", "libmp3lame"),
    "wma": ("asf", "wmav2"),
    "amr": ("amr", "libopencore_amrnb"),
    "3gp": ("3gp", "libopencore_amrnb"),
    "mka": ("matroska", "libopus"),
    "alac": ("ipod", "alac"),
    "avi": ("avi", "pcm_s16le"),
}


def contained(pcm: Pcm, kind: str, *, rate: int = 24_000, header: bool = True) -> bytes:
    """`pcm` in one of MUXERS; `header=False` gives the mp3 that a stream would be."""
    import av

    muxer, codec = MUXERS[kind]
    rate = {"libopus": 48_000, "libopencore_amrnb": 8_000}.get(codec, rate)
    out = io.BytesIO()
    options = {} if header else {"write_xing": "0"}
    with av.open(out, "w", format=muxer, options=options) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame("s16", "mono", len(pcm.data) // 2)
        frame.sample_rate = pcm.rate
        memoryview(frame.planes[0])[: len(pcm.data)] = pcm.data
        context = stream.codec_context
        context.bit_rate = 12_200 if rate == 8_000 else 64_000
        context.open()
        size = context.frame_size or 1_024
        resampler = av.AudioResampler(context.format, context.layout, rate, frame_size=size)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            piece.pts = None
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return out.getvalue()


class Ear:
    """A transcriber that says what it was given, and keeps it."""

    def __init__(self, texts: dict[int, str] | None = None) -> None:
        self.texts = texts
        self.recordings: list[Recording] = []
        self.languages: list[str] = []

    async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
        self.recordings.append(recording)
        self.languages.append(language)
        index = len(self.recordings) - 1
        text = f"part {index + 1}" if self.texts is None else self.texts.get(index, "")
        return Transcript(text, "test/ear", language or "en")
