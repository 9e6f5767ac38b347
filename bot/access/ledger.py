"""Paying: an intent before every paid call, its real cost after."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.errors import UpstreamError
from bot.store.ledger import Intent, LedgerTable, Result

# Told of every call that ended: its kind, its result, and the code of the error if it failed.
Watcher = Callable[[str, str, str], None]


@dataclass(slots=True)
class Bill:
    """Filled in by the caller when the answer is there."""

    model: str
    call_id: int = 0
    cost_micro_usd: int | None = None
    generation_id: str = ""
    begun: bool = False  # some of the answer came: it is billed, however it ends


class Ledger:
    """Books the calls of one process."""

    def __init__(self, table: LedgerTable, *, watch: Watcher = lambda *_: None) -> None:
        self._table = table
        self._watch = watch

    async def price(self, call_id: int, cost_micro_usd: int, *, generation_id: str = "") -> None:
        """What a call cost whose price was learned after it had ended."""
        await self._table.settle_cost(call_id, cost_micro_usd, generation_id=generation_id)

    @asynccontextmanager
    async def paid(self, intent: Intent) -> AsyncIterator[Bill]:
        """Book one call. Store what the call gave before leaving the block: leaving says "done".

        A refusal in place of an answer cost nothing, nor did a request that was never sent;
        everything else that breaks the block, cancellation and an error in the middle of an answer
        included, may have been paid.
        """
        call_id = await self._table.intend(intent)
        bill = Bill(model=intent.model, call_id=call_id)
        try:
            yield bill
        except UpstreamError as error:
            answered = error.status is not None and error.status >= 400
            refused = not (bill.begun or error.begun) and (answered or not error.sent)
            result: Result = "failed" if refused else "maybe_paid"
            # An answer that can't be used may have named its price all the same.
            await self._table.close(
                call_id,
                result,
                model=bill.model,
                cost_micro_usd=error.cost_micro_usd,
                generation_id=error.generation_id,
            )
            self._watch(intent.kind, result, error.code)
            raise
        except BaseException:
            await self._table.close(call_id, "maybe_paid", model=bill.model)
            self._watch(intent.kind, "maybe_paid", "")
            raise
        await self._table.close(
            call_id,
            "done",
            model=bill.model,
            cost_micro_usd=bill.cost_micro_usd,
            generation_id=bill.generation_id,
        )
        self._watch(intent.kind, "done", "")
