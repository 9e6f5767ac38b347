"""The paid part of a job: the candidates in order, an intent before each call, the result kept.

A candidate steps in only where the one before certainly cost nothing (design "Paying": these calls
are never sent twice). Source of the order: facts/openrouter-wire.md §12.5.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import structlog

from bot.access.estimates import order_work
from bot.access.ledger import Bill, Ledger, is_free
from bot.errors import AudioUnreadable, RequestRejected, UpstreamError
from bot.jobs.keeping import Keeper
from bot.jobs.request import Order, Request
from bot.jobs.seams import FilmMaker, ImageMaker, MusicMaker, Notices
from bot.observe import killpoint
from bot.store.jobs import Job, JobTable
from bot.store.ledger import Intent
from bot.store.media import Shelf
from bot.values.clock import Clock, SystemClock
from bot.values.media import (
    FilmTicket,
    ImageOrder,
    Made,
    MediaFile,
    MediaKind,
    MusicOrder,
    Picture,
    VideoOrder,
)
from bot.voice.track import MIME, as_track
from bot.voice.workshop import Workshop

log = structlog.get_logger()
PICTURE_GONE = "The picture {ref} is not here any more. Please send it again."


@dataclass(frozen=True, slots=True)
class Makers:
    """Who makes what."""

    images: ImageMaker
    films: FilmMaker
    music: MusicMaker


@dataclass(frozen=True, slots=True)
class Studio:
    """Orders media and keeps what comes. `performer` signs songs."""

    makers: Makers
    table: JobTable
    shelf: Shelf
    ledger: Ledger
    workshop: Workshop
    performer: str
    clock: Clock = field(default_factory=SystemClock)

    async def check(self, request: Request, *, conversation: str) -> Notices:
        """What would be changed to suit the first candidate that can do it. Costs nothing.

        Raises RequestRejected when none can.
        """
        pictures = [
            await self._picture(conversation, item.ref, item.role) for item in request.pictures
        ]
        refused: RequestRejected | None = None
        for model in request.models:
            try:
                return (await fitted(self.makers, request.order(model, pictures)))[1]
            except RequestRejected as failure:
                refused = refused or failure
        raise refused or RequestRejected("no model is configured")

    async def afford(self, request: Request, *, conversation: str, person: str) -> None:
        """Raises BudgetSpent when no budget is left for this. Costs nothing."""
        order = request.order(request.models[0], ())
        intent = Intent(request.kind.value, order.model, conversation, person)
        await self.ledger.check(intent, order_work(order))

    async def order(self, job: Job) -> Notices:
        """Ask the candidates until one takes the order; then `job` is `polling` or `made`.

        What had to be changed to suit the model is returned. Raises UpstreamError of the last one,
        Unkept for what the disk doesn't take.
        """
        request = Request.from_row(job.kind, job.request)
        pictures = [
            await self._picture(job.conversation, item.ref, item.role) for item in request.pictures
        ]
        failures: list[tuple[str, UpstreamError]] = []
        for model in request.models:
            order = request.order(model, pictures)
            try:
                return await self._ask(job, order)
            except UpstreamError as failure:
                failures.append((model, failure))
                log.warning(
                    "job.candidate_failed",
                    job=job.ref,
                    model=model,
                    code=failure.code,
                    status=failure.status,
                    detail=str(failure),
                )
                if not is_free(failure):
                    break
        raise failures[-1][1]

    async def film(self, job: Job, ticket: FilmTicket, *, within_s: float) -> None:
        """Fetch the finished film; then `job` is `made`. Raises UpstreamError and Unkept."""
        file = await self.makers.films.fetch(ticket, within_s=within_s)
        killpoint.reach("job-fetched")
        made = Made((file,), ticket.model, cost_micro_usd=ticket.cost_micro_usd)
        await self._keeper.keep(job, made, made.files)

    async def _ask(self, job: Job, order: Order) -> Notices:
        suited, notices = await fitted(self.makers, order)
        intent = Intent(
            kind=job.kind.value,
            model=suited.model,
            conversation=job.conversation,
            person=job.person,
            turn_id=job.turn_id,
        )
        async with self.ledger.paid(intent, order_work(suited)) as bill:
            await self.table.ask(job.id, paid_call=bill.call_id)
            killpoint.reach("job-asking")
            if isinstance(suited, VideoOrder):
                await self._submit(job, suited, bill)
            else:
                await self._make(job, suited, bill)
        return notices

    async def _make(self, job: Job, order: ImageOrder | MusicOrder, bill: Bill) -> None:
        if isinstance(order, ImageOrder):
            made = await self.makers.images.make(order)
        else:
            made = await self.makers.music.make(order)
        killpoint.reach("job-answered")
        bill.model, bill.generation_id = made.model, made.generation_id
        bill.cost_micro_usd = made.cost_micro_usd
        files = [await self._finished(job, file) for file in made.files]
        await self._keeper.keep(job, made, files, bill=bill)

    async def _submit(self, job: Job, order: VideoOrder, bill: Bill) -> None:
        ticket = await self.makers.films.submit(order)
        killpoint.reach("job-answered")
        bill.model, bill.generation_id = ticket.model, ticket.generation_id
        bill.cost_micro_usd = ticket.cost_micro_usd
        await self._keeper.ordered(job, ticket, bill)

    @property
    def _keeper(self) -> Keeper:
        return Keeper(self.table, self.shelf, self.ledger, self.clock)

    async def _finished(self, job: Job, file: MediaFile) -> MediaFile:
        """A song gets its names and the form that players take; others are finished already."""
        if job.kind is not MediaKind.MUSIC:
            return file
        title = str(job.request["title"])
        try:
            data, length_s = await self.workshop.run(
                as_track, file.data, title=title, performer=self.performer
            )
        except AudioUnreadable as error:
            # Paid for all the same: the person gets what came, as a document.
            log.warning("job.song_kept_as_it_came", job=job.ref, reason=str(error))
            return replace(file, title=title, performer=self.performer)
        name = file.name.rpartition(".")[0] or "song"
        return MediaFile(
            data,
            MIME,
            f"{name}.mp3",
            duration_s=length_s,
            title=title,
            performer=self.performer,
        )

    async def _picture(self, conversation: str, ref: str, role: str) -> Picture:
        found = await self.shelf.get(conversation, ref)
        try:
            if found is None:
                raise FileNotFoundError(ref)
            return Picture(await self.shelf.read(found), mime=found.mime, role=role)
        except OSError as error:
            problem = RequestRejected(
                f"the picture {ref} is gone", sentence=PICTURE_GONE.format(ref=ref)
            )
            problem.sent = False
            raise problem from error


async def fitted(makers: Makers, order: Order) -> tuple[Order, Notices]:
    """`order` as its model can do it, and what was changed. Raises RequestRejected."""
    match order:
        case ImageOrder():
            return makers.images.fit(order)
        case MusicOrder():
            return makers.music.fit(order)
        case VideoOrder():
            return await makers.films.fit(order)
