"""Which model a name means, and which names mean none."""

from __future__ import annotations

from bot.sandbox.openrouter.model import Model
from bot.sandbox.openrouter.refusal import ApiRefusal
from bot.sandbox.openrouter.rows import MODELS, chat_model

ROUTED_TO = "google/gemini-3.5-flash"  # what the routers (`openrouter/auto`, fusion) really use
ROUTERS = frozenset({"openrouter/auto", "openrouter/free", "openrouter/fusion"})
RETIRED = frozenset({"openrouter/healer-alpha", "openrouter/hunter-alpha"})
_VENDORS = """
    ai21 alibaba amazon anthropic baidu bytedance-seed cohere deepseek elevenlabs google hexgrad
    inception meta-llama microsoft minimax mistralai moonshotai nousresearch nvidia openai
    openrouter perplexity qwen tencent x-ai xiaomi z-ai
"""
KNOWN_VENDORS = frozenset(_VENDORS.split())


def find(model_id: str, *, gives: str, strict: bool = False) -> Model:
    """The model named `model_id` that gives `gives` (text, speech, transcription).

    A name that is not listed but of a known vendor is taken as it is unless `strict`.
    Raises ApiRefusal 400 for what is no model id or the wrong endpoint, 404 for a retired one.
    """
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
        if gives not in known.outputs:
            raise ApiRefusal(
                400,
                f"{model_id} can't be used with this endpoint: it does not give {gives}.",
                availability="wrong_endpoint",
            )
        return known
    if strict or not slug or "/" in slug or (vendor not in KNOWN_VENDORS and vendor != "@preset"):
        raise ApiRefusal(400, f"{model_id} is not a valid model ID", availability="model_not_found")
    if gives == "text":
        return chat_model(bare, bare, 131_072, 16_384, (1, 3))
    return Model(bare, bare, outputs=(gives,), second_usd=1e-5, character_usd=1e-5)
