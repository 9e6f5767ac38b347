"""Scripted trouble: which coming call fails, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

FaultKind = Literal["status", "retry_after", "hang", "slow", "drop_after", "html", "disconnect"]
MAX_HANG_S = 3_600.0


@dataclass(slots=True)
class Fault:
    """Hits calls of `method` (`*` for any but getUpdates), after letting `after` of them pass."""

    method: str
    kind: FaultKind
    chat_id: int | None = None
    times: int = 1
    after: int = 0
    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int = 1
    seconds: float = MAX_HANG_S
    body: str = "<html><body><h1>502 Bad Gateway</h1></body></html>"

    def matches(self, method: str, chat_id: int | None) -> bool:
        """Whether this fault is meant for such a call. A negative `times` never runs out."""
        named = self.method.lower() == method
        meant = named or (self.method == "*" and method != "getupdates")
        return self.times != 0 and meant and self.chat_id in (None, chat_id)

    def facts(self) -> dict[str, Any]:
        """For inspection."""
        return {
            "method": self.method,
            "kind": self.kind,
            "chat_id": self.chat_id,
            "times": self.times,
            "after": self.after,
        }


class FaultScript:
    """The faults still to come, oldest first."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault that hits this call, counted; `method` in lower case."""
        for fault in self.faults:
            if not fault.matches(method, chat_id):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            if fault.times == 0:
                self.faults.remove(fault)
            return fault
        return None
