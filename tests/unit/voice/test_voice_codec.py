"""What comes in is looked at as it is, bounded, and never trusted."""

from __future__ import annotations

import io
import struct

import av
import pytest

from bot.errors import AudioTooLarge, AudioUnreadable
from bot.values.audio import Pcm
from bot.voice.codec import Decoding, blocks, decode, sniff
from bot.voice.formats import declared_format
from bot.voice.opus import encode
from tests import voices
from tests.unit.voice.sounds import MUXERS, contained, joined, pitch, tone

WORDS = "Hey Parley, what time is it in Lisbon?"


def wav_header(*, channels: int = 1, rate: int = 16_000, data: bytes = b"\0\0" * 8_000) -> bytes:
    block = 2 * channels & 0xFFFF
    fmt = struct.pack("<HHIIHH", 1, channels, rate, rate * block & 0xFFFFFFFF, block, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(data))
    return b"RIFF" + struct.pack("<I", len(body) + len(data)) + body + data


@pytest.mark.parametrize("format", voices.FORMATS)
def test_each_accepted_container_is_recognised_and_decoded(format: str) -> None:
    data = voices.say(WORDS, format=format)
    found = sniff(data)
    assert (found.format, found.has_audio, found.has_video) == (format, True, False)
    pcm = decode(data, limit_s=60, wall_limit_s=30)
    assert (pcm.rate, pcm.channels) == (16_000, 1)
    assert pcm.duration_s == pytest.approx(len(voices.pcm_of(WORDS)) / 48_000, abs=0.1)


@pytest.mark.parametrize("kind", [kind for kind in MUXERS if kind != "mp3"])
def test_odd_containers_are_decoded_too(kind: str) -> None:
    data = contained(tone(440, 1.0), kind)
    assert decode(data, limit_s=60, wall_limit_s=30).duration_s == pytest.approx(1.0, abs=0.1)


def test_a_round_video_has_video_and_sound() -> None:
    found = sniff(voices.round_video(WORDS))
    assert (found.format, found.codec, found.has_audio, found.has_video) == (
        "mp4",
        "aac",
        True,
        True,
    )


def test_the_name_of_an_mp3_named_ogg_is_not_believed() -> None:
    assert declared_format("audio/ogg", "voice.ogg") == "ogg"
    assert sniff(voices.say(WORDS, format="mp3")).format == "mp3"


def test_samples_have_no_clicks_from_padded_planes() -> None:
    ogg = encode(tone(500, 2.0)).ogg
    pcm = decode(ogg, rate=48_000, limit_s=10, wall_limit_s=30)
    assert pcm.duration_s == pytest.approx(2.0, abs=0.001)
    assert pitch(Pcm(pcm.data[9600:-9600], 48_000)) == pytest.approx(500, abs=0.5)


def test_stereo_and_eight_kilohertz_become_sixteen_kilohertz_mono() -> None:
    for data in (
        voices.say(WORDS, format="wav", channels=2),
        voices.say(WORDS, format="wav", rate=8_000),
        voices.say(WORDS, format="mp3", rate=8_000),
    ):
        pcm = decode(data, limit_s=60, wall_limit_s=30)
        assert pcm.duration_s == pytest.approx(len(voices.pcm_of(WORDS)) / 48_000, abs=0.15)


