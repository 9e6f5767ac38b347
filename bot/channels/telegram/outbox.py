"""Everything the bot sends to Telegram leaves through here, in the order of importance per chat."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import structlog

from bot.channels.telegram.api import Api
from bot.channels.telegram.faults import Fault, Refusal, Rejected, Throttled, Unreachable
from bot.channels.telegram.forms import Item
from bot.channels.telegram.line import ChatLine, Job, Rank
from bot.channels.telegram.message import Bodies, Body, Place, either
from bot.channels.telegram.settings import TelegramSettings
from bot.values.clock import Clock

log = structlog.get_logger()

Run = Callable[[], Awaitable[str]]

AT_ONCE = 30  # requests under way over all chats; the connection pool holds twice as many
LINES_KEPT = 1000
DRAFT_GAP_S = 0.4
PRIVATE_EDIT_GAP_S = 1.2
GROUP_EDIT_GAP_S = 3.0  # about 20 a minute and group (facts/telegram-api.md §5)


class Outbox:
    """One waiting line per chat. Methods return message ids and raise `Fault`s.

    A final send is tried until it is done, refused or out of patience. When its answer was lost it
    is sent again: a duplicate is possible there and nowhere else.
    """

    def __init__(self, api: Api, *, settings: TelegramSettings, clock: Clock) -> None:
        self._api = api
        self._settings = settings
        self._clock = clock
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._lines: dict[int, ChatLine] = {}
        self._muted_until: dict[int, float] = {}
        self._closed = False

    async def send_text(self, place: Place, body: Body, *, reply_to: int | None = None) -> str:
        run = partial(
            self._api.send_text,
            place,
            body,
            reply_to=reply_to,
            timeout_s=self._settings.send_timeout_s,
        )
        return await self._final(place, run)

    async def edit_text(self, place: Place, message_id: str, body: Body) -> str:
        """The final edit; "not modified" is success, a waiting preview of it is dropped."""
        self.drop_previews(place, message_id)
        run = partial(
            self._api.edit_text, place, message_id, body, timeout_s=self._settings.send_timeout_s
        )
        return await self._final(place, partial(_unless_same, run, message_id))

    async def send_voice(
        self,
        place: Place,
        ogg: bytes,
        caption: Body,
        *,
        duration_s: int,
        reply_to: int | None = None,
        unwanted: asyncio.Event | None = None,
    ) -> str:
        """The same; raises `Dropped` when `unwanted` is set before it has left."""
        run = partial(
            self._api.send_voice, place, ogg, caption, duration_s=duration_s, reply_to=reply_to
        )
        return await self._final(place, run, unwanted=unwanted)

    async def send_files(
        self, place: Place, items: Sequence[Item], caption: Body, *, reply_to: int | None = None
    ) -> str:
        run = partial(self._api.send_files, place, items, caption, reply_to=reply_to)
        return await self._final(place, run)

    async def delete(self, place: Place, message_id: str) -> None:
        """Take a message away, what waits to be shown in it included."""
        self.drop_previews(place, message_id)
        await self._tidy(place, partial(self._api.delete, place, message_id))

    async def change(self, place: Place, message_id: str, words: Callable[[], Bodies]) -> None:
        """Let a message say `words()`, as they are when its moment comes, at a preview's pace."""
        run = partial(self._rewrite, place, message_id, words)
        await self._preview(place, run, key=message_id, gap_s=_edit_gap_s(place))

    async def change_last(self, place: Place, message_id: str, words: Bodies) -> None:
        """The same without waiting for its pace, and not given up when nobody waits for it."""
        self.drop_previews(place, message_id)
        await self._tidy(place, partial(self._rewrite, place, message_id, lambda: words))

    async def _rewrite(self, place: Place, message_id: str, words: Callable[[], Bodies]) -> str:
        timeout_s = self._settings.preview_timeout_s
        edit = partial(self._api.edit_text, place, message_id, timeout_s=timeout_s)
        return await _unless_same(partial(either, edit, words()), message_id)

    async def preview_draft(self, place: Place, draft_id: int, text: Callable[[], str]) -> None:
        """Show `text()`, as it is when its moment comes, as the draft of a private chat."""

        async def run() -> str:
            return await self._api.send_draft(
                place, draft_id, text(), timeout_s=self._settings.preview_timeout_s
            )

        await self._preview(place, run, key=str(draft_id), gap_s=DRAFT_GAP_S)

    async def preview_first(
        self, place: Place, text: Callable[[], str], *, key: str, reply_to: int | None = None
    ) -> str:
        """Send the message that will grow; its id."""

        async def run() -> str:
            timeout_s = self._settings.preview_timeout_s
            return await self._api.send_text(
                place, Body(text()), reply_to=reply_to, timeout_s=timeout_s
            )

        return await self._preview(place, run, key=key, gap_s=_edit_gap_s(place))

    async def preview_edit(self, place: Place, message_id: str, text: Callable[[], str]) -> None:
        """Let the message grow to `text()`, as it is when its moment comes."""

        async def run() -> str:
            timeout_s = self._settings.preview_timeout_s
            edit = partial(
                self._api.edit_text, place, message_id, Body(text()), timeout_s=timeout_s
            )
            return await _unless_same(edit, message_id)

        await self._preview(place, run, key=message_id, gap_s=_edit_gap_s(place))

    def drop_previews(self, place: Place, key: str) -> None:
        """Forget a preview that has not left yet; whoever waits for it gets `Dropped`."""
        self._line(place).drop(key)

    async def act(self, place: Place, action: str) -> None:
        """Show "typing" and the like for five seconds. Decoration: never raises."""
        now = self._clock.monotonic()
        if self._closed or self._line(place).held or now < self._muted_until.get(place.chat_id, 0):
            return
        try:
            await self._api.send_action(place, action, timeout_s=self._settings.preview_timeout_s)
        except Throttled as exc:
            self._muted_until[place.chat_id] = now + exc.retry_after_s
        except Fault as exc:
            log.debug("telegram.action.failed", reason=str(exc))

    async def answer_press(self, query_id: str) -> None:
        """Take the waiting sign off a pressed button. Decoration: never raises."""
        try:
            await self._api.answer_press(query_id, timeout_s=self._settings.preview_timeout_s)
        except Fault as exc:
            log.debug("telegram.press.failed", reason=str(exc))

    @property
    def depth(self) -> int:
        """How many sends wait, over all chats."""
        return sum(line.depth for line in self._lines.values())

    async def close(self, limit_s: float) -> None:
        """Let finals out within `limit_s`, then refuse everything. Idempotent."""
        self._closed = True
        await asyncio.gather(*(line.close(limit_s) for line in self._lines.values()))

    # -- lines

    async def _final(self, place: Place, run: Run, *, unwanted: asyncio.Event | None = None) -> str:
        job = Job(run, patience_s=self._settings.send_patience_s)
        done = self._submit(place, job)
        if unwanted is None:
            return await done
        waiting = asyncio.create_task(unwanted.wait(), name="unwanted")
        try:
            either_is: set[asyncio.Future[Any]] = {done, waiting}
            await asyncio.wait(either_is, return_when=asyncio.FIRST_COMPLETED)
            if not done.done():
                self._line(place).withdraw(job)
            return await done
        finally:
            waiting.cancel()
            done.cancel()

    async def _tidy(self, place: Place, run: Run) -> None:
        job = Job(run, rank=Rank.TIDY, patience_s=self._settings.send_patience_s)
        await asyncio.shield(self._submit(place, job))

    async def _preview(self, place: Place, run: Run, *, key: str, gap_s: float) -> str:
        return await self._submit(place, Job(run, rank=Rank.PREVIEW, merge_key=key, gap_s=gap_s))

    def _submit(self, place: Place, job: Job) -> asyncio.Future[str]:
        if self._closed:
            job.fail(Unreachable("shutting down"))
            return job.done
        return self._line(place).submit(job)

    def _line(self, place: Place) -> ChatLine:
        line = self._lines.get(place.chat_id)
        if line is None:
            if len(self._lines) >= LINES_KEPT:
                self._lines = {k: kept for k, kept in self._lines.items() if not kept.idle}
                self._muted_until.clear()
            line = self._lines[place.chat_id] = ChatLine(clock=self._clock, gate=self._gate)
        return line


async def _unless_same(edit: Run, message_id: str) -> str:
    """Run `edit`; a message that already says so is as good as edited."""
    try:
        return await edit()
    except Rejected as exc:
        if exc.kind is not Refusal.NOT_MODIFIED:
            raise
        return message_id


def _edit_gap_s(place: Place) -> float:
    return PRIVATE_EDIT_GAP_S if place.is_private else GROUP_EDIT_GAP_S
