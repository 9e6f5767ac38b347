"""The shape of a chat request: an ordered list of pure rules, one file each.

A rule takes a body and gives a new one; it states itself when it applies. The order is that of
facts/openrouter-wire.md §3.6.
"""

from __future__ import annotations

from bot.openrouter.shaping.anthropic_cache import mark_anthropic_cache
from bot.openrouter.shaping.anthropic_prefill import drop_anthropic_prefill
from bot.openrouter.shaping.deepseek_v4 import shape_deepseek_v4
from bot.openrouter.shaping.extra_body import apply_extra_body
from bot.openrouter.shaping.gemini_signatures import clean_gemini_signatures
from bot.openrouter.shaping.openai_only import strip_openai_only
from bot.openrouter.shaping.parallel_tools import allow_parallel_tools
from bot.openrouter.shaping.provider_routing import route_providers
from bot.openrouter.shaping.reasoning import inject_reasoning
from bot.openrouter.shaping.shape import Body, Rule, Shape

__all__ = ["RULES", "Body", "Rule", "Shape", "shaped"]

RULES: tuple[Rule, ...] = (
    route_providers,
    inject_reasoning,
    shape_deepseek_v4,
    drop_anthropic_prefill,
    mark_anthropic_cache,
    clean_gemini_signatures,
    apply_extra_body,
    strip_openai_only,
    allow_parallel_tools,
)


def shaped(body: Body, shape: Shape) -> Body:
    """`body` after every rule, in order."""
    for rule in RULES:
        body = rule(body, shape)
    return body
