"""What makers are tested with: real small pictures and sounds, and the recorded requests."""

from __future__ import annotations

import base64
import json
import wave
from io import BytesIO
from pathlib import Path
from typing import Any

import av
from loopback_upstream import KEY
from PIL import Image

from bot.openrouter.headers import request_headers
from bot.openrouter.route import Route
from bot.openrouter.settings import OpenRouterSettings

RECORDED = {
    row["case"]: row
    for row in json.loads((Path(__file__).parent / "recorded_makers.json").read_text("utf-8"))
}


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 36), colour: str = "red") -> bytes:
    """A real picture file."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def data_url(data: bytes, mime: str = "image/png") -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def wav(seconds: float = 0.1) -> bytes:
    """A real WAV file of a rising sawtooth."""
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(n % 251 for n in range(int(16_000 * seconds) & ~1)))
    return out.getvalue()


def mp3() -> bytes:
    """A real MP3 file of a moment of silence, without any tag before its first frame."""
    out = BytesIO()
    options = {"write_xing": "0", "id3v2_version": "0"}
    with av.open(out, "w", format="mp3", options=options) as container:
        stream = container.add_stream("libmp3lame", rate=44_100, layout="mono")
        frame = av.AudioFrame("s16p", "mono", 1152)
        frame.rate = 44_100
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def headers_as_recorded() -> dict[str, str]:
    """What every request to the verified route carries, beside the program's own name."""
    sent = request_headers(OpenRouterSettings(), Route.of(""), KEY)
    headers = {name.decode(): value.decode() for name, value in sent}
    headers.pop("user-agent")
    return headers | {"authorization": "Bearer sk-or-<KEY>"}


def recorded_url_and_headers(case: str) -> tuple[str, dict[str, Any]]:
    """Of the recorded POST. Its text/plain around a JSON body is an artefact of the recording."""
    row = RECORDED[case]
    return row["url"], row["headers"] | {"content-type": "application/json"}
