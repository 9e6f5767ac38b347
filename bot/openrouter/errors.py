"""HTTP answers, error chunks and broken connections as the typed errors of `bot.errors`.

Sources: facts/openrouter-api.md §3, facts/openrouter-wire.md §3.10 and §19.3.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx

from bot.errors import BadAnswer, UpstreamDown, UpstreamError
from bot.openrouter.classify import classify
from bot.openrouter.retry import NOTHING_SENT

DETAIL_CHARS = 220
REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-generation-id")

SECRETS = re.compile(
    r"sk-[A-Za-z0-9_-]{6,}"  # keys
    r"|(?i:bearer)\s+[^\s\"',]+"
    r"|\d{6,}:[A-Za-z0-9_-]{30,}"  # bot tokens
    r"|(?:data:[\w/+.-]+;base64,)?[A-Za-z0-9+/=_-]{80,}"  # media and anything as long as media
)
CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")

E = TypeVar("E", bound=UpstreamError)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an error body says, read defensively: none of its fields is guaranteed."""

    status: int | None
    message: str
    error_type: str = ""
    code: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    availability: Mapping[str, Any] = field(default_factory=dict)


def redact(text: str, *, hide: str = "") -> str:
    """`text` without keys, tokens and long encoded runs, on one line."""
    if hide:
        text = text.replace(hide, "***")
    return CONTROLS.sub(" ", SECRETS.sub("***", text)).strip()


def from_response(
    status: int, headers: Mapping[str, str], body: bytes, *, now_ms: int, hide: str = ""
) -> UpstreamError:
    """The typed error of an answer whose status is not 2xx. `hide` is the key that was sent."""
    refusal = _read_body(status, headers, body)
    request_id = next((headers[name] for name in REQUEST_ID_HEADERS if name in headers), "")
    return _typed(refusal, hide=hide, request_id=request_id, wait_s=retry_after_s(headers, now_ms))


def from_payload(error: object, *, hide: str = "") -> UpstreamError:
    """The typed error of an `error` value inside an answer whose status was 200."""
    return _typed(read_error(error, status=None), hide=hide, request_id="", wait_s=None)


def from_transport(failure: httpx.RequestError | TimeoutError) -> UpstreamError:
    """The typed error of a connection that failed, broke or took too long."""
    if isinstance(failure, httpx.DecodingError):
        return BadAnswer("the answer's encoding is broken")
    late = isinstance(failure, TimeoutError | httpx.TimeoutException)
    what = "timed out" if late else "connection failed"
    error = UpstreamDown(f"{what} ({type(failure).__name__})")
    return unsent(error) if isinstance(failure, (*NOTHING_SENT, httpx.PoolTimeout)) else error


def unsent(error: E) -> E:
    """`error`, marked as one before which nothing was sent."""
    error.sent = False
    return error


def retry_after_s(headers: Mapping[str, str], now_ms: int) -> float | None:
    """Seconds to wait as the answer asks: milliseconds, seconds or an HTTP date."""
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        value = headers.get("retry-after", "").strip()
        if re.fullmatch(r"\d+(\.\d+)?", value):
            return float(value)
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - now_ms / 1000)


def read_error(error: object, *, status: int | None) -> Refusal:
    """An `error` value of any known shape: object, plain text, validation report."""
    if not isinstance(error, dict):
        return Refusal(status, error if isinstance(error, str) else "no reason given")
    metadata = _mapping(error.get("metadata"))
    code = error.get("code")
    number = _number(code) or _number(error.get("http_status"))
    return Refusal(
        status=status or number,
        message=_text(error.get("message")) or _text(error.get("detail")) or "no reason given",
        error_type=_text(metadata.get("error_type")) or _text(error.get("error_type")),
        code=_text(error.get("type")) or (_text(code) if number is None else ""),
        metadata=metadata,
        availability=_mapping(error.get("availability")),
    )


def _read_body(status: int, headers: Mapping[str, str], body: bytes) -> Refusal:
    try:
        content: Any = json.loads(body)
    except (ValueError, RecursionError):
        kind = headers.get("content-type", "").partition(";")[0] or "no content type"
        return Refusal(status, f"answered without JSON ({kind})")
    if not isinstance(content, dict):
        return Refusal(status, "no reason given")
    return read_error(content.get("error") or content, status=status)


def _typed(refusal: Refusal, *, hide: str, request_id: str, wait_s: float | None) -> UpstreamError:
    labels = [
        f"{name}={redact(str(value), hide=hide)[:60]}"
        for name, value in (
            ("status", refusal.status),
            ("type", refusal.error_type),
            ("code", refusal.code),
            ("request_id", request_id),
        )
        if value
    ]
    message = redact(refusal.message, hide=hide)[:DETAIL_CHARS]
    if wait_s is None:
        wait_s = _seconds(refusal.availability.get("retry_after"))
    return classify(
        refusal.message,
        detail=f"{message} [{', '.join(labels)}]" if labels else message,
        status=refusal.status,
        # The newest of the three and the most exact, where there is one.
        error_type=_text(refusal.availability.get("code")) or refusal.error_type or refusal.code,
        flagged="flagged_input" in refusal.metadata or "reasons" in refusal.metadata,
        wait_s=wait_s,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and re.fullmatch(r"\d{3}", value) else None


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
