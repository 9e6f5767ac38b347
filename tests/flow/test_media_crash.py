"""kill -9 while media are made: nothing lost, nothing finished paid twice, nothing sent twice."""

from __future__ import annotations

import pytest

from tests.flow.books import booked, rows
from tests.flow.crash import dies
from tests.flow.stage import Stage, eventually
from tests.flow.workshop import (
    DRAW,
    ON_IT,
    SENT,
    awaits_media,
    awaits_state,
    orders,
    paid_posts,
)

KINDS = ("image", "video", "music")
ASKED = "This may already have been paid."
# A picture takes its time, so that the answer and the status are sent before it comes.
QUICK = {"video": {"queue_ms": 0, "make_ms": 0}, "image": {"make_ms": 400}}


def ordered(stage: Stage, kind: str) -> None:
    """A model that orders once, also when the turn is taken up again after a kill."""
    stage.openrouter.post("settings", QUICK)
    orders(stage, kind)


def sent(stage: Stage, kind: str) -> int:
    return len(stage.replies(kind=SENT[kind]))


LATE_POINTS = (
    *(("job-kept", kind) for kind in KINDS),
    ("job-delivered", "video"),
    ("before-send:3", "image"),
)


@pytest.mark.parametrize(("point", "kind"), LATE_POINTS)
def test_what_was_made_is_delivered_once_and_paid_once(stage: Stage, point: str, kind: str) -> None:
    ordered(stage, kind)
    bot = stage.start(kill_at=point)
    stage.says(DRAW)
    dies(stage, bot)
    stage.start()
    awaits_media(stage, kind)
    awaits_state(stage, "delivered")
    stage.awaits_text(ON_IT)
    assert sent(stage, kind) == 1
    assert len(paid_posts(stage, kind)) == 1
    assert booked(stage, kind) == {"done": 1}


@pytest.mark.parametrize("point", ["job-polling", "job-fetched"])
def test_a_film_is_polled_on_and_fetched_after_a_kill(stage: Stage, point: str) -> None:
    ordered(stage, "video")
    bot = stage.start(kill_at=point)
    asked = stage.says(DRAW)
    dies(stage, bot)
    stage.start()
    film = awaits_media(stage, "video")
    assert film["reply_to"] == asked
    awaits_state(stage, "delivered")
    assert sent(stage, "video") == 1
    assert len(paid_posts(stage, "video")) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("point", ["job-asking", "job-answered"])
def test_killed_while_ordering_the_chat_is_asked_and_nothing_is_ordered_again(
    stage: Stage, kind: str, point: str
) -> None:
    ordered(stage, kind)
    bot = stage.start(kill_at=point)
    stage.says(DRAW)
    dies(stage, bot)
    posts = len(paid_posts(stage, kind))
    stage.start()
    question = stage.awaits_text(ASKED)
    awaits_state(stage, "doubtful")
    assert len(paid_posts(stage, kind)) == posts
    assert booked(stage, kind) == {"maybe_paid": 1}
    assert [[b["text"] for b in row] for row in question["buttons"]] == [["Try again"]]

    again = {"from": 1, "chat_id": 1, "message_id": question["message_id"], "text": "Try again"}
    stage.telegram.post("callbacks", again)
    awaits_media(stage, kind)
    awaits_state(stage, "delivered")
    assert len(paid_posts(stage, kind)) == posts + 1
    assert sent(stage, kind) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_killed_before_anything_was_ordered_it_is_ordered_once(stage: Stage, kind: str) -> None:
    ordered(stage, kind)
    bot = stage.start(kill_at="job-opened")
    stage.says(DRAW)
    dies(stage, bot)
    stage.start()
    awaits_media(stage, kind)
    awaits_state(stage, "delivered")
    assert len(paid_posts(stage, kind)) == 1
    assert sent(stage, kind) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_killed_while_uploading_it_comes_at_most_twice_and_only_if_telegram_had_it(
    stage: Stage, kind: str
) -> None:
    ordered(stage, kind)
    method = {"image": "sendPhoto", "video": "sendVideo", "music": "sendAudio"}[kind]
    # Telegram takes the file and its answer never comes.
    stage.telegram.post("faults", {"method": method, "kind": "slow", "seconds": 3})
    bot = stage.start()
    stage.says(DRAW)
    eventually(lambda: stage.telegram_calls(method), "the upload")
    bot.kill()
    stage.start()
    awaits_media(stage, kind)
    awaits_state(stage, "delivered")
    assert sent(stage, kind) <= 2
    assert len(paid_posts(stage, kind)) == 1


def test_a_film_under_way_survives_three_kills(stage: Stage) -> None:
    stage.openrouter.post("settings", {"video": {"queue_ms": 0, "make_ms": 4_000}})
    orders(stage, "video")
    bot = stage.start()
    stage.says(DRAW)
    eventually(lambda: len(paid_posts(stage, "video")) == 1, "the order")
    eventually(lambda: rows(stage, "select 1 from jobs where ticket <> ''"), "the ticket")
    for _ in range(3):
        bot.kill()
        bot = stage.start()
    awaits_media(stage, "video")
    awaits_state(stage, "delivered")
    assert sent(stage, "video") == 1
    assert len(paid_posts(stage, "video")) == 1


def test_a_polite_end_lets_a_picture_finish_and_a_film_wait(stage: Stage) -> None:
    stage.openrouter.post("settings", {"video": {"queue_ms": 0, "make_ms": 6_000}})
    orders(stage, "video")
    bot = stage.start()
    stage.says(DRAW)
    eventually(lambda: rows(stage, "select 1 from jobs where ticket <> ''"), "the ticket")
    assert bot.stop() == 0, bot.log
    assert sent(stage, "video") == 0
    stage.start()
    awaits_media(stage, "video")
    assert len(paid_posts(stage, "video")) == 1
