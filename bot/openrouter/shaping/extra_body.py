"""Extra body: whatever the config adds to the body by hand, last and over everything else.

Source: seeds 002 "Fusion router"; facts/openrouter-wire.md §3.5. Applies on every route.
"""

from __future__ import annotations

import structlog

from bot.openrouter.params import PROTO_KEYS, without_proto_keys
from bot.openrouter.shaping.shape import Body, Shape

log = structlog.get_logger()


def apply_extra_body(body: Body, shape: Shape) -> Body:
    """Assign each key of `extra_body`; merge `chat_template_kwargs` into what is there."""
    template = shape.params.get("chat_template_kwargs")
    if isinstance(template, dict) and template:
        present = body.get("chat_template_kwargs")
        merged = {**(present if isinstance(present, dict) else {}), **without_proto_keys(template)}
        body = {**body, "chat_template_kwargs": merged}
    extra = shape.params.get("extra_body")
    if extra is None:
        return body
    if not isinstance(extra, dict):
        log.warning("shaping.extra_body_ignored", kind=type(extra).__name__, model=shape.model)
        return body
    added = {k: without_proto_keys(v) for k, v in extra.items() if k not in PROTO_KEYS}
    replaced = sorted(added.keys() & body.keys())
    if replaced:
        log.warning("shaping.extra_body_replaces", keys=replaced, model=shape.model)
    return {**body, **added}
