"""Stored messages made fit for the model that reads them next.

Which reasoning fields go back, which tool-call ids a vendor accepts, which turns say nothing.
Sources: facts/openrouter-wire.md §3.2 (messages), §3.8, §3.9; facts/openrouter-api.md §2.6.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from bot.openrouter.thoughts import DETAILS_OF
from bot.openrouter.tool_images import with_images_apart
from bot.values.chat import Message

REASONING_FIELDS = (
    "reasoning",
    "reasoning_content",
    "reasoning_text",
    "reasoning_details",
    DETAILS_OF,
)
NO_REPLAY = re.compile(r"(anthropic|x-ai)/", re.IGNORECASE)
NEEDS_CONTENT = re.compile(
    r"(^|/)(kimi-k2\.[5-9]|mimo-v2|deepseek-v4-)[^/]*$",
    re.IGNORECASE,
)
MISTRAL = re.compile(
    r"^(openrouter/)?(mistralai/|mistral/|mistral-|codestral-|devstral-|ministral-|mixtral-|pixtral-"
    r"|voxtral-)",
    re.IGNORECASE,
)
MISTRAL_ID_CHARS = 9
STRICT_IDS = re.compile(r"anthropic/", re.IGNORECASE)  # these refuse what another model may write
ID_CHARS = 40
# Base 36 keeps the hash alphanumeric and short.
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def replayed(messages: Sequence[Message], model: str) -> list[Message]:
    """`messages` for the wire, as copies. `model` is the wire id that will read them."""
    ids = _IdMap(mistral=bool(MISTRAL.match(model)), strict=bool(STRICT_IDS.match(model)))
    asked_last = max((n for n, m in enumerate(messages) if m.get("role") == "user"), default=-1)
    return with_images_apart(
        _fit(message, model, ids, in_loop=place > asked_last)
        for place, message in enumerate(messages)
        if not _says_nothing(message)
    )


def _says_nothing(message: Message) -> bool:
    empty = not message.get("content") and not message.get("tool_calls")
    return message.get("role") == "assistant" and empty


def _fit(message: Message, model: str, ids: _IdMap, *, in_loop: bool) -> Message:
    role = message.get("role")
    if role == "developer":
        return {**message, "role": "system"}
    if role == "tool" and "tool_call_id" in message:
        return {**message, "tool_call_id": ids.wire_id(message["tool_call_id"])}
    if role != "assistant":
        return dict(message)
    fit = {name: value for name, value in message.items() if name not in REASONING_FIELDS}
    calls = message.get("tool_calls")
    if calls:
        fit["content"] = message.get("content") or None
        fit["tool_calls"] = [_fit_call(call, ids) for call in calls]
    else:
        fit.pop("tool_calls", None)
    # Signatures are good for the tool loop in which their model made them, and for no other.
    with_details = in_loop and message.get(DETAILS_OF, model) == model
    return fit | _reasoning(message, model, with_details=with_details)


def _fit_call(call: dict[str, Any], ids: _IdMap) -> dict[str, Any]:
    fit = {**call, "id": ids.wire_id(call.get("id"))}
    function = call.get("function")
    # What the model wrote wrongly it hears of in the tool's result; vendors refuse to read it back.
    if isinstance(function, dict) and not _is_object(function.get("arguments")):
        fit["function"] = {**function, "arguments": "{}"}
    return fit


def _is_object(arguments: object) -> bool:
    try:
        return isinstance(arguments, str) and isinstance(json.loads(arguments), dict)
    except (ValueError, RecursionError):
        return False


def _reasoning(message: Message, model: str, *, with_details: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    details = message.get("reasoning_details")
    for name in ("reasoning", "reasoning_text"):
        if "reasoning" not in fields and _is_text(message.get(name)):
            fields["reasoning"] = message[name]
    if "reasoning" not in fields and _is_text(details):
        fields["reasoning"] = details
    if _is_text(message.get("reasoning_content")):
        fields["reasoning_content"] = message["reasoning_content"]
    if with_details and isinstance(details, list) and details:
        fields["reasoning_details"] = details
    if not NO_REPLAY.match(model):
        return fields
    kept = ("reasoning_content",) if NEEDS_CONTENT.search(model) else ()
    return {name: fields[name] for name in kept if name in fields}


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


class _IdMap:
    """Tool-call ids as the vendor takes them; the same id always maps to the same result.

    An id goes back as it came: some models number their calls in it. Only joined ones are cut.
    """

    def __init__(self, *, mistral: bool, strict: bool) -> None:
        self._mistral = mistral
        self._strict = strict
        self._known: dict[str, str] = {}
        self._taken: set[str] = set()

    def wire_id(self, stored: object) -> str:
        name = stored if isinstance(stored, str) else ""
        if name not in self._known:
            self._known[name] = self._fresh(name)
            self._taken.add(self._known[name])
        return self._known[name]

    def _fresh(self, name: str) -> str:
        if not self._mistral:
            return self._cut(name) if self._strict or "|" in name else name
        short = re.sub(r"[^A-Za-z0-9]", "", name)[:MISTRAL_ID_CHARS]
        salt = 0
        while len(short) < MISTRAL_ID_CHARS or short in self._taken:
            short = _hash9(f"{name}:{salt}")
            salt += 1
        return short

    def _cut(self, name: str) -> str:
        short = re.sub(r"[^A-Za-z0-9_-]", "_", name.partition("|")[0])[:ID_CHARS]
        while short in self._taken:
            short = f"{short[: ID_CHARS - MISTRAL_ID_CHARS]}{_hash9(short + name)}"
        return short


def _hash9(text: str) -> str:
    number = int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8], "big")
    digits = []
    for _ in range(MISTRAL_ID_CHARS):
        number, digit = divmod(number, len(DIGITS))
        digits.append(DIGITS[digit])
    return "".join(digits)
