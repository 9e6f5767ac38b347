"""Pictures, sounds, papers and films inside a chat request, really looked at. Blocking.

facts/openrouter-api.md §2.3: what parts there are, and which data each takes.
"""

from __future__ import annotations

import base64
import io
import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.openrouter.chat_request import ChatRequest
from bot.sandbox.openrouter.papers import NotAPaper, Paper, read_paper
from bot.sandbox.openrouter.pictures import READABLE, NotAPicture, look
from bot.sandbox.openrouter.refusal import ApiRefusal
from bot.sandbox.openrouter.sound import CONTAINERS, EAR_RATE, NotThatSound, samples_of

SOUND_FORMATS = (*CONTAINERS, "aiff", "pcm16", "pcm24")
OPENAI_SOUNDS = ("wav", "mp3")
PICTURE_TYPES = tuple(f"image/{kind.lower()}" for kind in READABLE)
FILM_TYPES = ("video/mp4", "video/mpeg", "video/mov", "video/quicktime", "video/webm")
NEEDS = {
    "image_url": ("image", "No endpoints found that support image input"),
    "input_audio": ("audio", "No endpoints found that support input audio"),
    "video_url": ("video", "No endpoints found that support video input"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One part, looked at. What a web address holds stays unknown: nobody fetches it here."""

    kind: str  # the type of the part
    data: bytes = b""
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    paper: Paper | None = None
    is_latest: bool = False  # said since the model spoke last


def see(request: ChatRequest) -> list[Seen]:
    """Every part that is no text, in order. Raises ApiRefusal 400 for what is not what it says."""
    spoken = max((n for n, m in enumerate(request.messages) if m.role == "assistant"), default=-1)
    return [
        replace(_LOOKS[part["type"]](part, place, request.model), is_latest=place > spoken)
        for place, part in _media(request)
    ]


def check_senses(request: ChatRequest, inputs: tuple[str, ...]) -> None:
    """Raises ApiRefusal 404 when the model lacks the sense that a part needs."""
    for _, part in _media(request):
        sense, refusal = NEEDS.get(part["type"], ("", ""))
        if sense and sense not in inputs:
            raise ApiRefusal(404, refusal)


def read_data_url(url: str, where: str, types: tuple[str, ...], *, error_type: str) -> bytes | None:
    """The bytes of a data URL, None for a web address. Raises ApiRefusal 400 for anything else."""
    if not url.startswith("data:"):
        _check_address(url, where)
        return None
    head, _, encoded = url.partition(",")
    mime = head[5:].partition(";")[0]
    if not head.endswith(";base64") or mime not in types:
        raise ApiRefusal(400, f"{where}: unsupported data URL {head[:60]!r}", error_type=error_type)
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError:
        raise ApiRefusal(400, f"{where}: invalid base64 data", error_type=error_type) from None


def read_picture(url: str, where: str) -> tuple[bytes, int, int]:
    """Bytes, width and height behind `url`; nothing for a web address. Raises ApiRefusal 400."""
    wrong = "unsupported_image_format"
    data = read_data_url(url, where, PICTURE_TYPES, error_type=wrong)
    if data is None:
        return b"", 0, 0
    try:
        found = look(data)
    except NotAPicture as error:
        raise ApiRefusal(
            400, f"{where}: could not process image: {error}", error_type="invalid_image"
        ) from error
    return data, found.width, found.height


def _media(request: ChatRequest) -> Iterator[tuple[int, dict[str, Any]]]:
    for place, message in enumerate(request.messages):
        for part in message.content if isinstance(message.content, list) else ():
            if part["type"] != "text":
                yield place, part


def _picture(part: dict[str, Any], place: int, _model: str) -> Seen:
    url = _field(part, "image_url", "url", place)
    data, width, height = read_picture(url, f"messages.{place}.content.image_url")
    return Seen("image_url", data, width, height)


def _sound(part: dict[str, Any], place: int, model: str) -> Seen:
    encoded, format = (_field(part, "input_audio", name, place) for name in ("data", "format"))
    where = f"messages.{place}.content.input_audio"
    known = OPENAI_SOUNDS if model.startswith("openai/") else SOUND_FORMATS
    if format not in known:
        raise ApiRefusal(400, f"{where}.format: use one of {', '.join(known)}, not {format}")
    try:
        data = base64.b64decode(encoded, validate=True)
        pcm = samples_of(data, format) if format in CONTAINERS else b""
    except (NotThatSound, ValueError) as error:
        raise ApiRefusal(400, f"{where}: invalid audio: {error}") from error
    return Seen("input_audio", data, seconds=len(pcm) / 2 / EAR_RATE)


def _paper(part: dict[str, Any], place: int, _model: str) -> Seen:
    if isinstance(part.get("file"), dict) and part["file"].get("file_id"):
        return Seen("file")
    name, url = (_field(part, "file", field, place) for field in ("filename", "file_data"))
    where = f"messages.{place}.content.file"
    data = read_data_url(url, where, ("application/pdf",), error_type="invalid_request")
    if data is None:
        return Seen("file")
    try:
        return Seen("file", data, paper=read_paper(data, name=name))
    except NotAPaper as error:
        raise ApiRefusal(400, f"{where}: failed to parse {name}: {error}") from error


def _film(part: dict[str, Any], place: int, _model: str) -> Seen:
    import av

    where = f"messages.{place}.content.video_url"
    url = _field(part, "video_url", "url", place)
    data = read_data_url(url, where, FILM_TYPES, error_type="invalid_request")
    if data is None:
        return Seen("video_url")
    try:
        with av.open(io.BytesIO(data), "r", metadata_errors="ignore") as container:
            stream = container.streams.video[0]
            seconds = (container.duration or 0) / 1_000_000
            return Seen("video_url", data, stream.width, stream.height, seconds)
    except (av.error.FFmpegError, IndexError, ValueError, OSError) as error:
        raise ApiRefusal(400, f"{where}: could not process video") from error


_LOOKS: dict[str, Callable[[dict[str, Any], int, str], Seen]] = {
    "image_url": _picture, "input_audio": _sound, "file": _paper, "video_url": _film,
}  # fmt: skip


def _field(part: dict[str, Any], kind: str, name: str, place: int) -> str:
    """The text `name` of the object that a part of `kind` carries."""
    inner = part[kind]
    value = inner.get(name) if isinstance(inner, dict) else None
    if not isinstance(value, str) or not value:
        raise ApiRefusal(
            400, f"Input validation failed: messages.{place}.content.{kind}.{name}: Required"
        )
    return value


def _check_address(url: str, where: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host:
        raise ApiRefusal(400, f"{where}: must be an https or data URL")
    try:
        is_private = not ipaddress.ip_address(host).is_global
    except ValueError:
        is_private = host == "localhost" or "." not in host
    if is_private:  # the service sits elsewhere and can't reach it
        raise ApiRefusal(
            400, f"{where}: could not download {url[:100]}", error_type="image_download_failed"
        )
