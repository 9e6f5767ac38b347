from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest
from manual_clock import ManualClock, settle

from bot.channels.telegram.faults import Dropped, Refusal, Rejected, Throttled, Unreachable
from bot.channels.telegram.line import ChatLine, Job, Rank


class Sent:
    """What left the line, in order, with the time it left at."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.log: list[tuple[str, float]] = []

    def __call__(self, name: str, *faults: Exception) -> Callable[[], Awaitable[str]]:
        left = list(faults)

        async def run() -> str:
            self.log.append((name, self._clock.time - 1000.0))
            if left:
                raise left.pop(0)
            return name

        return run

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.log]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def sent(clock: ManualClock) -> Sent:
    return Sent(clock)


@pytest.fixture
def gate() -> asyncio.Semaphore:
    return asyncio.Semaphore(30)


async def test_a_final_overtakes_previews_and_deletes_that_wait(
    clock: ManualClock, sent: Sent, gate: asyncio.Semaphore
) -> None:
    line = ChatLine(clock=clock, gate=gate)
    line.hold(10)
    line.submit(Job(sent("preview"), rank=Rank.PREVIEW, merge_key="a"))
    line.submit(Job(sent("delete"), rank=Rank.TIDY))
    line.submit(Job(sent("final")))
    await clock.advance(11)
    assert sent.names == ["final", "delete", "preview"]


async def test_finals_keep_their_order_while_the_first_is_being_retried(
    clock: ManualClock, sent: Sent, gate: asyncio.Semaphore
) -> None:
    line = ChatLine(clock=clock, gate=gate)
    first = line.submit(Job(sent("first", Unreachable(), Unreachable())))
    second = line.submit(Job(sent("second")))
    await clock.advance(5)
    assert sent.names == ["first", "first", "first", "second"]
    assert (await first, await second) == ("first", "second")


async def test_the_newest_preview_of_a_message_replaces_the_one_that_waits(
    clock: ManualClock, sent: Sent, gate: asyncio.Semaphore
) -> None:
    line = ChatLine(clock=clock, gate=gate)
    line.hold(10)
    old = line.submit(Job(sent("old"), rank=Rank.PREVIEW, merge_key="m"))
    line.submit(Job(sent("other"), rank=Rank.PREVIEW, merge_key="n"))
    new = line.submit(Job(sent("new"), rank=Rank.PREVIEW, merge_key="m"))
    await clock.advance(11)
    assert sent.names == ["other", "new"]
    assert isinstance(old.exception(), Dropped)
    assert await new == "new"


async def test_previews_keep_their_distance_and_finals_do_not_wait_for_it(
    clock: ManualClock, sent: Sent, gate: asyncio.Semaphore
) -> None:
    line = ChatLine(clock=clock, gate=gate)
    for name in ("one", "two"):
        line.submit(Job(sent(name), rank=Rank.PREVIEW, merge_key=name, gap_s=3.0))
    await clock.advance(1)
    line.submit(Job(sent("final")))
    await clock.advance(5)
    assert sent.log == [("one", 0.0), ("final", 1.0), ("two", 3.0)]


async def test_three_hundred_seconds_of_silence_in_one_chat_hold_no_other_up(
    clock: ManualClock, sent: Sent, gate: asyncio.Semaphore
) -> None:
    loud, calm = ChatLine(clock=clock, gate=gate), ChatLine(clock=clock, gate=gate)
    waiting = loud.submit(Job(sent("loud", Throttled(300))))
    await settle()
    assert await calm.submit(Job(sent("calm"))) == "calm"
    assert sent.log == [("loud", 0.0), ("calm", 0.0)]
    await clock.advance(299)
    assert not waiting.done()
    await clock.advance(2)
    assert await waiting == "loud"
    assert sent.log[-1] == ("loud", 300.5)


async def test_one_place_under_way_is_not_held_by_a_chat_that_waits(
    clock: ManualClock, sent: Sent
) -> None:
    narrow = asyncio.Semaphore(1)
    loud, calm = ChatLine(clock=clock, gate=narrow), ChatLine(clock=clock, gate=narrow)
    loud.submit(Job(sent("loud", Throttled(300))))
    await settle()
    assert await calm.submit(Job(sent("calm"))) == "calm"


async def test_a_preview_is_never_retried(
    clock: ManualClock, sent: Sent, gate: asyncio.Semaphore
) -> None:
    line = ChatLine(clock=clock, gate=gate)
    lost = line.submit(Job(sent("lost", Unreachable()), rank=Rank.PREVIEW, merge_key="m"))
    await clock.advance(100)
    assert sent.names == ["lost"]
    assert isinstance(lost.exception(), Unreachable)


async def test_a_refusal_is_final(clock: ManualClock, sent: Sent, gate: asyncio.Semaphore) -> None:
    line = ChatLine(clock=clock, gate=gate)
    refused = line.submit(Job(sent("no", Rejected(Refusal.CHAT_GONE, "blocked"))))
    await clock.advance(100)
    assert sent.names == ["no"]
    with pytest.raises(Rejected):
        await refused


async def test_back_off_grows_to_thirty_seconds_and_patience_ends_it(
    clock: ManualClock, sent: Sent, gate: asyncio.Semaphore
) -> None:
    line = ChatLine(clock=clock, gate=gate)
    job = Job(sent("down", *[Unreachable() for _ in range(100)]), patience_s=200)
    waiting = line.submit(job)
    await clock.advance(400)
    assert isinstance(waiting.exception(), Unreachable)
    times = [at for _, at in sent.log]
    gaps = [b - a for a, b in pairwise(times)]
    assert gaps[:3] == [1.0, 1.5, 2.25]
    assert max(gaps) == 30.0
    assert 200 <= times[-1] <= 230


async def test_a_send_whose_turn_was_cancelled_never_leaves(
    clock: ManualClock, sent: Sent, gate: asyncio.Semaphore
) -> None:
    line = ChatLine(clock=clock, gate=gate)
    line.hold(10)
    line.submit(Job(sent("cancelled"))).cancel()
    line.submit(Job(sent("kept")))
    await clock.advance(11)
    assert sent.names == ["kept"]


async def test_closing_sends_finals_drops_previews_and_refuses_what_comes_later(
    clock: ManualClock, sent: Sent, gate: asyncio.Semaphore
) -> None:
    line = ChatLine(clock=clock, gate=gate)
    preview = line.submit(Job(sent("preview"), rank=Rank.PREVIEW, merge_key="m"))
    final = line.submit(Job(sent("final")))
    await line.close(5)
    assert sent.names == ["final"]
    assert await final == "final"
    assert isinstance(preview.exception(), Dropped)
    assert isinstance(line.submit(Job(sent("late"))).exception(), Unreachable)


async def test_closing_gives_up_a_send_that_may_not_leave_yet(
    clock: ManualClock, sent: Sent, gate: asyncio.Semaphore
) -> None:
    line = ChatLine(clock=clock, gate=gate)
    line.hold(300)
    final = line.submit(Job(sent("final")))
    await line.close(0.01)
    assert isinstance(final.exception(), Unreachable)
    assert sent.names == []


async def test_what_is_withdrawn_before_it_leaves_never_leaves(
    clock: ManualClock, sent: Sent, gate: asyncio.Semaphore
) -> None:
    line = ChatLine(clock=clock, gate=gate)
    job = Job(sent("voice", Throttled(5)))
    done = line.submit(job)
    await settle()
    line.withdraw(job)
    with pytest.raises(Dropped):
        await done
    await clock.advance(10)
    assert sent.names == ["voice"], "the try that Telegram made wait"


async def test_what_is_withdrawn_under_way_goes_out_or_is_not_tried_again(
    clock: ManualClock, sent: Sent, gate: asyncio.Semaphore
) -> None:
    line = ChatLine(clock=clock, gate=gate)
    answers = [asyncio.Event(), asyncio.Event()]

    async def voice() -> str:
        await answers[0].wait()
        return "7"

    async def late() -> str:
        await answers[1].wait()
        raise Throttled(5)

    for job, answer in zip((Job(voice), Job(late)), answers, strict=True):
        done = line.submit(job)
        await settle()
        line.withdraw(job)
        answer.set()
        await asyncio.wait({done})
    assert isinstance(done.exception(), Throttled)
    await clock.advance(10)
    assert line.depth == 0
