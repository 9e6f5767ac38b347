"""Which model a name means, and which names mean none."""

from __future__ import annotations

from collections.abc import Collection

from bot.sandbox.openrouter.media_rows import MEDIA_ROWS
from bot.sandbox.openrouter.model import Model
from bot.sandbox.openrouter.refusal import ApiRefusal
from bot.sandbox.openrouter.rows import ROWS, SEES_ALL, chat_model

MODELS = {model.id: model for model in (*ROWS, *MEDIA_ROWS)}
CHATS = ("text", "image", "audio")  # what chat completions can give
ROUTED_TO = "google/gemini-3.5-flash"  # what the routers (`openrouter/auto`, fusion) really use
ROUTERS = frozenset({"openrouter/auto", "openrouter/free", "openrouter/fusion"})
RETIRED = frozenset({"openrouter/healer-alpha", "openrouter/hunter-alpha"})
_VENDORS = """
    ai21 alibaba amazon anthropic baidu black-forest-labs bytedance bytedance-seed cohere deepseek
    elevenlabs google hexgrad inception meta-llama microsoft minimax mistralai moonshotai
    nousresearch nvidia openai openrouter perplexity qwen tencent x-ai xiaomi z-ai
"""
KNOWN_VENDORS = frozenset(_VENDORS.split())


def find(model_id: str, *, gives: str, strict: bool = False) -> Model:
    """The model named `model_id` that gives `gives` (speech, transcription, video).

    A name that is not listed but of a known vendor is taken as it is unless `strict`.
    Raises ApiRefusal 400 for what is no model id or the wrong endpoint, 404 for a retired one.
    """
    return _find(model_id, (gives,), strict=strict)


def find_chat(model_id: str, *, modalities: Collection[str], strict: bool = False) -> Model:
    """The chat model named `model_id`, a router resolved. `modalities` are the asked ones.

    Raises ApiRefusal as `find` does, and 404 when the model does not give them all.
    """
    model = _find(model_id, CHATS, strict=strict)
    if model.id in ROUTERS:
        model = MODELS[ROUTED_TO]
    asked = list(modalities) or ["text"]
    if not set(asked) <= set(model.outputs):
        raise ApiRefusal(
            404,
            "No endpoints found that support the requested output modalities: " + ", ".join(asked),
            metadata={
                "routing_funnel": [{"step": "Initial Endpoints", "endpoint_count": 1}],
                "failed_routing_step": "Filter by Model Output Modalities",
            },
        )
    return model


def find_film(model_id: str) -> Model:
    """The video model named `model_id`; here every model must be listed.

    Raises ApiRefusal 404 for an unknown one, 400 for one that gives something else.
    """
    if model_id not in MODELS:
        raise ApiRefusal(
            404, f"Model {model_id} does not exist or is not available for video generation"
        )
    return _find(model_id, ("video",), strict=True)


def _find(model_id: str, gives: tuple[str, ...], *, strict: bool) -> Model:
    bare = model_id.partition(":")[0].lstrip("~").lower()
    vendor, _, slug = bare.partition("/")
    if bare in RETIRED:
        raise ApiRefusal(
            404,
            f"No endpoints found for {model_id}.",
            availability="model_deprecated",
        )
    known = MODELS.get(bare)
    if known is not None:
        if not set(gives) & set(known.outputs):
            raise ApiRefusal(
                400,
                f"{model_id} can't be used with this endpoint: it does not give {gives[0]}.",
                availability="wrong_endpoint",
            )
        return known
    if strict or not slug or "/" in slug or (vendor not in KNOWN_VENDORS and vendor != "@preset"):
        raise ApiRefusal(400, f"{model_id} is not a valid model ID", availability="model_not_found")
    if gives == CHATS:
        return chat_model(bare, bare, 131_072, 16_384, (1, 3), inputs=SEES_ALL, outputs=CHATS)
    return Model(bare, bare, outputs=gives, second_usd=1e-5, character_usd=1e-5)
