"""Loudness, edges and joins of spoken segments, so that several answers sound like one voice.

pydub edits decoded samples here (mono, 16 bit); it never starts a program (facts/spikes.md §3).
"""

from __future__ import annotations

import array
import math
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.values.audio import Pcm

if TYPE_CHECKING:
    from collections.abc import Sequence

FRAME_S = 0.02
FULL_SCALE = 32_768
QUIET_DB = -55.0  # a sound without a louder frame is silence; so is such a frame at an edge
MARGIN_FRAMES = 1  # kept at each edge: soft consonants begin below the threshold
GATE = 0.1  # frames below this share of the loudest one are pauses and don't count
MOST_GAIN_DB = 20.0
# Speech has peaks 12 to 19 dB above its loudness (measured): at this one they rarely need limiting.
LOUDEST_DB, SOFTEST_DB = -20.0, -26.0
LIMITED_DB = 3.0  # how far a peak may be cut off before the gain is lowered instead
SPAN = 0.01  # frames at an edge below this share of the loudest one are silence
# Opus overshoots its input by up to 1.4 dB (measured with 70 samples of speech); with this ceiling
# the decoded peak stays below -1 dBFS.
CEILING_DB = -3.0
FADE_MS = 5


def mono(pcm: Pcm) -> Pcm:
    """`pcm` with one channel and whole samples only."""
    import audioop

    data = pcm.data[: len(pcm.data) // (2 * pcm.channels) * 2 * pcm.channels]
    if pcm.channels == 2:
        return Pcm(audioop.tomono(data, 2, 0.5, 0.5), pcm.rate)
    if pcm.channels > 2:  # never seen from a speech model; its first channel is the voice
        samples = array.array("h", data)
        return Pcm(samples[:: pcm.channels].tobytes(), pcm.rate)
    return Pcm(data, pcm.rate)


def trimmed(pcm: Pcm) -> Pcm:
    """`pcm` without silence at its edges; empty when there is nothing else."""
    frame_bytes = _frame_bytes(pcm)
    frames = _frames(pcm)
    quiet, loudest = FULL_SCALE * 10 ** (QUIET_DB / 20), max(frames, default=0)
    if loudest < quiet:
        return Pcm(b"", pcm.rate)
    threshold = min(quiet, loudest * SPAN)  # a soft voice has softer consonants still
    first = next(at for at, rms in enumerate(frames) if rms >= threshold)
    behind = next(at for at, rms in enumerate(reversed(frames)) if rms >= threshold)
    start = max(0, first - MARGIN_FRAMES) * frame_bytes
    end = (len(frames) - behind + MARGIN_FRAMES) * frame_bytes
    return Pcm(pcm.data[start:end], pcm.rate)


def gated_db(pcm: Pcm) -> float | None:
    """The loudness of the voice in dBFS, pauses left out; None without any sound."""
    frames = _frames(pcm)
    gate = max(frames, default=0) * GATE
    loud = [rms for rms in frames if rms > gate]
    if not loud:
        return None
    mean_square = sum(rms * rms for rms in loud) / len(loud)
    return 20 * math.log10(math.sqrt(mean_square) / FULL_SCALE)


def decibels_of_peak(pcm: Pcm) -> float:
    """The largest sample in dBFS. Not for silence."""
    import audioop

    return 20 * math.log10(audioop.max(pcm.data, 2) / FULL_SCALE)


def common_db(first_db: float) -> float:
    """The loudness for all segments of an answer whose first one has `first_db`."""
    return max(SOFTEST_DB, min(LOUDEST_DB, first_db))


def levelled(pcm: Pcm, target_db: float) -> Pcm:
    """`pcm` at `target_db` as far as its peaks allow, with its edges faded against clicks."""
    own_db = gated_db(pcm)
    if own_db is None:
        return pcm
    gain_db = max(-MOST_GAIN_DB, min(MOST_GAIN_DB, target_db - own_db))
    over_db = decibels_of_peak(pcm) + gain_db - CEILING_DB
    gain_db -= max(0.0, over_db - LIMITED_DB)
    sound = _editable(pcm)
    if over_db > 0:  # samples stop at full scale: raised and lowered again, the peaks are cut off
        sound = sound.apply_gain(gain_db - CEILING_DB).apply_gain(CEILING_DB)
    else:
        sound = sound.apply_gain(gain_db)
    return Pcm(sound.fade_in(FADE_MS).fade_out(FADE_MS).raw_data, pcm.rate)


def pause(seconds: float, rate: int) -> Pcm:
    """Digital silence."""
    return Pcm(bytes(2 * round(seconds * rate)), rate)


def quietest_s(pcm: Pcm, *, after_s: float, before_s: float) -> float:
    """Where `pcm` is best cut between two times: the middle of its quietest frame there."""
    first, last = int(after_s / FRAME_S), max(int(after_s / FRAME_S) + 1, int(before_s / FRAME_S))
    frames = _frames(pcm)[first:last]
    if not frames:
        return before_s
    return (first + frames.index(min(frames)) + 0.5) * FRAME_S


def _frames(pcm: Pcm) -> Sequence[int]:
    """RMS per 20 ms, the shorter rest at the end included."""
    import audioop

    view, size = memoryview(pcm.data), _frame_bytes(pcm)
    return [audioop.rms(view[at : at + size], 2) for at in range(0, len(view), size)]


def _frame_bytes(pcm: Pcm) -> int:
    return int(pcm.rate * FRAME_S) * 2


@cache
def audio_segment() -> Any:
    # pydub complains at import about a missing ffmpeg program, which it is never asked to start.
    # A narrow filter stays, because catching warnings is not safe between threads.
    warnings.filterwarnings("ignore", "Couldn't find ff", RuntimeWarning)
    warnings.filterwarnings("ignore", "invalid escape sequence", SyntaxWarning)
    from pydub import AudioSegment

    return AudioSegment


def _editable(pcm: Pcm) -> Any:
    return audio_segment()(data=pcm.data, sample_width=2, frame_rate=pcm.rate, channels=1)
