"""The face towards the bot: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from .answers import Cut, json_answer
from .errors import ApiError, ClientGone, not_found
from .faults import MAX_HANG_S, Fault
from .journal import Call
from .methods import is_known, run
from .params import Params, read_params
from .world import World
from .worlds import Worlds

_POLL = "getupdates"
_DOWNLOAD = "file"


async def call_method(request: Request) -> Response:
    """One Bot API call: read, logged, perhaps troubled, performed, answered."""
    worlds: Worlds = request.app.state.worlds
    method: str = request.path_params["method"]
    try:
        world = worlds.open(request.path_params["token"])
        params = await read_params(request, upload_bytes=world.upload_bytes)
    except ApiError as error:
        return json_answer(error.payload(), error.code)
    call = _begin(world, method, params)
    try:
        return await _troubled(world, call, params, request)
    except ClientGone:
        call.status, call.ok, call.description = 0, False, "the caller hung up"
        return Cut()
    finally:
        call.done_s = world.clock.monotonic()
        world.events.add("call", n=call.n, method=call.method, status=call.status, fault=call.fault)


def _begin(world: World, method: str, params: Params) -> Call:
    clock = world.clock
    return world.calls.begin(method, params.logged(), at_s=clock.monotonic(), at_ms=clock.now_ms())


async def _troubled(world: World, call: Call, params: Params, request: Request) -> Response:
    method = call.method.lower()
    fault = world.faults.take(method, params.integer("chat_id"))
    if world.knobs.latency_ms and method != _POLL:
        await world.clock.sleep(world.knobs.latency_ms / 1000)
    if fault is not None:
        call.fault = fault.kind
        answer = await _instead(world, call, fault, request)
        if answer is not None:
            return answer
    status, body = await _perform(world, call, params, request)
    call.status, call.ok = status, status == 200
    if fault is not None and fault.kind == "drop_after":
        return Cut()
    call.answered = True
    return json_answer(body, status)


async def _perform(
    world: World, call: Call, params: Params, request: Request
) -> tuple[int, dict[str, object]]:
    method = call.method.lower()
    try:
        if not is_known(method):
            raise not_found()
        result = await run(world, method, params, lambda: _hung_up(request))
    except ApiError as error:
        call.description = error.description
        return error.code, error.payload()
    if method != _POLL:
        call.result = result
    return 200, {"ok": True, "result": result}


async def _instead(world: World, call: Call, fault: Fault, request: Request) -> Response | None:
    """The answer of a fault that keeps the call from being performed; None when it goes on."""
    if fault.kind == "slow":
        await world.clock.sleep(fault.seconds)
        return None
    if fault.kind == "drop_after":
        return None
    call.ok = False
    if fault.kind == "hang":
        await _hang(fault.seconds, request)
    if fault.kind in ("hang", "disconnect"):
        call.status = 0
        return Cut()
    call.answered = True
    if fault.kind == "html":
        call.status = fault.status if fault.status != 500 else 502
        return Response(fault.body, call.status, media_type="text/html")
    error = ApiError(fault.status, fault.description)
    if fault.kind == "retry_after":
        error = ApiError(
            429,
            f"Too Many Requests: retry after {fault.retry_after}",
            parameters={"retry_after": fault.retry_after},
        )
    call.status, call.description = error.code, error.description
    return json_answer(error.payload(), error.code)


async def _hang(seconds: float, request: Request) -> None:
    try:
        await asyncio.wait_for(_hung_up(request), min(seconds, MAX_HANG_S))
    except TimeoutError:
        return


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def download(request: Request) -> Response:
    """The bytes of a file under the path that getFile gave. Logged as the method `file`."""
    worlds: Worlds = request.app.state.worlds
    path: str = request.path_params["path"]
    try:
        world = worlds.open(request.path_params["token"])
    except ApiError as error:
        return json_answer(error.payload(), error.code)
    call = _begin(world, _DOWNLOAD, Params(values={"path": path}))
    fault = world.faults.take(_DOWNLOAD, None)
    try:
        if fault is not None:
            call.fault = fault.kind
            answer = await _instead(world, call, fault, request)
            if answer is not None:
                return answer
        stored = world.files.find_path(path)
        call.status, call.answered = (404 if stored is None else 200), True
        if stored is None:
            return json_answer(not_found().payload(), 404)
        return FileResponse(world.files.blob(stored), media_type="application/octet-stream")
    finally:
        call.done_s, call.ok = world.clock.monotonic(), call.status == 200
