"""What a shaping rule knows about the request beside its body."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.openrouter.facts import UNKNOWN, ModelFacts
from bot.openrouter.route import Route

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """`model` is the wire id, `thinking` the selected level (empty: none selected)."""

    route: Route
    model: str
    thinking: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    facts: ModelFacts = UNKNOWN


Rule = Callable[[Body, Shape], Body]
