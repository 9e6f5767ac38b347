"""What was made finds its way: refused and sent again, the chat gone, the disk full for a while."""

from __future__ import annotations

from tests.flow.books import booked
from tests.flow.stage import Stage, eventually
from tests.flow.workshop import DRAW, ON_IT, SENT, awaits_media, awaits_state, orders, paid_posts

QUICK = {"video": {"queue_ms": 0, "make_ms": 0}}
REFUSED = {"kind": "status", "status": 400, "description": "Bad Request: not enough rights"}


def test_a_picture_that_was_refused_is_sent_again_with_a_button_and_paid_once(
    stage: Stage,
) -> None:
    for method in ("sendPhoto", "sendDocument"):
        stage.telegram.post("faults", {"method": method, **REFUSED})
    stage.start()
    orders(stage)
    stage.says(DRAW)
    said = stage.awaits_text("but I couldn't send it")
    awaits_state(stage, "failed")
    assert [[button["text"] for button in row] for row in said["buttons"]] == [["Send again"]]
    where = {"chat_id": 1, "message_id": said["message_id"]}
    stage.telegram.post("callbacks", {"from": 1, **where, "text": "Send again"})
    awaits_media(stage, "image")
    awaits_state(stage, "delivered")
    assert len(stage.replies(kind=SENT["image"])) == 1
    assert len(paid_posts(stage, "image")) == 1


def test_a_film_for_a_chat_that_was_gone_comes_when_it_is_asked_for(stage: Stage) -> None:
    stage.openrouter.post("settings", QUICK)
    hold = {"endpoint": "video_poll", "kind": "hold", "gate": "film"}
    stage.openrouter.post("faults", [hold])
    stage.start()
    orders(stage, "video")
    stage.says(DRAW)
    stage.awaits_text(ON_IT)
    stage.telegram.post("users", {"id": 1, "blocked": True})
    stage.openrouter.post("release", {"gate": "film"})
    awaits_state(stage, "failed")
    stage.telegram.post("users", {"id": 1, "blocked": False})
    stage.says("/jobs")
    listed = stage.awaits_text("What I make here")
    assert [[b["text"] for b in row] for row in listed["buttons"]] == [["Send again: j1"]]
    stage.says("/jobs again j1")
    awaits_media(stage, "video")
    awaits_state(stage, "delivered")
    assert len(paid_posts(stage, "video")) == 1


def test_a_picture_outlasts_a_disk_that_takes_nothing_for_a_while(stage: Stage) -> None:
    bot = stage.start()
    folder = stage.state_dir / "media"
    folder.write_bytes(b"")  # where the folder should be, so nothing can be written below it
    orders(stage)
    stage.says(DRAW)
    eventually(lambda: bot.events("job.not_kept"), "a disk that refuses")
    folder.unlink()
    awaits_media(stage, "image")
    awaits_state(stage, "delivered")
    assert len(paid_posts(stage, "image")) == 1
    assert booked(stage, "image") == {"done": 1}
