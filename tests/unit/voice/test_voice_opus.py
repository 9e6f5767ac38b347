"""The encoder takes sound as it comes and knows how large its file gets."""

from __future__ import annotations

import pytest

from bot.values.audio import Pcm
from bot.voice.levels import gated_db, trimmed
from bot.voice.opus import OpusEncoder, encode
from tests.unit.voice.sounds import heard, hush, joined, level_db, noise, tone


@pytest.mark.parametrize("seconds", [0.5, 1.234, 10.0])
def test_the_decoded_sound_has_the_length_of_its_samples(seconds: float) -> None:
    bubble = encode(tone(440, seconds))
    assert bubble.duration_s == pytest.approx(seconds, abs=0.0001)
    assert heard(bubble.ogg).duration_s == pytest.approx(seconds, abs=0.01)


def test_pieces_of_any_size_and_rate_make_one_stream() -> None:
    encoder = OpusEncoder()
    for piece in (tone(440, 0.013), tone(440, 1.007, rate=48_000), tone(440, 0.313, rate=44_100)):
        encoder.feed(piece)
    encoder.feed(Pcm(b""))
    bubble = encoder.finish()
    assert bubble.duration_s == pytest.approx(1.333, abs=0.001)
    assert heard(bubble.ogg).duration_s == pytest.approx(1.333, abs=0.005)


def test_the_size_so_far_is_never_less_than_the_file() -> None:
    hiss = noise(1.0, level_db=-12, rate=48_000)
    encoder = OpusEncoder()
    for _ in range(8):
        encoder.feed(hiss)
    size_bytes = encoder.size_bytes
    file_bytes = len(encoder.finish().ogg)
    assert file_bytes <= size_bytes < file_bytes + 1_500


def test_the_same_sound_gives_the_same_bytes() -> None:
    assert encode(tone(440, 1.0)).ogg == encode(tone(440, 1.0)).ogg


def test_trimming_leaves_the_sound_and_a_breath() -> None:
    sound = joined(hush(0.5), tone(440, 1.0), hush(0.7))
    assert trimmed(sound).duration_s == pytest.approx(1.04, abs=0.041)
    assert trimmed(hush(1.0)).data == b""


def test_pauses_do_not_count_for_loudness() -> None:
    spoken = tone(440, 1.0)
    assert level_db(joined(spoken, hush(4.0))) == pytest.approx(level_db(spoken), abs=0.1)
    assert gated_db(hush(1.0)) is None
