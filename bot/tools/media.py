"""`image_generate`, `video_generate` and `music_generate`: they begin a job and answer at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.jobs import words
from bot.jobs.office import Client, JobOffice
from bot.jobs.request import PictureRef, Request, title_of
from bot.store.jobs import Job
from bot.tools.media_arguments import (
    Arguments,
    ImageArguments,
    MusicArguments,
    VideoArguments,
    read,
)
from bot.tools.registry import Tool, ToolContext, ToolFailed
from bot.values.chat import ToolSpec
from bot.values.media import FIRST_FRAME, LAST_FRAME, REFERENCE, MediaKind

MS_PER_S = 1000
MUSIC_LEAST_S = 120.0
ROLES = ("", FIRST_FRAME, LAST_FRAME, REFERENCE)
BEGUN = (
    "Job {ref} has begun. The {thing} is sent to the chat by itself when it is ready; don't wait "
    "for it and don't call this again for it. Tell the person in a few words that you are on it."
)
RUNNING = "Job {ref} is making exactly this already: {state}. It is sent when it is ready."
NO_PROMPT = "a prompt is needed: say what to make"
NO_VIDEO_IN = "films can't be made from films here; give a prompt and, if you like, pictures"
TOO_MANY_ROLES = "there are more imageRoles than images"
UNKNOWN_ROLE = "unknown image role {role!r}; use first_frame, last_frame or reference_image"
LEAST_TIME = "the configured time for music is below 120 s; 120 s are used"
BAD_SEED = "providerOptions.seed must be a whole number"
REF = {"type": "string", "description": "picture reference such as m12"}
REFS = {"type": "array", "items": REF}
TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
ACTION = {"type": "string", "enum": ["generate", "status", "list"]}


@dataclass(frozen=True, slots=True)
class MediaModels:
    """Who makes one kind: config references in the order of asking, and the time for one."""

    models: tuple[str, ...]
    timeout_s: float


class Checker(Protocol):
    """Says before anything is paid whether a request can be fulfilled; `Studio` is one."""

    async def check(self, request: Request, *, conversation: str) -> tuple[str, ...]: ...

    async def afford(self, request: Request, *, conversation: str, person: str) -> None: ...


@dataclass(frozen=True, slots=True)
class MediaTools:
    """The tools over one office. `resolve` turns a model's name into a config reference."""

    office: JobOffice
    checker: Checker
    models: Mapping[MediaKind, MediaModels]
    resolve: Callable[[str], str] = str

    def tools(self) -> list[Tool]:
        return [
            Tool(_IMAGE, self._image),
            Tool(_VIDEO, self._video),
            Tool(_MUSIC, self._music),
        ]

    async def _image(self, raw: Mapping[str, Any], context: ToolContext) -> str:
        given = read(ImageArguments, raw)
        options = _present(count=given.count, aspect_ratio=given.ratio, resolution=given.resolution)
        return await self._handle(
            MediaKind.IMAGE,
            given,
            context,
            options,
            timeout_ms=given.timeout_ms,
            notices=given.notices,
        )

    async def _video(self, raw: Mapping[str, Any], context: ToolContext) -> str:
        given = read(VideoArguments, raw)
        if given.video or given.videos:
            raise ToolFailed(NO_VIDEO_IN)
        if len(given.image_roles) > len(given.pictures):
            raise ToolFailed(TOO_MANY_ROLES)
        if unknown := [role for role in given.image_roles if role not in ROLES]:
            raise ToolFailed(UNKNOWN_ROLE.format(role=unknown[0]))
        options = _present(
            duration_s=given.duration_seconds,
            aspect_ratio=given.aspect_ratio,
            resolution=given.resolution,
            size=given.size,
            audio=given.audio,
            seed=_seed(given.provider_options.get("seed")),
        )
        return await self._handle(
            MediaKind.VIDEO,
            given,
            context,
            options,
            timeout_ms=given.timeout_ms,
            roles=given.image_roles,
            notices=given.notices,
        )

    async def _music(self, raw: Mapping[str, Any], context: ToolContext) -> str:
        given = read(MusicArguments, raw)
        options = _present(
            lyrics=given.lyrics,
            instrumental=given.instrumental or None,
            duration_s=given.duration_seconds,
            format=given.format,
        )
        short = self.models[MediaKind.MUSIC].timeout_s < MUSIC_LEAST_S
        notices = [LEAST_TIME] if short else []
        return await self._handle(MediaKind.MUSIC, given, context, options, notices=notices)

    async def _handle(
        self,
        kind: MediaKind,
        given: Arguments,
        context: ToolContext,
        options: dict[str, Any],
        *,
        timeout_ms: int | None = None,
        roles: tuple[str, ...] = (),
        notices: list[str] | None = None,
    ) -> str:
        if given.action == "list":
            return "Models, in the order of asking: " + ", ".join(self.models[kind].models)
        if given.action == "status":
            return await self._status(kind, context)
        if not given.prompt:
            raise ToolFailed(NO_PROMPT)
        request = self._request(kind, given, options, roles=roles, timeout_ms=timeout_ms)
        changed = await self.checker.check(request, conversation=context.conversation)
        await self.checker.afford(request, conversation=context.conversation, person=context.person)
        client = Client(
            call_key=f"{context.turn_id}/{context.call_id}",
            conversation=context.conversation,
            person=context.person,
            turn_id=context.turn_id,
            answers=context.message_id,
        )
        opened = await self.office.open(request, client)
        form = BEGUN if opened.fresh else RUNNING
        said = form.format(
            ref=opened.job.ref, thing=words.THING[kind], state=words.STATES[opened.job.state]
        )
        told = [*(notices or ()), *changed]
        return said + ("\nNote: " + "; ".join(told) + "." if told else "")

    def _request(
        self,
        kind: MediaKind,
        given: Arguments,
        options: dict[str, Any],
        *,
        roles: tuple[str, ...],
        timeout_ms: int | None,
    ) -> Request:
        makers = self.models[kind]
        timeout_s = makers.timeout_s
        if kind is MediaKind.MUSIC:
            timeout_s = max(timeout_s, MUSIC_LEAST_S)
        if timeout_ms is not None:
            timeout_s = timeout_ms / MS_PER_S
        padded = (*roles, *("" for _ in given.pictures))
        return Request(
            kind=kind,
            prompt=given.prompt,
            models=(self.resolve(given.model),) if given.model else makers.models,
            timeout_s=timeout_s,
            options=options,
            pictures=tuple(map(PictureRef, given.pictures, padded)),
            title=title_of(given.prompt),
        )

    async def _status(self, kind: MediaKind, context: ToolContext) -> str:
        found = await self.office.recent(context.conversation)
        lines = [_line(job) for job in found if job.kind is kind]
        return "\n".join(lines) or f"No {words.THING[kind]} was ordered here yet."


