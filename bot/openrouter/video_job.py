"""What the film service says about a job, read into a ticket: strictly, for money hangs on it.

Source: facts/openrouter-wire.md §13.2.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bot.errors import BadAnswer, UpstreamError
from bot.openrouter import errors
from bot.openrouter.usage import cost_micro_usd
from bot.values.media import FilmTicket

PENDING = ("queued", "pending", "processing", "running", "in_progress")
FAILED = ("failed", "cancelled", "expired")
COMPLETED = "completed"
ERROR_CHARS = 220


def read_submitted(body: bytes, *, model: str) -> FilmTicket:
    """The ticket of a new job, which may be completed or failed already.

    Raises BadAnswer where no job can be followed, or the typed error that the answer carries; both
    with the cost that it names.
    """
    job: dict[str, Any] = {}
    try:
        job = _object(body)
        return _submitted(job, model=model)
    except UpstreamError as failure:
        # Whatever it says, the order was taken: it may be paid.
        failure.begun = True
        failure.generation_id = _text(job.get("generation_id"))
        usage = job.get("usage")
        failure.cost_micro_usd = (
            cost_micro_usd(usage.get("cost")) if isinstance(usage, dict) else None
        )
        raise


def _submitted(job: dict[str, Any], *, model: str) -> FilmTicket:
    job_id, polling_url = _text(job.get("id")), _text(job.get("polling_url"))
    if not job_id or not polling_url:
        if job.get("error"):
            raise errors.from_payload(job["error"])
        raise BadAnswer("the answer names no job to follow", retryable=False)
    ticket = FilmTicket(job_id=job_id, polling_url=polling_url, model=model)
    # A new job of a kind unknown here is still one that was ordered: polling will tell.
    return _updated(ticket, job, status=_status(job) or "pending")


def read_polled(body: bytes, ticket: FilmTicket) -> FilmTicket:
    """`ticket` as it is now. Raises BadAnswer, retryable where the next answer may be better."""
    job = _object(body)
    status = _status(job)
    if not status:
        if job.get("error") and not _text(job.get("status")):
            raise errors.from_payload(job["error"])
        raise BadAnswer("the job has no known status", retryable=False)
    return _updated(ticket, job, status=status)


def _updated(ticket: FilmTicket, job: dict[str, Any], *, status: str) -> FilmTicket:
    usage = job.get("usage")
    if usage is not None and not isinstance(usage, dict):
        raise BadAnswer("the job's usage can't be read", retryable=False)
    cost = cost_micro_usd(usage.get("cost")) if usage else None
    return replace(
        ticket,
        job_id=_text(job.get("id")) or ticket.job_id,
        model=_text(job.get("model")) or ticket.model,
        status=status,
        urls=_urls(job.get("unsigned_urls")),
        error=_reason(job) if status == "failed" else "",
        generation_id=_text(job.get("generation_id")) or ticket.generation_id,
        cost_micro_usd=ticket.cost_micro_usd if cost is None else cost,
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise BadAnswer("the answer about the job is not JSON") from None
    if not isinstance(content, dict):
        raise BadAnswer("the answer about the job is not an object", retryable=False)
    return content


def _status(job: dict[str, Any]) -> str:
    """One of the ticket's three words; empty when unknown."""
    status = _text(job.get("status")).lower()
    if status in PENDING:
        return "pending"
    if status in FAILED:
        return "failed"
    return status if status == COMPLETED else ""


def _reason(job: dict[str, Any]) -> str:
    error = job.get("error")
    said = errors.read_error(error, status=None).message if error else ""
    fallback = f"{_text(job.get('status')).lower()}, no reason given"
    return errors.redact(said)[:ERROR_CHARS] or fallback


def _urls(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(
        isinstance(url, str) and url.strip() for url in value
    ):
        raise BadAnswer("the job's addresses can't be read", retryable=False)
    return tuple(url.strip() for url in value)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
