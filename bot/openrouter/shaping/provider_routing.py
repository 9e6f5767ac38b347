"""Provider routing: the configured `provider` object, on the canonical address only.

Source: seeds 002 "Provider routing metadata"; facts/openrouter-wire.md §3.4.
"""

from __future__ import annotations

from bot.openrouter.params import routing
from bot.openrouter.shaping.shape import Body, Shape


def route_providers(body: Body, shape: Shape) -> Body:
    """Add `provider` where the body has none yet."""
    provider = routing(shape.params.get("provider"))
    if not shape.route.exact or not provider or "provider" in body:
        return body
    return {**body, "provider": provider}
