"""Pictures that are changed by word or voice, and orders whose calls come in odd ways."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from tests import voices
from tests.flow.books import rows
from tests.flow.gallery import content, parts, picture, words
from tests.flow.stage import Stage
from tests.flow.workshop import (
    DRAW,
    ON_IT,
    PROMPT,
    awaits_media,
    awaits_state,
    orders,
    paid_posts,
)

FORUM = -1002
LARGE = (3_000, 2_000)
BRIGHTER = "Make it brighter, please."


@pytest.fixture
def ready(stage: Stage) -> Stage:
    stage.configure({"channels": {"telegram": {"groups": {str(FORUM): {}}}}})
    stage.start()
    return stage


def drawn(stage: Stage, **arguments: Any) -> dict[str, Any]:
    """A picture that the bot made and sent; its message."""
    orders(stage, "image", **arguments)
    stage.says(DRAW)
    message = awaits_media(stage, "image")
    awaits_state(stage, "delivered")
    stage.awaits_settled(1)
    return message


def given(post: dict[str, Any]) -> list[dict[str, Any]]:
    """The pictures that went into an order."""
    return [part["url"] for part in parts(post["json"]["messages"][0]["content"], "image_url")]


def question(stage: Stage) -> Any:
    """What the chat model was asked last."""
    chats = [call for call in stage.upstream_calls("chat") if "modalities" not in call["json"]]
    messages = chats[-1]["json"]["messages"]
    return next(one["content"] for one in reversed(messages) if one["role"] == "user")


def test_a_reply_to_the_bots_own_picture_means_what_was_made(ready: Stage) -> None:
    made = drawn(ready)
    orders(ready, "image", image="m1", prompt="brighter")
    ready.says(BRIGHTER, reply_to=made["message_id"])
    awaits_state(ready, "delivered", "delivered")
    assert "(in reply to your photo m1)" in words(question(ready))
    (edited,) = given(paid_posts(ready, "image")[1])
    assert edited["sha256"] == sha256(ready.sound(made)).hexdigest()
    assert ready.telegram_calls("getFile") == []
    assert rows(ready, "select job_id from media where kind = 'image'") == [("j1",), ("j2",)]


def test_a_reply_into_an_album_means_that_picture_of_it(ready: Stage) -> None:
    first = drawn(ready, count=3)
    ready.says("Which one is this?", reply_to=first["message_id"] + 1)
    ready.awaits_settled(2)
    assert "(in reply to your photo m2)" in words(question(ready))


def test_a_reply_to_anything_else_of_the_bot_is_not_taken_for_its_picture(ready: Stage) -> None:
    drawn(ready)
    answer = ready.awaits_text(ON_IT)
    ready.says("Really?", reply_to=answer["message_id"])
    ready.awaits_settled(2)
    assert "photo" not in words(question(ready))


def test_a_picture_is_changed_at_its_full_size_and_looked_at_smaller(ready: Stage) -> None:
    scan = picture("green", size=LARGE)
    orders(ready, "image", image="m1", prompt="brighter")
    ready.sends(scan, kind="document", name="scan.png", mime="image/png", caption=BRIGHTER)
    awaits_media(ready, "image")
    (order,) = paid_posts(ready, "image")
    (edited,) = given(order)
    assert edited["sha256"] == sha256(scan).hexdigest()
    (looked_at,) = [part["url"] for part in parts(question(ready), "image_url")]
    assert (looked_at["width"], looked_at["height"]) == (1_568, 1_045)
    assert order["json"]["image_config"]["image_size"] == "4K"


def test_a_photo_is_changed_by_voice(ready: Stage) -> None:
    photo = ready.sends(picture("red"), kind="photo", name="p.png", mime="image/png")
    ready.awaits_settled(1)
    orders(ready, "image", image="m1", prompt="brighter")
    ready.sends(voices.say(BRIGHTER), heard=BRIGHTER, reply_to=photo)
    made = awaits_media(ready, "image")
    awaits_state(ready, "delivered")
    said = words(question(ready))
    assert BRIGHTER in said
    assert "photo m1" in said
    (order,) = paid_posts(ready, "image")
    (edited,) = given(order)
    assert edited["sha256"] == sha256(picture("red")).hexdigest()
    assert ready.sound(made) != picture("red")
    assert len(ready.awaits_voice()) == 1


def test_what_is_asked_for_by_voice_in_a_topic_arrives_in_that_topic(ready: Stage) -> None:
    ready.telegram.post("chats", {"type": "forum", "id": FORUM, "bot_status": "administrator"})
    topic = int(ready.telegram.post(f"chats/{FORUM}/topics", {"name": "Foxes"})["thread_id"])
    hello = ready.says("@parley_sandbox_bot Hello.", chat_id=FORUM, thread_id=topic)
    ready.awaits_settled(1)
    (greeting,) = ready.replies(FORUM)
    assert greeting["reply_to"] == hello
    orders(ready, "image")
    asked = ready.sends(
        voices.say(DRAW),
        heard=DRAW,
        chat_id=FORUM,
        thread_id=topic,
        reply_to=greeting["message_id"],
    )
    made = awaits_media(ready, "image", chat_id=FORUM)
    assert (made["thread_id"], made["reply_to"]) == (topic, asked)
    (bubble,) = ready.awaits_voice(chat_id=FORUM)
    assert bubble["thread_id"] == topic
    awaits_state(ready, "delivered")


def test_two_orders_of_one_turn_are_two_even_if_their_calls_have_the_same_id(
    ready: Stage,
) -> None:
    def call(prompt: str) -> dict[str, Any]:
        arguments = {"prompt": prompt}
        return {"name": "image_generate", "arguments": arguments, "id": "tool_0_image_generate"}

    answers = [{"tool_calls": [call("a cat")]}, {"tool_calls": [call("a dog")]}, {"text": ON_IT}]
    ready.openrouter.post("script", [{"model": "auto", "answer": answer} for answer in answers])
    ready.says(DRAW)
    awaits_state(ready, "delivered", "delivered")
    prompts = [post["json"]["messages"][0]["content"] for post in paid_posts(ready, "image")]
    assert sorted(prompts) == ["a cat", "a dog"]


def test_a_picture_that_is_quicker_than_the_answer_leaves_its_turn_whole(ready: Stage) -> None:
    slow = {"chunks": [{"text": ON_IT, "hold": "answer"}]}
    call = {"name": "image_generate", "arguments": {"prompt": PROMPT}}
    ready.openrouter.post(
        "script",
        [
            {"model": "auto", "answer": {"tool_calls": [call]}},
            {"model": "auto", "match_tool": "", "answer": slow},
        ],
    )
    ready.says(DRAW)
    awaits_state(ready, "delivered")
    ready.openrouter.post("release", {"gate": "answer"})
    ready.awaits_settled(1)
    ready.says("And now?")
    ready.awaits_settled(2)
    messages = ready.upstream_calls("chat")[-1]["json"]["messages"]
    roles = [message["role"] for message in messages]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "user", "user"]
    assert messages[4]["content"] == ON_IT
    assert "was delivered" in words(content(ready, message=-2))
