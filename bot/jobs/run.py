"""The life of one job: order → poll → fetch → deliver. Taken up anywhere after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.access.ledger import is_free
from bot.errors import ChatGone, DeliverError, Refused, TooLargeToSend, UpstreamError
from bot.jobs import words
from bot.jobs.following import Following
from bot.jobs.keeping import Unkept
from bot.jobs.making import Studio
from bot.jobs.seams import Front
from bot.observe import killpoint
from bot.openrouter.download import FileTooLarge
from bot.store.history import HistoryTable
from bot.store.jobs import Job, Outcome
from bot.store.media import Shelf, Shelved
from bot.values.clock import Clock
from bot.values.media import MediaFile, MediaKind

log = structlog.get_logger()
STATUS_EVERY_S = 5.0
FIRST_PAUSE_S = 15.0  # before something is told again that could not be told now
LONGEST_PAUSE_S = 600.0


@dataclass(frozen=True, slots=True)
class Hall:
    """What all jobs of a process share. `desks` bounds how many orders are under way at once."""

    studio: Studio
    front: Front
    shelf: Shelf
    history: HistoryTable
    clock: Clock
    desks: asyncio.Semaphore


class JobRun:
    """Runs one job to its end; `cancel` ends it early. What happened is always told, once."""

    def __init__(self, job: Job, hall: Hall) -> None:
        self.job = job
        self._hall = hall
        self._table = hall.studio.table
        self._cancelled = False
        self._unkept: tuple[MediaFile, ...] = ()  # what the disk does not take
        self._following: Following | None = None
        self._working: asyncio.Task[None] | None = None

    @property
    def may_pause(self) -> bool:
        """Whether stopping the process now costs nothing: no paid call is under way."""
        return self.job.state != "asking"

    def cancel(self) -> None:
        """The person wants it no more."""
        self._cancelled = True
        if self._working is not None and self.job.state in ("queued", "asking", "polling"):
            self._working.cancel()

    async def run(self) -> None:
        """Never raises but when the process ends: what failed is said in the chat."""
        structlog.contextvars.bind_contextvars(job=self.job.ref)
        try:
            unwanted = self._cancelled or self.job.cancel_wanted
            if unwanted and self.job.state in ("queued", "polling"):
                await self._finish("cancelled", words.CANCELLED)  # before it was taken up
            elif self.job.running:
                await self._work()
            await self._end()
        finally:
            await self._hall.front.leave(self.job)

    async def _work(self) -> None:
        self._working = asyncio.create_task(self._make(), name=f"making {self.job.ref}")
        try:
            async with self._status():
                await asyncio.wait({self._working})
        finally:
            await _ended(self._working)
        seen = await self._table.get(self.job.id)
        if seen is not None and seen.state == "made":
            return  # what came in the last moment is brought all the same
        if self._working.cancelled():
            await self._finish("cancelled", words.CANCELLED)
        elif failure := self._working.exception():
            if isinstance(failure, Refused):
                failure = _unsent(failure)
            elif not isinstance(failure, UpstreamError):
                log.error("job.crashed", exc_info=failure)
                failure = UpstreamError(repr(failure))
            await self._fail(failure)

    async def _make(self) -> None:
        try:
            if self.job.state == "queued":
                async with self._hall.desks:
                    await self._order()
            if self.job.state == "polling":
                await self._follow()
        except Unkept as unkept:
            self._unkept = unkept.files
        await self._reload()

    async def _order(self) -> None:
        self.job = replace(self.job, state="asking")
        notices = await self._hall.studio.order(self.job)
        log.info("job.ordered", notices=len(notices))
        await self._reload()

    async def _follow(self) -> None:
        following = self._following = Following(self.job, self._hall.studio, self._hall.clock)
        await following.fetched()

    # -- the status

    @asynccontextmanager
    async def _status(self) -> AsyncIterator[None]:
        """A message that tells how far it is, and whether somebody elsewhere cancelled it."""
        ticker = asyncio.create_task(self._tick(), name=f"status of {self.job.ref}")
        try:
            yield
        finally:
            ticker.cancel()
            await _ended(ticker)

    async def _tick(self) -> None:
        while True:
            await self._hall.front.show(self.job, self._status_text())
            await self._hall.clock.sleep(STATUS_EVERY_S)
            seen = await self._table.get(self.job.id)
            if seen is not None and seen.cancel_wanted and not self._cancelled:
                self.cancel()

    def _status_text(self) -> str:
        what = words.quoted(self.job)
        if self.job.state == "queued":
            return words.WAITING.format(what=what)
        waited_s = words.waited_s(self.job, now_ms=self._hall.clock.now_ms())
        late = self.job.state == "polling" and waited_s > float(self.job.request["timeout_s"])
        form = words.LATE if late else words.STATUS
        return form.format(
            doing=words.DOING[self.job.kind], what=what, time=words.lasting(waited_s)
        )

    # -- the end

    async def _fail(self, failure: UpstreamError) -> None:
        if self._following is not None:
            self.job = self._following.job  # with what the provider said last
        if failure.cost_micro_usd is not None and self.job.cost_micro_usd is None:
            self.job = replace(self.job, cost_micro_usd=failure.cost_micro_usd)
        log.warning("job.failed", code=failure.code, status=failure.status, detail=str(failure))
        fetched = self.job.ticket is not None and self.job.ticket.status == "completed"
        form = words.NOT_FETCHED if fetched else words.FAILED
        cost = words.cost(self.job, free=is_free(failure) and self.job.ticket is None)
        result = {"hopeless": isinstance(failure, FileTooLarge)}
        await self._finish("failed", form, why=failure.sentence, cost=cost, result=result)

    async def _finish(
        self,
        outcome: Outcome,
        form: str,
        *,
        why: str = "",
        cost: str = "",
        result: Mapping[str, Any] | None = None,
    ) -> None:
        unasked = self.job.asked_at_ms is None and self.job.state == "queued"
        sentence = form.format(
            thing=words.THING[self.job.kind],
            what=words.quoted(self.job),
            why=why,
            cost=cost or words.cost(self.job, free=unasked),
        )
        await self._table.finish(
            self.job.id,
            outcome,
            sentence,
            cost_micro_usd=self.job.cost_micro_usd,
            result=result,
        )
        await self._reload()

    async def _end(self) -> None:
        """Tell what came of it. What can't be told now is told later: it may be paid for."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                return await self._tell()
            except DeliverError as error:
                log.warning("job.unheard", code=error.code, detail=str(error))
                if isinstance(error, ChatGone) and self.job.state == "made":
                    await self._unsendable(words.CHAT_GONE)
                if not error.retryable:
                    return await self._table.told(self.job.id)  # /jobs knows it
            await self._hall.front.clear(self.job)
            await self._hall.clock.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _tell(self) -> None:
        """Deliver the result or say why there is none; then nothing is left to do."""
        await self._reload()
        if self.job.state == "made":
            await self._deliver()
        elif self.job.state in ("failed", "cancelled", "doubtful") and not self.job.told:
            await self._hall.front.clear(self.job)
            again = "" if self.job.state == "cancelled" else words.again(self.job)
            await self._hall.front.tell(self.job, self.job.sentence, again=again)
            await self._table.told(self.job.id)
            log.info("job.ended", state=self.job.state)

    async def _deliver(self) -> None:
        kept = await self._hall.shelf.of_job(self.job.ref)
        try:
            files = self._unkept or [await self._file(item) for item in kept]
            if not files:
                raise FileNotFoundError(self.job.ref)
            caption = str(self.job.result.get("text") or "")
            await self._hall.front.deliver(self.job, files, caption)
        except ChatGone:
            raise
        except OSError:
            log.exception("job.file_gone")
            await self._finish("failed", words.UNSENT, why=words.FILE_GONE, result={})
            return await self._tell()
        except DeliverError as error:
            if error.retryable:
                raise
            await self._unsendable(error.sentence, hopeless=isinstance(error, TooLargeToSend))
            return await self._tell()
        killpoint.reach("job-delivered")
        history, note = self._hall.history, _note(self.job, kept)
        session = await history.session_of(self.job.turn_id) or ""
        await history.note(self.job.conversation, self.job.ref, note, session=session)
        await self._table.delivered(self.job.id)
        await self._hall.front.clear(self.job)
        took_s = words.waited_s(self.job, now_ms=self._hall.clock.now_ms())
        log.info("job.delivered", kind=self.job.kind.value, took_s=round(took_s))
        return None

    async def _unsendable(self, why: str, *, hopeless: bool = False) -> None:
        form = words.NOT_KEPT if self._unkept else words.UNSENT
        result = {**self.job.result, "hopeless": hopeless}
        await self._finish("failed", form, why=why, result=result)

    async def _file(self, item: Shelved) -> MediaFile:
        song = self.job.kind is MediaKind.MUSIC
        return MediaFile(
            await self._hall.shelf.read(item),
            item.mime,
            item.name,
            width=item.width,
            height=item.height,
            duration_s=item.duration_s,
            title=str(self.job.request["title"]) if song else "",
            performer=self._hall.studio.performer if song else "",
        )

    async def _reload(self) -> None:
        self.job = await self._table.get(self.job.id) or self.job


def _note(job: Job, kept: list[Shelved]) -> dict[str, object]:
    """What the model is told at its next turn."""
    refs = "".join(f" {item.ref}," for item in kept).rstrip(",")
    thing = words.THING[job.kind]
    said = f"(event, not from the person) The {thing}{refs} that you ordered as {job.ref} "
    said += f"was delivered: {words.quoted(job)}."
    parts: list[dict[str, object]] = [{"type": "text", "text": said}]
    if job.kind is MediaKind.IMAGE:
        parts += [{"type": "media", "id": item.id, "as": "image", "label": thing} for item in kept]
    return {"role": "user", "content": parts}


def _unsent(refused: Refused) -> UpstreamError:
    """The same as a failure of the call that was not made."""
    failure = UpstreamError(str(refused), sentence=refused.sentence)
    failure.sent = False
    return failure


async def _ended(task: asyncio.Task[None]) -> None:
    """Wait for the end of a task that was asked to end, whoever else is cancelled meanwhile."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task})
