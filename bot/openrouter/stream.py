"""One chat answer put together from the objects of its stream.

Source: facts/openrouter-wire.md §3.7; facts/openrouter-api.md §2.4 and §2.5.
"""

from __future__ import annotations

from typing import Any, Literal

from bot.errors import BadAnswer, Moderated, UpstreamDown
from bot.openrouter.errors import from_payload
from bot.openrouter.fragments import ToolFragments
from bot.openrouter.think_tags import ThinkTags
from bot.openrouter.thoughts import Thoughts
from bot.openrouter.usage import read_usage
from bot.values.chat import ChatDone, ChatEvent, Message, ReasoningDelta, TextDelta, ToolCall, Usage

Finish = Literal["stop", "length", "tool_calls"]
FINISHES: dict[str, Finish] = {
    "stop": "stop",
    "end": "stop",
    "length": "length",
    "function_call": "tool_calls",
    "tool_call": "tool_calls",
    "tool_calls": "tool_calls",
}
TEXT_TYPES = ("text", "output_text")
NO_ROOM = "I ran out of room while thinking about that. Please ask for less at once."


class Assembler:
    """Feed it every object with `add`, then ask once for `done`. `model` is the one asked for."""

    def __init__(self, *, model: str, generation_id: str = "") -> None:
        self._asked = model
        self._model = model
        self._generation_id = generation_id
        self._named = False
        self._texts: list[str] = []
        self._thoughts = Thoughts()
        self._tags = ThinkTags()
        self._tools = ToolFragments()
        self._finish = ""
        self._usage = Usage()

    @property
    def finished(self) -> bool:
        """Whether the model said that its answer is whole; usage may still follow."""
        return bool(self._finish)

    def add(self, payload: dict[str, Any]) -> list[ChatEvent]:
        """The events of one object. Raises the typed error that it carries, if any."""
        if payload.get("error"):
            raise from_payload(payload["error"])
        if not self._named and isinstance(payload.get("id"), str) and payload["id"]:
            self._generation_id, self._named = payload["id"], True
        if isinstance(payload.get("model"), str) and payload["model"]:
            self._model = payload["model"]
        self._read_usage(payload)
        choices = payload.get("choices")
        first = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(first, dict):
            return []
        if first.get("error"):
            raise from_payload(first["error"])
        self._read_usage(first)
        delta = first.get("delta")
        if not isinstance(delta, dict):
            delta = first.get("message")
        events = self._add_delta(delta) if isinstance(delta, dict) else []
        self._end(first.get("finish_reason"))
        return events

    def done(self, *, complete: bool) -> ChatDone:
        """The whole answer. `complete` says that the stream was closed as it should be.

        Raises BadAnswer for an answer that was cut off or says nothing.
        """
        if not self._finish and not complete:
            raise BadAnswer("the answer was cut off")
        self._texts.append(self._tags.flush())
        finish, calls = self._settle()
        text = "".join(self._texts)
        if not text.strip() and not calls:
            if finish == "length":
                raise BadAnswer("no room left for an answer", sentence=NO_ROOM, retryable=False)
            raise BadAnswer("the answer is empty")
        return ChatDone(
            message=self._message(text, calls),
            finish=finish,
            tool_calls=calls,
            usage=self._usage,
            model=self._model,
            generation_id=self._generation_id,
        )

    def _read_usage(self, holder: dict[str, Any]) -> None:
        if isinstance(holder.get("usage"), dict):
            self._usage = read_usage(holder["usage"])

    def _add_delta(self, delta: dict[str, Any]) -> list[ChatEvent]:
        thought, visible = self._thoughts.add(delta)
        written = _text(delta.get("content")) + visible + _text(delta.get("refusal"))
        tagged, text = self._tags.feed(written)
        self._tools.add(delta.get("tool_calls"))
        events: list[ChatEvent] = [ReasoningDelta(part) for part in (thought, tagged) if part]
        if text:
            self._texts.append(text)
            events.append(TextDelta(text))
        return events

    def _end(self, reason: object) -> None:
        name = reason.strip().lower() if isinstance(reason, str) else ""
        if not name:
            return
        if name == "content_filter":
            raise Moderated("the provider's filter stopped the answer")
        if name in ("error", "network_error"):
            raise UpstreamDown(f"the provider broke off ({name})")
        if name not in FINISHES:
            raise BadAnswer(f"unknown finish reason {name[:40]!r}")
        self._finish = name

    def _settle(self) -> tuple[Finish, tuple[ToolCall, ...]]:
        """Finish and calls agree: calls count only when the model stopped to make them."""
        finish = FINISHES.get(self._finish)
        spoke = any(text.strip() for text in self._texts)
        if self._tools and (finish in (None, "tool_calls") or (finish == "stop" and not spoke)):
            return "tool_calls", self._tools.calls(self._generation_id)
        return ("length" if finish == "length" else "stop"), ()

    def _message(self, text: str, calls: tuple[ToolCall, ...]) -> Message:
        message: Message = {"role": "assistant", "content": text or None}
        if calls:
            message["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in calls
            ]
        return message | self._thoughts.fields(details_of=self._asked if calls else None)


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = (p.get("text") for p in parts if isinstance(p, dict) and p.get("type") in TEXT_TYPES)
    return "".join(text for text in texts if isinstance(text, str))
