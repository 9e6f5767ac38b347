"""Speech to text through `/audio/transcriptions`: JSON with base64 sound, never multipart.

Source: facts/openrouter-wire.md §16; facts/openrouter-api.md §6.3.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import structlog

from bot.errors import AudioUnreadable, BadAnswer, KeyRefused, RequestRejected, UpstreamError
from bot.openrouter.client import KeySource, OpenRouterClient
from bot.openrouter.errors import unsent
from bot.openrouter.keys import Secret
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
TOO_LARGE = (
    "That recording is larger than what my transcription service takes. "
    "Please send it in shorter parts."
)
REJECTED = (
    "My transcription service couldn't work with that recording. "
    "Please record it again or write to me."
)
NO_SIGN_IN = "The sign-in that I should listen with is missing. Please tell my owner to sign in."
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
    It is not asked about recordings of more than `max_bytes`. `profile` names the stored sign-in
    whose key it uses; without that key it is not asked, unless the profile is only `preferred`.
    """

    model: str = DEFAULT_MODEL
    language: str = ""
    timeout_s: float | None = None
    max_bytes: int | None = None
    profile: str = ""
    preferred: str = ""
    settings: OpenRouterSettings | None = None


class OpenRouterTranscriber:
    """Tries `models` in order until one answers; a name alone is a `Listener` of that model.

    `stored_key` gives the key of a stored sign-in by its name, None where there is none.
    """

    def __init__(
        self,
        client: OpenRouterClient,
        *,
        models: Sequence[str | Listener] = (),
        temperature: float | None = None,
        stored_key: Callable[[str], Secret | None] = lambda _: None,
    ) -> None:
        self._client = client
        named = (Listener(model) if isinstance(model, str) else model for model in models)
        self._listeners = tuple(named) or (Listener(),)
        self._temperature = temperature
        self._stored_key = stored_key

    async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
        """What is said; empty text when nothing was heard. Raises UpstreamError of the last model.

        A `language` wins over those of the listeners. Raises AudioUnreadable, and asks nobody, for
        a format that the endpoint does not know.
        """
        if recording.format not in FORMATS or not recording.data:
            raise AudioUnreadable(f"no wire format for {recording.format!r}")
        waiting = [one for one in self._listeners if _takes(one, recording)]
        if not waiting:
            problem = f"{len(recording.data)} bytes are more than any listener takes"
            raise unsent(RequestRejected(problem, sentence=TOO_LARGE))
        tried, maybe_paid = [], False
        while True:
            listener = waiting.pop(0)
            tried.append(media_model(listener.model))
            try:
                return await self._ask(listener, recording, language.strip() or listener.language)
            except UpstreamError as failure:
                if isinstance(failure, KeyRefused):  # the others there would send the same key
                    waiting = [one for one in waiting if _account(one) != _account(listener)]
                failure.sent = maybe_paid = failure.sent or maybe_paid
                if not waiting:
                    log.warning(
                        "stt.failed", models=tried, code=failure.code, status=failure.status
                    )
                    raise _worded(failure) from failure.__cause__
                log.warning("stt.model_failed", model=tried[-1], code=failure.code)

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
            key=self._key_of(listener),
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
            language=language if isinstance(language, str) else "",
            cost_micro_usd=cost_micro_usd(usage.get("cost")) if isinstance(usage, dict) else None,
            generation_id=answer.generation_id,
        )

    def _key_of(self, listener: Listener) -> KeySource | None:
        """Where its key comes from; None is where all keys do. Raises KeyRefused."""
        name = listener.profile or listener.preferred
        key = self._stored_key(name) if name else None
        if key:
            return lambda: key
        if listener.profile:
            raise unsent(KeyRefused(f"no sign-in is stored as {name!r}", sentence=NO_SIGN_IN))
        return None


def _takes(listener: Listener, recording: Recording) -> bool:
    fits = listener.max_bytes is None or len(recording.data) <= listener.max_bytes
    if not fits:
        log.info("stt.too_large", model=listener.model, size_bytes=len(recording.data))
    return fits


def _account(listener: Listener) -> tuple[object, ...]:
    """What decides which key is sent, and to whom."""
    return listener.settings, listener.profile, listener.preferred


def _worded(failure: UpstreamError) -> UpstreamError:
    """A refused recording in words that fit one; what the person can change is the recording."""
    if type(failure) is RequestRejected and failure.sentence == failure.default_sentence:
        failure.sentence = REJECTED
    return failure
