"""Speech to text through `/audio/transcriptions`: JSON with base64 sound, never multipart.

Source: facts/openrouter-wire.md §16; facts/openrouter-api.md §6.3.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import structlog

from bot.errors import AudioUnreadable, BadAnswer, KeyRefused, UpstreamError
from bot.openrouter.client import OpenRouterClient
from bot.openrouter.route import media_model
from bot.openrouter.settings import OpenRouterSettings
from bot.openrouter.usage import cost_micro_usd
from bot.values.audio import Recording, Transcript

PATH = "/audio/transcriptions"
DEFAULT_MODEL = "openai/whisper-large-v3-turbo"
FORMATS = ("wav", "mp3", "flac", "m4a", "ogg", "webm", "aac")
FORMAT_OF_NAME = {name: name for name in FORMATS} | {
    "mpeg": "mp3",
    "mp4": "m4a",
    "oga": "ogg",
    "opus": "ogg",
}
FORMAT_OF_MIME = {f"audio/{name}": format_ for name, format_ in FORMAT_OF_NAME.items()} | {
    "audio/x-wav": "wav",
    "audio/x-m4a": "m4a",
}
log = structlog.get_logger()


def audio_format(mime: str, file_name: str = "") -> str | None:
    """The wire format of a file: from its MIME type, else its name; None when neither tells."""
    kind = mime.partition(";")[0].strip().lower()
    suffix = PurePath(file_name.strip().lower()).suffix.removeprefix(".")
    return FORMAT_OF_MIME.get(kind) or FORMAT_OF_NAME.get(suffix)


@dataclass(frozen=True, slots=True)
class Listener:
    """A model that listens. What is left out is as the client's settings have it.

    `language` is its own hint, `timeout_s` bounds one attempt, `settings` say where it is asked.
    """

    model: str = DEFAULT_MODEL
    language: str = ""
    timeout_s: float | None = None
    settings: OpenRouterSettings | None = None


class OpenRouterTranscriber:
    """Tries `models` in order until one answers; a name alone is a `Listener` of that model."""

    def __init__(
        self,
        client: OpenRouterClient,
        *,
        models: Sequence[str | Listener] = (),
        temperature: float | None = None,
    ) -> None:
        self._client = client
        named = (Listener(model) if isinstance(model, str) else model for model in models)
        self._listeners = tuple(named) or (Listener(),)
        self._temperature = temperature

    async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
        """What is said; empty text when nothing was heard. Raises UpstreamError of the last model.

        A `language` wins over those of the listeners. Raises AudioUnreadable, and asks nobody, for
        a format that the endpoint does not know.
        """
        if recording.format not in FORMATS or not recording.data:
            raise AudioUnreadable(f"no wire format for {recording.format!r}")
        waiting = list(self._listeners)
        maybe_paid = False
        while True:
            listener = waiting.pop(0)
            try:
                return await self._ask(listener, recording, language.strip() or listener.language)
            except UpstreamError as failure:
                if isinstance(failure, KeyRefused):  # the others there would send the same key
                    waiting = [one for one in waiting if one.settings != listener.settings]
                failure.sent = maybe_paid = failure.sent or maybe_paid
                if not waiting:
                    raise
                log.warning("stt.model_failed", model=listener.model, code=failure.code)

    def _body(self, recording: Recording, language: str) -> dict[str, Any]:
        data = base64.b64encode(recording.data).decode("ascii")
        body: dict[str, Any] = {"input_audio": {"data": data, "format": recording.format}}
        if language:
            body["language"] = language
        if self._temperature is not None and math.isfinite(self._temperature):
            body["temperature"] = self._temperature
        return body

    async def _ask(self, listener: Listener, recording: Recording, hint: str) -> Transcript:
        model = media_model(listener.model)
        answer = await self._client.post(
            PATH,
            {"model": model, **self._body(recording, hint)},
            within_s=listener.timeout_s or self._client.settings.timeouts.transcription_s,
            repeatable=True,
            settings=listener.settings,
        )
        content = answer.json()
        text = content.get("text")
        if not isinstance(text, str):
            raise BadAnswer("the transcription has no text")
        usage = content.get("usage")
        language = content.get("language")
        return Transcript(
            text=text.strip(),
            model=model,
            language=language if isinstance(language, str) and language else hint,
            cost_micro_usd=cost_micro_usd(usage.get("cost")) if isinstance(usage, dict) else None,
            generation_id=answer.generation_id,
        )
