"""Chat completions: a request shaped, sent and streamed back as events."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from bot.errors import UpstreamDown, UpstreamError
from bot.openrouter.client import OpenRouterClient
from bot.openrouter.facts import ModelFacts
from bot.openrouter.fusion import FUSION, fusion_note
from bot.openrouter.params import effective_params
from bot.openrouter.payload import base_payload
from bot.openrouter.reader import StreamReader
from bot.openrouter.repair import Repairs
from bot.openrouter.route import Route, wire_model
from bot.openrouter.settings import OpenRouterSettings
from bot.openrouter.shaping import Body, Shape, shaped
from bot.openrouter.shaping.response_cache import response_cache_headers
from bot.openrouter.stream import Assembler
from bot.openrouter.thinking import thinking_level
from bot.values.chat import ChatEvent, ChatRequest

PATH = "/chat/completions"
log = structlog.get_logger()


class FactsSource(Protocol):
    """Where the facts about a model come from; `Catalog` is one."""

    def lookup(self, model: str) -> ModelFacts: ...


@dataclass(frozen=True, slots=True)
class WireRequest:
    """Exactly what is sent beside key and attribution."""

    model: str
    body: Body
    headers: dict[str, str]


def wire_request(
    request: ChatRequest, *, settings: OpenRouterSettings, route: Route, facts: ModelFacts
) -> WireRequest:
    """`request` in OpenRouter's form, shaped for its route and model. Pure."""
    model = wire_model(request.model)
    params = effective_params(settings, request.model, request.params)
    thinking = thinking_level(request.thinking, params, settings.thinking_default)
    shape = Shape(route=route, model=model, thinking=thinking, params=params, facts=facts)
    body = shaped(base_payload(request, model=model, params=params, facts=facts), shape)
    return WireRequest(model=model, body=body, headers=response_cache_headers(shape))


class OpenRouterChat:
    """The chat model behind OpenRouter."""

    def __init__(self, client: OpenRouterClient, catalog: FactsSource) -> None:
        self._client = client
        self._catalog = catalog

    def system_note(self, model: str) -> str:
        """What the system prompt should end with for a model reference; mostly nothing.

        It changes with the configuration, so it belongs behind everything that caches keep.
        """
        if wire_model(model) != FUSION:
            return ""
        return fusion_note(effective_params(self._client.settings, model, {})) or ""

    def thinking(self, model: str, chosen: str = "") -> str:
        """The level that a request for `model` is made with; `chosen` is the person's wish."""
        settings = self._client.settings
        params = effective_params(settings, model, {})
        return thinking_level(chosen, params, settings.thinking_default)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """The events of one answer; the last one is ChatDone. Raises UpstreamError.

        Sent again only until an answer begins; a refusal that says what to change is repaired and
        sent again at once (`repair`). Cancelling the consumer, or closing the generator (use
        `contextlib.aclosing`), closes the connection at once and with it the generation.
        """
        wire = wire_request(
            request,
            settings=self._client.settings,
            route=self._client.route,
            facts=self._catalog.lookup(wire_model(request.model)),
        )
        repairs, begun = Repairs(), False
        while True:
            try:
                async with aclosing(self._attempt(wire)) as events:
                    async for event in events:
                        begun = True
                        yield event
                return
            except UpstreamError as failure:
                body = None if begun else repairs.repaired(wire.body, failure)
                if body is None:
                    raise
                log.info("chat.repaired", model=wire.model, code=failure.code)
                wire = replace(wire, body=body)

    async def _attempt(self, wire: WireRequest) -> AsyncGenerator[ChatEvent, None]:
        times = self._client.settings.timeouts
        async with self._client.open(
            PATH, wire.body, within_s=times.chat_first_byte_s, headers=wire.headers
        ) as response:
            answer = Assembler(
                model=wire.model, generation_id=response.headers.get("x-generation-id", "")
            )
            reader = StreamReader(response, timeouts=times, monotonic=self._client.clock.monotonic)
            async with aclosing(_events(reader, answer)) as events:
                async for event in events:
                    yield event
        yield answer.done(complete=reader.complete)


async def _events(reader: StreamReader, answer: Assembler) -> AsyncGenerator[ChatEvent, None]:
    try:
        async with aclosing(reader.payloads()) as payloads:
            async for payload in payloads:
                for event in answer.add(payload):
                    yield event
                reader.answered = answer.finished
    except UpstreamDown:
        # Nothing of the answer is missing when only its usage or its end mark did not come.
        if not reader.answered:
            raise
