"""Paying: an intent before every paid call, its real cost after."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.errors import UpstreamError
from bot.store.ledger import Intent, LedgerTable


@dataclass(slots=True)
class Bill:
    """Filled in by the caller when the answer is there."""

    model: str
    cost_micro_usd: int | None = None
    generation_id: str = ""
    begun: bool = False  # some of the answer came: it is billed, however it ends


class Ledger:
    """Books the calls of one process."""

    def __init__(self, table: LedgerTable) -> None:
        self._table = table

    @asynccontextmanager
    async def paid(self, intent: Intent) -> AsyncIterator[Bill]:
        """Book one call. Store what the call gave before leaving the block: leaving says "done".

        A refusal in place of an answer cost nothing, nor did a request that was never sent;
        everything else that breaks the block, cancellation and an error in the middle of an answer
        included, may have been paid.
        """
        call_id = await self._table.intend(intent)
        bill = Bill(model=intent.model)
        try:
            yield bill
        except UpstreamError as error:
            answered = error.status is not None and error.status >= 400
            refused = not bill.begun and (answered or not error.sent)
            await self._table.close(
                call_id, "failed" if refused else "maybe_paid", model=bill.model
            )
            raise
        except BaseException:
            await self._table.close(call_id, "maybe_paid", model=bill.model)
            raise
        await self._table.close(
            call_id,
            "done",
            model=bill.model,
            cost_micro_usd=bill.cost_micro_usd,
            generation_id=bill.generation_id,
        )
