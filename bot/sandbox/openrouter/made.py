"""What a chat answer carries besides words: pictures, a song, notes on files. Blocking."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.openrouter.calls import fingerprint
from bot.sandbox.openrouter.chat_request import ChatRequest
from bot.sandbox.openrouter.music import compose, encoded, lyrics_of, song_seconds
from bot.sandbox.openrouter.parts import Seen
from bot.sandbox.openrouter.pictures import (
    RATIOS,
    SIDES,
    WIDE_RATIOS,
    draw,
    look,
    picture_size,
)
from bot.sandbox.openrouter.preferences import MusicPreferences
from bot.sandbox.openrouter.refusal import ApiRefusal
from bot.sandbox.openrouter.scripts import ScriptedImage, ScriptedSong

USUAL_SIZE = (1024, 1024)
GEMINI = "google/gemini-"
FLASH = "google/gemini-3.1-flash-image"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture on its way out: its URL, in which shape, and what the call log says of it."""

    url: str
    shape: str
    note: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Song:
    """A song on its way out."""

    data: bytes
    transcript: str
    note: dict[str, Any]
    keep: float = 1.0  # below 1 its base64 is broken off there


@dataclass(slots=True)
class Made:
    """Everything besides words."""

    pictures: list[Drawn] = field(default_factory=list)
    song: Song | None = None
    annotations: list[dict[str, Any]] = field(default_factory=list)
    pages: int = 0  # that a paid engine parsed

    def notes(self) -> dict[str, Any]:
        """What the call log says of it."""
        song = self.song.note | {"transcript": self.song.transcript} if self.song else None
        return {
            name: note
            for name, note in (("images", [p.note for p in self.pictures]), ("audio", song))
            if note
        }


def asked_size(request: ChatRequest) -> tuple[int, int]:
    """The pixels that `image_config` asks for; only Gemini models read it.

    Raises ApiRefusal 400 for a ratio or size that there is not. facts/openrouter-api.md §5.2
    """
    if not request.model.startswith(GEMINI):
        return USUAL_SIZE
    config = request.image_config or {}
    ratio, tier = config.get("aspect_ratio", "1:1"), config.get("image_size", "1K")
    is_flash = request.model.startswith(FLASH)
    ratios = RATIOS + WIDE_RATIOS if is_flash else RATIOS
    tiers = [name for name in SIDES if is_flash or name != "0.5K"]
    if ratio not in ratios:
        raise ApiRefusal(400, f"image_config.aspect_ratio must be one of {', '.join(ratios)}")
    if tier not in tiers:
        raise ApiRefusal(400, f"image_config.image_size must be one of {', '.join(tiers)}")
    return picture_size(ratio, tier)


def draw_all(
    request: ChatRequest,
    seen: Sequence[Seen],
    scripted: Sequence[ScriptedImage] | None,
    size: tuple[int, int],
    mime: str,
) -> list[Drawn]:
    """The scripted pictures, else `n` drawn ones; over the first picture that came with it."""
    base = next((part.data for part in seen if part.kind == "image_url" and part.data), b"")
    prompt = request.last_user_text.strip()
    wishes = scripted if scripted is not None else [ScriptedImage()] * (request.n or 1)
    return [_drawn(wish, n, prompt, base, size, mime) for n, wish in enumerate(wishes)]


def _drawn(
    wish: ScriptedImage, n: int, prompt: str, base: bytes, size: tuple[int, int], mime: str
) -> Drawn:
    if wish.raw_url is not None:
        return Drawn(wish.raw_url, wish.shape, {"raw_url": True})
    words = prompt if wish.prompt is None else wish.prompt
    kind = wish.mime or mime
    data = draw(words, wish.pixels or size, ordinal=n, base=base, mime=kind)
    found = look(data)
    note = {**fingerprint(data), "width": found.width, "height": found.height, "mime": found.mime}
    url = f"data:{kind};base64,{base64.b64encode(data).decode()}"
    return Drawn(url, wish.shape, note)


def play_song(request: ChatRequest, scripted: ScriptedSong | None, taste: MusicPreferences) -> Song:
    """The scripted song, else the one the prompt asks for. `request.audio` was checked."""
    wish = scripted or ScriptedSong()
    prompt = request.last_user_text.strip()
    words = prompt if wish.prompt is None else wish.prompt
    seconds = wish.seconds or song_seconds(words, usual_s=taste.seconds)
    format = str((request.audio or {}).get("format"))
    data = encoded(compose(words, seconds), format)
    transcript = lyrics_of(prompt) if wish.transcript is None else wish.transcript
    return Song(data, transcript, {**fingerprint(data), "seconds": seconds, "format": format})


def notes_on(request: ChatRequest, seen: Sequence[Seen]) -> tuple[list[dict[str, Any]], int]:
    """What the answer says about files, and how many pages had to be paid for.

    A file whose annotation came back with the request is not parsed again, nor is one that the
    engine `native` leaves to the model. facts/openrouter-api.md §4
    """
    engine = _engine(request)
    known = {
        note["file"].get("hash")
        for message in request.messages
        for note in message.annotations or ()
        if isinstance(note.get("file"), dict)
    }
    papers = [p.paper for p in seen if p.paper and p.paper.hash not in known]
    if engine == "native":
        return [], 0
    pages = sum(paper.pages for paper in papers) if engine == "mistral-ocr" else 0
    return [paper.annotation() for paper in papers], pages


def _engine(request: ChatRequest) -> str:
    """The engine that parses PDFs. Raises ApiRefusal 400 for one that there is not."""
    parser = next((p for p in request.plugins or () if p.get("id") == "file-parser"), {})
    pdf = parser.get("pdf")
    engine = pdf.get("engine", "cloudflare-ai") if isinstance(pdf, dict) else "cloudflare-ai"
    if engine not in ("mistral-ocr", "cloudflare-ai", "native", "pdf-text"):
        raise ApiRefusal(400, f"plugins.file-parser.pdf.engine: unknown engine {engine!r}")
    return "native" if parser.get("enabled") is False else str(engine)
