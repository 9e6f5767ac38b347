"""How much a model is asked to think: which level holds, what it is called on the wire.

Sources: seeds 002 "Thinking / reasoning injection" and "DeepSeek V4 reasoning replay",
facts/openrouter-wire.md §7 and §8.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.openrouter.facts import ModelFacts

LEVELS = ("off", "minimal", "low", "medium", "high", "xhigh", "adaptive", "max")
EFFORTS = {
    "minimal": "minimal",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "xhigh",
    "adaptive": "medium",
    "max": "xhigh",
}
LADDER = ("minimal", "low", "medium", "high", "xhigh", "max")
DEEPSEEK_LEVELS = LEVELS[: LEVELS.index("adaptive")]
DEEPSEEK_V4 = re.compile(r"(openrouter/)?~?deepseek/deepseek-v4-(flash|pro)(-\d{4,})?(:[^/]*)?")
AUTO = "openrouter/auto"
# Its final answers came in reasoning fields (seeds 002); also under `:suffix`.
HUNTER = "openrouter/hunter-alpha"


def thinking_level(chosen: str, params: Mapping[str, Any], default: str = "") -> str:
    """The level that holds: the person's choice, the model's `thinking` param, the default, off."""
    for wish in (chosen, params.get("thinking"), default):
        word = wish.strip().lower() if isinstance(wish, str) else ""
        if word in LEVELS:
            return word
    return "off"


def effort_of(level: str, supported: Sequence[str] = ()) -> str | None:
    """The effort for a level, None for off. `supported` is what the catalogue lists, if it does.

    An effort that is not listed becomes the next lower one that is, else the next higher.
    """
    level = level.strip().lower()
    effort = EFFORTS.get(level)
    if effort is None or not supported or effort in supported:
        return effort
    if level in supported:
        return level  # max, where the catalogue knows max and not xhigh
    place = LADDER.index(effort)
    nearest = (*reversed(LADDER[:place]), *LADDER[place + 1 :])
    return next((step for step in nearest if step in supported), None)


def takes_effort(model: str, facts: ModelFacts) -> bool:
    """Whether a wire id gets a `reasoning` object at all."""
    skipped = model.partition(":")[0] in (AUTO, "auto", HUNTER) or model.startswith("x-ai/")
    return not skipped and facts.reasoning is not False


def offered_levels(model: str, facts: ModelFacts) -> tuple[str, ...]:
    """The levels that make a difference for a wire id, for menus."""
    if DEEPSEEK_V4.fullmatch(model):
        return DEEPSEEK_LEVELS
    if not takes_effort(model, facts):
        return ("off",)
    levels: tuple[str, ...] = LEVELS
    listed = [step for step in facts.efforts if step in LADDER]
    if listed:
        levels = ("off", *(step for step in LADDER if step in listed))
    return levels[1:] if facts.reasoning_mandatory else levels
