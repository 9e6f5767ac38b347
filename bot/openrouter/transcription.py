"""Speech to text through `/audio/transcriptions`: JSON with base64 sound, never multipart.

Source: facts/openrouter-wire.md §16; facts/openrouter-api.md §6.3.
"""

from __future__ import annotations

import base64
import math
from pathlib import PurePath
from typing import Any

import structlog

from bot.errors import AudioUnreadable, BadAnswer, KeyRefused, UpstreamError
from bot.openrouter.client import OpenRouterClient
from bot.openrouter.route import media_model
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


class OpenRouterTranscriber:
    """Tries `models` in order until one answers."""

    def __init__(
        self,
        client: OpenRouterClient,
        *,
        models: tuple[str, ...] = (DEFAULT_MODEL,),
        temperature: float | None = None,
        language: str = "",
    ) -> None:
        self._client = client
        self._models = tuple(media_model(ref) for ref in models) or (DEFAULT_MODEL,)
        self._temperature = temperature
        self._language = language

    async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
        """What is said; empty text when nothing was heard. Raises UpstreamError of the last model.

        Raises AudioUnreadable, and asks nobody, for a format that the endpoint does not know.
        """
        if recording.format not in FORMATS or not recording.data:
            raise AudioUnreadable(f"no wire format for {recording.format!r}")
        body = self._body(recording, language.strip() or self._language.strip())
        for model in self._models[:-1]:
            try:
                return await self._ask(model, body)
            except KeyRefused:
                raise  # the other models would be asked with the same key
            except UpstreamError as failure:
                log.warning("stt.model_failed", model=model, code=failure.code)
        return await self._ask(self._models[-1], body)

    def _body(self, recording: Recording, language: str) -> dict[str, Any]:
        data = base64.b64encode(recording.data).decode("ascii")
        body: dict[str, Any] = {"input_audio": {"data": data, "format": recording.format}}
        if language:
            body["language"] = language
        if self._temperature is not None and math.isfinite(self._temperature):
            body["temperature"] = self._temperature
        return body

    async def _ask(self, model: str, body: dict[str, Any]) -> Transcript:
        answer = await self._client.post(
            PATH,
            {"model": model, **body},
            within_s=self._client.settings.timeouts.transcription_s,
            repeatable=True,
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
            language=language if isinstance(language, str) else "",
            cost_micro_usd=cost_micro_usd(usage.get("cost")) if isinstance(usage, dict) else None,
            generation_id=answer.generation_id,
        )
