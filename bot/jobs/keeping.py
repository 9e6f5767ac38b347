"""What was made and paid for gets to the shelf: files, state and books together or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.access.ledger import Bill, Ledger
from bot.errors import ParleyError
from bot.observe import killpoint
from bot.store.db import Beside
from bot.store.jobs import Job, JobTable
from bot.store.media import Shelf
from bot.values.clock import Clock
from bot.values.media import FilmTicket, Made, MediaFile

log = structlog.get_logger()
PAUSES_S = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0)  # somebody may be making room
Refused = (OSError, sqlite3.Error)


class Unkept(ParleyError):
    """The disk does not take what was made; `files` are all there is of it."""

    def __init__(self, files: Sequence[MediaFile]) -> None:
        super().__init__()
        self.files = tuple(files)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Puts results away. The bytes are in memory: a disk that is full for a while loses nothing."""

    table: JobTable
    shelf: Shelf
    ledger: Ledger
    clock: Clock

    async def keep(
        self, job: Job, made: Made, files: Sequence[MediaFile], *, bill: Bill | None = None
    ) -> None:
        """Then `job` is `made` and `bill`, if it is still open, settled.

        Raises Unkept when the disk refuses for minutes; the job is `made` and the bill settled
        then, too.
        """
        for pause_s in PAUSES_S:
            try:
                return await self._put(job, made, files, bill)
            except Refused as error:
                log.warning("job.not_kept", job=job.ref, reason=type(error).__name__)
            await self.clock.sleep(pause_s)
        await self._write(job, made, [], bill, kept=False)
        raise Unkept(files)

    async def ordered(self, job: Job, ticket: FilmTicket, bill: Bill) -> None:
        """The order of a film is done: `job` is `polling` and `bill` settled."""
        await self.table.keep_ticket(job.id, ticket, beside=[self.ledger.settlement(bill)])
        bill.settled = True

    async def _put(
        self, job: Job, made: Made, files: Sequence[MediaFile], bill: Bill | None
    ) -> None:
        staged = await self.shelf.stage(
            job.conversation, files, kind=job.kind.value, job_id=job.ref
        )
        try:
            await self._write(job, made, [staged.rows], bill, kept=True)
        except sqlite3.Error:
            await staged.discard()
            raise
        killpoint.reach("job-kept")

    async def _write(
        self, job: Job, made: Made, rows: Sequence[Beside], bill: Bill | None, *, kept: bool
    ) -> None:
        settlement = [] if bill is None else [self.ledger.settlement(bill)]
        await self.table.made(
            job.id,
            {"text": made.text, "model": made.model, "kept": kept},
            cost_micro_usd=made.cost_micro_usd,
            beside=[*rows, *settlement],
        )
        if bill is not None:
            bill.settled = True
