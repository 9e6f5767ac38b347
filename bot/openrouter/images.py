"""Pictures through chat completions: what is ordered, fitted to the model, sent once and read.

Source: seeds 002 "Image generation", facts/openrouter-wire.md §12, facts/openrouter-api.md §5.2.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import structlog

from bot.errors import BadAnswer, Moderated, UpstreamDown, UpstreamError
from bot.openrouter import errors, pictures
from bot.openrouter.answer import Answer
from bot.openrouter.chat import PATH, FactsSource
from bot.openrouter.client import OpenRouterClient
from bot.openrouter.geometry import dropped_notice, fit_ratio, fit_resolution
from bot.openrouter.making import content, in_words, rejected
from bot.openrouter.retry import ONCE
from bot.openrouter.route import media_model
from bot.openrouter.usage import read_usage
from bot.values.media import ImageOrder, Made, Picture

DEFAULT_MODEL = "google/gemini-3.1-flash-image-preview"
GEMINI = "google/gemini-"
WIDE_GEMINI = "google/gemini-3.1-flash-image"
RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
WIDE_RATIOS = (*RATIOS, "1:4", "4:1", "1:8", "8:1")
RESOLUTIONS = ("1K", "2K", "4K")
SIDE_OF = ((3000, "4K"), (1500, "2K"), (0, "1K"))  # an edit stays about as large as its original
MOST_PICTURES = 4
MOST_INPUTS = 5
MAX_BYTES = 64 * 2**20
TOO_MANY = f"I can make at most {MOST_PICTURES} pictures at once. Please ask for fewer."
TOO_MANY_INPUTS = f"I can work from at most {MOST_INPUTS} pictures at once. Please send fewer."
NO_PICTURE = "The picture model sent no picture. Please try again or ask for it differently."
log = structlog.get_logger()


class OpenRouterImages:
    """Makes pictures. `max_bytes` is the most that those of one call together may have."""

    def __init__(
        self, client: OpenRouterClient, catalog: FactsSource, *, max_bytes: int = MAX_BYTES
    ) -> None:
        self._client = client
        self._catalog = catalog
        self._max_bytes = max_bytes

    def fit(self, order: ImageOrder) -> tuple[ImageOrder, tuple[str, ...]]:
        """`order` as its model can fill it, and a notice for each wish that was changed.

        Raises RequestRejected, unsent, for too many pictures in or out.
        """
        if len(order.pictures) > MOST_INPUTS:
            raise rejected(f"{len(order.pictures)} input pictures", TOO_MANY_INPUTS)
        if order.count > MOST_PICTURES:
            raise rejected(f"{order.count} pictures asked for", TOO_MANY)
        order = replace(order, count=max(1, order.count))
        model = media_model(order.model) or DEFAULT_MODEL
        if not model.startswith(GEMINI):
            wishes = {"aspect ratio": order.aspect_ratio, "resolution": order.resolution}
            dropped = tuple(dropped_notice(what) for what, wish in wishes.items() if wish.strip())
            return replace(order, aspect_ratio="", resolution=""), dropped
        wide = model.startswith(WIDE_GEMINI)
        ratio = fit_ratio(order.aspect_ratio, WIDE_RATIOS if wide else RATIOS)
        resolution = fit_resolution(order.resolution or _as_large(order.pictures), RESOLUTIONS)
        fitted = replace(order, aspect_ratio=ratio.value, resolution=resolution.value)
        return fitted, tuple(fit.notice for fit in (ratio, resolution) if fit.notice)

    async def make(self, order: ImageOrder) -> Made:
        """The pictures; more than were asked for may come. Raises UpstreamError.

        Sent once: whatever goes wrong after that is the caller's to decide, for it may be paid.
        """
        order, _ = await asyncio.to_thread(self.fit, order)
        model = media_model(order.model) or DEFAULT_MODEL
        # Here and not in the thread: to look up may begin a refresh.
        image_only = self._catalog.lookup(model).outputs == ("image",)
        answer = await self._client.post(
            PATH,
            await asyncio.to_thread(_body, order, model, image_only=image_only),
            within_s=order.timeout_s,
            repeatable=False,
            retry=ONCE,
            max_bytes=self._max_bytes * 4 // 3 + 2**20,
        )
        return await asyncio.to_thread(_made, answer, model, self._max_bytes)


def _body(order: ImageOrder, model: str, *, image_only: bool) -> dict[str, Any]:
    hints = {"aspect_ratio": order.aspect_ratio, "image_size": order.resolution}
    config = {name: value for name, value in hints.items() if value}
    return {
        "model": model,
        "messages": [{"role": "user", "content": content(order.prompt, order.pictures)}],
        "modalities": ["image"] if image_only else ["image", "text"],
        "n": order.count,
        **({"image_config": config} if config else {}),
    }


def _as_large(originals: tuple[Picture, ...]) -> str:
    """The resolution of an edit for which none was asked; empty when nothing can be measured."""
    sizes = [size for one in originals if (size := pictures.measured(one.data))]
    if not sizes:
        return ""
    largest = max(max(size) for size in sizes)
    return next(name for side, name in SIDE_OF if largest >= side)


def _made(answer: Answer, model: str, max_bytes: int) -> Made:
    body: dict[str, Any] = {}
    try:
        body = answer.object()
        if body.get("error"):
            raise errors.from_payload(body["error"])
        files, text = pictures.found(body, max_bytes=max_bytes)
        if not files:
            raise _nothing(body, text)
    except UpstreamError as failure:
        failure.begun = True  # whatever it says, the call was taken: it may be paid
        failure.cost_micro_usd, failure.generation_id = _paid(body, answer)
        log.warning(
            "image.failed", model=model, code=failure.code, generation_id=failure.generation_id
        )
        raise
    return Made(files, model, text, *_paid(body, answer))


def _paid(body: dict[str, Any], answer: Answer) -> tuple[int | None, str]:
    """What the answer says it cost, and the id under which that can be looked up."""
    name = body.get("id")
    generation_id = name if isinstance(name, str) and name else answer.generation_id
    return read_usage(body.get("usage")).cost_micro_usd, generation_id


def _nothing(body: dict[str, Any], text: str) -> UpstreamError:
    """Why there is no picture, as far as the answer says."""
    refusals = []
    for choice in body.get("choices") or ():
        if choice.get("error"):
            return errors.from_payload(choice["error"])
        if choice.get("finish_reason") == "content_filter":
            return Moderated("the provider's filter stopped the picture")
        if choice.get("finish_reason") == "error":
            return UpstreamDown("the provider broke off")
        refusals.append((choice.get("message") or {}).get("refusal"))
    words = text or "\n".join(word for word in refusals if isinstance(word, str)).strip()
    return in_words("picture", words) if words else BadAnswer("no picture", sentence=NO_PICTURE)
