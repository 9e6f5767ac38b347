"""Brings what jobs make into the chats that ordered it, each thing once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from bot.errors import DeliverError
from bot.store.jobs import Job
from bot.turns.channel import Button, Channel, MediaPart, Reply, TextPart
from bot.turns.prompt import escape_markdown
from bot.turns.tasks import Tasks
from bot.values.conversation import Conversation
from bot.values.media import MediaFile

log = structlog.get_logger()
STATUS = "status"
CANCEL = "Cancel"


@dataclass(slots=True)
class _Box:
    """The chat of one job, and its status message while that is being sent."""

    reply: Reply
    status: asyncio.Task[None] | None = None


@dataclass(slots=True)
class Postman:
    """Implements `bot.jobs.seams.Front` over the channels that are served."""

    tasks: Tasks
    channels: Mapping[str, Channel] = field(default_factory=dict)
    _boxes: dict[tuple[int, int], _Box] = field(default_factory=dict)  # by job and try

    def serve(self, channels: Mapping[str, Channel]) -> None:
        """From now on these are the channels."""
        self.channels = channels

    async def show(self, job: Job, text: str) -> None:
        try:
            box = self._box(job)
        except DeliverError:
            return
        part = _status(job, text)
        if box.status is None:
            # A task of its own: once begun, it is sent, or nobody could take it away again.
            box.status = self.tasks.spawn(_decorate(box.reply, part), name=f"status of {job.ref}")
            await asyncio.wait({box.status})
        elif box.status.done():
            await box.reply.change(part.key, part)

    async def clear(self, job: Job) -> None:
        try:
            box = self._box(job)
        except DeliverError:
            return
        if box.status is not None and not box.status.done():
            await asyncio.wait({box.status})
        await box.reply.change(_status_key(job), None)

    async def deliver(self, job: Job, files: Sequence[MediaFile], caption: str) -> None:
        part = MediaPart("media", tuple(files), escape_markdown(caption), answers=True)
        await self._box(job).reply.deliver(part)

    async def tell(self, job: Job, sentence: str, *, again: str) -> None:
        buttons = ((Button(again, f"/jobs again {job.ref}"),),) if again else ()
        key = f"end/{job.tries}"
        part = TextPart(key, escape_markdown(sentence), answers=True, buttons=buttons)
        await self._box(job).reply.deliver(part)

    async def leave(self, job: Job) -> None:
        """Nothing more will be said of `job`."""
        box = self._boxes.pop((job.id, job.tries), None)
        if box is not None:
            await box.reply.close()

    def _box(self, job: Job) -> _Box:
        box = self._boxes.get((job.id, job.tries))
        if box is None:
            place = Conversation.parse(job.conversation)
            channel = self.channels.get(place.channel)
            if channel is None:
                raise DeliverError(f"no channel {place.channel} is served now", retryable=True)
            reply = channel.reply(place, turn_id=job.ref, answers=job.answers)
            box = self._boxes[job.id, job.tries] = _Box(reply)
        return box


def _status(job: Job, text: str) -> TextPart:
    cancel = Button(CANCEL, f"/jobs cancel {job.ref}")
    key = _status_key(job)
    return TextPart(key, escape_markdown(text), answers=True, buttons=((cancel,),))


def _status_key(job: Job) -> str:
    """One for each try: the message of the one before is gone."""
    return f"{STATUS}/{job.tries}"


async def _decorate(reply: Reply, part: TextPart) -> None:
    try:
        await reply.deliver(part)
    except DeliverError as error:
        log.info("job.status_not_shown", code=error.code, detail=str(error))
