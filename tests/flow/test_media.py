"""Pictures, films and songs through the whole bot: by text and by voice, in chats and topics."""

from __future__ import annotations

import io
from hashlib import sha256
from typing import Any

import av
import pytest

from tests import voices
from tests.flow.stage import Stage, eventually
from tests.flow.workshop import (
    DRAW,
    ON_IT,
    PROMPT,
    awaits_media,
    awaits_state,
    orders,
    paid_posts,
    pixels,
)

FORUM = -1002
KINDS = ("image", "video", "music")
SETTINGS = {"video": {"queue_ms": 0, "make_ms": 0}}


@pytest.fixture
def ready(stage: Stage) -> Stage:
    stage.openrouter.post("settings", SETTINGS)
    stage.configure({"channels": {"telegram": {"groups": {str(FORUM): {}}}}})
    stage.start()
    return stage


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_asked_for_in_writing_arrives_once(ready: Stage, kind: str) -> None:
    orders(ready, kind)
    asked = ready.says(DRAW)
    made = awaits_media(ready, kind)
    assert made["reply_to"] == asked
    awaits_state(ready, "delivered")
    ready.awaits_text(ON_IT)
    assert len(paid_posts(ready, kind)) == 1
    assert_is(kind, ready.sound(made))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_asked_for_by_voice_arrives_beside_the_spoken_answer(
    ready: Stage, kind: str
) -> None:
    orders(ready, kind)
    ready.sends(voices.say(DRAW), heard=DRAW)
    awaits_media(ready, kind)
    (bubble,) = ready.awaits_voice()
    assert bubble["kind"] == "voice"
    awaits_state(ready, "delivered")


@pytest.mark.parametrize("kind", KINDS)
def test_in_a_topic_it_arrives_in_that_topic(ready: Stage, kind: str) -> None:
    thread_id = topic(ready)
    orders(ready, kind)
    ready.says(f"@parley_sandbox_bot {DRAW}", chat_id=FORUM, thread_id=thread_id)
    made = awaits_media(ready, kind, chat_id=FORUM)
    assert made["thread_id"] == thread_id
    awaits_state(ready, "delivered")


def test_a_film_is_described_with_its_size_and_length(ready: Stage) -> None:
    orders(ready, "video", durationSeconds=5.4, aspectRatio="9:16", resolution="720P")
    ready.says(DRAW)
    made = awaits_media(ready, "video")
    (call,) = [call for call in ready.telegram_calls("sendVideo") if call["ok"]]
    with av.open(io.BytesIO(ready.sound(made))) as film:
        stream = film.streams.video[0]
        size = (stream.width, stream.height)
    assert (int(call["params"]["width"]), int(call["params"]["height"])) == size
    assert size[0] < size[1]
    assert int(call["params"]["duration"]) == 6
    (post,) = paid_posts(ready, "video")
    assert post["json"]["duration"] == 6
    assert "6" in tool_result(ready), "the model is told what was changed"


def test_a_song_is_an_audio_track_with_names_and_length(ready: Stage) -> None:
    orders(ready, "music", lyrics="la la la")
    ready.says(DRAW)
    made = awaits_media(ready, "music")
    (call,) = [call for call in ready.telegram_calls("sendAudio") if call["ok"]]
    assert call["params"]["title"] == PROMPT
    assert call["params"]["performer"] == "Parley"
    assert int(call["params"]["duration"]) > 0
    assert made["file"]["mime"] == "audio/mpeg"
    assert not ready.replies(kind="voice")


def test_several_pictures_are_one_album(ready: Stage) -> None:
    orders(ready, "image", count=3)
    ready.says(DRAW)
    awaits_media(ready, "image", count=3)
    awaits_state(ready, "delivered")
    assert len([c for c in ready.telegram_calls("sendMediaGroup") if c["ok"]]) == 1
    assert len(paid_posts(ready, "image")) == 1


def test_the_status_shows_a_button_and_goes_when_the_picture_comes(ready: Stage) -> None:
    ready.openrouter.post(
        "faults", [{"endpoint": "chat", "kind": "hold", "gate": "draw", "skip": 1}]
    )
    orders(ready, "image")
    ready.says(DRAW)
    status = ready.awaits_text(PROMPT)
    assert [[button["text"] for button in row] for row in status["buttons"]] == [["Cancel"]]
    ready.openrouter.post("release", {"gate": "draw"})
    awaits_media(ready, "image")
    eventually(
        lambda: status["message_id"] not in [m["message_id"] for m in ready.replies()],
        "the status to vanish",
    )


def test_the_model_knows_what_was_delivered_and_can_change_it(ready: Stage) -> None:
    orders(ready, "image")
    ready.says(DRAW)
    drawn = sha256(ready.sound(awaits_media(ready, "image"))).hexdigest()
    awaits_state(ready, "delivered")
    orders(ready, "image", image="m1", prompt="the same, brighter")
    ready.says("Make it brighter")
    awaits_media(ready, "image", count=2)
    first, second = paid_posts(ready, "image")
    content = second["json"]["messages"][0]["content"]
    assert content[0]["text"] == "the same, brighter"
    assert content[1]["image_url"]["url"]["sha256"] == drawn
    assert isinstance(first["json"]["messages"][0]["content"], str)
    *_, chat = [c for c in ready.upstream_calls("chat") if "modalities" not in c["json"]]
    told = str(chat["json"]["messages"])
    assert "m1" in told
    assert "delivered" in told


