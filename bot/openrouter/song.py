"""One song put together from the objects of its stream, and checked to be sound.

Source: facts/openrouter-wire.md §14; facts/openrouter-api.md §2.5 and §6.1.
"""

from __future__ import annotations

from typing import Any

from bot.errors import BadAnswer, Moderated, UpstreamDown
from bot.openrouter.encoded import Base64Pieces
from bot.openrouter.errors import from_payload
from bot.openrouter.making import in_words
from bot.openrouter.usage import read_usage
from bot.values.media import Made, MediaFile

MIME_OF = {"wav": "audio/wav", "mp3": "audio/mpeg"}
WORDS_CHARS = 200_000
NO_SONG = "The music model sent no music. Please try again or ask for it differently."
CUT_OFF = "The song broke off before it was complete. Please try again."


class Song:
    """Feed it every object with `add`, then ask once for what was `made`.

    `begun`: the call was taken, so whatever becomes of it may be paid.
    """

    def __init__(self, *, max_bytes: int) -> None:
        self.begun = False
        self.generation_id = ""
        self.cost_micro_usd: int | None = None
        self._max_bytes = max_bytes
        self._named = False
        self._pieces = Base64Pieces()
        self._sound = bytearray()
        self._lyrics: list[str] = []
        self._words: list[str] = []

    def add(self, payload: dict[str, Any]) -> None:
        """Take one object. Raises the typed error that it carries, BadAnswer for damaged data."""
        if not self._named and isinstance(payload.get("id"), str) and payload["id"]:
            self.generation_id, self._named = payload["id"], True
        if isinstance(payload.get("usage"), dict):
            self.cost_micro_usd = read_usage(payload["usage"]).cost_micro_usd
        if payload.get("error"):
            raise from_payload(payload["error"])
        choices = payload.get("choices")
        first = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(first, dict):
            return
        delta = first.get("delta") or first.get("message")
        if isinstance(delta, dict):
            self._add_delta(delta)
        _raise_for(first)

    def made(self, model: str, *, complete: bool) -> Made:
        """The whole song. `complete` says that the stream was closed as it should be.

        Raises BadAnswer for a song that was cut off, is none, or is of an unknown kind. The file
        is called what it is: a model may send mp3 whatever it was asked for.
        """
        if not complete:
            raise BadAnswer("the song was cut off", sentence=CUT_OFF)
        self._take(self._pieces.close())
        words = "".join(self._words).strip()
        if not self._sound:
            if words:
                raise in_words("music", words)
            raise BadAnswer("no music", sentence=NO_SONG)
        data = bytes(self._sound)
        format_ = _format(data)
        if not format_:
            raise BadAnswer("something else in place of music")
        file = MediaFile(data, MIME_OF[format_], f"track-1.{format_}")
        text = "".join(self._lyrics).strip() or words
        return Made((file,), model, text, self.cost_micro_usd, self.generation_id)

    def _add_delta(self, delta: dict[str, Any]) -> None:
        _collect(self._words, delta.get("content"))
        _collect(self._words, delta.get("refusal"))
        audio = delta.get("audio")
        if not isinstance(audio, dict):
            return
        _collect(self._lyrics, audio.get("transcript"))
        if isinstance(audio.get("data"), str):
            self._take(self._pieces.add(audio["data"]))

    def _take(self, sound: bytes) -> None:
        self._sound += sound
        if len(self._sound) > self._max_bytes:
            raise BadAnswer(f"the song is larger than {self._max_bytes} bytes", retryable=False)


def _raise_for(choice: dict[str, Any]) -> None:
    if choice.get("error"):
        raise from_payload(choice["error"])
    if choice.get("finish_reason") == "content_filter":
        raise Moderated("the provider's filter stopped the song")
    if choice.get("finish_reason") == "error":
        raise UpstreamDown("the provider broke off")


def _collect(texts: list[str], value: object) -> None:
    """Words are cut at a length at which nobody reads them; the music is not lost over that."""
    if isinstance(value, str) and sum(map(len, texts)) < WORDS_CHARS:
        texts.append(value[:WORDS_CHARS])


def _format(data: bytes) -> str:
    """`wav` or `mp3` by the first bytes, else empty."""
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    if data[:3] == b"ID3":
        return "mp3"
    frame = int.from_bytes(data[:4], "big")
    synced, layer_3 = frame >> 21 == 0x7FF, frame >> 17 & 3 == 1
    usable = frame >> 12 & 15 != 15 and frame >> 10 & 3 != 3  # a bit rate, a sampling rate
    return "mp3" if synced and layer_3 and usable else ""
