"""A figure: what was measured, the bound it is held against, and whether it keeps the promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["ok", "over", ""]


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` against `bound`, both in `unit`.

    `goal` is the largest ratio of the two that keeps the promise; without one (or without a bound)
    the figure is there for comparison and has no verdict. A bound of 0 means: none at all.
    """

    name: str
    value: float
    unit: str
    bound: float | None = None
    goal: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.bound if self.bound else None

    @property
    def verdict(self) -> Verdict:
        if self.bound is None or self.goal is None:
            return ""
        return "ok" if self.value <= self.bound * self.goal else "over"

    def facts(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "name": self.name, "value": self.value, "unit": self.unit, "bound": self.bound,
            "ratio": self.ratio, "goal": self.goal, "verdict": self.verdict, "note": self.note,
        }  # fmt: skip
