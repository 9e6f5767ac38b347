"""What a chat costs: a rough count of tokens, the price table, and the checks made before work."""

from __future__ import annotations

import json
from typing import Any

from bot.sandbox.openrouter.account import Account
from bot.sandbox.openrouter.chat_request import ChatRequest
from bot.sandbox.openrouter.made import Made
from bot.sandbox.openrouter.media_rows import PICTURE_TOKENS
from bot.sandbox.openrouter.model import Model
from bot.sandbox.openrouter.refusal import ApiRefusal, afford

CHARS_PER_TOKEN = 4
IMAGE_TOKENS = 1_000
DEFAULT_CAP = 65_536
PAGE_USD = 0.002


def count_prompt(request: ChatRequest) -> int:
    """A rough number of prompt tokens: four characters each, pictures and sounds flat."""
    tools = json.dumps([tool.model_dump() for tool in request.tools or ()])
    total = len(tools) // CHARS_PER_TOKEN if request.tools else 0
    for message in request.messages:
        calls = "".join(c.function.name + c.function.arguments for c in message.tool_calls or ())
        total += 4 + (len(message.text) + len(calls)) // CHARS_PER_TOKEN
        if isinstance(message.content, list):
            total += IMAGE_TOKENS * sum(part.get("type") != "text" for part in message.content)
    return total


def check_limits(request: ChatRequest, model: Model, account: Account, *, prompt: int) -> None:
    """Raises ApiRefusal when the model can't do this or the credit doesn't reach.

    400 past the context, 402 when the output cap costs more than is left, 404 for tools that the
    model lacks. facts/openrouter-api.md §3
    """
    if request.tools and not model.uses_tools:
        raise ApiRefusal(404, "No endpoints found that support tool use.")
    cap = request.cap or model.max_out or DEFAULT_CAP
    asked = prompt + (request.cap or 0)
    if model.context and asked > model.context:
        raise ApiRefusal(
            400,
            f"This endpoint's maximum context length is {model.context} tokens. However, you "
            f"requested about {asked} tokens ({prompt} of text input, {request.cap or 0} in the "
            "output). Please reduce the length of either one.",
            error_type="context_length_exceeded",
        )
    left = account.remaining_usd
    if left is None:
        return
    if left < 0:
        raise ApiRefusal(402)
    affordable = int(left / model.completion_usd) if model.completion_usd else cap
    if cap > affordable:
        raise afford(cap, affordable)


def media_price(model: Model, made: Made) -> tuple[float, int]:
    """What pictures, songs and parsed pages of an answer cost in USD, and the picture tokens."""
    pictures = len(made.pictures)
    songs = 1 if made.song is not None else 0
    cost = pictures * model.picture_usd + songs * model.song_usd + made.pages * PAGE_USD
    return cost, pictures * PICTURE_TOKENS


def check_media(request: ChatRequest, model: Model, account: Account) -> None:
    """Raises ApiRefusal 402 when the credit doesn't reach for what is to be made."""
    price = model.song_usd if request.makes == "audio" else (request.n or 1) * model.picture_usd
    left = account.remaining_usd
    if request.makes and left is not None and price > left:
        raise ApiRefusal(402)


def bill(
    model: Model,
    made: Made,
    *,
    prompt: int,
    completion: int,
    reasoning: int,
    override: dict[str, Any],
) -> dict[str, Any]:
    """The `usage` object. An answer with nothing in it costs nothing."""
    media_usd, picture_tokens = media_price(model, made)
    prompt_cost = round(prompt * model.prompt_usd, 9)
    completion_cost = round(completion * model.completion_usd + media_usd, 9)
    completion += picture_tokens
    cost = round(prompt_cost + completion_cost, 9) if completion or media_usd else 0.0
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "cost": cost,
        "is_byok": False,
        "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0, "audio_tokens": 0},
        "cost_details": {
            "upstream_inference_cost": None,
            "upstream_inference_prompt_cost": prompt_cost,
            "upstream_inference_completions_cost": completion_cost,
        },
        "completion_tokens_details": {
            "reasoning_tokens": reasoning,
            "audio_tokens": 0,
            "image_tokens": picture_tokens,
        },
    }
    return usage | override
