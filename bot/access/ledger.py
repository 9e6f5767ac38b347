"""Paying: an intent before every paid call, its real cost after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.access.budgets import Budgets
from bot.access.estimates import Work
from bot.errors import UpstreamError
from bot.store.db import Beside
from bot.store.ledger import Intent, LedgerTable, Result
from bot.values.chat import ChatDone
from bot.values.media import MediaKind

NO_WORK = Work()
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

    def take(self, done: ChatDone) -> None:
        """What the end of a chat answer says of its price."""
        self.model, self.generation_id = done.model, done.generation_id
        self.cost_micro_usd = done.usage.cost_micro_usd


class Ledger:
    """Books the calls of one process, each within the `budgets` if there are any."""

    def __init__(
        self,
        table: LedgerTable,
        *,
        budgets: Budgets | None = None,
        watch: Watcher = lambda *_: None,
    ) -> None:
        self._table = table
        self._budgets = budgets
        self._watch = watch

    async def check(self, intent: Intent, work: Work) -> None:
        """Raises BudgetSpent if this call could not be made now. Books nothing."""
        if self._budgets is not None:
            await self._budgets.check(intent, work)

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
    async def paid(self, intent: Intent, work: Work = NO_WORK) -> AsyncIterator[Bill]:
        """Book one call of so much `work`. Raises BudgetSpent before anything was done for it.

        Store what the call gave before leaving the block: leaving says "done".

        A refusal in place of an answer cost nothing, nor did a request that was never sent;
        everything else that breaks the block, cancellation and an error in the middle of an answer
        included, may have been paid.
        """
        call_id = await self._begin(intent, work)
        bill = Bill(model=intent.model, call_id=call_id)
        try:
            async with self._settled(intent, bill):
                yield bill
        finally:
            if self._budgets is not None:
                self._budgets.spent(intent.conversation, intent.person)

    async def _begin(self, intent: Intent, work: Work) -> int:
        """The id of the committed intent. One that nobody waits for any more is closed again."""
        if self._budgets is None:
            return await self._table.intend(intent)
        booking = asyncio.create_task(self._budgets.reserve(intent, work), name="reserving")
        try:
            return await asyncio.shield(booking)
        except asyncio.CancelledError:
            await asyncio.wait({booking})
            if not booking.cancelled() and booking.exception() is None:
                await self._table.close(booking.result(), "failed", model=intent.model)
            raise

    @asynccontextmanager
    async def _settled(self, intent: Intent, bill: Bill) -> AsyncIterator[None]:
        """Close the row of `bill` as the block ends."""
        try:
            yield
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
