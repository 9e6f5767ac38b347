"""Several answers sound like one voice: measured on what a listener's player decodes."""

from __future__ import annotations

import audioop
import itertools

import pytest

from bot.values.audio import Bubble, Pcm, Speech
from bot.voice.bubbles import Bubbles
from bot.voice.synthesis import samples
from tests.unit.voice.sounds import (
    contained,
    heard,
    hush,
    joined,
    level_db,
    louder,
    noise,
    peak_db,
    stretches,
    tone,
)
from tests.voices import pcm_of

VOICES = ("en-us", "de", "es+m5", "fr", "ru")
TEXTS = ("Good morning to you", "Das Wetter ist gut", "Bonjour tout le monde", "It rains today")
GAINS_DB = (0, -14, 6, -9, 12, -18)


def spoken(text: str, *, gain_db: float = 0.0, voice: str = "en-us", rate: int = 24_000) -> Pcm:
    """Speech that is loud or soft; whatever goes beyond full scale is cut off, as models do."""
    pcm = louder(Pcm(pcm_of(text, voice=voice)), gain_db)
    if rate == pcm.rate:
        return pcm
    return Pcm(audioop.ratecv(pcm.data, 2, 1, pcm.rate, rate, None)[0], rate)


def answered(pcm: Pcm, kind: str = "pcm") -> Pcm:
    """`pcm` after a speech call."""
    if kind == "pcm":
        return samples(Speech(pcm.data, "pcm", "m", "v", rate=pcm.rate))
    if kind == "stereo":
        data = audioop.tostereo(pcm.data, 2, 1, 1)
        return samples(Speech(data, "pcm", "m", "v", rate=pcm.rate, channels=2))
    data = contained(pcm, "mp3", header=kind == "mp3")
    return samples(Speech(data, "mp3", "m", "v"))


def bubble_of(*segments: Pcm) -> Bubble:
    bubbles = Bubbles()
    for segment in segments:
        bubbles.add(segment)
    (bubble,) = bubbles.finish()
    return bubble


def parts_of(bubble: Bubble, segments: list[Pcm], *, pause_s: float = 0.2) -> list[Pcm]:
    """The decoded bubble cut where its segments are."""
    sound, parts, at_s = heard(bubble.ogg), [], 0.0
    for segment in segments:
        start, end = (int(s * sound.rate) * 2 for s in (at_s, at_s + segment.duration_s))
        parts.append(Pcm(sound.data[start:end], sound.rate))
        at_s += segment.duration_s + pause_s
    return parts


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("first", range(3))
def test_segments_of_any_loudness_end_within_two_decibels(voice: str, first: int) -> None:
    gains = GAINS_DB[first:] + GAINS_DB[:first]
    raw = [
        spoken(text, gain_db=gain, voice=voice) for text, gain in zip(TEXTS, gains, strict=False)
    ]
    segments = [answered(pcm) for pcm in raw]
    bubble = bubble_of(*segments)
    levels = [level_db(part) for part in parts_of(bubble, segments)]
    assert max(levels) - min(levels) < 2
    assert peak_db(heard(bubble.ogg)) < -1


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("gain_db", [0, 10, 25])
def test_no_sample_of_loud_speech_is_above_one_decibel_below_full_scale(
    voice: str, gain_db: float
) -> None:
    bubble = bubble_of(*(answered(spoken(t, gain_db=gain_db, voice=voice)) for t in TEXTS))
    assert peak_db(heard(bubble.ogg)) < -1


def test_clicks_and_squares_do_not_overshoot_either() -> None:
    rough = [
        joined(*[tone(440, 0.01, amplitude=32_767), hush(0.01)] * 40),
        joined(*[Pcm(b"\xff\x7f" * 60 + b"\x00\x80" * 60)] * 200),
        noise(1.0, level_db=-6, rate=24_000),
    ]
    assert peak_db(heard(bubble_of(*rough).ogg)) < -1


@pytest.mark.parametrize(
    "kinds",
    [*itertools.product(("pcm", "mp3", "bare mp3"), repeat=2), ("stereo", "pcm")],
    ids=" then ".join,
)
@pytest.mark.parametrize("silence_s", [0.0, 0.7])
def test_the_gap_at_a_join_is_a_breath(kinds: tuple[str, str], silence_s: float) -> None:
    sounds = [
        joined(hush(silence_s), tone(300, 0.8), hush(silence_s)),
        joined(hush(silence_s), tone(500, 0.8), hush(silence_s)),
    ]
    segments = [answered(pcm, kind) for pcm, kind in zip(sounds, kinds, strict=True)]
    _, gaps = stretches(heard(bubble_of(*segments).ogg))
    assert len(gaps) == 1
    assert 0.15 <= gaps[0] <= 0.45


@pytest.mark.parametrize("rates", [(24_000, 48_000), (44_100, 24_000), (22_050, 16_000)])
def test_segments_of_other_rates_are_joined_all_the_same(rates: tuple[int, int]) -> None:
    first, second = rates
    segments = [
        answered(joined(hush(0.3, first), tone(300, 1.0, rate=first), hush(0.5, first))),
        answered(joined(hush(0.2, second), tone(500, 1.0, rate=second), hush(0.1, second))),
    ]
    bubble = bubble_of(*segments)
    notes, gaps = stretches(heard(bubble.ogg))
    assert [note.duration_s for note in notes] == pytest.approx([1.0, 1.0], abs=0.05)
    assert 0.15 <= gaps[0] <= 0.45
    assert abs(level_db(notes[0]) - level_db(notes[1])) < 2


@pytest.mark.parametrize("kind", ["pcm", "mp3", "bare mp3", "stereo"])
def test_real_speech_has_a_breath_between_sentences(kind: str) -> None:
    segments = [answered(spoken(text), kind) for text in TEXTS]
    bubble = bubble_of(*segments)
    sound = heard(bubble.ogg)
    at_s = 0.0
    for segment in segments[:-1]:
        at_s += segment.duration_s
        around = [int((at_s + offset) * sound.rate) * 2 for offset in (-0.3, 0.5)]
        _, gaps = stretches(Pcm(sound.data[around[0] : around[1]], sound.rate), quiet_rms=40)
        assert any(0.15 <= gap <= 0.45 for gap in gaps)
        at_s += 0.2


def test_a_soft_voice_keeps_its_softest_sounds() -> None:
    loud = tone(440, 0.3, amplitude=900)
    soft = tone(440, 0.2, amplitude=20)
    assert answered(joined(hush(0.5), soft, loud, soft, hush(0.5))).duration_s >= 0.7
