"""Paying: an intent before every paid call, its real cost after."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.errors import UpstreamError
from bot.store.db import Beside
from bot.store.ledger import Intent, LedgerTable, Result
from bot.values.media import MediaKind

# Told of every call that ended: its kind, its result, and the code of the error if it failed.
Watcher = Callable[[str, str, str], None]
MEDIA = frozenset(kind.value for kind in MediaKind)
OVERLOADED = (503, 529)  # nobody took it; another 5xx may come from behind a model that did
TIMED_OUT = 408


@dataclass(slots=True)
class Bill:
    """Filled in by the caller when the answer is there."""

    model: str
    call_id: int = 0
    cost_micro_usd: int | None = None
    generation_id: str = ""
    begun: bool = False  # some of the answer came: it is billed, however it ends
    settled: bool = False  # closed already, in one transaction with what the call gave


class Ledger:
    """Books the calls of one process."""

    def __init__(self, table: LedgerTable, *, watch: Watcher = lambda *_: None) -> None:
        self._table = table
        self._watch = watch

    async def price(self, call_id: int, cost_micro_usd: int, *, generation_id: str = "") -> None:
        """What a call cost whose price was learned after it had ended."""
        await self._table.settle_cost(call_id, cost_micro_usd, generation_id=generation_id)

    def settlement(self, bill: Bill) -> Beside:
        """The close of `bill` as done, for the transaction that stores what the call gave.

        Mark the bill `settled` when that is committed.
        """
        return self._table.closing(
            bill.call_id,
            "done",
            model=bill.model,
            cost_micro_usd=bill.cost_micro_usd,
            generation_id=bill.generation_id,
        )

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
            # An answer that can't be used may have named its price all the same.
            if error.cost_micro_usd is not None:
                bill.cost_micro_usd = error.cost_micro_usd
            bill.generation_id = error.generation_id or bill.generation_id
            result: Result = "failed" if _is_refused(intent, bill, error) else "maybe_paid"
            await self._close(intent, bill, result, code=error.code)
            raise
        except BaseException:
            await self._close(intent, bill, "maybe_paid")
            raise
        await self._close(intent, bill, "done")

    async def _close(self, intent: Intent, bill: Bill, result: Result, *, code: str = "") -> None:
        if bill.settled:
            result = "done"
        else:
            await self._table.close(
                bill.call_id,
                result,
                model=bill.model,
                cost_micro_usd=bill.cost_micro_usd,
                generation_id=bill.generation_id,
            )
        self._watch(intent.kind, result, code)


def is_free(failure: UpstreamError) -> bool:
    """Whether a failed call for media certainly cost nothing: refused as a whole, or never sent."""
    refused = failure.status in OVERLOADED or 400 <= (failure.status or 0) < 500
    timed_out = failure.status == TIMED_OUT
    return not failure.sent or (refused and not timed_out and not failure.begun)


def _is_refused(intent: Intent, bill: Bill, error: UpstreamError) -> bool:
    if bill.begun:
        return False
    if intent.kind in MEDIA:
        return is_free(error)
    answered = error.status is not None and error.status >= 400
    return not error.begun and (answered or not error.sent)
