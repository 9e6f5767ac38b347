"""A shop without network: a real database and shelf, makers and a chat that do as a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.access.ledger import Ledger
from bot.errors import DeliverError, UpstreamError
from bot.jobs.making import Makers, Studio
from bot.jobs.office import Client, JobOffice
from bot.jobs.request import PictureRef, Request
from bot.jobs.run import Hall
from bot.store.db import Database
from bot.store.history import HistoryTable
from bot.store.jobs import Job, JobTable
from bot.store.ledger import LedgerTable
from bot.store.media import Shelf
from bot.values.media import FilmTicket, ImageOrder, Made, MediaFile, MediaKind, VideoOrder
from bot.voice.workshop import Workshop

HERE = "telegram:1"
PICTURE = MediaFile(b"pixels", "image/png", "fox.png", width=4, height=3)
FILM = MediaFile(b"frames", "video/mp4", "fox.mp4", width=4, height=3, duration_s=6)
DRAWN = Made((PICTURE,), "a/painter", "as you wished", 39_000, "gen-1")
TICKET = FilmTicket("job-1", "/api/v1/videos/job-1", "a/filmer")
DONE = FilmTicket("job-1", "/p", "a/filmer", "completed", ("/cdn/1.mp4",), "", "gen-9", 1_200_000)


class RacingClock:
    """Nobody waits: time jumps to where somebody wanted to wait for."""

    def __init__(self) -> None:
        self.at_s = 1_700_000_000.0
        self.pauses: list[float] = []

    def now_ms(self) -> int:
        return round(self.at_s * 1000)

    def monotonic(self) -> float:
        return self.at_s

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.at_s += seconds
        await asyncio.sleep(0)


def _next(script: list[Any]) -> Any:
    """The next of `script`, the last one for ever."""
    step = script.pop(0) if len(script) > 1 else script[0]
    step = step() if isinstance(step, Callable) else step  # type: ignore[arg-type]
    if isinstance(step, Exception):
        raise step
    return step


@dataclass
class Painter:
    """Implements ImageMaker."""

    script: list[Any] = field(default_factory=lambda: [DRAWN])
    orders: list[ImageOrder] = field(default_factory=list)

    def fit(self, order: ImageOrder) -> tuple[ImageOrder, tuple[str, ...]]:
        return order, ()

    async def make(self, order: ImageOrder) -> Made:
        self.orders.append(order)
        made: Made = _next(self.script)
        return made


@dataclass
class Filmer:
    """Implements FilmMaker."""

    polls: list[Any] = field(default_factory=lambda: [DONE])
    films: list[Any] = field(default_factory=lambda: [FILM])
    orders: list[VideoOrder] = field(default_factory=list)
    looks: int = 0

    async def fit(self, order: VideoOrder) -> tuple[VideoOrder, tuple[str, ...]]:
        return order, ()

    async def submit(self, order: VideoOrder) -> FilmTicket:
        self.orders.append(order)
        return TICKET

    async def poll(self, ticket: FilmTicket) -> FilmTicket:
        self.looks += 1
        seen: FilmTicket = _next(self.polls)
        return seen

    async def fetch(self, ticket: FilmTicket, *, within_s: float) -> MediaFile:
        film: MediaFile = _next(self.films)
        return film


@dataclass
class Doorstep:
    """Implements Front. `refuses` is raised one after the other before anything is taken."""

    refuses: list[DeliverError] = field(default_factory=list)
    taken: list[tuple[list[bytes], str]] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)
    cleared: int = 0

    async def show(self, job: Job, text: str) -> None:
        self.shown.append(job.tries)

    async def clear(self, job: Job) -> None:
        self.cleared += 1

    async def deliver(self, job: Job, files: Sequence[MediaFile], caption: str) -> None:
        if self.refuses:
            raise self.refuses.pop(0)
        self.taken.append(([file.data for file in files], caption))

    async def leave(self, job: Job) -> None:
        return None

    async def tell(self, job: Job, sentence: str, *, again: str) -> None:
        if self.refuses:
            raise self.refuses.pop(0)
        self.told.append((sentence, again))


@dataclass
class Shop:
    """Everything for jobs, and what came of them."""

    database: Database
    clock: RacingClock
    folder: Path
    painter: Painter = field(default_factory=Painter)
    filmer: Filmer = field(default_factory=Filmer)
    front: Doorstep = field(default_factory=Doorstep)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.table = JobTable(self.database, self.clock)
        self.shelf = Shelf(self.database, self.clock, self.folder / "media")
        self.workshop = Workshop()
        self.studio = Studio(
            makers=Makers(self.painter, self.filmer, music=None),  # type: ignore[arg-type]
            table=self.table,
            shelf=self.shelf,
            ledger=Ledger(LedgerTable(self.database, self.clock)),
            workshop=self.workshop,
            performer="Parley",
            clock=self.clock,
        )
        self.office = self.opened()

    def opened(self) -> JobOffice:
        """An office as after a start of the process."""
        history = HistoryTable(self.database, self.clock)
        hall = Hall(self.studio, self.front, self.shelf, history, self.clock, asyncio.Semaphore(4))
        return JobOffice(hall, table=self.table, clock=self.clock, spawn=self._spawn)

    async def orders(
        self,
        kind: MediaKind = MediaKind.IMAGE,
        *,
        models: tuple[str, ...] = ("a/model",),
        pictures: tuple[PictureRef, ...] = (),
        call_key: str = "t1/1",
        where: str = HERE,
        title: str = "a fox",
    ) -> Job:
        """A new job, when nothing more happens to it."""
        wish = Request(kind, "a fox", models, 60, pictures=pictures, title=title)
        client = Client(call_key, where, "1", "t1", "7")
        return await self.ended((await self.office.open(wish, client)).job)

    async def again(self, job: Job) -> Job:
        assert await self.office.again(job)
        return await self.ended(job)

    async def ended(self, job: Job) -> Job:
        async with asyncio.timeout(10):
            await asyncio.gather(*self.tasks)
        seen = await self.table.get(job.id)
        assert seen is not None
        return seen

    async def paid(self) -> list[tuple[str, int | None, str]]:
        """State, cost and generation of every paid call."""
        query = "select state, cost_micro_usd, generation_id from paid_calls order by id"
        rows = await self.database.reader.execute(query)
        return [tuple(row) async for row in rows]

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self.tasks.append(task)
        return task


@asynccontextmanager
async def a_shop(folder: Path) -> AsyncIterator[Shop]:
    async with Database.open(folder / "parley.db") as database:
        shop = Shop(database, RacingClock(), folder)
        try:
            yield shop
        finally:
            for task in shop.tasks:
                task.cancel()
            await asyncio.gather(*shop.tasks, return_exceptions=True)
            shop.workshop.close()


def failing(error: UpstreamError, **marks: Any) -> UpstreamError:
    """`error` with what was learned about it."""
    for name, value in marks.items():
        setattr(error, name, value)
    return error
