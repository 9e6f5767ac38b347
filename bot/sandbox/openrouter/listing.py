"""GET /models: the catalogue in the service's shape, with its filters."""

from __future__ import annotations

from typing import Any

from bot.sandbox.openrouter.exchange import Exchange
from bot.sandbox.openrouter.model import Model
from bot.sandbox.openrouter.rows import MODELS

CREATED = 1_760_000_000


async def answer_models(exchange: Exchange) -> None:
    """The handler. TTS and STT models show only when asked for. facts/openrouter-api.md §8"""
    query = exchange.call.query
    wanted = _words(query.get("output_modalities", "text"))
    takes = _words(query.get("input_modalities", ""))
    needs = _words(query.get("supported_parameters", ""))
    text = query.get("q", "").lower()
    rows = [
        row(model)
        for model in MODELS.values()
        if ("all" in wanted or wanted & set(model.outputs))
        and takes <= set(model.inputs)
        and needs <= set(model.parameters)
        and (text in model.id or text in model.name.lower())
    ]
    start = _number(query.get("offset"), 0)
    page = rows[start : start + _number(query.get("limit"), len(rows))]
    await exchange.reply_json({"data": page, "total_count": len(rows), "links": {"next": None}})


def row(model: Model) -> dict[str, Any]:
    """One model as the service lists it; prices are strings, USD per unit."""
    shown = {
        "id": model.id,
        "canonical_slug": model.id,
        "name": model.name,
        "created": CREATED,
        "description": f"{model.name}, as the rehearsal catalogue has it.",
        "context_length": model.context or None,
        "architecture": {
            "modality": f"{'+'.join(model.inputs)}->{'+'.join(model.outputs)}",
            "input_modalities": list(model.inputs),
            "output_modalities": list(model.outputs),
            "tokenizer": "Other",
        },
        "pricing": _pricing(model),
        "top_provider": {
            "context_length": model.context or None,
            "max_completion_tokens": model.max_out,
            "is_moderated": False,
        },
        "per_request_limits": None,
        "supported_parameters": list(model.parameters),
        "default_parameters": {},
        "supported_voices": list(model.voices) or None,
        "expiration_date": None,
    }
    if model.reasoning is not None:
        shown["reasoning"] = model.reasoning
    return shown


def _pricing(model: Model) -> dict[str, str]:
    if model.id == "openrouter/auto":
        return {"prompt": "-1", "completion": "-1"}  # the router's price is that of its choice
    prices = {"prompt": model.prompt_usd or model.character_usd, "completion": model.completion_usd}
    if model.second_usd:
        prices["audio"] = model.second_usd
    return {name: f"{price:.10f}".rstrip("0").rstrip(".") or "0" for name, price in prices.items()}


def _words(text: str) -> set[str]:
    return {word.strip() for word in text.split(",") if word.strip()}


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default
