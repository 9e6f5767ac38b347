"""Ways to answer a Bot API call, the rude ones included."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


def json_answer(body: Any, status: int = 200) -> Response:
    """JSON in pure ASCII, so that even lone surrogates of a raw update arrive verbatim."""
    return Response(json.dumps(body).encode(), status, media_type="application/json")


class Cut(Response):
    """Closes the connection without a byte of answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # ASGI has no way to hang up before an answer. uvicorn's receive is a method of the object
        # that holds the transport; with another server the answer is begun and left unfinished.
        transport = getattr(getattr(receive, "__self__", None), "transport", None)
        if transport is None:
            headers = [(b"content-length", b"1000000")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            return
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass
