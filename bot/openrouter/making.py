"""What the makers of pictures and songs share: the message they send, and the errors they raise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.errors import BadAnswer, RequestRejected
from bot.openrouter import errors
from bot.values.media import Picture

MARKUP = re.compile(r"[*_#`>|~\[\]]+")
WORDS_CHARS = 200


def content(text: str, pictures: Sequence[Picture]) -> str | list[dict[str, Any]]:
    """A user message's content: plain text, or parts when pictures go with it."""
    if not pictures:
        return text
    return [
        {"type": "text", "text": text},
        *({"type": "image_url", "image_url": {"url": one.data_url}} for one in pictures),
    ]


def rejected(detail: str, sentence: str) -> RequestRejected:
    """An order that no model can fill: nothing was sent."""
    return errors.unsent(RequestRejected(detail, sentence=sentence))


def in_words(maker: str, text: str) -> BadAnswer:
    """`maker` wrote where it should have made something: its own words say why."""
    plain = " ".join(MARKUP.sub(" ", errors.redact(text)).split())
    if len(plain) > WORDS_CHARS:
        plain = plain[:WORDS_CHARS].rpartition(" ")[0].rstrip(",;:.") + "…"
    return BadAnswer(
        "words in place of media",
        sentence=f"The {maker} model answered in words instead: {plain}",
        retryable=False,
    )
