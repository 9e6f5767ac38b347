"""Reasoning: the selected thinking level as the nested `reasoning` object.

Source: seeds 002 "Thinking / reasoning injection"; facts/openrouter-wire.md §7.
Level off sends nothing.
"""

from __future__ import annotations

from bot.openrouter.shaping.shape import Body, Shape

EFFORTS = {
    "minimal": "minimal",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "xhigh",
    "adaptive": "medium",
    "max": "xhigh",
}
AUTO = "openrouter/auto"
HUNTER = "openrouter/hunter-alpha"


def inject_reasoning(body: Body, shape: Shape) -> Body:
    """Drop the top-level `reasoning_effort`; add `reasoning.effort` where the model takes it."""
    rest = {name: value for name, value in body.items() if name != "reasoning_effort"}
    effort = EFFORTS.get(shape.thinking.strip().lower())
    if effort is None or _skips(shape):
        return rest
    present = rest.get("reasoning")
    if not present:
        return {**rest, "reasoning": {"effort": effort}}
    if isinstance(present, dict) and not {"effort", "max_tokens"} & present.keys():
        return {**rest, "reasoning": {**present, "effort": effort}}
    return rest


def _skips(shape: Shape) -> bool:
    base = shape.model.partition(":")[0]
    return (
        base in (AUTO, "auto", HUNTER)
        or shape.model.startswith("x-ai/")
        or shape.facts.reasoning is False
    )
