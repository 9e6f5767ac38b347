"""The library's errors as `Fault`s, by kind, with the bot token cut out of what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from telegram import error

from bot.channels.telegram.faults import (
    Conflicted,
    Fault,
    MethodMissing,
    Refusal,
    Rejected,
    Throttled,
    Unauthorised,
    Unreachable,
    classify,
)

LONGEST = 300  # characters of Telegram's wording that are kept
TOO_LARGE = ("entity too large", "content too large")  # 413 by the names of two Python versions


@contextmanager
def faults(token: str) -> Iterator[None]:
    """Whatever the library raises inside leaves as a `Fault`."""
    try:
        yield
    except error.TelegramError as exc:
        # `from None`: messages and addresses below may contain the token.
        raise translate(exc, token=token) from None


def translate(exc: error.TelegramError, *, token: str) -> Fault:
    """The `Fault` that `exc` stands for."""
    text = (exc.message.replace(token, "***") if token else exc.message)[:LONGEST]
    match exc:
        case error.RetryAfter():
            wait = exc.retry_after
            return Throttled(wait.total_seconds() if isinstance(wait, timedelta) else float(wait))
        case error.ChatMigrated():
            return Rejected(Refusal.CHAT_GONE, "group became a supergroup")
        case error.InvalidToken() | error.EndPointNotFound():
            cause = exc.__cause__
            said = str(getattr(cause, "message", "")) if cause else text
            missing = "not found" in said.lower()
            return MethodMissing("404 Not Found") if missing else Unauthorised("401 Unauthorized")
        case error.Forbidden():
            return Rejected(Refusal.CHAT_GONE, text)
        case error.Conflict():
            return Conflicted(text)
        case error.BadRequest():
            return Rejected(classify(text), text)
        case _ if text.startswith("Unknown error in HTTP implementation"):
            return Rejected(Refusal.OTHER, text)  # a fault of the request itself: no retry helps
        case _ if any(wording in text.lower() for wording in TOO_LARGE):
            return Rejected(Refusal.FILE_TOO_BIG, text)
        case _:
            return Unreachable(text)
