"""Pictures, songs and notes on files as chunks of a stream, or inside a whole message."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot.sandbox.openrouter.made import Drawn, Made, Song
from bot.sandbox.openrouter.preferences import MusicPreferences
from bot.sandbox.openrouter.steps import Step

KEPT_S = 3_600
WORDS_A_PIECE = 4


def media_steps(made: Made, *, make_ms: float, music: MusicPreferences, now_s: int) -> list[Step]:
    """One step per picture, per piece of the song and for the notes, paced."""
    steps = [
        Step({"content": "", "images": [_image(n, drawn)]}, make_ms if n == 0 else 0, is_media=True)
        for n, drawn in enumerate(made.pictures)
    ]
    if made.song is not None:
        steps += _song_steps(made.song, music, now_s)
    if made.annotations:
        steps.append(Step({"content": "", "annotations": made.annotations}, is_media=True))
    return steps


def dress(message: dict[str, Any], made: Made) -> dict[str, Any]:
    """`message` with all that was made in it, each picture in the shape its script asked for."""
    if made.annotations:
        message["annotations"] = made.annotations
    plain = [_image(n, drawn) for n, drawn in enumerate(made.pictures) if drawn.shape == "images"]
    if plain:
        message["images"] = plain
    camel = [d.url for d in made.pictures if d.shape == "camel"]
    if camel:
        message["images"] = [{"type": "image_url", "imageUrl": {"url": url}} for url in camel]
    for drawn in made.pictures:
        if drawn.shape == "text":
            message["content"] = f"{message['content'] or ''} ![picture]({drawn.url})"
        elif drawn.shape not in ("images", "camel"):
            before = message["content"]
            parts = before if isinstance(before, list) else [{"type": "text", "text": before or ""}]
            message["content"] = [*parts, _part(drawn)]
    return message


def chopped(made: Made, keep: float) -> Made:
    """`made` with its base64 broken off after the share `keep`, in the middle of a group."""
    pictures = [
        replace(drawn, url=drawn.url[: _broken(len(drawn.url), drawn.url.find(",") + 1, keep)])
        for drawn in made.pictures
    ]
    song = made.song and replace(made.song, keep=keep)
    return replace(made, pictures=pictures, song=song)


def _image(n: int, drawn: Drawn) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": drawn.url}, "index": n}


def _part(drawn: Drawn) -> dict[str, Any]:
    head, _, data = drawn.url.partition(",")
    if drawn.shape == "b64_json":
        return {"type": "image", "b64_json": data}
    if drawn.shape == "inline_data":
        return {"inline_data": {"mime_type": head[5:].partition(";")[0], "data": data}}
    return {"type": "image_url", "image_url": {"url": drawn.url}}


def _song_steps(song: Song, taste: MusicPreferences, now_s: int) -> Iterator[Step]:
    """The transcript first, then the sound; all under one id."""
    audio_id, wait_ms = f"audio_{secrets.token_hex(8)}", taste.first_ms
    words = song.transcript.split(" ") if song.transcript else []
    texts = [
        " ".join(words[at : at + WORDS_A_PIECE]) + (" " if at + WORDS_A_PIECE < len(words) else "")
        for at in range(0, len(words), WORDS_A_PIECE)
    ]
    bits = [{"transcript": text} for text in texts] + [{"data": b} for b in _pieces(song, taste)]
    for bit in bits:
        yield Step({"content": "", "audio": {"id": audio_id, **bit}}, wait_ms, is_media=True)
        wait_ms = taste.piece_ms
    end = {"id": audio_id, "expires_at": now_s + KEPT_S}
    yield Step({"content": "", "audio": end}, is_media=True)


def _pieces(song: Song, taste: MusicPreferences) -> Iterator[str]:
    """The base64 of the song; how it is cut: `MusicPreferences`."""
    data, size = song.data, taste.piece_chars
    if taste.boundary == "padded":
        step = size // 4 * 3 + 1  # never a whole number of groups, so that each piece is padded
        pieces = [
            base64.b64encode(data[at : at + step]).decode() for at in range(0, len(data), step)
        ]
        if song.keep < 1:
            pieces = [*pieces[:-1], pieces[-1][: _broken(len(pieces[-1]), 0, song.keep)]]
        yield from pieces
        return
    text = base64.b64encode(data).decode()
    if song.keep < 1:
        text = text[: _broken(len(text), 0, song.keep)]
    at, turn = 0, 0
    lengths = (size + 1, size - 2, 7, size + 3, 1)
    while at < len(text):
        length = lengths[turn % len(lengths)]
        yield text[at : at + length]
        at, turn = at + length, turn + 1


def _broken(length: int, start: int, keep: float) -> int:
    """Where to break off: one character into a group of four."""
    return start + int((length - start) * min(keep, 0.99)) // 4 * 4 + 1
