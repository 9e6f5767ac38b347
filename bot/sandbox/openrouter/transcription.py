"""POST /audio/transcriptions: really decodes what it is given, then hears what it was told to."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.sandbox.openrouter import ear
from bot.sandbox.openrouter.account import new_id
from bot.sandbox.openrouter.calls import fingerprint
from bot.sandbox.openrouter.catalogue import find
from bot.sandbox.openrouter.chat_request import parse
from bot.sandbox.openrouter.exchange import Exchange
from bot.sandbox.openrouter.model import Model
from bot.sandbox.openrouter.refusal import ApiRefusal
from bot.sandbox.openrouter.sound import Heard, NotThatSound, hear

NO_EAR = "I heard {seconds:.0f} seconds of sound."
MAX_BYTES = 25 * 1024 * 1024  # facts/openrouter-api.md §6.3


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class AudioProvider(_Strict):
    """Audio endpoints take these three routing fields only. facts/openrouter-api.md §4"""

    zdr: bool | None = None
    data_collection: Literal["allow", "deny"] | None = None
    options: dict[str, Any] | None = None


class InputAudio(_Strict):
    data: str
    format: Literal["wav", "mp3", "flac", "m4a", "ogg", "webm", "aac", "pcm"]


class TranscriptionRequest(_Strict):
    """The body, closed: a field that the service does not know is an error here."""

    model: str = Field(min_length=1)
    input_audio: InputAudio
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] | None = None
    temperature: Annotated[float, Field(ge=0, le=1)] | None = None
    response_format: Literal["json", "verbose_json"] = "json"
    timestamp_granularities: list[Literal["word", "segment"]] | None = None
    diarize: bool | None = None
    keyterms: list[str] | None = None
    provider: AudioProvider | None = None
    session_id: Annotated[str, StringConstraints(max_length=256)] | None = None
    trace: dict[str, Any] | None = None
    user: str | None = None


async def answer_transcription(exchange: Exchange) -> None:
    """The handler. Raises ApiRefusal for what can't be heard."""
    account, service = exchange.account, exchange.service
    started_s = service.clock.monotonic()
    request = parse(TranscriptionRequest, exchange.payload)
    model = find(
        request.model, gives="transcription", strict=account.preferences.account.strict_models
    )
    data = await service.run(_sound_bytes, request.input_audio.data)
    _check_model(request, model)
    try:
        heard = await service.run(hear, data, request.input_audio.format)
    except NotThatSound as error:
        raise ApiRefusal(400, f"Invalid audio: {error}", error_type="invalid_request") from error
    mark = await service.run(fingerprint, data) | {"seconds": round(heard.seconds, 3)}
    exchange.call.json["input_audio"]["data"] = mark
    taste = account.preferences.transcription
    if heard.seconds > min(taste.max_s, model.max_sound_s or taste.max_s):
        raise ApiRefusal(502, "Provider returned error")
    text = _scripted(exchange, request, heard, mark["sha256"])
    if text is None:
        text = await _overheard(exchange, request, heard, data)
    wait_ms = taste.base_ms + taste.ms_per_s * heard.seconds
    await service.sleep_until(started_s + wait_ms / 1000)
    await _reply(exchange, request, model, heard, text)


def _sound_bytes(encoded: str) -> bytes:
    """The posted bytes. Raises ApiRefusal 400 for what is not bare base64, 413 past 25 MB."""
    if encoded.startswith("data:"):
        raise ApiRefusal(400, "input_audio.data must be raw base64, not a data URI")
    try:
        data = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise ApiRefusal(400, "input_audio.data is not valid base64") from None
    if len(data) > MAX_BYTES:
        raise ApiRefusal(413, "Audio file is larger than 25 MB")
    return data


def _check_model(request: TranscriptionRequest, model: Model) -> None:
    format = request.input_audio.format
    if model.formats and format not in model.formats:
        raise ApiRefusal(400, f"{model.id} does not support audio format {format}")
    if request.keyterms or (request.diarize and request.response_format != "verbose_json"):
        raise ApiRefusal(
            400, f"{model.id} does not support keyterms, nor diarize without verbose_json"
        )


def _scripted(
    exchange: Exchange, request: TranscriptionRequest, heard: Heard, sha256: str
) -> str | None:
    return exchange.account.transcripts.take(
        sha256,
        seconds=heard.seconds,
        format=request.input_audio.format,
        language=request.language or "",
    )


async def _overheard(
    exchange: Exchange, request: TranscriptionRequest, heard: Heard, data: bytes
) -> str:
    """What is heard when nothing is scripted for this sound."""
    taste = exchange.account.preferences.transcription
    if heard.is_silent:
        return ""
    if taste.ear and ear.is_installed():
        words = await exchange.service.run(ear.listen, data, request.input_audio.format)
        if words:
            return words
    return taste.text if taste.text is not None else NO_EAR.format(seconds=heard.seconds)


async def _reply(
    exchange: Exchange, request: TranscriptionRequest, model: Model, heard: Heard, text: str
) -> None:
    cost = round(heard.seconds * model.second_usd, 9) if text else 0.0
    call, money = exchange.call, exchange.account.preferences.account
    call.generation_id = new_id("gen-stt")
    call.answer = {"text": text}
    exchange.account.book(
        call,
        cost_usd=cost,
        model=model.id,
        api_type="stt",
        provider_name="Rehearsal",
        known_at_s=exchange.service.clock.monotonic() + money.generation_lag_ms / 1000,
        streamed=False,
        cancelled=False,
    )
    answer: dict[str, Any] = {
        "text": text, "usage": {"seconds": round(heard.seconds, 3), "cost": cost},
    }  # fmt: skip
    if request.response_format == "verbose_json":
        answer |= {
            "task": "transcribe", "language": request.language or "en",
            "duration": round(heard.seconds, 3),
            "segments": [{"id": 0, "start": 0.0, "end": round(heard.seconds, 3), "text": text}],
        }  # fmt: skip
    await exchange.reply_json(answer, headers={"x-generation-id": call.generation_id})
