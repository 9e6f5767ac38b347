"""Tool calls put together from the pieces in which they are streamed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from bot.errors import BadAnswer
from bot.values.chat import ToolCall

MAX_ARGUMENT_BYTES = 256_000  # facts/openrouter-wire.md §3.7
UNSAFE_ID = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(slots=True)
class _Call:
    index: int | None
    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    size_bytes: int = 0


class ToolFragments:
    """Calls in the order of their first piece, matched by index, else by id."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    def __bool__(self) -> bool:
        return bool(self._calls)

    def add(self, pieces: object) -> None:
        """Take the `tool_calls` of one delta. Raises BadAnswer on what can't be a call."""
        if not isinstance(pieces, list):
            return
        for piece in pieces:
            if not isinstance(piece, dict):
                raise BadAnswer("a tool call is not an object")
            self._add_piece(piece)

    def calls(self, stem: str) -> tuple[ToolCall, ...]:
        """The complete calls; `stem` makes ids for those that came without one."""
        stem = UNSAFE_ID.sub("", stem)[-24:] or "call"
        complete = []
        for number, call in enumerate(self._calls):
            if not call.name:
                raise BadAnswer("a tool call has no name")
            arguments = "".join(call.pieces).strip() or "{}"
            complete.append(ToolCall(call.id or f"{stem}-{number}", call.name, arguments))
        return tuple(complete)

    def _add_piece(self, piece: dict[str, Any]) -> None:
        function = piece.get("function")
        function = function if isinstance(function, dict) else {}
        call = self._match(piece.get("index"), piece.get("id"))
        name, arguments = function.get("name"), function.get("arguments")
        if isinstance(name, str) and not call.name:
            call.name = name.strip()
        if isinstance(arguments, dict):
            arguments = json.dumps(arguments, ensure_ascii=False)
        if isinstance(arguments, str):
            call.size_bytes += len(arguments.encode("utf-8", "replace"))
            if call.size_bytes > MAX_ARGUMENT_BYTES:
                raise BadAnswer("the arguments of a tool call are too long", retryable=False)
            call.pieces.append(arguments)

    def _match(self, index: object, id_: object) -> _Call:
        number = index if isinstance(index, int) else None
        name = id_ if isinstance(id_, str) else ""
        for call in reversed(self._calls):
            same_index = number is not None and call.index == number
            # Some providers say index 0 for every call and tell them apart by id alone.
            if same_index and (not name or not call.id or call.id == name):
                call.id = call.id or name
                return call
            if number is None and (call.id == name if name else True):
                return call
        fresh = _Call(index=number, id=name)
        self._calls.append(fresh)
        return fresh
