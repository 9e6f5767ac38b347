"""Puts the stand-in together: which path is answered by whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.openrouter.chat import answer_chat
from bot.sandbox.openrouter.control import control_routes
from bot.sandbox.openrouter.endpoint import Endpoint
from bot.sandbox.openrouter.exchange import Handler
from bot.sandbox.openrouter.ledger import answer_credits, answer_generation, answer_key
from bot.sandbox.openrouter.listing import answer_models, answer_video_models
from bot.sandbox.openrouter.login import Codes, answer_auth_keys, sign_in_page
from bot.sandbox.openrouter.refusal import ApiRefusal
from bot.sandbox.openrouter.service import Service
from bot.sandbox.openrouter.settings import Settings
from bot.sandbox.openrouter.speech import answer_speech
from bot.sandbox.openrouter.transcription import answer_transcription
from bot.sandbox.openrouter.videos import answer_cdn, answer_content, poll_video, submit_video

API = "/api/v1"
PUBLIC = ("models", "video_models", "auth_keys")


def create_app(settings: Settings) -> Starlette:
    """The ASGI app; its lifespan ends the threads. Each app has accounts of its own."""
    service = Service(settings)
    codes = Codes(settings.clock)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            service.close()

    return Starlette(
        routes=[*_api_routes(service, codes), *control_routes(service), sign_in_page(codes)],
        lifespan=lifespan,
        exception_handlers={HTTPException: _http_problem},
    )


def _api_routes(service: Service, codes: Codes) -> list[Route]:
    table: list[tuple[str, str, str, Handler]] = [
        ("POST", "/chat/completions", "chat", answer_chat),
        ("POST", "/audio/transcriptions", "transcription", answer_transcription),
        ("POST", "/audio/speech", "speech", answer_speech),
        ("POST", "/videos", "videos", submit_video),
        ("GET", "/videos/models", "video_models", answer_video_models),
        ("GET", "/videos/{id}", "video_poll", poll_video),
        ("GET", "/videos/{id}/content", "video_content", answer_content),
        ("GET", "/models", "models", answer_models),
        ("GET", "/key", "key", answer_key),
        ("GET", "/credits", "credits", answer_credits),
        ("GET", "/generation", "generation", answer_generation),
        ("POST", "/auth/keys", "auth_keys", answer_auth_keys(codes)),
    ]
    unsigned = Endpoint("cdn", answer_cdn, service)
    return [
        Route("/cdn/{name}", unsigned, methods=["GET"]),
        *(_route(service, row) for row in table),
    ]


def _route(service: Service, row: tuple[str, str, str, Handler]) -> Route:
    method, path, name, handler = row
    endpoint = Endpoint(name, handler, service, public=name in PUBLIC)
    return Route(API + path, endpoint, methods=[method])


async def _http_problem(_request: Request, problem: Exception) -> Response:
    """404 and 405 in the service's own shape."""
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    words = problem.detail if isinstance(problem, HTTPException) else ""
    return JSONResponse(ApiRefusal(status, words).body(), status)
