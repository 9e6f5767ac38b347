"""From whatever was sent to recordings that transcription takes."""

from __future__ import annotations

import io
import tracemalloc

import av
import pytest

from bot.errors import AudioTooLarge, AudioUnreadable, NothingHeard
from bot.values.audio import Pcm
from bot.voice.codec import sniff
from bot.voice.limits import NoteLimits
from bot.voice.opus import OpusEncoder, encode
from bot.voice.prepare import TOO_SHORT, prepare
from tests import voices
from tests.unit.voice.sounds import contained, hush, joined, tone
from tests.unit.voice.test_voice_codec import HOSTILE, dense_opus

WORDS = "Hey Parley, what time is it in Lisbon?"


def words_pcm() -> Pcm:
    return Pcm(voices.pcm_of(WORDS), 24_000)


@pytest.mark.parametrize("format", voices.FORMATS)
def test_a_short_note_in_an_accepted_container_passes_unchanged(format: str) -> None:
    data = voices.say(WORDS, format=format)
    prepared = prepare(data, mime=voices.MIMES[format], file_name="")
    assert not prepared.silent
    (recording,) = prepared.recordings
    assert recording.data is data
    assert recording.format == format
    assert recording.duration_s == pytest.approx(words_pcm().duration_s, abs=0.1)


def test_an_mp3_named_ogg_goes_out_as_mp3() -> None:
    data = voices.say(WORDS, format="mp3")
    (recording,) = prepare(data, mime="audio/ogg", file_name="voice.ogg").recordings
    assert (recording.format, recording.data) == ("mp3", data)


def test_the_sound_of_a_round_video_is_taken_out_without_encoding() -> None:
    video = voices.round_video(WORDS)
    (recording,) = prepare(video, mime="video/mp4", file_name="round.mp4").recordings
    found = sniff(recording.data)
    assert recording.format == "m4a"
    assert (found.format, found.codec, found.has_video) == ("m4a", "aac", False)
    assert len(recording.data) < len(video)


@pytest.mark.parametrize("kind", ["wma", "amr", "3gp", "alac", "avi", "mka"])
def test_odd_formats_become_ogg_opus(kind: str) -> None:
    (recording,) = prepare(contained(words_pcm(), kind), mime="", file_name=f"x.{kind}").recordings
    found = sniff(recording.data)
    assert (recording.format, found.format, found.codec) == ("ogg", "ogg", "opus")
    assert recording.duration_s == pytest.approx(words_pcm().duration_s, abs=0.1)


def test_an_accepted_container_above_the_size_limit_is_encoded() -> None:
    data = voices.say(WORDS, format="wav")
    (recording,) = prepare(data, limits=NoteLimits(pass_bytes=10_000)).recordings
    assert recording.format == "ogg"
    assert len(recording.data) < 20_000


def test_a_damaged_note_is_encoded_anew() -> None:
    damaged = bytearray(voices.say(WORDS, format="mp3"))
    damaged[4_000:4_400] = voices.noise(400)
    (recording,) = prepare(bytes(damaged), mime="audio/mpeg").recordings
    assert sniff(recording.data).has_audio


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(AudioUnreadable) as caught:
        prepare(HOSTILE[name], mime="audio/ogg", file_name="voice.ogg")
    assert caught.value.sentence.endswith(".")


def test_the_sentence_says_when_a_file_is_empty_and_when_a_video_is_mute() -> None:
    with pytest.raises(AudioUnreadable, match="empty"):
        prepare(b"")
    with pytest.raises(AudioUnreadable) as caught:
        prepare(voices.video_without_sound(), mime="video/mp4")
    assert "video has no sound" in caught.value.sentence


def test_a_note_of_a_moment_is_too_short() -> None:
    data = encode(joined(hush(0.02), tone(440, 0.12)), bitrate=16_000).ogg
    assert len(data) < 1_024
    with pytest.raises(NothingHeard) as caught:
        prepare(data)
    assert caught.value.sentence == TOO_SHORT


def test_a_silent_note_is_silent_and_gives_nothing_to_transcribe() -> None:
    prepared = prepare(voices.silence(3.0))
    assert prepared.silent
    assert prepared.recordings == ()
    assert prepared.duration_s == pytest.approx(3.0, abs=0.01)


def test_a_note_over_the_longest_time_is_refused_in_minutes() -> None:
    with pytest.raises(AudioTooLarge) as caught:
        prepare(dense_opus(200), limits=NoteLimits(pass_s=60, max_s=120))
    assert "2 minutes" in caught.value.sentence


def sentences_of(count: int) -> Pcm:
    """`count` times two seconds of sound and half a second of pause."""
    return joined(*[joined(tone(300, 2.0), hush(0.5))] * count)


