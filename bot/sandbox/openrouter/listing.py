"""GET /models and /videos/models: the catalogue in the service's shape, with its filters."""

from __future__ import annotations

from typing import Any

from bot.sandbox.openrouter.catalogue import MODELS
from bot.sandbox.openrouter.exchange import Exchange
from bot.sandbox.openrouter.media_rows import PICTURE_TOKENS
from bot.sandbox.openrouter.model import Model

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


async def answer_video_models(exchange: Exchange) -> None:
    """What the video models take. facts/openrouter-api.md §7"""
    await exchange.reply_json({"data": [film_row(m) for m in MODELS.values() if m.film]})


def film_row(model: Model) -> dict[str, Any]:
    """One video model as `/videos/models` lists it."""
    film = model.film
    assert film is not None, "the caller chose video models"
    prices = {"duration_seconds": film.silent_second_usd}
    if film.has_sound:
        prices["duration_seconds_with_audio"] = film.sound_second_usd
    return {
        "id": model.id,
        "canonical_slug": model.id,
        "name": model.name,
        "created": CREATED,
        "description": f"{model.name}, as the rehearsal catalogue has it.",
        "supported_durations": list(film.durations),
        "supported_resolutions": list(film.resolutions),
        "supported_aspect_ratios": list(film.ratios),
        "supported_sizes": list(film.sizes) or None,
        "supported_frame_images": list(film.frames),
        "generate_audio": film.has_sound,
        "seed": film.takes_seed,
        "pricing_skus": {name: _price(price) for name, price in prices.items()},
        "allowed_passthrough_parameters": list(film.passthrough),
        "upscale_factor": None,
        "creativity": None,
    }


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
    if model.picture_usd:
        prices["image_output"] = model.picture_usd / PICTURE_TOKENS
    if model.song_usd:
        prices["request"] = model.song_usd
    return {name: _price(price) for name, price in prices.items()}


def _price(usd: float) -> str:
    return f"{usd:.10f}".rstrip("0").rstrip(".") or "0"


def _words(text: str) -> set[str]:
    return {word.strip() for word in text.split(",") if word.strip()}


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default
