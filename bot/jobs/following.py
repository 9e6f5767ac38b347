"""A film that was ordered: looked after until it is here, whatever comes in between.

What was paid for is asked about for a day; only what can't pass ends it sooner.
"""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.errors import UpstreamDown, UpstreamError
from bot.jobs import words
from bot.jobs.making import Studio
from bot.observe import killpoint
from bot.openrouter.addresses import AddressRefused
from bot.store.jobs import Job
from bot.values.clock import Clock
from bot.values.media import FilmTicket

log = structlog.get_logger()
POLL_EVERY_S = 5.0
SLOW_POLL_S = 30.0
GIVE_UP_S = 24 * 3600.0
FETCH_TRIES = 6
FETCH_WITHIN_S = 120.0
LONGEST_PAUSE_S = 300.0  # whatever an answer asks for
ODD_FOR_S = 300.0  # nothing but odd answers for so long, and a film counts as lost


class Following:
    """Polls and fetches the film of `job`, which is kept up to date."""

    def __init__(self, job: Job, studio: Studio, clock: Clock) -> None:
        self.job = job
        self._studio = studio
        self._clock = clock

    async def fetched(self) -> None:
        """Wait for the film and put it on the shelf.

        Raises UpstreamError when there is none, Unkept when the disk refuses it.
        """
        ticket = self.job.ticket
        if ticket is None:
            raise UpstreamError("a film without a ticket")
        while ticket.status == "pending":
            ticket = await self._poll(ticket)
            killpoint.reach("job-polling")
            if ticket.status == "pending":
                if self._waited_s() > GIVE_UP_S:
                    raise UpstreamDown("pending for a day", sentence=words.LOST, retryable=False)
                await self._clock.sleep(SLOW_POLL_S if self._is_late() else POLL_EVERY_S)
        await self._studio.table.keep_ticket(self.job.id, ticket)
        self.job = replace(self.job, ticket=ticket)
        await self._price(ticket)
        if ticket.status == "failed":
            raise UpstreamError(f"upstream failed: {ticket.error[:200]}", sentence=_why(ticket))
        await self._fetch(ticket)

    async def _poll(self, ticket: FilmTicket) -> FilmTicket:
        """One look; what may pass is waited out, as long as the film may be waited for."""
        odd_since_s: float | None = None
        odd_pause_s = POLL_EVERY_S
        while True:
            try:
                return await self._studio.makers.films.poll(ticket)
            except UpstreamError as failure:
                log.warning("job.poll_failed", code=failure.code, status=failure.status)
                now_s, passes = self._clock.monotonic(), _may_pass(failure)
                odd_since_s = None if passes else now_s if odd_since_s is None else odd_since_s
                lost = odd_since_s is not None and now_s - odd_since_s >= ODD_FOR_S
                if lost or self._waited_s() > GIVE_UP_S or _stays(failure):
                    raise
                wait_s = failure.retry_after_s or (SLOW_POLL_S / 2 if passes else odd_pause_s)
                odd_pause_s = POLL_EVERY_S if passes else min(2 * odd_pause_s, SLOW_POLL_S)
                await self._clock.sleep(min(wait_s, LONGEST_PAUSE_S))

    async def _fetch(self, ticket: FilmTicket) -> None:
        for tries_left in reversed(range(FETCH_TRIES)):
            try:
                return await self._studio.film(self.job, ticket, within_s=FETCH_WITHIN_S)
            except UpstreamError as failure:
                log.warning("job.fetch_failed", code=failure.code, status=failure.status)
                if not tries_left or not failure.retryable:
                    raise
                await self._clock.sleep(POLL_EVERY_S * (FETCH_TRIES - tries_left))

    async def _price(self, ticket: FilmTicket) -> None:
        cost = ticket.cost_micro_usd
        if cost is None:
            return
        self.job = replace(self.job, cost_micro_usd=cost)
        if self.job.paid_call is not None:
            await self._studio.ledger.price(
                self.job.paid_call, cost, generation_id=ticket.generation_id
            )

    def _is_late(self) -> bool:
        return self._waited_s() > float(self.job.request["timeout_s"])

    def _waited_s(self) -> float:
        return words.waited_s(self.job, now_ms=self._clock.now_ms())


def _why(ticket: FilmTicket) -> str:
    said = " ".join(ticket.error.split())[:200]
    return f"The provider says: {said.rstrip('.')}." if said else words.LOST


def _may_pass(failure: UpstreamError) -> bool:
    """Whether asking later may help: a key, credit or a network can come back."""
    return failure.retryable or failure.status in (401, 402, 403) or not failure.sent


def _stays(failure: UpstreamError) -> bool:
    """Whether asking again is vain: an address stays as untrusted as it is."""
    return isinstance(failure, AddressRefused)
