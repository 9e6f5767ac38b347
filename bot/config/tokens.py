"""Which Telegram token is used: `tokenFile`, then `botToken`, then TELEGRAM_BOT_TOKEN."""

from __future__ import annotations

import stat
from collections.abc import Mapping

from bot.config.paths import expanded
from bot.config.schema.telegram import TOKEN_FORM, TelegramConfig
from bot.errors import ConfigError

ENV_NAME = "TELEGRAM_BOT_TOKEN"
_FILE_KEY = "channels.telegram.tokenFile"
_MAX_BYTES = 4096


def resolve_token(telegram: TelegramConfig, environ: Mapping[str, str]) -> str | None:
    """The token, None when none is configured (facts/behaviour.md A1).

    Raises ConfigError when the one that counts can't be read or has not the form of a token; the
    message never shows it.
    """
    if telegram.token_file:
        token, origin = _from_file(telegram.token_file, environ), _FILE_KEY
    elif telegram.bot_token:
        token, origin = telegram.bot_token.get_secret_value(), "channels.telegram.botToken"
    else:
        token, origin = environ.get(ENV_NAME, "").strip(), ENV_NAME
    if token and not TOKEN_FORM.fullmatch(token):
        raise ConfigError(
            f"{origin}: the value (hidden) is not a bot token; expected the token that BotFather "
            "gave, like 123456:ABC..."
        )
    return token or None


def _from_file(name: str, environ: Mapping[str, str]) -> str:
    path = expanded(name, environ)
    try:
        mode = path.lstat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a symbolic link" if stat.S_ISLNK(mode) else "not a regular file"
            raise ConfigError(
                f"channels.telegram.tokenFile: {path} is {kind}; name the file itself"
            )
        with path.open("rb") as file:
            token = file.read(_MAX_BYTES).decode("utf-8", errors="replace").strip()
    except OSError as error:
        raise ConfigError(f"{_FILE_KEY}: {path} can't be read ({error.strerror})") from error
    if not token:
        raise ConfigError(f"{_FILE_KEY}: {path} is empty")
    return token
