"""From whatever was sent to recordings that transcription takes. Blocking: runs in the workshop."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import AudioTooLarge, AudioUnreadable, NothingHeard
from bot.values.audio import Recording
from bot.voice.codec import Decoding, Sniffed, blocks, demuxer_for, sniff
from bot.voice.formats import ACCEPTED_CODECS, declared_format
from bot.voice.limits import NoteLimits
from bot.voice.remux import remux
from bot.voice.silence import Loudness, frames_are_silent, speech_seconds
from bot.voice.split import BLOCK_S, RATE, Part, split

EMPTY = "That file is empty. Please send it again."
NO_SOUND_TRACK = "That video has no sound, so there was nothing for me to hear."
TOO_SHORT = "That note was too short for me to understand. Please say it again."


@dataclass(frozen=True, slots=True)
class Prepared:
    """What to transcribe, in order. `duration_s` is counted, never taken from a header."""

    parts: tuple[Part, ...]
    duration_s: float
    silent: bool

    @property
    def recordings(self) -> tuple[Recording, ...]:
        return tuple(part.recording for part in self.parts)


def prepare(
    data: bytes, *, mime: str = "", file_name: str = "", limits: NoteLimits | None = None
) -> Prepared:
    """Look at the bytes, not at their name, and make the least of changes to them.

    Short sound in an accepted container passes as it is, the sound of a video is moved into a
    container of its own, everything else becomes Opus, in parts when it is long.
    Raises AudioUnreadable, AudioTooLarge, or NothingHeard for a note of a few milliseconds.
    """
    limits = limits or NoteLimits()
    found, demuxer = _identify(data, declared_format(mime, file_name))
    measured = _measure(data, found, limits=limits, demuxer=demuxer)
    if measured is None:
        return _encoded(data, limits=limits, demuxer=demuxer)
    run, loudness = measured
    duration_s = run.samples / RATE
    if frames_are_silent(loudness.rms):
        return Prepared((), duration_s, silent=True)
    if len(data) < limits.least_bytes:
        raise NothingHeard("below the least size", sentence=TOO_SHORT)
    if not run.faults:
        kept = _as_it_is(data, found, limits=limits) or remux(data, found)
        if kept:
            part = Part(Recording(*kept, duration_s), speech_seconds(loudness.rms))
            return Prepared((part,), duration_s, silent=False)
    return _encoded(data, limits=limits, demuxer=demuxer)


def _identify(data: bytes, declared: str | None) -> tuple[Sniffed, str | None]:
    """What the bytes are and the demuxer to force, if any. Raises AudioUnreadable."""
    if not data:
        raise AudioUnreadable("empty file", sentence=EMPTY)
    found, demuxer = sniff(data), None
    if found.format is None and declared:
        demuxer = demuxer_for(declared)
        found = sniff(data, demuxer=demuxer)
    if not found.has_audio:
        raise AudioUnreadable(
            f"no sound in {found.format}", sentence=NO_SOUND_TRACK if found.has_video else ""
        )
    return found, demuxer


def _measure(
    data: bytes, found: Sniffed, *, limits: NoteLimits, demuxer: str | None
) -> tuple[Decoding, Loudness] | None:
    """Decode once to count and to listen for a voice; None when the sound is a long one."""
    longest_s = min(limits.pass_s, limits.max_s)
    if (found.duration_hint_s or 0) > longest_s:
        return None
    run = Decoding(longest_s, limits.wall_limit_s, demuxer)
    loudness = Loudness(RATE)
    try:
        for block in blocks(data, rate=RATE, block_s=BLOCK_S, run=run):
            loudness.feed(block)
    except AudioTooLarge:
        return None
    return run, loudness


def _as_it_is(data: bytes, found: Sniffed, *, limits: NoteLimits) -> tuple[bytes, str] | None:
    name = found.format or ""
    accepted = found.codec in ACCEPTED_CODECS.get(name, ()) and not found.has_video
    return (data, name) if accepted and len(data) <= limits.pass_bytes else None


def _encoded(data: bytes, *, limits: NoteLimits, demuxer: str | None) -> Prepared:
    run = Decoding(limits.max_s, limits.wall_limit_s, demuxer)
    parts = split(data, limits=limits, run=run)
    return Prepared(parts, run.samples / RATE, silent=not parts)
