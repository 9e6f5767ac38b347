"""The gate that saves paid calls and eats no words (facts/spikes.md §4)."""

from __future__ import annotations

from array import array

import pytest

from bot.values.audio import Pcm
from bot.voice.silence import Loudness, frames_are_silent, is_silent, speech_seconds
from tests import voices
from tests.unit.voice.sounds import hush, joined, louder, mixed, noise, tone

RATE = 16_000


def spoken(text: str = "What is the weather like in Berlin today? I would like to go out.") -> Pcm:
    import audioop

    data, _ = audioop.ratecv(voices.pcm_of(text), 2, 1, 24_000, RATE, None)
    return Pcm(data, RATE)


def clicks() -> Pcm:
    one = joined(tone(1_000, 0.02, rate=RATE, amplitude=20_000), hush(0.98, RATE))
    return joined(*[one] * 5)


@pytest.mark.parametrize(
    "sound",
    [
        hush(3.0, RATE),
        hush(0.01, RATE),
        *(noise(4.0, level_db=level) for level in (-60, -50, -40, -30)),
        louder(tone(50, 4.0, rate=RATE, amplitude=32_000), -30),
        clicks(),
    ],
    ids=["silence", "nothing", "noise-60", "noise-50", "noise-40", "noise-30", "hum", "clicks"],
)
def test_what_is_no_voice_is_silent(sound: Pcm) -> None:
    assert is_silent(sound)


@pytest.mark.parametrize("gain_db", [0, -20, -35])
def test_speech_is_heard_loud_and_quiet(gain_db: float) -> None:
    assert not is_silent(louder(spoken(), gain_db))


def test_speech_in_noise_is_heard() -> None:
    assert not is_silent(mixed(louder(spoken(), -15), noise(4.0, level_db=-40)))


def test_one_word_in_ten_seconds_of_hiss_is_heard() -> None:
    hiss = noise(10.0, level_db=-55)
    word = spoken("yes")
    padded = joined(hush(5.0, RATE), word, hush(5.0 - word.duration_s, RATE))
    assert not is_silent(mixed(padded, hiss))


def test_a_short_word_without_any_pause_is_heard() -> None:
    speech = spoken()
    for start_s in (0.2, 0.6, 1.0, 1.4):
        start = int(start_s * RATE) * 2
        assert not is_silent(Pcm(speech.data[start : start + RATE], RATE))


def test_three_loud_frames_are_no_speech_and_six_are() -> None:
    quiet, loud = [10] * 200, 5_000
    assert frames_are_silent(array("H", [*quiet, *[loud] * 3, *quiet]))
    assert not frames_are_silent(array("H", [*quiet, *[loud] * 6, *quiet]))


def test_the_time_somebody_speaks_leaves_out_pauses_and_noise() -> None:
    def spoken_s(pcm: Pcm) -> float:
        loudness = Loudness(pcm.rate)
        loudness.feed(pcm.data)
        return speech_seconds(loudness.rms)

    sentence = joined(tone(300, 1.0), hush(2.0), tone(300, 0.5), hush(1.5))
    assert spoken_s(sentence) == pytest.approx(1.5, abs=0.06)
    assert spoken_s(hush(3.0)) == 0
    assert spoken_s(noise(3.0, level_db=-30)) == 0
