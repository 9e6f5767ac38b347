"""POST /audio/speech: text in, really synthesised raw sound out."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.sandbox.openrouter.account import new_id
from bot.sandbox.openrouter.catalogue import find
from bot.sandbox.openrouter.chat_request import parse
from bot.sandbox.openrouter.exchange import Exchange
from bot.sandbox.openrouter.model import Model
from bot.sandbox.openrouter.preferences import SpeechPreferences
from bot.sandbox.openrouter.refusal import ApiRefusal
from bot.sandbox.openrouter.sound import mp3_of
from bot.sandbox.openrouter.synth import RATE, NoVoice, speak, tone
from bot.sandbox.openrouter.transcription import AudioProvider
from bot.sandbox.openrouter.voices import espeak_voice

MAX_CHARS = 4_096
CONTENT_TYPES = {"mp3": "audio/mpeg", "pcm": f"audio/pcm;rate={RATE};channels=1"}
ANY_VOICE = ("elevenlabs/",)  # cloned voices have ids that no list names
NUMBER = re.compile(r"\d{1,3}")
FIRST_TONE_HZ, TONE_GAP_HZ, TONES = 300, 100, 40
log = structlog.get_logger()


class SpeechRequest(BaseModel):
    """The body, closed: a field that the service does not know is an error here."""

    model_config = ConfigDict(extra="forbid", strict=True)

    model: str = Field(min_length=1)
    input: str
    voice: str | None = None
    response_format: Literal["mp3", "pcm"] = "pcm"
    speed: Annotated[float, Field(ge=0.25, le=4)] | None = None
    instructions: str | None = None
    provider: AudioProvider | None = None
    session_id: Annotated[str, StringConstraints(max_length=256)] | None = None
    trace: dict[str, Any] | None = None
    user: str | None = None


async def answer_speech(exchange: Exchange) -> None:
    """The handler. Raises ApiRefusal for what can't be spoken."""
    account, service, call = exchange.account, exchange.service, exchange.call
    started_s = service.clock.monotonic()
    request = parse(SpeechRequest, exchange.payload)
    model = find(request.model, gives="speech", strict=account.preferences.account.strict_models)
    _check(request, model)
    left = account.remaining_usd
    cost = round(len(request.input) * model.character_usd, 9)
    if left is not None and cost > left:
        raise ApiRefusal(402)
    taste = account.preferences.speech
    account.spoken += 1
    hertz = _hertz(request.input, taste, account.spoken) if taste.mode == "tone" else None
    pcm = await service.run(_sound, request, taste, hertz)
    sound = await service.run(mp3_of, pcm, RATE) if request.response_format == "mp3" else pcm
    await service.sleep_until(
        started_s + (taste.base_ms + taste.ms_per_char * len(request.input)) / 1000
    )
    call.generation_id = new_id("gen-tts")
    call.answer = {"seconds": round(len(pcm) / 2 / RATE, 3), "tone_hz": hertz}
    account.book(
        call,
        cost_usd=cost,
        model=model.id,
        api_type="tts",
        provider_name="Rehearsal",
        known_at_s=service.clock.monotonic() + account.preferences.account.generation_lag_ms / 1000,
        streamed=False,
        cancelled=False,
    )
    await exchange.reply_bytes(
        sound,
        content_type=CONTENT_TYPES[request.response_format],
        headers={"x-generation-id": call.generation_id},
    )


def _check(request: SpeechRequest, model: Model) -> None:
    if not request.input.strip():
        raise ApiRefusal(400, "input must not be empty")
    if len(request.input) > MAX_CHARS:
        raise ApiRefusal(
            400, f"input is too long: at most {MAX_CHARS} characters", error_type="string_too_long"
        )
    if model.formats and request.response_format not in model.formats:
        raise ApiRefusal(
            400,
            f"{model.id} does not support response_format {request.response_format};"
            f" use {' or '.join(model.formats)}",
        )
    known = request.voice is None or not model.voices or request.voice in model.voices
    if not known and not model.id.startswith(ANY_VOICE):
        raise ApiRefusal(400, f"Voice {request.voice!r} is not available for {model.id}")


def _sound(request: SpeechRequest, taste: SpeechPreferences, hertz: float | None) -> bytes:
    speed = request.speed or 1.0
    length_s = len(request.input) * taste.seconds_per_char / speed
    if hertz is not None:
        return tone(hertz, length_s)
    try:
        return speak(request.input, voice=espeak_voice(request.voice or ""), speed=speed)
    except NoVoice as error:
        log.warning("sandbox.speech.no_voice", reason=str(error))
        return tone(FIRST_TONE_HZ, length_s)


def _hertz(text: str, taste: SpeechPreferences, ordinal: int) -> float:
    """The frequency of a segment: scripted by a part of it, else by the first number in it, else
    by how many were spoken before."""
    for part, hertz in taste.tones.items():
        if part in text:
            return hertz
    number = NUMBER.search(text)
    return FIRST_TONE_HZ + TONE_GAP_HZ * ((int(number[0]) if number else ordinal) % TONES)
