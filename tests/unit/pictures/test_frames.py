"""Stills of films: spread evenly, few, small, and never from what is no film."""

from __future__ import annotations

import io
from typing import Any

import av
import pytest
from PIL import Image

from bot.errors import LookError
from bot.pictures.frames import frames
from tests import voices


def film(seconds: int, *, size: tuple[int, int] = (64, 48), format: str = "mp4") -> bytes:
    """A film that is a little brighter in every second."""
    out = io.BytesIO()
    with av.open(out, "w", format=format) as container:
        stream: Any = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for number in range(seconds * 10):
            shade = 20 + 200 * (number // 10) // max(1, seconds)
            image = Image.new("RGB", size, (shade, shade, shade))
            container.mux(stream.encode(av.VideoFrame.from_image(image)))
        container.mux(stream.encode(None))
    return out.getvalue()


def shades(data: bytes, **how: Any) -> list[int]:
    stills = [Image.open(io.BytesIO(file.data)).convert("L") for file in frames(data, **how)]
    return [int(still.getpixel((10, 10))) for still in stills]  # type: ignore[arg-type]


@pytest.mark.parametrize("format", ["mp4", "matroska", "avi"])
def test_stills_are_spread_evenly_over_the_film(format: str) -> None:
    found = shades(film(8, format=format))
    assert len(found) == 4
    wanted = [20 + 200 * second // 8 for second in (1, 3, 5, 7)]
    assert all(abs(one - other) < 20 for one, other in zip(found, wanted, strict=True)), found


def test_a_long_side_is_cut_down_and_the_still_is_a_jpeg() -> None:
    (still,) = frames(film(1, size=(400, 100)), count=1, longest_side=200)
    assert (still.mime, still.width, still.height) == ("image/jpeg", 200, 50)


def test_a_film_of_one_picture_gives_one_still() -> None:
    data = film(1)
    one = av.open(io.BytesIO(data))
    assert len(frames(data, count=40)) <= one.streams.video[0].frames
    one.close()


def test_a_film_that_breaks_off_gives_what_is_there() -> None:
    data = film(8, format="matroska")
    assert 1 <= len(shades(data[: len(data) // 2])) <= 4


def test_a_round_video_gives_stills() -> None:
    assert len(frames(voices.round_video("Good morning everybody."))) >= 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"#EXTM3U\nfile:///etc/passwd\n",
        voices.say("Hello."),
        voices.noise(),
        film(2)[:60],
    ],
)
def test_what_holds_no_pictures_gets_a_sentence(data: bytes) -> None:
    with pytest.raises(LookError) as caught:
        frames(data)
    assert "couldn't see anything in that video" in caught.value.sentence


def test_time_spent_on_a_film_is_bounded() -> None:
    assert len(frames(film(8), wall_limit_s=-1)) <= 4
