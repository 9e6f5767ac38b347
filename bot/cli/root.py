"""The command `parley` and its subcommands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from bot.cli.frame import (
    ConfigOption,
    Flow,
    FlowOption,
    JsonOption,
    StateOption,
    exits,
    ground,
    home,
)
from bot.errors import ConfigError
from bot.observe.lean import import_lean

app = typer.Typer(
    name="parley",
    help="A Telegram bot you talk to.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"parley {version('parley-bot')}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """A Telegram bot you talk to."""


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
    say: Annotated[
        Optional[str],  # noqa: UP045 - as above
        typer.Option(help="Speak this text as one note, print the turn, exit."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the bubble that comes back.")] = Path(),
    config: ConfigOption = None,
) -> None:
    """Try the bot on this machine, without Telegram and, without a key, without OpenRouter."""
    from bot.cli.sandbox import SandboxCall, run_sandbox

    with exits():
        if voice is not None and say is not None:
            raise ConfigError("Give either --voice or --say, not both.")
        if say is not None and not say.strip():
            raise ConfigError("--say needs a text that can be spoken.")
        run_sandbox(SandboxCall(port=port, voice=voice, say=say or "", out=out, config=config))


@app.command()
def onboard(
    auth_choice: Annotated[
        str, typer.Option(help="How to sign in: openrouter-oauth or openrouter-api-key.")
    ] = "",
    openrouter_api_key: Annotated[str, typer.Option(help="The key, instead of a question.")] = "",
    telegram_token: Annotated[
        str, typer.Option(help="BotFather's token; TELEGRAM_BOT_TOKEN serves as well.")
    ] = "",
    owner: Annotated[str, typer.Option(help="Your Telegram user id, or link.")] = "",
    flow: FlowOption = Flow.AUTO,
    non_interactive: Annotated[bool, typer.Option(help="Ask nothing.")] = False,
    probe: Annotated[bool, typer.Option(help="Ask the model one word; costs a little.")] = False,
    config: ConfigOption = None,
    state_dir: StateOption = None,
) -> None:
    """Set the bot up: key, Telegram token, owner; each is tested."""
    from bot.cli.onboard import Wishes
    from bot.cli.onboard import onboard as set_up

    with exits():
        set_up(
            home(config, state_dir),
            Wishes(
                auth_choice=auth_choice,
                api_key=openrouter_api_key,
                telegram_token=telegram_token,
                owner=owner,
                flow=flow,
                asks=not non_interactive,
                probe=probe,
            ),
        )


@app.command()
def status(
    config: ConfigOption = None, state_dir: StateOption = None, as_json: JsonOption = False
) -> None:
    """Show whether a bot runs, what is left of the money and what was spent."""
    import json

    from bot.cli.status import gathered, lines_of

    with exits():
        facts = gathered(ground(config, state_dir))
    print(json.dumps(facts, indent=2) if as_json else "\n".join(lines_of(facts)))


def _add_subcommands() -> None:
    from bot.cli.config import app as config_app
    from bot.cli.infer import app as infer_app
    from bot.cli.jobs import app as jobs_app
    from bot.cli.models import app as models_app
    from bot.cli.pairing import app as pairing_app

    groups = {
        "config": config_app,
        "infer": infer_app,
        "jobs": jobs_app,
        "models": models_app,
        "pairing": pairing_app,
    }
    for name, sub in groups.items():
        app.add_typer(sub, name=name)


_add_subcommands()
