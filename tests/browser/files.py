"""Real files as a bot sends them and people choose them: pictures, films, songs and papers."""

from __future__ import annotations

import io
import math
from array import array

import av
from PIL import Image, ImageDraw

FRAMES_PER_S = 10
RATE = 44_100
SONG_FRAME = 1_152  # samples, as MP3 wants them
TONE_HZ = 330


def drawing(width: int, height: int, *, hue: int) -> Image.Image:
    """A picture with some shapes in it, so that a wrong one is told from the right one."""
    image = Image.new("HSV", (width, height), (hue, 120, 220)).convert("RGB")
    pen = ImageDraw.Draw(image)
    for part in range(6):
        place = (part * width // 6, height * part // 9)
        box = (*place, place[0] + width // 3, place[1] + height // 2)
        pen.ellipse(box, fill=f"hsv({(hue * 360 // 255 + part * 25) % 360},55%,{60 + part * 6}%)")
    return image


def picture(width: int = 800, height: int = 600, *, hue: int = 110, format: str = "PNG") -> bytes:
    """PNG, or another `format` of Pillow's."""
    out = io.BytesIO()
    drawing(width, height, hue=hue).save(out, format)
    return out.getvalue()


def paper(pages: int = 2) -> bytes:
    """A PDF."""
    out = io.BytesIO()
    first, *more = [drawing(300, 424, hue=20 * page) for page in range(pages)]
    first.save(out, "PDF", save_all=True, append_images=more)
    return out.getvalue()


def film(seconds: float = 2.0, *, width: int = 320, height: int = 180) -> bytes:
    """An MP4 with H.264 and no sound."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FRAMES_PER_S)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(round(seconds * FRAMES_PER_S)):
            image = drawing(width, height, hue=(number * 9) % 255)
            container.mux(stream.encode(av.VideoFrame.from_image(image)))
        container.mux(stream.encode())
    return out.getvalue()


def song(seconds: float = 3.0) -> bytes:
    """An MP3 of one long tone."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=RATE, layout="mono")
        for start in range(0, round(seconds * RATE), SONG_FRAME):
            turns = (2 * math.pi * TONE_HZ * (start + at) / RATE for at in range(SONG_FRAME))
            frame = av.AudioFrame(format="s16p", layout="mono", samples=SONG_FRAME)
            frame.sample_rate, frame.pts = RATE, start
            frame.planes[0].update(
                array("h", (round(9_000 * math.sin(t)) for t in turns)).tobytes()
            )
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.getvalue()
