"""Pictures in tool results: the wire takes text there, so they follow in a user message.

Source: facts/openrouter-wire.md §3.2 (messages).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.values.chat import Message

PLACEHOLDER = "(see the attached image)"
CAPTION = "Attached from the tool result:"


def with_images_apart(messages: Iterable[Message]) -> list[Message]:
    """`messages` with the pictures of each run of tool results in one user message after it."""
    done: list[Message] = []
    images: list[dict[str, Any]] = []
    for message in messages:
        if message.get("role") != "tool":
            _attach(done, images)
            images = []
        elif isinstance(message.get("content"), list):
            images += [part for part in message["content"] if _is_image(part)]
            message = {**message, "content": _text(message["content"])}
        done.append(message)
    _attach(done, images)
    return done


def _attach(done: list[Message], images: list[dict[str, Any]]) -> None:
    if images:
        done.append({"role": "user", "content": [{"type": "text", "text": CAPTION}, *images]})


def _text(parts: list[Any]) -> str:
    texts = (part.get("text") for part in parts if isinstance(part, dict))
    joined = "\n".join(text for text in texts if isinstance(text, str) and text)
    return joined or (PLACEHOLDER if any(map(_is_image, parts)) else "")


def _is_image(part: object) -> bool:
    return isinstance(part, dict) and part.get("type") == "image_url"