HOSTILE = {
    "empty": b"",
    "one byte": b"O",
    "random bytes": voices.noise(20_000),
    "HTML": b"<!doctype html><html><body>502 Bad Gateway</body></html>" * 40,
    "an Ogg page mark and random bytes": b"OggS" + voices.noise(5_000),
    "a playlist": b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n" * 20,
    "a list of files": b"ffconcat version 1.0\nfile '/etc/passwd'\n" * 20,
    "a wav with 60,000 channels": wav_header(channels=60_000),
    "a wav of an absurd rate": wav_header(rate=4_000_000_000),
    "a wav without data": wav_header(data=b""),
    "a video without sound": voices.video_without_sound(),
    "an m4a cut before its index": voices.say(WORDS, format="m4a")[:9_000],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_holds_no_sound_is_unreadable_and_nothing_worse(name: str) -> None:
    with pytest.raises(AudioUnreadable):
        decode(HOSTILE[name], limit_s=60, wall_limit_s=30)
    assert sniff(HOSTILE[name]) is not None


def test_a_truncated_ogg_gives_what_is_there() -> None:
    whole = encode(tone(440, 10.0)).ogg
    pcm = decode(whole[: len(whole) // 2], limit_s=60, wall_limit_s=30)
    assert 2.0 < pcm.duration_s < 8.0


def test_damaged_packets_are_left_out() -> None:
    one, two = contained(tone(440, 1.0), "mp3"), contained(tone(440, 1.0), "mp3")
    damaged = bytearray(one + two)
    damaged[6_000:6_040] = voices.noise(40)
    run = Decoding(60, 30)
    samples = b"".join(blocks(bytes(damaged), rate=16_000, block_s=1.0, run=run))
    assert len(samples) / 32_000 == pytest.approx(2.0, abs=0.3)


def dense_opus(seconds: int) -> bytes:
    """Silent 120 ms packets of two bytes: 20 kB decode to more than a quarter of an hour."""
    out = io.BytesIO()
    source = encode(tone(440, 0.1)).ogg
    with av.open(io.BytesIO(source)) as given, av.open(out, "w", format="ogg") as container:
        track = container.add_stream_from_template(given.streams.audio[0])
        for index in range(round(seconds / 0.12)):
            packet = av.Packet(bytes([0x9B, 0x06]))  # six frames of 20 ms, all empty
            packet.pts = packet.dts = index * 5_760
            packet.duration = 5_760
            packet.time_base = track.time_base
            packet.stream = track
            container.mux(packet)
    return out.getvalue()


def test_a_small_file_that_decodes_to_hours_stops_at_the_limit() -> None:
    data = dense_opus(7_200)
    assert len(data) < 400_000
    with pytest.raises(AudioTooLarge) as caught:
        decode(data, limit_s=600, wall_limit_s=60)
    assert "10 minutes" in caught.value.sentence


def test_decoding_stops_at_its_wall_limit() -> None:
    with pytest.raises(AudioTooLarge):
        decode(voices.say(WORDS), limit_s=60, wall_limit_s=0)


def test_blocks_have_their_size_but_the_last() -> None:
    data = encode(tone(440, 2.5)).ogg
    sizes = [len(b) for b in blocks(data, rate=16_000, block_s=1.0, run=Decoding(60, 30))]
    assert sizes == [32_000, 32_000, 16_000]


def test_a_change_of_rate_within_a_file_is_followed() -> None:
    data = contained(tone(440, 1.0), "mp3") + contained(tone(440, 1.0), "mp3", rate=44_100)
    run = Decoding(60, 30)
    samples = b"".join(blocks(data, rate=16_000, block_s=1.0, run=run))
    assert 1.8 < len(samples) / 32_000 < 2.3
    assert pitch(Pcm(samples[3_200:28_000], 16_000)) == pytest.approx(440, abs=3)


@pytest.mark.parametrize(
    ("mime", "file_name", "format"),
    [
        ("audio/ogg; codecs=opus", "", "ogg"),
        ("AUDIO/MPEG", "", "mp3"),
        ("audio/x-m4a", "x.wav", "m4a"),
        ("audio/x-wav", "", "wav"),
        ("application/octet-stream", "note.oga", "ogg"),
        ("", "note.OPUS", "ogg"),
        ("", "song.mpeg", "mp3"),
        ("video/mp4", "clip.mp4", "m4a"),
        ("", "x.aac", "aac"),
        ("", "x.flac", "flac"),
        ("audio/amr", "x.amr", None),
        ("", "", None),
    ],
)
def test_a_declared_format_follows_the_mime_type_then_the_name(
    mime: str, file_name: str, format: str | None
) -> None:
    assert declared_format(mime, file_name) == format


def test_two_tones_keep_their_order() -> None:
    pcm = decode(encode(joined(tone(400, 1.0), tone(800, 1.0))).ogg, limit_s=9, wall_limit_s=30)
    half = len(pcm.data) // 2
    assert pitch(Pcm(pcm.data[3_200 : half - 3_200], 16_000)) == pytest.approx(400, abs=3)
    assert pitch(Pcm(pcm.data[half + 3_200 : -3_200], 16_000)) == pytest.approx(800, abs=3)
