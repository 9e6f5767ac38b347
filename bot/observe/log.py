"""Structured logs: JSON lines unless a person watches, and never a secret in them."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any, TextIO

import structlog

MASK = "[secret]"
# Whatever looks like a Telegram token or an OpenRouter key, known to us or not.
SECRET_FORMS = re.compile(r"(?:bot)?\b\d{5,}:[A-Za-z0-9_-]{30,}|sk-or-[A-Za-z0-9_-]{8,}")
SHORTEST_SECRET = 8


class Redactor:
    """Replaces every known or recognisable secret in whatever is logged."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}

    def text(self, value: str) -> str:
        """`value` without secrets."""
        for secret in self._secrets:
            value = value.replace(secret, MASK)
        return SECRET_FORMS.sub(MASK, value)

    def value(self, value: Any) -> Any:
        """`value` without secrets, containers included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.value(k): self.value(v) for k, v in value.items()}
        if isinstance(value, list | tuple | set):
            return [self.value(v) for v in value]
        return value if isinstance(value, bool | int | float | None) else self.text(str(value))

    def __call__(
        self, _logger: Any, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        return {key: self.value(value) for key, value in event.items()}


class _RedactingFilter(logging.Filter):
    """The same for libraries that log through the standard library."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self._redactor.text(record.getMessage())
        record.args = ()
        if record.exc_info:
            record.exc_text = self._redactor.text(
                logging.Formatter().formatException(record.exc_info)
            )
            record.exc_info = None
        return True


def configure(
    *, secrets: Iterable[str] = (), stream: TextIO | None = None, level: str = "INFO"
) -> None:
    """Set up logging of the process, on standard error unless told otherwise."""
    stream = stream or sys.stderr
    redactor = Redactor(secrets)
    handler = logging.StreamHandler(stream)
    handler.addFilter(_RedactingFilter(redactor))
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore"):  # their URLs carry the bot token
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # It logs whole answers, people's words included; what went wrong is logged by the channel.
    logging.getLogger("telegram").setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redactor,
            _renderer(stream),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )


def _renderer(stream: TextIO) -> Any:
    if stream.isatty():
        return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.JSONRenderer(ensure_ascii=False)
