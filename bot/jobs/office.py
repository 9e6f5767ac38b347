"""The office: takes orders, runs jobs side by side, takes up after a restart what was open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from bot.errors import Refused
from bot.jobs import words
from bot.jobs.request import Request
from bot.jobs.run import Hall, JobRun
from bot.observe import killpoint
from bot.store.jobs import Job, JobTable, NewJob
from bot.values.clock import Clock

log = structlog.get_logger()
AT_ONCE = 4
MOST_RUNNING = 5
TOO_MANY = (
    "{count} things are already being made here. Please wait for one, or cancel one with /jobs."
)
LOOK_EVERY_S = 0.2

Spawn = Callable[[Coroutine[Any, Any, None], str], "asyncio.Task[None]"]


@dataclass(frozen=True, slots=True)
class Client:
    """For whom something is made. `call_key` is the same when the same call is run again."""

    call_key: str
    conversation: str
    person: str
    turn_id: str
    answers: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A job, and whether this order began it."""

    job: Job
    fresh: bool


class JobOffice:
    """One for the process. `spawn` owns the tasks."""

    def __init__(self, hall: Hall, *, table: JobTable, clock: Clock, spawn: Spawn) -> None:
        self._hall = hall
        self._table = table
        self._clock = clock
        self._spawn = spawn
        self._runs: dict[int, tuple[JobRun, asyncio.Task[None]]] = {}
        self._ordering = asyncio.Lock()

    async def open(self, request: Request, client: Client) -> Opened:
        """Begin a job; durable on return. Raises Refused when too much is running.

        The same wish while it is being made is the same job (facts/behaviour.md E1, L20).
        """
        async with self._ordering:
            running = await self._table.running(client.conversation)
            for job in running:
                if job.fingerprint == request.fingerprint:
                    return Opened(job, fresh=False)
            if len(running) >= MOST_RUNNING:
                raise Refused("too many jobs", sentence=TOO_MANY.format(count=len(running)))
            job, fresh = await self._table.open(
                NewJob(
                    call_key=client.call_key,
                    conversation=client.conversation,
                    person=client.person,
                    turn_id=client.turn_id,
                    answers=client.answers,
                    kind=request.kind,
                    fingerprint=request.fingerprint,
                    request=request.as_row(),
                )
            )
            killpoint.reach("job-opened")
            if fresh:
                self._run(job)
        return Opened(job, fresh)

    async def resume(self) -> int:
        """Take up what an earlier process left; how many jobs that were."""
        unfinished = await self._table.unfinished()
        for job in unfinished:
            self._run(await self._doubted(job))
        return len(unfinished)

    async def find(self, conversation: str, ref: str) -> Job | None:
        """The job `ref` of this conversation."""
        job = await self._table.find(ref)
        return job if job is not None and job.conversation == conversation else None

    async def recent(self, conversation: str, *, limit: int = 5) -> list[Job]:
        """The newest jobs of a conversation, newest first."""
        return await self._table.recent(conversation, limit=limit)

    async def cancel(self, job: Job) -> bool:
        """Give `job` up; False when it is too late for that."""
        if job.state not in ("queued", "asking", "polling"):
            return False
        await self._table.want_cancel(job.id)
        run = self._runs.get(job.id)
        if run is not None:
            run[0].cancel()
        return True

    async def again(self, job: Job) -> bool:
        """Take up a job that ended undelivered; False when it is none of those.

        What was made is sent, a film that may still come is looked for; only the rest is paid anew.
        """
        seen = await self._table.get(job.id)
        if seen is None or not await self._table.again(job.id, seen.taken_up_as):
            return False
        fresh = await self._table.get(job.id)
        if fresh is not None:
            self._run(fresh)
        return True

    async def drain(self, *, within_s: float) -> None:
        """End: paid calls under way get `within_s` seconds, everything else goes on after a start.

        Call it before the channels are closed.
        """
        end = self._clock.monotonic() + within_s
        while self._runs and self._clock.monotonic() < end:
            for run, task in list(self._runs.values()):
                if run.may_pause:
                    task.cancel()
            await asyncio.sleep(LOOK_EVERY_S)
        tasks = [task for _, task in self._runs.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _run(self, job: Job) -> None:
        run = JobRun(job, self._hall)
        task = self._spawn(run.run(), f"job {job.ref}")
        self._runs[job.id] = (run, task)
        task.add_done_callback(lambda ended: self._ended(job.id, ended))

    def _ended(self, job_id: int, task: asyncio.Task[None]) -> None:
        """Another try may have begun while this one was still saying goodbye."""
        if job_id in self._runs and self._runs[job_id][1] is task:
            del self._runs[job_id]

    async def _doubted(self, job: Job) -> Job:
        """An order that was under way when the process died may have been paid (design §3)."""
        if job.state != "asking":
            return job
        sentence = words.DOUBTFUL.format(thing=words.THING[job.kind], what=words.quoted(job))
        await self._table.finish(job.id, "doubtful", sentence)
        log.warning("job.found_interrupted", job=job.ref)
        return await self._table.get(job.id) or job
