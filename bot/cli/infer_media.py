"""`parley infer image|video|music generate`: media from the command line, into a file."""

from __future__ import annotations

import asyncio
import mimetypes
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from bot.cli.envelope import Envelope, check_output, deliver
from bot.cli.frame import ConfigOption, JsonOption, StateOption, ground
from bot.errors import ConfigError

image_app = typer.Typer(name="image", help="Words to pictures.", no_args_is_help=True)
video_app = typer.Typer(name="video", help="Words to films.", no_args_is_help=True)
music_app = typer.Typer(name="music", help="Words to songs.", no_args_is_help=True)
MOST_PICTURE_BYTES = 20 * 2**20

PromptOption = Annotated[str, typer.Option("--prompt", help="What to make.")]
ModelOption = Annotated[str, typer.Option("--model", help="The model; default: the configured.")]
OutputOption = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option("--output", help="The file; of several, the others get -2, -3 … in their names."),
]
PicturesOption = Annotated[
    Optional[list[Path]],  # noqa: UP045 - as above
    typer.Option("--image", help="A picture to start from; may be repeated."),
]
LocalOption = Annotated[
    bool, typer.Option("--local", help="Accepted for OpenClaw's sake: calls are always local.")
]
TimeOption = Annotated[
    Optional[int],  # noqa: UP045 - as above
    typer.Option("--timeout-ms", min=1, help="Time for everything; default: as configured."),
]


@image_app.command("generate")
def image(
    prompt: PromptOption,
    output: OutputOption = None,
    model: ModelOption = "",
    count: Annotated[int, typer.Option(min=1, max=4, help="How many.")] = 1,
    aspect_ratio: Annotated[str, typer.Option(help="Such as 16:9.")] = "",
    resolution: Annotated[str, typer.Option(help="1K, 2K or 4K.")] = "",
    pictures: PicturesOption = None,
    timeout_ms: TimeOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    state_dir: StateOption = None,
) -> None:
    """Draw, or change the given pictures."""
    options = {"count": count, "aspect_ratio": aspect_ratio, "resolution": resolution}
    _generate(
        "image", prompt, output, model=model, options=options, pictures=pictures,
        timeout_ms=timeout_ms, as_json=as_json, places=(config, state_dir),
    )  # fmt: skip


@video_app.command("generate")
def video(
    prompt: PromptOption,
    output: OutputOption = None,
    model: ModelOption = "",
    duration: Annotated[float, typer.Option(min=0, help="Seconds; 0: as the model likes.")] = 0,
    aspect_ratio: Annotated[str, typer.Option(help="Such as 16:9.")] = "",
    resolution: Annotated[str, typer.Option(help="720P or 1080P.")] = "",
    pictures: PicturesOption = None,
    timeout_ms: TimeOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    state_dir: StateOption = None,
) -> None:
    """Film; the first picture is the first frame, the second the last one."""
    options = {
        "duration_s": duration or None, "aspect_ratio": aspect_ratio, "resolution": resolution,
    }  # fmt: skip
    _generate(
        "video", prompt, output, model=model, options=options, pictures=pictures,
        timeout_ms=timeout_ms, as_json=as_json, places=(config, state_dir),
    )  # fmt: skip


@music_app.command("generate")
def music(
    prompt: PromptOption,
    output: OutputOption = None,
    model: ModelOption = "",
    lyrics: Annotated[str, typer.Option(help="Words to sing.")] = "",
    instrumental: Annotated[bool, typer.Option("--instrumental", help="No voices.")] = False,
    duration: Annotated[float, typer.Option(min=0, help="Seconds, as a hint.")] = 0,
    pictures: PicturesOption = None,
    timeout_ms: TimeOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    state_dir: StateOption = None,
) -> None:
    """Compose; the file's ending, .mp3 or .wav, says in which format."""
    wanted = output.suffix.lower().lstrip(".") if output else "mp3"
    options = {
        "lyrics": lyrics, "instrumental": instrumental, "duration_s": duration or None,
        "format": wanted if wanted in ("mp3", "wav") else "",
    }  # fmt: skip
    _generate(
        "music", prompt, output, model=model, options=options, pictures=pictures,
        timeout_ms=timeout_ms, as_json=as_json, places=(config, state_dir),
    )  # fmt: skip


def _generate(
    kind: str,
    prompt: str,
    output: Path | None,
    *,
    model: str,
    options: dict[str, Any],
    pictures: list[Path] | None,
    timeout_ms: int | None,
    as_json: bool,
    places: tuple[Path | None, Path | None],
) -> None:
    envelope = Envelope(f"{kind}.generate")

    def call(envelope: Envelope) -> None:
        if not prompt.strip():
            raise ConfigError("--prompt is empty.")
        from bot.cli.named import check_name

        target = output or Path(DEFAULT_NAMES[kind])
        check_name(target, kind)
        from bot.cli.making import Wish, make, paths

        for path in paths(target, int(options.get("count") or 1)):
            check_output(path)
        wish = Wish(
            kind=kind,
            prompt=prompt.strip(),
            model=model,
            options={name: value for name, value in options.items() if value not in (None, "")},
            pictures=tuple(_picture(path) for path in pictures or ()),
            timeout_ms=timeout_ms,
        )
        asyncio.run(make(ground(*places), envelope, wish, target=target))

    deliver(
        envelope,
        call,
        as_json=as_json,
        plain=lambda: "\n".join(str(item["path"]) for item in envelope.outputs),
    )


DEFAULT_NAMES = {"image": "image.png", "video": "video.mp4", "music": "track.mp3"}


def _picture(path: Path) -> tuple[bytes, str]:
    mime = mimetypes.guess_type(path.name)[0] or ""
    if not path.is_file():
        raise ConfigError(f"There is no picture {path}.")
    if not mime.startswith("image/"):
        raise ConfigError(f"{path} doesn't look like a picture; its name should end in .png or so.")
    if path.stat().st_size > MOST_PICTURE_BYTES:
        raise ConfigError(f"{path} is larger than {MOST_PICTURE_BYTES // 2**20} MB.")
    try:
        return path.read_bytes(), mime
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}.") from error
