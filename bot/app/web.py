"""What the bot answers over HTTP: is it alive, is it ready, what does it count.

Loads Starlette, uvicorn and prometheus-client, therefore imported only where a port is served.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.app.gauges import Gauges
from bot.app.health import OK, Readiness
from bot.observe.exposition import CONTENT_TYPE, exposition
from bot.observe.metrics import Metrics, Moment

AT_ONCE = 64  # connections; more get 503 at once
GRACE_S = 3  # for answers under way at the end
NOT_READY = 503
FRESH = {"Cache-Control": "no-store"}


def create_app(readiness: Readiness, metrics: Metrics, gauges: Gauges) -> Starlette:
    """`/healthz`, `/readyz` and `/metrics`."""

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n", headers=FRESH)

    async def readyz(_request: Request) -> Response:
        checks = await readiness.checks()
        ready = all(said == OK for said in checks.values())
        body = {"ready": ready, "checks": checks}
        return JSONResponse(body, 200 if ready else NOT_READY, headers=FRESH)

    async def counted(_request: Request) -> Response:
        checks = await readiness.checks()
        moment = Moment(
            ready={name: said == OK for name, said in checks.items()},
            polling=gauges.polling(),
            outbox_depth=gauges.outbox_depth,
            lanes=gauges.lanes,
            books=await gauges.books(),
        )
        return Response(exposition(metrics, moment), media_type=CONTENT_TYPE, headers=FRESH)

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", counted),
        ]
    )


async def serve(app: Starlette, listener: socket.socket, *, leaving: asyncio.Event) -> None:
    """Answer at `listener` until `leaving` is set; answers under way may end."""
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,  # logs are set up already, with secrets taken out
        log_level="warning",
        access_log=False,
        server_header=False,
        limit_concurrency=AT_ONCE,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="uvicorn")
    told = asyncio.create_task(leaving.wait(), name="until the bot leaves")
    try:
        await asyncio.wait({serving, told}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await serving
    finally:
        told.cancel()
        serving.cancel()
        await asyncio.wait({told, serving})


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the bot's: it ends in its own order."""
        yield
