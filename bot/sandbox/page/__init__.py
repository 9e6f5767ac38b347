"""The chat page: plain files, served as they are, and the board of turns beside the chat.

GET  /sandbox/page/{token}        -> {mind, ear: "real"|"crude"|"none", turns: [TurnReport]}
POST /sandbox/page/{token}/turns  TurnReport -> {ok}; everybody who follows the bot's events hears
    of it by an event of kind "turn"
POST /sandbox/page/{token}/house  House -> {ok}
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.page.board import Board, Boards, House, TurnReport

FOLDER = Path(__file__).parent / "static"
API = "/sandbox/page/{token}"

Announce = Callable[[str, str], None]
Change = Callable[[Board, Request], Awaitable[None]]


def page_routes(announce: Announce) -> list[BaseRoute]:
    """`/` and everything it loads. `announce(token, turn_id)` tells the bot's followers."""
    boards = Boards()

    files = _FreshFiles(directory=FOLDER, html=True)

    async def front(request: Request) -> Response:
        """Whoever comes to a sandbox with one bot means that bot."""
        token = boards.only()
        if token is not None and "token" not in request.query_params:
            return RedirectResponse(f"/?token={token}&person=1")
        return await files.get_response("index.html", request.scope)

    async def look(request: Request) -> Response:
        return JSONResponse(boards.of(request.path_params["token"]).facts())

    async def keep_turn(board: Board, request: Request) -> None:
        report = TurnReport.model_validate_json(await request.body())
        board.keep(report)
        announce(request.path_params["token"], report.id)

    async def keep_house(board: Board, request: Request) -> None:
        board.house = House.model_validate_json(await request.body())
        announce(request.path_params["token"], "")

    def changing(change: Change) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                await change(boards.of(request.path_params["token"]), request)
            except ValidationError as error:
                return JSONResponse({"error": _told(error)}, 400)
            return JSONResponse({"ok": True})

        return endpoint

    return [
        Route(API, look, methods=["GET"]),
        Route(f"{API}/turns", changing(keep_turn), methods=["POST"]),
        Route(f"{API}/house", changing(keep_house), methods=["POST"]),
        Route("/", front, methods=["GET"]),
        Mount("/", files),
    ]


class _FreshFiles(StaticFiles):
    """Files that the browser asks for anew, so that an upgraded page is never half old."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        answer = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        answer.headers["Cache-Control"] = "no-cache"
        return answer


def _told(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}"
        for fault in error.errors(include_url=False, include_input=False)
    )
