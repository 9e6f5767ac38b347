"""What the stand-in knows about one model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Model:
    """One catalogue row. Prices in USD: per token, per second heard, per character spoken."""

    id: str
    name: str
    inputs: tuple[str, ...] = ("text",)
    outputs: tuple[str, ...] = ("text",)
    context: int = 0
    max_out: int | None = None
    prompt_usd: float = 0.0
    completion_usd: float = 0.0
    second_usd: float = 0.0
    character_usd: float = 0.0
    parameters: tuple[str, ...] = ()
    reasoning: dict[str, Any] | None = None
    voices: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    max_sound_s: float | None = None

    @property
    def uses_tools(self) -> bool:
        return not self.parameters or "tools" in self.parameters
