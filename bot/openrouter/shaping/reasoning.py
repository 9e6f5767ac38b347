"""Reasoning: the selected thinking level as the nested `reasoning` object.

Source: seeds 002 "Thinking / reasoning injection"; facts/openrouter-wire.md §7.
Level off sends nothing.
"""

from __future__ import annotations

from bot.openrouter.shaping.shape import Body, Shape
from bot.openrouter.thinking import effort_of, takes_effort


def inject_reasoning(body: Body, shape: Shape) -> Body:
    """Drop the top-level `reasoning_effort`; add `reasoning.effort` where the model takes it."""
    rest = {name: value for name, value in body.items() if name != "reasoning_effort"}
    effort = effort_of(shape.thinking, shape.facts.efforts)
    if effort is None or not takes_effort(shape.model, shape.facts):
        return rest
    present = rest.get("reasoning")
    if not present:
        return {**rest, "reasoning": {"effort": effort}}
    if isinstance(present, dict) and not {"effort", "max_tokens"} & present.keys():
        return {**rest, "reasoning": {**present, "effort": effort}}
    return rest
