"""What flow tests of media share: how things are ordered, awaited, and counted."""

from __future__ import annotations

import io
from typing import Any

from tests.flow.books import rows
from tests.flow.stage import Stage, eventually

TOOLS = {"image": "image_generate", "video": "video_generate", "music": "music_generate"}
ENDPOINTS = {"image": "chat", "video": "videos", "music": "chat"}
SENT = {"image": "photo", "video": "video", "music": "audio"}
ON_IT = "I'm on it."
PROMPT = "a red fox in the snow"
DRAW = "Please make it for me."


def orders(stage: Stage, kind: str = "image", /, *, times: int = 1, **arguments: Any) -> None:
    """Script a model that calls the tool of `kind` once and then says a sentence."""
    call = {"name": TOOLS[kind], "arguments": {"prompt": PROMPT, **arguments}}
    stage.openrouter.post(
        "script",
        [
            {"times": times, "model": "auto", "answer": {"tool_calls": [call]}},
            {"times": times, "model": "auto", "match_tool": "", "answer": {"text": ON_IT}},
        ],
    )


def paid_posts(stage: Stage, kind: str) -> list[dict[str, Any]]:
    """The calls that made something, the conversation left out."""
    return [
        call
        for call in stage.upstream_calls(ENDPOINTS[kind])
        if kind == "video" or "modalities" in (call["json"] or {})
    ]


def awaits_media(stage: Stage, kind: str, *, chat_id: int = 1, count: int = 1) -> dict[str, Any]:
    """The `count`-th picture, film or song in the chat."""
    form = SENT[kind]
    return eventually(
        lambda: (found := stage.replies(chat_id, kind=form))[count - 1 :] and found[count - 1],
        f"{form} number {count}; got {[m['kind'] for m in stage.replies(chat_id)]}",
    )


def job_states(stage: Stage) -> list[str]:
    return [state for (state,) in rows(stage, "select state from jobs order by id")]


def awaits_state(stage: Stage, *states: str) -> None:
    """Until the jobs, in order, are in these states and the person knows."""
    query = "select state from jobs where told = 1 order by id"
    eventually(
        lambda: [state for (state,) in rows(stage, query)] == list(states),
        f"jobs {states}; got {job_states(stage)}",
    )


def pixels(data: bytes) -> tuple[int, int]:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        return picture.size
