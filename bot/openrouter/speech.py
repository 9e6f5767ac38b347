"""Text to speech through `/audio/speech`: raw bytes back, or an error dressed as an answer.

Sources: facts/openrouter-wire.md §15, facts/openrouter-api.md §6.2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from email.message import Message
from typing import Any

from bot.errors import BadAnswer, KeyRefused, RequestRejected
from bot.openrouter.answer import Answer
from bot.openrouter.client import KeySource, OpenRouterClient
from bot.openrouter.route import Route, media_model
from bot.openrouter.settings import OpenRouterSettings
from bot.values.audio import Speech, Voice

PATH = "/audio/speech"
DEFAULT_MODEL = "hexgrad/kokoro-82m"
DEFAULT_VOICE = "af_alloy"
MAX_BYTES = 16 * 2**20
DEFAULT_RATE = 24_000
FORMATS = ("pcm", "mp3")  # the first is the default: it costs no decoding
FORMAT_OF_TYPE = {
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/pcm": "pcm",
    "audio/x-pcm": "pcm",
    "audio/l16": "pcm",
}
UNTYPED = ("", "application/octet-stream", "binary/octet-stream")


class OpenRouterSynthesizer:
    """Speaks one piece of text at a time. `key` and `settings` override the client's own.

    `spare_key` is tried when that one is refused: an old variable must not silence a fresh sign-in.
    It goes to the client's own address alone.
    """

    def __init__(
        self,
        client: OpenRouterClient,
        *,
        key: KeySource | None = None,
        spare_key: KeySource | None = None,
        provider: Mapping[str, Any] | None = None,
        settings: OpenRouterSettings | None = None,
    ) -> None:
        self._client = client
        self._key = key
        elsewhere = settings is not None and Route.of(settings.base_url) != client.route
        self._spare_key = None if elsewhere else spare_key
        self._settings = settings
        self._provider = dict(provider or {})

    async def speak(self, text: str, voice: Voice) -> Speech:
        """`text` as mp3 or pcm. Raises UpstreamError.

        A format that the model rejects is the caller's to replace: each try is a call to book.
        """
        model = media_model(voice.model)
        format_ = _format(voice)
        body: dict[str, Any] = {
            "model": model,
            "input": text,
            "voice": voice.name,
            "response_format": format_,
        }
        if voice.speed is not None and math.isfinite(voice.speed):
            body["speed"] = voice.speed
        if self._provider:
            body["provider"] = self._provider
        try:
            answer = await self._post(body, self._key)
        except KeyRefused:
            spare = self._spare_key() if self._spare_key else None
            if not spare or (self._key and spare == self._key()):
                raise
            answer = await self._post(body, lambda: spare)
        return _speech(answer, asked=format_, model=model, voice=voice.name)

    async def _post(self, body: Mapping[str, Any], key: KeySource | None) -> Answer:
        return await self._client.post(
            PATH,
            body,
            within_s=self._client.settings.timeouts.speech_s,
            repeatable=False,
            key=key,
            max_bytes=MAX_BYTES,
            settings=self._settings,
        )


def _format(voice: Voice) -> str:
    format_ = (voice.format or FORMATS[0]).strip().lower()
    if format_ not in FORMATS:
        raise RequestRejected(f"speech format {format_[:20]!r} is neither mp3 nor pcm")
    return format_


def _speech(answer: Answer, *, asked: str, model: str, voice: str) -> Speech:
    header = Message()
    header["content-type"] = answer.content_type or "application/octet-stream"
    kind = header.get_content_type()
    if kind == "application/json" or kind.endswith("+json"):
        answer.json()
        raise BadAnswer("JSON in place of sound")
    if kind not in UNTYPED and not kind.startswith("audio/"):
        raise BadAnswer(f"{kind} in place of sound")
    if not answer.body:
        raise BadAnswer("the speech is empty")
    format_ = FORMAT_OF_TYPE.get(kind, asked if kind in UNTYPED else "")
    if not format_ or answer.body.startswith(b"RIFF"):
        raise BadAnswer(f"speech of another format ({kind})")
    rate = _whole(header.get_param("rate"), DEFAULT_RATE, least=8000, most=192_000)
    channels = _whole(header.get_param("channels"), 1, least=1, most=2)
    frame = 2 * channels
    data = answer.body
    return Speech(
        data=data[: len(data) - len(data) % frame] if format_ == "pcm" else data,
        format=format_,
        model=model,
        voice=voice,
        rate=rate,
        channels=channels,
        generation_id=answer.generation_id,
    )


def _whole(value: object, default: int, *, least: int, most: int) -> int:
    """A parameter of the content type; BadAnswer when it makes no sense as sound."""
    if value is None:
        return default
    if not isinstance(value, str) or not value.strip().isdecimal():
        raise BadAnswer("the content type of the speech can't be read")
    number = int(value)
    if not least <= number <= most:
        raise BadAnswer(f"speech with {number} in its content type")
    return number
