"""Several messages as one, so that the model still sees who said what. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.turns.luggage import reply_line, whose
from bot.values.conversation import ChatKind, Incoming, Quote


def merged(messages: Sequence[Incoming]) -> Incoming:
    """`messages` as one: the first with all texts, all attachments and the first quote.

    In a group, what others said keeps their names; what was passed on or answers something else
    says so.
    """
    first = messages[0]
    if len(messages) == 1:
        return first
    quote = next((message.quote for message in messages if message.quote), None)
    sources = {message.forwarded_from for message in messages}
    texts = [
        "\n".join(_said(message, first, quote=quote, label_source=len(sources) > 1))
        for message in messages
    ]
    if first.album:
        texts = list(dict.fromkeys(texts))  # some clients repeat the caption on every picture
    return replace(
        first,
        text="\n".join(text for text in texts if text),
        attachments=tuple(item for message in messages for item in message.attachments),
        quote=quote,
        addressed=any(message.addressed for message in messages),
        forwarded_from=first.forwarded_from if len(sources) == 1 else "",
    )


def _said(
    message: Incoming, first: Incoming, *, quote: Quote | None, label_source: bool
) -> Iterator[str]:
    if message.quote is not None and message.quote != quote:
        yield from _in_reply_to(message.quote)
    if label_source and message.forwarded_from:
        yield f"(forwarded from {_one_line(message.forwarded_from)})"
    if not message.text:
        return
    if message.chat_kind is ChatKind.PRIVATE or message.sender.id == first.sender.id:
        yield message.text
    else:
        yield f"[{_one_line(message.sender.name or message.sender.id)}] {message.text}"


def _in_reply_to(quote: Quote) -> Iterator[str]:
    if quote.text:
        words = json.dumps(quote.text, ensure_ascii=False)
        yield f"(in reply to {whose(quote)} message {words})"
    for attachment in quote.attachments:
        yield reply_line(quote, attachment)


def _one_line(name: str) -> str:
    return " ".join(name.replace("[", "(").replace("]", ")").split())
