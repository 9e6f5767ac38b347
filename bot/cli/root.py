"""The command `parley` and the frame of its subcommands: exit codes and how errors are shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Optional

import typer

from bot.errors import ConfigError, ParleyError
from bot.observe.lean import import_lean

EXIT_FAILED = 1
EXIT_WRONG = 2

app = typer.Typer(
    name="parley",
    help="A Telegram bot you talk to.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ConfigOption = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option("--config", help="Config file (JSON5). Default: PARLEY_CONFIG, or config.json5."),
]
StateOption = Annotated[
    Optional[Path],  # noqa: UP045 - as above
    typer.Option("--state-dir", help="State folder. Default: PARLEY_STATE_DIR, or ~/.parley."),
]


@contextmanager
def exits() -> Iterator[None]:
    """Turn our errors into a sentence on standard error and an exit code."""
    try:
        yield
    except ConfigError as error:
        print(f"parley: {error}", file=sys.stderr)
        raise typer.Exit(EXIT_WRONG) from None
    except ParleyError as error:
        print(f"parley: {error}", file=sys.stderr)
        raise typer.Exit(EXIT_FAILED) from None
    except KeyboardInterrupt:
        raise typer.Exit(EXIT_FAILED) from None


@app.command()
def run(config: ConfigOption = None, state_dir: StateOption = None) -> None:
    """Run the bot."""
    import_lean()
    from bot.cli.launch import run_bot

    with exits():
        run_bot(config, state_dir)


@app.command()
def start(config: ConfigOption = None, state_dir: StateOption = None) -> None:
    """Run what the configured secrets allow: the bot, or the sandbox to try it."""
    import_lean()
    from bot.cli.launch import start_something

    with exits():
        start_something(config, state_dir)


@app.command()
def chat(config: ConfigOption = None, state_dir: StateOption = None) -> None:
    """Talk to the bot in this terminal; /voice FILE sends a note, /quit ends."""
    from bot.cli.chat import chat as talk

    with exits():
        talk(config, state_dir)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page.")] = 0,
    voice: Annotated[
        Optional[Path],  # noqa: UP045 - as above
        typer.Option(help="Send this recording as one note, print the turn, exit."),
    ] = None,
    say: Annotated[str, typer.Option(help="Speak this text as one note, print the turn.")] = "",
    out: Annotated[Path, typer.Option(help="Folder for the bubble that comes back.")] = Path(),
    config: ConfigOption = None,
) -> None:
    """Try the bot on this machine, without Telegram and, without a key, without OpenRouter."""
    from bot.cli.sandbox import SandboxCall, run_sandbox

    with exits():
        if voice is not None and say:
            raise ConfigError("Give either --voice or --say, not both.")
        run_sandbox(SandboxCall(port=port, voice=voice, say=say, out=out, config=config))


def _add_subcommands() -> None:
    from bot.cli.config import app as config_app

    app.add_typer(config_app, name="config")


_add_subcommands()
