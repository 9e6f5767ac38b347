"""Pictures, films and papers for flow tests, and what a model was shown of them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import av
from PIL import Image

from tests.flow.guest import Guest
from tests.flow.stage import Stage

SIZE = (32, 24)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def picture(colour: str, *, format: str = "PNG", size: tuple[int, int] = SIZE) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, format)
    return out.getvalue()


def film(colour: str, *, seconds: int = 2) -> bytes:
    """A film of one colour, without sound."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream: Any = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        frame = av.VideoFrame.from_image(Image.new("RGB", SIZE, colour))
        for number in range(seconds * 5):
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def shown(stage: Stage, url: dict[str, Any]) -> bytes:
    """The bytes behind a data URL that was sent, found by their hash on the bot's shelf."""
    files = (path.read_bytes() for path in (stage.state_dir / "media").iterdir())
    return next(data for data in files if sha256(data).hexdigest() == url["sha256"])


def colour_of(data: bytes) -> str:
    """The one of a few colours that a picture mostly is."""
    image = Image.open(io.BytesIO(data)).convert("RGB").resize((1, 1))
    pixel: Any = image.getpixel((0, 0))
    known = {"red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255), "white": (255,) * 3}

    def distance(name: str) -> int:
        return sum(abs(one - other) for one, other in zip(known[name], pixel, strict=True))

    return min(known, key=distance)


def content(stage: Stage, *, call: int = -1, message: int = -1) -> Any:
    """The content of one message of one chat request."""
    return stage.upstream_calls("chat")[call]["json"]["messages"][message]["content"]


def parts(found: Any, kind: str) -> Iterator[Any]:
    """What the parts of one kind hold."""
    if isinstance(found, list):
        yield from (part[kind] for part in found if part["type"] == kind)


def words(found: Any) -> str:
    return found if isinstance(found, str) else "\n".join(parts(found, "text"))


def colours(stage: Stage, found: Any) -> list[str]:
    """The colours of the pictures in the content of a message."""
    return [colour_of(shown(stage, part["url"])) for part in parts(found, "image_url")]


def shows(guest: Guest, colour: str, **fields: Any) -> int:
    """Somebody sends a photo; the message id."""
    return guest.sends(picture(colour), kind="photo", name="p.png", mime="image/png", **fields)


def hands(guest: Guest, data: bytes, name: str, mime: str, **fields: Any) -> int:
    """Somebody sends a document; the message id."""
    return guest.sends(data, kind="document", name=name, mime=mime, **fields)
