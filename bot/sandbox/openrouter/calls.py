"""What an account was asked, in order: one `Call` per request, kept within bounds."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.openrouter.pictures import size_of
from bot.values.clock import Clock

LONG_DATA_URL = 2_000
HIDDEN_HEADERS = frozenset({"cookie", "proxy-authorization"})


@dataclass(slots=True)
class Call:
    """One request and what became of it. `marks` maps a moment's name to its two clocks."""

    n: int
    endpoint: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    clock: Clock
    json: Any = None
    absent: list[str] = field(default_factory=list)
    marks: dict[str, dict[str, float]] = field(default_factory=dict)
    status: int | None = None
    cancelled: bool = False
    tokens_sent: int = 0
    bytes_sent: int = 0
    cost_usd: float = 0.0
    generation_id: str = ""
    fault: str = ""
    error: str = ""
    answer: dict[str, Any] = field(default_factory=dict)
    weight: int = 0

    def mark(self, name: str) -> None:
        """Note that `name` happened now; the first time counts, except for `last_token`."""
        if name not in self.marks or name == "last_token":
            self.marks[name] = {
                "monotonic_ms": round(self.clock.monotonic() * 1000, 3),
                "epoch_ms": self.clock.now_ms(),
            }

    @property
    def is_finished(self) -> bool:
        return "finished" in self.marks

    def report(self) -> dict[str, Any]:
        """The call as `GET calls` shows it; see `control`."""
        hidden = {"clock", "weight"}
        return {name: getattr(self, name) for name in self.__slots__ if name not in hidden}


class CallLog:
    """The calls of one account, oldest dropped first once `max_calls` or `max_bytes` is passed."""

    def __init__(self, clock: Clock, *, max_calls: int, max_bytes: int) -> None:
        self.dropped = 0
        self._clock = clock
        self._calls: deque[Call] = deque()
        self._max_calls = max_calls
        self._max_bytes = max_bytes
        self._bytes = 0
        self._seen = 0
        self._changed = asyncio.Event()

    def open(
        self,
        endpoint: str,
        *,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
    ) -> Call:
        """A new call, marked as received."""
        self._seen += 1
        call = Call(
            self._seen, endpoint, method, path, dict(query), _shown_headers(headers), self._clock
        )
        call.mark("received")
        self._calls.append(call)
        self._trim()
        self.touch()
        return call

    def fill(self, call: Call, payload: Any) -> None:
        """Keep the request's JSON, which `slim` made small already."""
        call.json = payload
        call.weight = len(json.dumps(call.json))
        self._bytes += call.weight
        self._trim()

    def touch(self) -> None:
        """Wake whoever waits for the log to change."""
        self._changed.set()
        self._changed = asyncio.Event()

    def select(self, *, endpoint: str = "", finished: bool = False) -> list[Call]:
        """The calls of `endpoint` (all when empty), only those that ended when `finished`."""
        return [
            call
            for call in self._calls
            if endpoint in ("", call.endpoint) and (call.is_finished or not finished)
        ]

    async def wait(
        self, at_least: int, *, timeout_s: float, endpoint: str = "", finished: bool = False
    ) -> list[Call]:
        """The selected calls, as soon as there are `at_least` of them or the time is over."""
        try:
            async with asyncio.timeout(timeout_s):
                while len(self.select(endpoint=endpoint, finished=finished)) < at_least:
                    await self._changed.wait()
        except TimeoutError:
            pass
        return self.select(endpoint=endpoint, finished=finished)

    def _trim(self) -> None:
        while len(self._calls) > self._max_calls or (
            self._bytes > self._max_bytes and len(self._calls) > 1
        ):
            self._bytes -= self._calls.popleft().weight
            self.dropped += 1


def fingerprint(data: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def _base64_fingerprint(encoded: str) -> dict[str, Any]:
    try:
        return fingerprint(base64.b64decode(encoded, validate=True))
    except ValueError:
        return {"not_base64": True, **fingerprint(encoded.encode())}


def _shown_headers(headers: Mapping[str, str]) -> dict[str, str]:
    shown = {k.lower(): v for k, v in headers.items() if k.lower() not in HIDDEN_HEADERS}
    if shown.get("authorization", "").lower().startswith("bearer "):
        shown["authorization"] = "Bearer <key>"
    elif "authorization" in shown:
        shown["authorization"] = "<other>"
    return shown


def slim(value: Any, *, inside: str = "") -> Any:
    """A copy without binary: base64 of `input_audio` and data URLs become fingerprints."""
    if isinstance(value, dict):
        return {
            key: _base64_fingerprint(item)
            if inside == "input_audio" and key == "data" and isinstance(item, str)
            else slim(item, inside=key)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [slim(item) for item in value]
    if isinstance(value, str) and value.startswith("data:"):
        return _url_fingerprint(value)
    return value


def _url_fingerprint(url: str) -> Any:
    """What a data URL holds: `sha256` and `bytes` of it, `width` and `height` of a picture."""
    head, comma, encoded = url.partition(",")
    if not comma or not head.endswith(";base64"):
        return url if len(url) <= LONG_DATA_URL else fingerprint(url.encode())
    mark = {"data_url": head + comma, **_base64_fingerprint(encoded)}
    size = None if "not_base64" in mark else size_of(base64.b64decode(encoded))
    return mark if size is None else mark | {"width": size[0], "height": size[1]}
