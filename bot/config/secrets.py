"""Every secret that a configuration holds, so that nothing written by the bot repeats one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import SecretStr

from bot.config.load import Loaded

ENVIRONMENT = ("OPENROUTER_API_KEY", "TELEGRAM_BOT_TOKEN")


def known_secrets(loaded: Loaded) -> frozenset[str]:
    """The secrets in the file and those that the environment carries."""
    from_file = _found(loaded.config.model_dump())
    from_environment = (loaded.environ.get(name, "").strip() for name in ENVIRONMENT)
    return frozenset(secret for secret in (*from_file, *from_environment) if secret)


def _found(value: Any) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, dict):
        for item in value.values():
            yield from _found(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _found(item)
