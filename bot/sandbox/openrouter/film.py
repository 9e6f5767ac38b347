"""Films: a ball that crosses the prompt's words, as a real MP4 of the asked length. Blocking.

The pictures are small whatever the label says: 320 pixels on the long side, 8 a second. First and
last frames given with the order are what the film begins and ends with.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from PIL import Image, ImageDraw

from bot.sandbox.openrouter.music import compose
from bot.sandbox.openrouter.pictures import canvas_of, colour_of, write_words
from bot.sandbox.openrouter.sound import frame_of
from bot.sandbox.openrouter.synth import RATE

LONG_SIDE = 320
FRAMES_PER_S = 8
BALL = (255, 220, 40)
SOUND_RATE = 44_100


@dataclass(frozen=True, slots=True)
class FilmPlan:
    """What to shoot. `ratio` is width by height; the frames are pictures or empty."""

    words: str
    seconds: int
    ratio: tuple[int, int] = (16, 9)
    with_sound: bool = True
    first: bytes = b""
    last: bytes = b""

    @property
    def size(self) -> tuple[int, int]:
        """Pixels, both even as H.264 wants them."""
        wide, tall = self.ratio
        scale = LONG_SIDE / max(wide, tall)
        return max(2, int(wide * scale) // 2 * 2), max(2, int(tall * scale) // 2 * 2)


def shoot(plan: FilmPlan) -> bytes:
    """The MP4."""
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream: Any = container.add_stream(
            "libx264", rate=FRAMES_PER_S, options={"preset": "ultrafast", "crf": "30"}
        )
        stream.width, stream.height = plan.size
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, FRAMES_PER_S)
        sound = _sound_stream(container) if plan.with_sound else None
        opening, closing = _scene(plan, plan.first), _scene(plan, plan.last or plan.first)
        count = plan.seconds * FRAMES_PER_S
        to_frame: Any = av.VideoFrame.from_image
        for place in range(count):
            frame = to_frame(_frame(opening, closing, place / max(1, count - 1)))
            frame.pts = place
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None:
            _score(container, sound, plan)
    return out.getvalue()


def _scene(plan: FilmPlan, base: bytes) -> Any:
    colour = colour_of(plan.words)
    canvas = canvas_of(base, plan.size, colour) if base else Image.new("RGB", plan.size, colour)
    write_words(canvas, plan.words)
    return canvas


def _frame(opening: Any, closing: Any, done: float) -> Any:
    """The picture after the share `done` of the film."""
    image = opening.copy() if opening is closing else Image.blend(opening, closing, done)
    width, height = image.size
    radius = max(6, min(width, height) // 8)
    x = radius + (width - 2 * radius) * done
    box = (x - radius, height - 2 * radius, x + radius, height)
    ImageDraw.Draw(image).ellipse(box, fill=BALL)
    return image


def _sound_stream(container: Any) -> Any:
    return container.add_stream("aac", rate=SOUND_RATE, layout="mono")


def _score(container: Any, stream: Any, plan: FilmPlan) -> None:
    import av

    resampler = av.AudioResampler(format=stream.format, layout="mono", rate=SOUND_RATE)
    pcm = compose(plan.words, float(plan.seconds))
    for frame in [*resampler.resample(frame_of(pcm, RATE)), *resampler.resample(None)]:
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
