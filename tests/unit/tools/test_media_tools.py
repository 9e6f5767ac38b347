"""The media tools: what they order, what they change, what the model is told.

Over a real table and shelf; nobody makes anything: jobs are written down and never run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.app.media_settings import media_models
from bot.config.schema import Config
from bot.errors import BudgetSpent, RequestRejected
from bot.jobs.making import Studio
from bot.jobs.office import MOST_RUNNING, JobOffice
from bot.jobs.request import Request
from bot.jobs.run import Hall
from bot.store.db import Database
from bot.store.jobs import Job, JobTable
from bot.tools.media import MediaModels, MediaTools
from bot.tools.registry import ToolContext, ToolRegistry
from bot.values.chat import ToolCall
from bot.values.clock import SystemClock
from bot.values.media import MediaKind

PLACE = "telegram:1"


@dataclass
class Desk:
    """The tools, and what came of their calls. `answer` is what checking a request gives."""

    table: JobTable
    answer: tuple[str, ...] | RequestRejected = ()
    models: dict[MediaKind, MediaModels] = field(default_factory=lambda: media_models(Config()))
    calls: int = 0
    poor: str = ""  # what is said where no budget is left

    def __post_init__(self) -> None:
        office = JobOffice(
            _hall(self.table),
            table=self.table,
            clock=SystemClock(),
            spawn=self._never,
        )
        self.registry = ToolRegistry(MediaTools(office, self, self.models).tools())

    async def check(self, request: Request, *, conversation: str) -> tuple[str, ...]:
        if isinstance(self.answer, RequestRejected):
            raise self.answer
        return self.answer

    async def afford(self, request: Request, *, conversation: str, person: str) -> None:
        if self.poor:
            raise BudgetSpent(sentence=self.poor)

    async def call(self, kind: str, arguments: str, *, place: str = PLACE) -> str:
        self.calls += 1
        context = ToolContext(place, "1", "t1", f"c{self.calls}", "7")
        return await self.registry.call(ToolCall("x", f"{kind}_generate", arguments), context)

    async def ordered(self, kind: str, arguments: str) -> Request:
        """What a call that is taken on has written down."""
        said = await self.call(kind, arguments)
        assert "has begun" in said, said
        return wish((await self.table.recent(PLACE, limit=1))[0])

    @staticmethod
    def _never(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        work.close()
        return asyncio.create_task(asyncio.sleep(0), name=name)


def _hall(table: JobTable) -> Hall:
    """A hall in which nothing is ever run: only its table is there."""
    nobody: Any = None
    studio = Studio(nobody, table, nobody, nobody, nobody, performer="Parley")
    return Hall(studio, nobody, nobody, nobody, SystemClock(), asyncio.Semaphore())


def wish(job: Job) -> Request:
    return Request.from_row(job.kind, job.request)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with Database.open(tmp_path / "parley.db") as database:
        yield Desk(JobTable(database, SystemClock()))


async def test_a_call_begins_a_job_for_the_message_it_answers(desk: Desk) -> None:
    said = await desk.call("image", '{"prompt": "a fox"}')
    assert said.startswith("Job j1 has begun. The picture is sent to the chat by itself")
    (job,) = await desk.table.running(PLACE)
    assert (job.answers, job.person, job.turn_id, job.state) == ("7", "1", "t1", "queued")
    assert wish(job) == Request(
        kind=MediaKind.IMAGE,
        prompt="a fox",
        models=("openrouter/google/gemini-3.1-flash-image-preview",),
        timeout_s=180,
        title="a fox",
    )


async def test_the_same_wish_while_it_is_made_gives_its_state(desk: Desk) -> None:
    await desk.call("image", '{"prompt": "a fox"}')
    again = await desk.call("image", '{"prompt": " A  Fox"}')
    assert again == "Job j1 is making exactly this already: waiting. It is sent when it is ready."
    elsewhere = await desk.call("image", '{"prompt": "a fox"}', place="telegram:2")
    assert "Job j2 has begun" in elsewhere


async def test_too_much_at_once_is_refused(desk: Desk) -> None:
    for number in range(MOST_RUNNING):
        await desk.call("image", f'{{"prompt": "fox {number}"}}')
    said = await desk.call("image", '{"prompt": "one more"}')
    assert said.startswith(f"Error: {MOST_RUNNING} things are already being made here.")
    assert "/jobs" in said


@pytest.mark.parametrize(
    ("kind", "arguments", "options"),
    [
        ("image", '"count": 3, "aspectRatio": "16:9"', {"count": 3, "aspect_ratio": "16:9"}),
        ("image", '"size": "1920x1080"', {"aspect_ratio": "16:9"}),
        ("image", '"size": "1920x1080", "aspectRatio": "1:1"', {"aspect_ratio": "1:1"}),
        ("image", '"size": "large", "resolution": ""', {}),
        ("video", '"durationSeconds": 6, "audio": false', {"duration_s": 6.0, "audio": False}),
        ("video", '"providerOptions": {"seed": 7.0, "x": 1}', {"seed": 7}),
        ("video", '"providerOptions": {"seed": "7"}', {}),
        ("video", '"providerOptions": {"seed": true}', {}),
        ("video", '"size": "1280x720"', {"size": "1280x720"}),
        ("music", '"lyrics": "la", "instrumental": false', {"lyrics": "la"}),
        ("music", '"instrumental": true, "format": "wav"', {"instrumental": True, "format": "wav"}),
    ],
)
async def test_only_what_was_wished_for_is_ordered(
    desk: Desk, kind: str, arguments: str, options: dict[str, object]
) -> None:
    made = await desk.ordered(kind, f'{{"prompt": "a fox", {arguments}}}')
    assert dict(made.options) == options


async def test_pictures_keep_their_roles(desk: Desk) -> None:
    made = await desk.ordered(
        "video",
        '{"prompt": "x", "images": ["m3", "m4", "m5"], "imageRoles": ["last_frame", ""]}',
    )
    assert [(picture.ref, picture.role) for picture in made.pictures] == [
        ("m3", "last_frame"),
        ("m4", ""),
        ("m5", ""),
    ]


async def test_a_named_model_is_the_only_one(desk: Desk) -> None:
    made = await desk.ordered("image", '{"prompt": "x", "model": "openrouter/a/b"}')
    assert made.models == ("openrouter/a/b",)


@pytest.mark.parametrize(("kind", "timeout_s"), [("image", 90), ("video", 90), ("music", 300)])
async def test_the_time_of_a_call_wins_but_songs_take_theirs(
    desk: Desk, kind: str, timeout_s: float
) -> None:
    made = await desk.ordered(kind, '{"prompt": "x", "timeoutMs": 90000}')
    assert made.timeout_s == timeout_s


async def test_too_short_a_time_for_songs_is_raised_with_a_notice(desk: Desk) -> None:
    models = MediaModels(("openrouter/a/b",), 30)
    short = Desk(desk.table, models={**desk.models, MediaKind.MUSIC: models})
    said = await short.call("music", '{"prompt": "x"}')
    assert said.endswith("Note: the configured time for music is below 120 s; 120 s are used.")
    assert wish((await desk.table.recent(PLACE, limit=1))[0]).timeout_s == 120


@pytest.mark.parametrize(
    ("kind", "arguments", "notice"),
    [
        ("image", '"quality": "high"', "quality is not available and was ignored"),
        ("image", '"outputFormat": "webp"', "outputFormat is not available and was ignored"),
        ("image", '"background": "transparent"', "background is not available and was ignored"),
        (
            "image",
            '"size": "1920x1080"',
            "size is not available for pictures; aspect ratio 16:9 was used",
        ),
        (
            "image",
            '"size": "1920x1080", "aspectRatio": "1:1"',
            "size is not available for pictures; aspect ratio 1:1 was used",
        ),
        ("image", '"size": "large"', "size is not available for pictures; it was ignored"),
        (
            "video",
            '"providerOptions": {"seed": 7, "callback_url": "https://a.example", "x": 1}',
            "providerOptions.callback_url is not available and was ignored; "
            "providerOptions.x is not available and was ignored",
        ),
    ],
)
async def test_a_wish_that_is_ignored_or_read_otherwise_is_told(
    desk: Desk, kind: str, arguments: str, notice: str
) -> None:
    said = await desk.call(kind, f'{{"prompt": "x", {arguments}}}')
    assert said.endswith(f"\nNote: {notice}.")


@pytest.mark.parametrize(
    ("kind", "arguments"), [("image", '"count": 2'), ("video", '"size": "1280x720"')]
)
async def test_a_wish_that_is_fulfilled_needs_no_notice(
    desk: Desk, kind: str, arguments: str
) -> None:
    assert "Note:" not in await desk.call(kind, f'{{"prompt": "x", {arguments}}}')


async def test_what_will_be_changed_is_told(desk: Desk) -> None:
    desk.answer = ("5 seconds are not available; 6 seconds were used", "no sound")
    said = await desk.call("video", '{"prompt": "x", "watermark": true}')
    assert said.endswith(
        "Note: watermark is not available and was ignored; "
        "5 seconds are not available; 6 seconds were used; no sound."
    )


@pytest.mark.parametrize(
    ("kind", "arguments", "why"),
    [
        ("image", "{}", "a prompt is needed"),
        ("music", '{"prompt": "  "}', "a prompt is needed"),
        ("video", '{"prompt": "x", "video": "m1"}', "can't be made from films"),
        ("video", '{"prompt": "x", "videos": ["m1"]}', "can't be made from films"),
        ("video", '{"prompt": "x", "imageRoles": ["first_frame"]}', "more imageRoles than images"),
        ("video", '{"prompt": "x", "image": "m1", "imageRoles": "hero"}', "image role 'hero'"),
        ("video", '{"prompt": "x", "providerOptions": {"seed": 1.5}}', "a whole number"),
    ],
)
async def test_what_cant_be_made_is_refused_before_a_job_begins(
    desk: Desk, kind: str, arguments: str, why: str
) -> None:
    said = await desk.call(kind, arguments)
    assert said.startswith("Error: ")
    assert why in said
    assert await desk.table.recent(limit=1) == []


async def test_what_no_model_can_do_is_refused_before_a_job_begins(desk: Desk) -> None:
    desk.answer = RequestRejected("no", sentence="I can make at most 4 pictures at once.")
    said = await desk.call("image", '{"prompt": "x", "count": 9}')
    assert said == "Error: I can make at most 4 pictures at once."
    assert await desk.table.recent(limit=1) == []


async def test_what_no_budget_is_left_for_is_refused_before_a_job_begins(desk: Desk) -> None:
    desk.poor = "Your budget for today ($1.00) is used up."
    assert await desk.call("music", '{"prompt": "x"}') == f"Error: {desk.poor}"
    assert await desk.table.recent(limit=1) == []


async def test_status_and_list_order_nothing(desk: Desk) -> None:
    assert await desk.call("video", '{"action": "status"}') == "No film was ordered here yet."
    await desk.call("video", '{"prompt": "a fox"}')
    await desk.call("image", '{"prompt": "a cat"}')
    assert await desk.call("video", '{"action": "status"}') == "j1: “a fox” waiting."
    listed = await desk.call("image", '{"action": "list"}')
    assert listed.endswith("openrouter/google/gemini-3.1-flash-image-preview")
    assert len(await desk.table.recent(PLACE, limit=9)) == 2


def test_the_tools_describe_themselves_in_few_words(tmp_path: Path) -> None:
    registry = ToolRegistry(
        MediaTools(None, None, media_models(Config())).tools()  # type: ignore[arg-type]
    )
    assert [spec.name for spec in registry.specs] == [
        "image_generate",
        "video_generate",
        "music_generate",
    ]
    assert len(str([spec.parameters for spec in registry.specs])) < 2_500
