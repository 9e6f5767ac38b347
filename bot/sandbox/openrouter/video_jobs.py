"""Film jobs of one account: pending, in progress, then completed or failed, by the clock."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from bot.sandbox.openrouter.calls import Call
from bot.sandbox.openrouter.film import FilmPlan
from bot.sandbox.openrouter.preferences import VideoPreferences

MAX_JOBS = 200
State = Literal["pending", "in_progress", "completed", "failed", "cancelled", "expired"]
ONGOING: tuple[State, ...] = ("pending", "in_progress")


@dataclass(slots=True)
class FilmJob:
    """One submitted film. `call` is the request that is charged once it is done."""

    id: str
    model: str
    plan: FilmPlan
    cost_usd: float
    call: Call
    submitted_s: float
    state: State = "pending"
    error: str = ""
    film: bytes = b""  # shot when first asked for

    @property
    def is_over(self) -> bool:
        return self.state not in ONGOING


class FilmJobs:
    """The jobs by id; the oldest goes when there are too many."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, FilmJob] = OrderedDict()

    def add(self, job: FilmJob) -> None:
        self._jobs[job.id] = job
        while len(self._jobs) > MAX_JOBS:
            self._jobs.popitem(last=False)

    def get(self, id: str) -> FilmJob | None:
        return self._jobs.get(id)

    def advance(self, now_s: float, taste: VideoPreferences) -> list[FilmJob]:
        """Bring every job to where it is at `now_s`; those that were just completed."""
        ongoing = [job for job in self._jobs.values() if not job.is_over]
        return [job for job in ongoing if self._move(job, now_s, taste) == "completed"]

    @staticmethod
    def _move(job: FilmJob, now_s: float, taste: VideoPreferences) -> State:
        passed_ms = (now_s - job.submitted_s) * 1000
        if passed_ms < taste.queue_ms:
            job.state = "pending"
        elif passed_ms < taste.queue_ms + taste.make_ms:
            job.state = "in_progress"
        elif taste.fail is not None:
            job.state, job.error = taste.fail_status, taste.fail
        else:
            job.state = "completed"
        return job.state
