"""The handlers of the control API; shapes and meaning are in the docstring of `control.py`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from . import groups, people
from .answers import json_answer
from .chats import Json
from .errors import ControlError
from .faults import Fault
from .orders import (
    THINGS,
    CallbackOrder,
    ChatOrder,
    EditOrder,
    FaultOrder,
    MemberOrder,
    MessageOrder,
    Order,
    ReactionOrder,
    SettingsOrder,
    TopicOrder,
    UpdatesOrder,
    UploadOrder,
    UserOrder,
)
from .recording import OGG_MIME, as_voice, is_browser_recording
from .view import world_state
from .world import World
from .worlds import Worlds

MAX_WAIT_S = 60.0
DEFAULT_WAIT_S = 25.0
KEEPALIVE_S = 15.0

Endpoint = Callable[[Request, World], Awaitable[Any]]
OrderT = TypeVar("OrderT", bound=Order)


async def _order(request: Request, kind: type[OrderT]) -> OrderT:
    return kind.model_validate_json(await request.body() or b"{}")


async def put_user(request: Request, world: World) -> Json:
    return groups.put_user(world, await _order(request, UserOrder))


async def create_chat(request: Request, world: World) -> Json:
    return groups.create_chat(world, await _order(request, ChatOrder))


async def create_topic(request: Request, world: World) -> Json:
    chat_id = int(request.path_params["chat_id"])
    return groups.create_topic(world, chat_id, await _order(request, TopicOrder))


async def set_membership(request: Request, world: World) -> Json:
    chat_id = int(request.path_params["chat_id"])
    return groups.set_membership(world, chat_id, await _order(request, MemberOrder))


async def write(request: Request, world: World) -> Json:
    return people.write(world, await _order(request, MessageOrder)).facts()


def uploader(kind: str) -> Endpoint:
    """The endpoint that takes files of `kind` as multipart."""

    async def upload(request: Request, world: World) -> Json:
        async with request.form() as form:
            fields: Json = {n: v for n, v in form.multi_items() if isinstance(v, str)}
            part = form.get("file")
            if not isinstance(part, UploadFile):
                raise ControlError("the multipart field `file` is missing")
            fields.setdefault("file_name", part.filename or None)
            if part.content_type and part.content_type != "application/octet-stream":
                fields.setdefault("mime", part.content_type)
            data = await part.read()
        for name in ("extra", "forward_origin"):
            if name in fields:
                fields[name] = json.loads(fields[name])
        if kind == "voice" and is_browser_recording(data):
            data = await asyncio.to_thread(as_voice, data)
            fields |= {"mime": OGG_MIME, "file_name": "voice.ogg"}
        order = UploadOrder.model_validate({**fields, "kind": kind})
        return people.upload(world, order, data).facts()

    return upload


def teller(kind: str) -> Endpoint:
    """The endpoint for what people send that is neither text nor file."""

    async def tell(request: Request, world: World) -> Json:
        return people.show(world, await _order(request, THINGS[kind]), kind).facts()

    return tell


async def edit(request: Request, world: World) -> Json:
    return people.edit(world, await _order(request, EditOrder)).facts()


async def react(request: Request, world: World) -> Json:
    return {"update_id": people.react(world, await _order(request, ReactionOrder))}


async def press(request: Request, world: World) -> Json:
    return people.press(world, await _order(request, CallbackOrder))


async def push_raw(request: Request, world: World) -> Json:
    # Not through pydantic's JSON reader: what is malformed must come through verbatim.
    order = UpdatesOrder.model_validate(json.loads(await request.body()))
    return {"update_ids": [world.updates.push_raw(update) for update in order.updates]}


async def add_fault(request: Request, world: World) -> Json:
    order = await _order(request, FaultOrder)
    world.faults.faults.append(Fault(**order.model_dump(exclude_none=True)))
    return await list_faults(request, world)


async def list_faults(request: Request, world: World) -> Json:
    return {"faults": [fault.facts() for fault in world.faults.faults]}


async def clear_faults(request: Request, world: World) -> Json:
    world.faults.faults.clear()
    return {"faults": []}


async def change_settings(request: Request, world: World) -> Json:
    order = await _order(request, SettingsOrder)
    if order.me is not None:
        world.me |= order.me
    if order.pacing is not None:
        world.pacing.enabled = order.pacing
    if order.latency_ms is not None:
        world.knobs.latency_ms = order.latency_ms
    if order.webhook_retry_s is not None:
        world.knobs.webhook_retry_s = order.webhook_retry_s
    if order.local_files is not None:
        world.knobs.local_files = order.local_files
    return {"me": world.me, "settings": world_state(world, chat_id=0)["settings"]}


async def state(request: Request, world: World) -> Json:
    chat_id, last = (request.query_params.get(name) for name in ("chat_id", "last"))
    return world_state(
        world, chat_id=int(chat_id) if chat_id else None, last=int(last) if last else None
    )


async def calls(request: Request, world: World) -> Json:
    after = int(request.query_params.get("after", 0))
    method = request.query_params.get("method", "").lower()
    log = world.calls.calls
    chosen = [c for c in log if c.n > after and method in ("", c.method.lower())]
    return {"calls": [call.facts() for call in chosen], "last": log[-1].n if log else 0}


async def file(request: Request, world: World) -> Response:
    stored = world.files.find(request.path_params["file_id"])
    if stored is None:
        return json_answer({"error": "no such file"}, 404)
    return FileResponse(world.files.blob(stored), media_type=stored.mime)


async def events(request: Request, world: World) -> Json | Response:
    after = int(request.query_params.get("after", 0))
    if "text/event-stream" in request.headers.get("accept", ""):
        after = int(request.headers.get("last-event-id", after))
        return StreamingResponse(_stream(world, after), media_type="text/event-stream")
    timeout_s = min(float(request.query_params.get("timeout", DEFAULT_WAIT_S)), MAX_WAIT_S)
    found = await world.events.next_after(after, timeout_s=timeout_s)
    return {"events": found, "last": found[-1]["n"] if found else world.events.last}


async def _stream(world: World, after: int) -> AsyncIterator[str]:
    while True:
        found = await world.events.next_after(after, timeout_s=KEEPALIVE_S)
        for event in found:
            after = event["n"]
            yield f"id: {after}\ndata: {json.dumps(event)}\n\n"
        if not found:
            yield ": still here\n\n"


async def delete_world(request: Request) -> Response:
    """The one endpoint that must not open a world."""
    worlds: Worlds = request.app.state.worlds
    return json_answer({"deleted": await worlds.forget(request.path_params["token"])})
