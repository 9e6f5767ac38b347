"""What jobs need from the rooms around them: who makes media, and who talks to the chat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.store.jobs import Job
from bot.values.media import FilmTicket, ImageOrder, Made, MediaFile, MusicOrder, VideoOrder

Notices = tuple[str, ...]


class ImageMaker(Protocol):
    def fit(self, order: ImageOrder) -> tuple[ImageOrder, Notices]:
        """`order` as the model can do it, and what was changed. Raises RequestRejected."""
        ...

    async def make(self, order: ImageOrder) -> Made:
        """The pictures: one paid call. Raises UpstreamError."""
        ...


class MusicMaker(Protocol):
    def fit(self, order: MusicOrder) -> tuple[MusicOrder, Notices]:
        """As for pictures."""
        ...

    async def make(self, order: MusicOrder) -> Made:
        """The song: one paid call. Raises UpstreamError."""
        ...


class FilmMaker(Protocol):
    async def fit(self, order: VideoOrder) -> tuple[VideoOrder, Notices]:
        """As for pictures; may look up what the model can do."""
        ...

    async def submit(self, order: VideoOrder) -> FilmTicket:
        """Order the film: the one paid call. Raises UpstreamError."""
        ...

    async def poll(self, ticket: FilmTicket) -> FilmTicket:
        """How far it is now. Raises UpstreamError, retryable when asking again may help."""
        ...

    async def fetch(self, ticket: FilmTicket, *, within_s: float) -> MediaFile:
        """The finished film. Raises UpstreamError."""
        ...


class Front(Protocol):
    """The chat of a job, as its channel shows it."""

    async def show(self, job: Job, text: str) -> None:
        """The status of `job`, with a button to cancel it. Decoration: never raises."""
        ...

    async def clear(self, job: Job) -> None:
        """Take the status away. Decoration: never raises."""
        ...

    async def deliver(self, job: Job, files: Sequence[MediaFile], caption: str) -> None:
        """Send the result, once. Raises DeliverError."""
        ...

    async def leave(self, job: Job) -> None:
        """Nothing more will be said of `job`."""
        ...

    async def tell(self, job: Job, sentence: str, *, again: str) -> None:
        """Say how `job` ended, once for each try; `again` labels a button that takes it up anew.

        Raises DeliverError.
        """
        ...
