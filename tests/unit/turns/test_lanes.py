"""Order within a lane, independence between lanes, stopping."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.turns.lanes import Lanes
from bot.turns.tasks import Tasks


class Step:
    """A job that waits until it is let go."""

    def __init__(self, name: str, done: list[str]) -> None:
        self.name, self.done = name, done
        self.begun, self.let_go = asyncio.Event(), asyncio.Event()
        self.stopped = False

    async def run(self) -> None:
        self.begun.set()
        if not self.stopped:
            await self.let_go.wait()
        self.done.append(f"{self.name} stopped" if self.stopped else self.name)

    def stop(self) -> None:
        self.stopped = True


@pytest.fixture
async def lanes() -> AsyncIterator[Lanes]:
    tasks = Tasks()
    yield Lanes(tasks)
    await tasks.cancel()


async def idle(lanes: Lanes, key: str) -> None:
    async with asyncio.timeout(5):
        while lanes.busy(key):  # noqa: ASYNC110 - a test looks from outside
            await asyncio.sleep(0)


async def test_a_lane_keeps_the_order_of_its_jobs(lanes: Lanes) -> None:
    done: list[str] = []
    first, second = Step("first", done), Step("second", done)
    lanes.put("a", first)
    lanes.put("a", second)
    await first.begun.wait()
    assert not second.begun.is_set()
    second.let_go.set()
    first.let_go.set()
    await idle(lanes, "a")
    assert done == ["first", "second"]


async def test_lanes_run_side_by_side(lanes: Lanes) -> None:
    done: list[str] = []
    slow, quick = Step("slow", done), Step("quick", done)
    lanes.put("a", slow)
    lanes.put("b", quick)
    quick.let_go.set()
    await idle(lanes, "b")
    assert done == ["quick"]
    assert lanes.busy("a")


async def test_stop_ends_what_runs_and_lets_what_waits_settle_unbegun(lanes: Lanes) -> None:
    done: list[str] = []
    running, waiting = Step("running", done), Step("waiting", done)
    lanes.put("a", running)
    lanes.put("a", waiting)
    await running.begun.wait()
    assert lanes.stop("a") == 2
    await idle(lanes, "a")
    assert done == ["waiting stopped"]


async def test_a_spoken_stop_spares_itself_and_what_came_after_it(lanes: Lanes) -> None:
    done: list[str] = []
    running, stopper, later = (Step(name, done) for name in ("running", "stopper", "later"))
    for step in (running, stopper, later):
        lanes.put("a", step)
    await running.begun.wait()
    assert lanes.stop("a", before=stopper) == 1
    stopper.let_go.set()
    later.let_go.set()
    await idle(lanes, "a")
    assert done == ["stopper", "later"]


async def test_a_stop_that_runs_itself_stops_nothing(lanes: Lanes) -> None:
    done: list[str] = []
    stopper = Step("stopper", done)
    lanes.put("a", stopper)
    await stopper.begun.wait()
    assert lanes.stop("a", before=stopper) == 0
    stopper.let_go.set()
    await idle(lanes, "a")
    assert done == ["stopper"]


async def test_stop_in_an_idle_lane_says_that_nothing_ran(lanes: Lanes) -> None:
    assert lanes.stop("a") == 0


async def test_a_closed_lane_finishes_what_runs_and_begins_nothing(lanes: Lanes) -> None:
    done: list[str] = []
    running, waiting = Step("running", done), Step("waiting", done)
    lanes.put("a", running)
    lanes.put("a", waiting)
    await running.begun.wait()
    lanes.close()
    running.let_go.set()
    await idle(lanes, "a")
    assert done == ["running"]


async def test_a_stop_leaves_alone_what_came_after_the_word(lanes: Lanes) -> None:
    done: list[str] = []
    running, waiting, later = (Step(name, done) for name in ("running", "waiting", "later"))
    lanes.put("a", running)
    lanes.put("a", waiting)
    await running.begun.wait()
    lanes.fence("a")
    lanes.put("a", later)
    assert lanes.stop("a") == 2
    later.let_go.set()
    await idle(lanes, "a")
    assert done == ["waiting stopped", "later"]


async def test_a_stop_said_while_nothing_ran_stops_nothing_later(lanes: Lanes) -> None:
    done: list[str] = []
    lanes.fence("a")
    later = Step("later", done)
    lanes.put("a", later)
    await later.begun.wait()
    assert lanes.stop("a") == 0
    later.let_go.set()
    await idle(lanes, "a")
    assert done == ["later"]


async def test_a_spoken_stop_that_waits_no_more_stops_nothing_that_came_after_it(
    lanes: Lanes,
) -> None:
    done: list[str] = []
    stopper, later = Step("stopper", done), Step("later", done)
    lanes.put("a", stopper)
    lanes.put("a", later)
    stopper.let_go.set()
    await later.begun.wait()
    assert lanes.stop("a", before=stopper) == 0
    later.let_go.set()
    await idle(lanes, "a")
    assert done == ["stopper", "later"]


async def test_a_job_that_is_stopped_before_its_first_step_settles_all_the_same(
    lanes: Lanes,
) -> None:
    done: list[str] = []
    lanes.put("a", Step("new", done))
    await asyncio.sleep(0)  # its task is made and has not run yet
    assert lanes.stop("a") == 1
    await idle(lanes, "a")
    assert done == ["new stopped"]


async def test_an_interruption_ends_what_runs_and_spares_what_waits(lanes: Lanes) -> None:
    done: list[str] = []
    running, waiting = Step("running", done), Step("waiting", done)
    lanes.put("a", running)
    lanes.put("a", waiting)
    await running.begun.wait()
    assert lanes.interrupt("a") == 1
    assert lanes.interrupt("a") == 0
    waiting.let_go.set()
    await idle(lanes, "a")
    assert running.stopped
    assert done == ["waiting"]


async def test_what_is_taken_out_of_a_lane_is_not_run_there(lanes: Lanes) -> None:
    done: list[str] = []
    running, waiting, last = (Step(name, done) for name in ("running", "waiting", "last"))
    for step in (running, waiting, last):
        lanes.put("a", step)
        step.let_go.set()
    await running.begun.wait()
    assert lanes.take("a", waiting)
    assert not lanes.take("a", waiting)
    assert not lanes.take("b", last)
    await idle(lanes, "a")
    assert done == ["running", "last"]