def test_the_same_wish_twice_while_it_is_made_is_made_once(ready: Stage) -> None:
    ready.openrouter.post("faults", [{"endpoint": "videos", "kind": "hold", "gate": "film"}])
    orders(ready, "video", times=2)
    ready.says(DRAW)
    ready.awaits_text(ON_IT)
    ready.says("Are you doing it?")
    eventually(lambda: "j1" in tool_result(ready) and "already" in tool_result(ready), "a status")
    ready.openrouter.post("release", {"gate": "film"})
    awaits_state(ready, "delivered")
    assert len(paid_posts(ready, "video")) == 1


def test_a_job_is_cancelled_with_its_button(ready: Stage) -> None:
    ready.openrouter.post("settings", {"video": {"queue_ms": 60_000, "make_ms": 60_000}})
    orders(ready, "video")
    ready.says(DRAW)
    status = ready.awaits_text(PROMPT)
    press(ready, status, "Cancel")
    awaits_state(ready, "cancelled")
    said = ready.awaits_text("I cancelled the film")["text"]
    assert "charged" in said


def test_a_refusal_is_told_with_its_reason_and_its_cost(ready: Stage) -> None:
    moderated = {"kind": "status", "status": 403, "message": "flagged", "error_type": "moderation"}
    ready.openrouter.post("faults", [{"endpoint": "videos", "times": 1, **moderated}])
    orders(ready, "video")
    ready.says(DRAW)
    said = ready.awaits_text("I couldn't make the film")
    assert "It cost nothing." in said["text"]
    awaits_state(ready, "failed")
    press(ready, said, "Try again")
    awaits_media(ready, "video")
    awaits_state(ready, "delivered")


def test_a_film_that_fails_upstream_says_why(ready: Stage) -> None:
    ready.openrouter.post("settings", {"video": {"fail": "The prompt shows a famous person."}})
    orders(ready, "video")
    ready.says(DRAW)
    said = ready.awaits_text("I couldn't make the film")["text"]
    assert "The prompt shows a famous person." in said
    awaits_state(ready, "failed")


def test_jobs_lists_what_is_made(ready: Stage) -> None:
    orders(ready, "image")
    ready.says(DRAW)
    awaits_state(ready, "delivered")
    ready.says("/jobs")
    listed = ready.awaits_text("What I make here")["text"]
    assert "j1" in listed
    assert "delivered" in listed


@pytest.fixture
def fallback(stage: Stage) -> Stage:
    model = {"primary": "openrouter/nobody/draws", "fallbacks": ["openrouter/nobody/paints"]}
    stage.configure({"agents": {"defaults": {"imageGenerationModel": model}}})
    stage.openrouter.post("settings", {"account": {"strict_models": True}})
    stage.start()
    return stage


def test_when_a_model_is_missing_the_next_one_draws(fallback: Stage) -> None:
    orders(fallback, "image")
    fallback.says(DRAW)
    awaits_media(fallback, "image")
    models = [post["json"]["model"] for post in paid_posts(fallback, "image")]
    assert models == [
        "nobody/draws",
        "nobody/paints",
        "google/gemini-3.1-flash-image-preview",
    ]


def test_a_model_that_was_named_has_no_stand_in(fallback: Stage) -> None:
    orders(fallback, "image", model="openrouter/nobody/sketches")
    fallback.says(DRAW)
    fallback.awaits_text("I couldn't make the picture")
    assert [post["json"]["model"] for post in paid_posts(fallback, "image")] == ["nobody/sketches"]


# -- helpers


def assert_is(kind: str, data: bytes) -> None:
    if kind == "image":
        assert min(pixels(data)) > 1
        return
    with av.open(io.BytesIO(data)) as container:
        streams = container.streams.video if kind == "video" else container.streams.audio
        assert streams
        assert sum(1 for _ in container.decode(streams[0])) > 1


def tool_result(stage: Stage) -> str:
    """What the newest tool call gave the model."""
    calls = [c for c in stage.upstream_calls("chat") if "modalities" not in (c["json"] or {})]
    results = [m for c in calls for m in c["json"]["messages"] if m["role"] == "tool"]
    return str(results[-1]["content"]) if results else ""


def press(stage: Stage, message: dict[str, Any], label: str, *, chat_id: int = 1) -> None:
    pressed = {"from": 1, "chat_id": chat_id, "message_id": message["message_id"], "text": label}
    stage.telegram.post("callbacks", pressed)


def topic(stage: Stage) -> int:
    """A topic in a group in which everybody may talk to the bot."""
    order = {"type": "forum", "id": FORUM, "bot_status": "administrator"}
    stage.telegram.post("chats", order)
    return int(stage.telegram.post(f"chats/{FORUM}/topics", {"name": "Films"})["thread_id"])