def test_long_sound_is_cut_in_pauses_only() -> None:
    data = encode(sentences_of(20), bitrate=16_000).ogg  # 50 s
    limits = NoteLimits(pass_s=20, part_after_s=9, part_max_s=12)
    prepared = prepare(data, limits=limits)
    lengths = [part.duration_s for part in prepared.recordings]
    assert prepared.duration_s == pytest.approx(50.0, abs=0.01)
    assert sum(lengths) == pytest.approx(50.0, abs=0.5)  # a pause at the very end is left out
    assert all(9 <= length <= 12 for length in lengths[:-1])
    ends = [sum(lengths[: i + 1]) for i in range(len(lengths) - 1)]
    assert all(2.0 < end % 2.5 <= 2.5 for end in ends), ends
    assert {part.format for part in prepared.recordings} == {"ogg"}
    for part in prepared.recordings:
        assert sniff(part.data).codec == "opus"


def test_sound_without_a_pause_is_cut_hard() -> None:
    data = encode(mixed_voice(40.0), bitrate=16_000).ogg
    limits = NoteLimits(pass_s=20, part_after_s=9, part_max_s=12)
    lengths = [part.duration_s for part in prepare(data, limits=limits).recordings]
    assert lengths == pytest.approx([12.0, 12.0, 12.0, 4.0], abs=0.02)


def mixed_voice(seconds: float) -> Pcm:
    """Loud and soft by turns, but never quiet."""
    one = joined(tone(300, 0.1, amplitude=12_000), tone(300, 0.1, amplitude=3_000))
    return joined(*[one] * round(seconds / 0.2))


def test_a_long_silence_within_a_note_is_not_sent() -> None:
    sound = joined(sentences_of(5), hush(24.0), sentences_of(5))
    limits = NoteLimits(pass_s=20, part_after_s=9, part_max_s=12)
    prepared = prepare(encode(sound, bitrate=16_000).ogg, limits=limits)
    assert prepared.duration_s == pytest.approx(49.0, abs=0.05)
    assert sum(part.duration_s for part in prepared.recordings) < 40


def repeated_minute(minutes: int) -> bytes:
    """A long note at little cost: one encoded minute of tones and pauses, its packets repeated."""
    minute = encode(sentences_of(24), bitrate=12_000, level=0).ogg
    out = io.BytesIO()
    with av.open(io.BytesIO(minute)) as given, av.open(out, "w", format="ogg") as container:
        stream = given.streams.audio[0]
        track = container.add_stream_from_template(stream)
        packets = [(bytes(p), p.duration) for p in given.demux(stream) if p.size]
        at = 0
        for content, duration in packets * minutes:
            packet = av.Packet(content)
            packet.pts = packet.dts = at
            packet.duration, packet.time_base, packet.stream = duration, stream.time_base, track
            at += duration
            container.mux(packet)
    return out.getvalue()


def test_more_than_twenty_minutes_are_cut_at_pauses_after_nine_minutes() -> None:
    prepared = prepare(repeated_minute(21))
    lengths = [part.duration_s for part in prepared.recordings]
    assert prepared.duration_s == pytest.approx(21 * 60, abs=1)
    assert len(lengths) == 3
    assert all(540 <= length <= 543 for length in lengths[:2])
    assert sum(lengths) == pytest.approx(prepared.duration_s, abs=0.6)
    assert all(len(part.data) < 1_800_000 for part in prepared.recordings)


def peak_beside_result_bytes(minutes: int) -> int:
    data, limits = repeated_minute(minutes), NoteLimits(pass_s=10, part_after_s=20, part_max_s=30)
    tracemalloc.start()
    try:
        prepared = prepare(data, limits=limits)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak_bytes - sum(len(part.data) for part in prepared.recordings)


def test_the_memory_for_a_note_does_not_grow_with_its_length() -> None:
    peak_beside_result_bytes(1)  # imports and caches
    short, long = peak_beside_result_bytes(1), peak_beside_result_bytes(4)
    assert long < short + 500_000  # three more minutes of samples would be 5.8 MB


def test_preparing_is_repeatable_so_that_parts_are_known_again() -> None:
    limits = NoteLimits(pass_s=5, part_after_s=4, part_max_s=6)
    data = encode(sentences_of(6), bitrate=16_000).ogg
    assert prepare(data, limits=limits) == prepare(data, limits=limits)


def test_a_header_that_claims_ten_days_costs_nothing() -> None:
    encoder = OpusEncoder()
    encoder.feed(joined(tone(300, 2.0), hush(0.5), tone(300, 1.0)))
    data = bytearray(encoder.finish().ogg)
    last = data.rfind(b"OggS")
    data[last + 6 : last + 14] = (864_000 * 48_000).to_bytes(8, "little")
    prepared = prepare(with_checksum(data, last))
    assert prepared.duration_s == pytest.approx(3.5, abs=0.1)


def with_checksum(data: bytearray, page: int) -> bytes:
    data[page + 22 : page + 26] = bytes(4)
    crc = 0
    for byte in data[page:]:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x04C11DB7 if crc & 0x80000000 else 0)
        crc &= 0xFFFFFFFF
    data[page + 22 : page + 26] = crc.to_bytes(4, "little")
    return bytes(data)
