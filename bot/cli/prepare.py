"""What every command that runs the bot stands on: configuration read and judged, logs set up."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.cli.finding import place, shown
from bot.config.load import Loaded, load, telegram_token
from bot.config.paths import config_path, default_state_dir
from bot.config.secrets import known_secrets
from bot.errors import ConfigError
from bot.observe import log as logs

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


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


def set_up_logs(loaded: Loaded, *, level: str = "INFO") -> None:
    """Logs on standard error, without any secret that the configuration knows.

    `level` holds unless PARLEY_LOG_LEVEL says otherwise.
    """
    secrets = set(known_secrets(loaded))
    with suppress(ConfigError):  # said where the token is needed
        secrets.add(telegram_token(loaded) or "")
    chosen = loaded.environ.get("PARLEY_LOG_LEVEL", "").strip().upper() or level
    if chosen not in LEVELS:
        raise ConfigError(f"PARLEY_LOG_LEVEL is {chosen!r}, expected one of {', '.join(LEVELS)}.")
    logs.configure(secrets=secrets, level=chosen)
