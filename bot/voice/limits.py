"""How much of a note is taken, and in which pieces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoteLimits:
    """Bounds of one incoming note. Defaults: facts/spikes.md §4, facts/openrouter-api.md §6.3.

    Up to `pass_s` and `pass_bytes` an accepted container passes unchanged. Longer sound is cut into
    parts at the first pause of `pause_s` after `part_after_s`, at `part_max_s` in any case.
    """

    least_bytes: int = 1_024
    max_s: float = 4 * 3_600
    wall_limit_s: float = 180
    pass_s: float = 600
    pass_bytes: int = 15_000_000
    part_after_s: float = 540
    part_max_s: float = 600
    pause_s: float = 0.15
