"""`parley infer`: one call to a model from the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Optional

import typer

from bot.cli.envelope import Envelope, check_output, deliver
from bot.cli.frame import ConfigOption, JsonOption, StateOption, ground
from bot.cli.infer_media import image_app, music_app, video_app
from bot.errors import ConfigError

MOST_BYTES = 512 * 2**20

app = typer.Typer(name="infer", help="One call to a model.", no_args_is_help=True)
model_app = typer.Typer(name="model", help="Text models.", no_args_is_help=True)
audio_app = typer.Typer(name="audio", help="Recordings to text.", no_args_is_help=True)
tts_app = typer.Typer(name="tts", help="Text to speech.", no_args_is_help=True)
for _sub in (model_app, audio_app, tts_app, image_app, video_app, music_app):
    app.add_typer(_sub)

LocalOption = Annotated[
    bool, typer.Option("--local", help="Accepted for OpenClaw's sake: calls are always local.")
]
ModelOption = Annotated[str, typer.Option("--model", help="The model; default: the configured.")]


@model_app.command("run")
def model_run(
    prompt: Annotated[str, typer.Option("--prompt", help="What to ask.")],
    model: ModelOption = "",
    local: LocalOption = False,
    thinking: Annotated[str, typer.Option(help="off to max; default: as configured.")] = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
    state_dir: StateOption = None,
) -> None:
    """Ask a text model once, without history and tools."""
    envelope = Envelope("model.run")

    def call(envelope: Envelope) -> None:
        from bot.cli.calls import run
        from bot.openrouter.thinking import LEVELS

        if not prompt.strip():
            raise ConfigError("--prompt is empty.")
        if thinking not in ("", *LEVELS):
            raise ConfigError(f"--thinking is one of {', '.join(LEVELS)}.")
        found = ground(config, state_dir)
        asyncio.run(run(found, envelope, model=model, prompt=prompt, thinking=thinking))

    deliver(envelope, call, as_json=as_json, plain=lambda: str(envelope.outputs[0]["text"]))


@audio_app.command()
def transcribe(
    file: Annotated[Path, typer.Option("--file", help="The recording.")],
    model: ModelOption = "",
    language: Annotated[str, typer.Option(help="Spoken language, like de, as a hint.")] = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    state_dir: StateOption = None,
) -> None:
    """Write down what is said in a recording."""
    envelope = Envelope("audio.transcribe")

    def call(envelope: Envelope) -> None:
        from bot.cli.calls import hear

        data = _recording(file)
        found = ground(config, state_dir)
        asyncio.run(hear(found, envelope, data=data, file=file, model=model, language=language))

    deliver(envelope, call, as_json=as_json, plain=lambda: str(envelope.outputs[0]["text"]))


@tts_app.command()
def convert(
    text: Annotated[str, typer.Option("--text", help="What to say.")],
    output: Annotated[
        Optional[Path],  # noqa: UP045 - typer reads the annotation at run time
        typer.Option("--output", help="The file: .mp3, .ogg, .opus or .wav."),
    ] = None,
    model: ModelOption = "",
    voice: Annotated[str, typer.Option(help="The voice; default: the configured one.")] = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    state_dir: StateOption = None,
) -> None:
    """Speak a text into a file."""
    envelope = Envelope("tts.convert")

    def call(envelope: Envelope) -> None:
        target = output or Path("speech.mp3")
        _check_kind(target)
        check_output(target)
        from bot.cli.calls import speak

        found = ground(config, state_dir)
        asyncio.run(speak(found, envelope, text=text, target=target, model=model, voice=voice))

    deliver(envelope, call, as_json=as_json, plain=lambda: str(envelope.outputs[0]["path"]))


def _recording(file: Path) -> bytes:
    if not file.is_file():
        raise ConfigError(f"There is no recording {file}.")
    if file.stat().st_size > MOST_BYTES:
        raise ConfigError(f"{file} is larger than {MOST_BYTES // 2**20} MB.")
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file} can't be read: {error.strerror}.") from error


def _check_kind(target: Path) -> None:
    from bot.voice.soundfile import MIMES

    if target.suffix.lower() not in MIMES:
        kinds = ", ".join(MIMES)
        raise ConfigError(f"--output must end in one of {kinds}; {target.name} does not.")
