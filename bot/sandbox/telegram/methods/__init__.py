"""The Bot API methods that this stand-in knows, by lower-case name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..params import Params
from ..polling import Gone
from ..world import World
from . import account, edits, media, messages, reactions, updates

Method = Callable[[World, Params], Any]
METHODS: dict[str, Method] = {
    name.lower(): method
    for room in (account, messages, edits, media, reactions)
    for name, method in room.METHODS.items()
}
AsyncMethod = Callable[[World, Params, Gone], Any]
ASYNC_METHODS: dict[str, AsyncMethod] = {
    name.lower(): method for name, method in updates.METHODS.items()
}


async def run(world: World, method: str, params: Params, gone: Gone) -> Any:
    """The result of a call; `method` in lower case and known. Raises ApiError or ClientGone."""
    if method in ASYNC_METHODS:
        return await ASYNC_METHODS[method](world, params, gone)
    return METHODS[method](world, params)


def is_known(method: str) -> bool:
    """Whether the stand-in has this method."""
    return method in METHODS or method in ASYNC_METHODS