def _line(job: Job) -> str:
    cost = "" if job.cost_micro_usd is None else f", {words.dollars(job.cost_micro_usd)}"
    return f"{job.ref}: {words.quoted(job)} {words.STATES[job.state]}{cost}. {job.sentence}".strip()


def _present(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}


def _seed(value: object) -> int | None:
    """A number that is no whole one is an error, anything else no seed (wire sheet §13.1)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not float(value).is_integer():
        raise ToolFailed(BAD_SEED)
    return int(value)


def _spec(name: str, description: str, **properties: Any) -> ToolSpec:
    return ToolSpec(
        name,
        description,
        {
            "type": "object",
            "properties": {"prompt": TEXT, **properties, "model": TEXT, "action": ACTION},
        },
    )


_IMAGE = _spec(
    "image_generate",
    "Make pictures, or change pictures of this chat (pass their references). Sent by itself.",
    images=REFS,
    count=WHOLE | {"description": "1-4"},
    aspectRatio=TEXT | {"description": "such as 16:9"},
    resolution={"type": "string", "enum": ["1K", "2K", "4K"]},
    timeoutMs=WHOLE,
)
_VIDEO = _spec(
    "video_generate",
    "Make a short film, from words and perhaps pictures. Takes minutes; sent by itself.",
    images=REFS,
    imageRoles={
        "type": "array",
        "items": {"type": "string", "enum": [FIRST_FRAME, LAST_FRAME, REFERENCE]},
    },
    durationSeconds=WHOLE,
    aspectRatio=TEXT,
    resolution={"type": "string", "enum": ["720P", "1080P"]},
    audio={"type": "boolean"},
)
_MUSIC = _spec(
    "music_generate",
    "Make a song or instrumental piece. Sent by itself.",
    lyrics=TEXT,
    instrumental={"type": "boolean"},
    durationSeconds=WHOLE,
    image=REF,
)
