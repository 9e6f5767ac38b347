"""What was made is brought into the kind of file that was asked for, as far as that can be."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import av
import pytest
from PIL import Image

from bot.cli.named import as_named, check_name
from bot.errors import ConfigError
from bot.values.media import MediaFile

TONE = b"".join((i % 200 * 100).to_bytes(2, "little") for i in range(24_000))


def song(*, channels: int = 1) -> bytes:
    """A second of wav."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(TONE * channels)
    return out.getvalue()


def drawing(mode: str, format: str) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (6, 4), (255, 0, 0, 0)[: len(mode)]).save(out, format)
    return out.getvalue()


def named(data: bytes, mime: str, name: str) -> tuple[MediaFile, str]:
    return as_named(MediaFile(data, mime, "made"), Path(name), performer="Parley")


@pytest.mark.parametrize("name", ["a.wav", "a.WAV", "a"])
def test_what_fits_its_name_stays_byte_for_byte(name: str) -> None:
    data = song()
    assert named(data, "audio/wav", name) == (MediaFile(data, "audio/wav", "made"), "")


def test_a_wav_becomes_an_mp3_with_its_names(tmp_path: Path) -> None:
    file, notice = named(song(), "audio/wav", "fox.mp3")
    assert (file.mime, notice) == ("audio/mpeg", "")
    with av.open(io.BytesIO(file.data)) as track:
        assert track.format.name == "mp3"
        assert track.metadata["title"] == "fox"
        assert track.metadata["artist"] == "Parley"


@pytest.mark.parametrize("channels", [1, 2])
def test_an_mp3_becomes_a_wav_of_the_same_length(channels: int) -> None:
    mp3, _ = named(song(channels=channels), "audio/wav", "fox.mp3")
    file, notice = named(mp3.data, "audio/mpeg", "fox.wav")
    assert (file.mime, notice) == ("audio/wav", "")
    with wave.open(io.BytesIO(file.data)) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(1, abs=0.15)


def test_a_transparent_picture_becomes_a_jpeg_on_white() -> None:
    file, notice = named(drawing("RGBA", "PNG"), "image/png", "a.jpg")
    assert (file.mime, notice) == ("image/jpeg", "")
    with Image.open(io.BytesIO(file.data)) as image:
        assert image.format == "JPEG"
        assert image.getpixel((2, 2)) == (255, 255, 255)


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_a_jpeg_becomes_what_its_name_says(name: str) -> None:
    file, notice = named(drawing("RGB", "JPEG"), "image/jpeg", name)
    assert notice == ""
    with Image.open(io.BytesIO(file.data)) as image:
        assert f".{str(image.format).lower()}" == name[1:]


@pytest.mark.parametrize(
    ("mime", "name"),
    [
        ("video/webm", "a.mp4"),
        ("audio/wav", "a.mp3"),
        ("audio/mpeg", "a.wav"),
        ("image/png", "a.jpg"),
    ],
)
def test_what_cant_be_changed_is_kept_and_told(mime: str, name: str) -> None:
    file, notice = named(b"\0" * 99, mime, name)
    assert (file.data, file.mime) == (b"\0" * 99, mime)
    assert mime in notice


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [("image", "a.JPEG", "a.mp3"), ("video", "a.mp4", "a.gif"), ("music", "a", "a.flac")],
)
def test_a_name_of_another_kind_is_refused_beforehand(kind: str, right: str, wrong: str) -> None:
    check_name(Path(right), kind)
    with pytest.raises(ConfigError, match="--output must end in one of"):
        check_name(Path(wrong), kind)
