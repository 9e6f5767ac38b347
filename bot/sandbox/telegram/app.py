"""The Telegram stand-in as one ASGI app."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route

from .botapi import call_method, download
from .control import control_routes
from .worlds import SandboxSettings, Worlds


def create_app(settings: SandboxSettings | None = None) -> Starlette:
    """A Telegram of its own: Bot API, file downloads and the control API of `control.py`.

    Needs ASGI lifespan (uvicorn does it); its state and temporary files end with the app.
    """
    chosen = settings or SandboxSettings()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        with ExitStack() as stack:
            root = chosen.files_dir or Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="parley-telegram-"))
            )
            worlds = Worlds(root, chosen.clock)
            app.state.worlds = worlds
            try:
                yield
            finally:
                await worlds.close()

    routes = [
        Route("/bot{token}/{method}", call_method, methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", download, methods=["GET"]),
        *control_routes(),
    ]
    return Starlette(routes=routes, lifespan=lifespan)
