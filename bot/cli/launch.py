"""Starting the bot: read the configuration, say what is wrong with it, set up logs, run."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from bot.cli.finding import place, shown
from bot.config.load import Loaded, load, telegram_token
from bot.config.paths import config_path, default_state_dir
from bot.config.secrets import known_secrets
from bot.errors import ConfigError
from bot.observe import log as logs

COSTS = """\
There is an OpenRouter key but no Telegram token, so this starts the sandbox on the real
OpenRouter: Telegram is rehearsed on this machine, the models are real and paid from your key. A
short voice turn usually costs less than one US cent with the default models, a long one more;
openrouter.ai/activity shows what was spent.
"""
TOKEN_ALONE = (
    "There is a Telegram token but no OpenRouter key. Make one at openrouter.ai/keys and set "
    "OPENROUTER_API_KEY (or models.providers.openrouter.apiKey), then start again. Without both, "
    "`parley sandbox` lets you try the bot on this machine."
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What every command that runs the bot stands on."""

    loaded: Loaded
    state_dir: Path


def prepare(config: Path | None, state_dir: Path | None) -> Ground:
    """Load the configuration and set up logs. Raises ConfigError; prints warnings."""
    folder = (state_dir or default_state_dir(os.environ)).expanduser()
    path = config or config_path(os.environ, folder)
    loaded = load(path=path, environ=os.environ)
    for finding in (*loaded.warnings, *loaded.errors):
        print(f"parley: {shown(finding, path)}", file=sys.stderr)
    if loaded.fatal:
        first = loaded.fatal[0]
        raise ConfigError(
            f"The configuration can't be used: {place(first, path)}{first.message}. "
            "`parley config validate` lists everything."
        )
    set_up_logs(loaded)
    return Ground(loaded, folder)


def set_up_logs(loaded: Loaded) -> None:
    """Logs on standard error, without any secret that the configuration knows."""
    logs.configure(
        secrets=known_secrets(loaded), level=loaded.environ.get("PARLEY_LOG_LEVEL", "INFO").upper()
    )


def run_bot(config: Path | None, state_dir: Path | None) -> None:
    """`parley run`."""
    ground = prepare(config, state_dir)
    from bot.app.run import run

    asyncio.run(run(ground.loaded, ground.state_dir))


def start_something(config: Path | None, state_dir: Path | None) -> None:
    """`make run`: the bot when both secrets are there, else the sandbox, else an explanation."""
    ground = prepare(config, state_dir)
    from bot.app.run import run
    from bot.app.settings import key_sources
    from bot.openrouter.keys import chat_key

    token = telegram_token(ground.loaded)
    key = chat_key(key_sources(ground.loaded, ground.state_dir))
    if token and key:
        asyncio.run(run(ground.loaded, ground.state_dir))
    elif token:
        raise ConfigError(TOKEN_ALONE)
    else:
        from bot.cli.sandbox import SandboxCall, run_sandbox

        if key:
            print(COSTS)
        run_sandbox(SandboxCall(config=config))
