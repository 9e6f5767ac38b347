"""Faults that an account is told to commit: what kinds there are, and who is due."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.sandbox.openrouter.refusal import ApiRefusal, afford

Kind = Literal[
    "status",
    "hang",
    "hold",
    "hold_answer",
    "html",
    "json",
    "empty",
    "wrong_content_type",
    "truncated",
    "cut",
    "error_chunk",
    "truncated_base64",
    "redirect",
    "endless",
    "bulk",
]
WHOLE = frozenset({"status", "hang", "html", "json", "empty", "redirect", "endless", "bulk"})
MIB = 1024 * 1024
HTML = (
    "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Bad gateway</h1></body></html>"
)


class Fault(BaseModel):
    """One fault. Which fields count depends on `kind`; `control` lists them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    status: int | None = Field(default=None, ge=200, le=599)
    message: str = ""
    error_type: str = ""
    metadata: dict[str, Any] = {}
    body: Any = None
    headers: dict[str, str] = {}
    retry_after_s: float | None = None
    affordable_tokens: int | None = None
    requested_tokens: int = 65_536
    content_type: str = ""
    location: str = ""
    size_bytes: int = Field(default=200 * MIB, ge=0, le=1024 * MIB)
    head: str = ""
    tail: str = ""
    declare_length: bool = True
    every_ms: float = Field(default=0, ge=0)
    piece_bytes: int = Field(default=65_536, ge=1, le=MIB)
    max_s: float | None = Field(default=None, ge=0)
    gate: str = "gate"
    keep: float = Field(default=0.5, ge=0, le=1)
    after_chunks: int = Field(default=0, ge=0)
    clean: bool = False

    def all_headers(self) -> dict[str, str]:
        """`headers`, with Retry-After when asked for."""
        if self.retry_after_s is None:
            return dict(self.headers)
        return {"Retry-After": f"{self.retry_after_s:g}", **self.headers}

    def refusal(self) -> ApiRefusal | None:
        """The error answer of kind `status`; None when a `body` is given to be sent instead."""
        if self.body is not None:
            return None
        if self.affordable_tokens is not None:
            return afford(self.requested_tokens, self.affordable_tokens)
        return ApiRefusal(
            self.answer_status,
            self.message,
            error_type=self.error_type,
            metadata=self.metadata,
            headers=self.all_headers(),
        )

    @property
    def answer_status(self) -> int:
        """The HTTP status of a fault that is the whole answer."""
        return self.status or (500 if self.kind == "status" else 200)

    def body_bytes(self) -> bytes:
        """The body of a fault that is the whole answer."""
        if self.kind == "empty":
            return b""
        if self.body is None:
            return (
                HTML if self.kind == "html" else '{"message": "not what you asked for"}'
            ).encode()
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()

    def body_type(self) -> str:
        """The content type of `body_bytes`."""
        if self.content_type:
            return self.content_type
        if self.kind == "html" or isinstance(self.body, str):
            return "text/html; charset=utf-8"
        return "application/json"


class QueuedFault(Fault):
    """A fault for `endpoint`, `times` times (None: always), after `skip` calls went through.

    `model` is part of the requested model.
    """

    endpoint: str = "*"
    model: str = ""
    times: int | None = Field(default=1, ge=1)
    skip: int = Field(default=0, ge=0)


class FaultQueue:
    """The faults still to come, first match first."""

    def __init__(self) -> None:
        self._waiting: list[QueuedFault] = []

    def add(self, faults: list[QueuedFault]) -> None:
        self._waiting.extend(faults)

    def clear(self) -> None:
        self._waiting.clear()

    def take(self, *names: str, model: str = "") -> Fault | None:
        """The fault of a call that goes by `names`, counted off."""
        for place, fault in enumerate(self._waiting):
            if fault.endpoint not in ("*", *names) or fault.model not in model:
                continue
            if fault.skip:
                self._waiting[place] = fault.model_copy(update={"skip": fault.skip - 1})
                continue
            if fault.times == 1:
                del self._waiting[place]
            elif fault.times is not None:
                self._waiting[place] = fault.model_copy(update={"times": fault.times - 1})
            return fault
        return None


def plays_whole(fault: Fault) -> bool:
    """Whether the fault is an answer by itself rather than a spoilt one."""
    return fault.kind in WHOLE
