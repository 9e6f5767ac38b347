"""Gemini thought signatures: only well-formed ones go back.

Source: seeds 002 "Gemini-backed routes"; facts/openrouter-wire.md §9.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from bot.openrouter.shaping.shape import Body, Shape
from bot.values.chat import Message

NAMES = ("thought_signature", "thoughtSignature")
SPACE = re.compile(r"\s+")


def clean_gemini_signatures(body: Body, shape: Shape) -> Body:
    """Remove signatures that are not base64 from replayed answers, on every route."""
    if "gemini" not in shape.model.lower():
        return body
    return {**body, "messages": [_cleaned(message) for message in body["messages"]]}


def _cleaned(message: Message) -> Message:
    content = message.get("content")
    if message.get("role") != "assistant" or not isinstance(content, list):
        return message
    return {**message, "content": [_cleaned_part(part) for part in content]}


def _cleaned_part(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    return {k: v for k, v in part.items() if k not in NAMES or is_signature(v)}


def is_signature(value: object) -> bool:
    """Whether `value` is base64 or base64url text that encodes back to itself."""
    if not isinstance(value, str):
        return False
    text = SPACE.sub("", value).rstrip("=")
    standard = text.replace("-", "+").replace("_", "/")
    if not text:
        return False
    try:
        data = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return base64.b64encode(data).decode().rstrip("=") == standard
