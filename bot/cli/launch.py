"""Starting the bot: read the configuration, say what is wrong with it, set up logs, run."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.cli.prepare import prepare
from bot.config.load import telegram_token
from bot.errors import ConfigError

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
        run_sandbox(SandboxCall(), ground)
