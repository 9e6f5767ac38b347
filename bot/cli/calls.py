"""What `parley infer` asks for: text, a transcript, or a file with speech."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.app import settings as translate
from bot.cli.envelope import Envelope, write_output
from bot.cli.oneshot import one_shot
from bot.cli.prepare import Ground
from bot.errors import ConfigError, NothingHeard, ParleyError, UpstreamError
from bot.openrouter.failover import LineUp
from bot.openrouter.refs import resolve
from bot.openrouter.route import media_model, wire_model
from bot.values.chat import ChatRequest
from bot.voice.listen import listen
from bot.voice.recite import recite, segments_of
from bot.voice.soundfile import MIMES, encoder_of
from bot.voice.workshop import Workshop

EMPTY = "The model answered with an empty text."


async def run(found: Ground, envelope: Envelope, *, model: str, prompt: str, thinking: str) -> None:
    """A model that was asked for by name is the only one; else the fallbacks step in."""
    defaults = found.loaded.config.agents.defaults
    aliases = {entry.alias: ref for ref, entry in defaults.models.items() if entry.alias}
    picked = resolve(model, aliases) if model else ""
    line_up = LineUp(
        picked or defaults.model.primary, defaults.model.fallbacks, strict=bool(picked)
    )
    messages = [{"role": "user", "content": prompt}]
    async with one_shot(found) as calls:
        while True:
            ref = line_up.model
            envelope.model = wire_model(ref)
            try:
                done = await calls.answer(ChatRequest(ref, messages, thinking=thinking))
            except UpstreamError as failure:
                envelope.attempted(envelope.model, error=failure)
                line_up.after(failure)
                if line_up.model == ref:
                    raise  # there is no history to shorten
                continue
            envelope.attempted(done.model, cost_micro_usd=done.cost_micro_usd)
            break
    if not done.text.strip():
        raise ParleyError(EMPTY)
    envelope.outputs.append({"text": done.text})


async def hear(
    found: Ground, envelope: Envelope, *, data: bytes, file: Path, model: str, language: str
) -> None:
    """Long recordings are cut and heard in parts, as in a chat."""
    workshop = Workshop()
    settings = translate.turn_settings(found.loaded.config).listen
    settings = replace(settings, language=language or settings.language)
    try:
        async with one_shot(found) as calls:
            calls.listeners = (model,) if model else ()
            first = model or translate.transcription_models(found.loaded.config)[0]
            envelope.model = media_model(first)
            heard = await listen(
                data,
                mime="",
                file_name=file.name,
                transcriber=calls,
                workshop=workshop,
                settings=settings,
            )
    except NothingHeard:
        raise ParleyError("Nothing was heard in that recording.") from None
    except UpstreamError as failure:
        envelope.attempted(envelope.model, error=failure)
        raise
    finally:
        workshop.close()
    for part in heard.parts:
        envelope.attempted(part.model, cost_micro_usd=part.cost_micro_usd)
    envelope.model = heard.parts[0].model
    seconds = round(heard.duration_s, 3)
    envelope.outputs.append({"text": heard.text, "language": heard.language, "seconds": seconds})


async def speak(
    found: Ground, envelope: Envelope, *, text: str, target: Path, model: str, voice: str
) -> None:
    """Markdown is said as in a chat; the file appears whole or not at all."""
    configured = translate.manner_settings(found.loaded.config).voice
    wanted = replace(configured, model=model or configured.model, name=voice or configured.name)
    envelope.model = media_model(wanted.model)
    encode = encoder_of(target.suffix)
    segments = segments_of(text)
    if not segments or encode is None:
        raise ConfigError("There is nothing to say in --text.")
    workshop = Workshop()
    try:
        async with one_shot(found, speech=True) as calls:
            pcm = await recite(segments, wanted, synthesizer=calls, workshop=workshop)
        data = await workshop.run(encode, pcm)
    except UpstreamError as failure:
        envelope.attempted(envelope.model, error=failure)
        raise
    finally:
        workshop.close()
    envelope.attempted(envelope.model)
    written = write_output(target, data, mime=MIMES[target.suffix.lower()])
    envelope.outputs.append({**written, "seconds": round(pcm.duration_s, 3)})
