"""Sends that happen once: a row before and after every visible effect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol


class Receipts(Protocol):
    """Proof of sends, kept by key (`<turn id>/<part key>[/<chunk>]`)."""

    async def find(self, key: str) -> str | None:
        """The message id under which `key` was sent, None when it is not known to be sent."""
        ...

    async def once(self, key: str, send: Callable[[], Awaitable[str]]) -> str:
        """The message id of `key`; calls `send` only when no receipt exists yet.

        A row is committed before `send` starts and after it returned. When `send` raises, the error
        passes through and a later call sends again.
        """
        ...
