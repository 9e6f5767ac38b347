"""`parley jobs`: what the bot makes, looked at and cancelled from outside."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.flow.books import booked
from tests.flow.crash import dies
from tests.flow.program import parley
from tests.flow.stage import Stage, eventually
from tests.flow.workshop import DRAW, PROMPT, awaits_media, awaits_state, orders, paid_posts

FIELDS = {
    *("job", "kind", "state", "told", "title", "prompt", "models", "conversation", "person"),
    *("costUsd", "sentence", "createdAt", "askedAt", "finishedAt", "providerJob"),
}
SLOW = {"video": {"queue_ms": 0, "make_ms": 120_000}}


def jobs(stage: Stage, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`parley jobs ARGUMENTS` on the bot's own files; what it prints holds no secret."""
    places = ("--config", str(stage.folder / "config.json5"), "--state-dir", str(stage.state_dir))
    done = parley(
        *("jobs", *arguments, *places),
        OPENROUTER_API_KEY=stage.key,
        TELEGRAM_BOT_TOKEN=stage.token,
    )
    for secret in (stage.key, stage.token, "/api/v1/videos", "Traceback"):
        assert secret not in done.stdout + done.stderr
    return done


def prints(stage: Stage, *arguments: str) -> Any:
    done = jobs(stage, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def filming(stage: Stage) -> None:
    """A film is being made and will be for long."""
    stage.openrouter.post("settings", SLOW)
    orders(stage, "video")
    stage.says(DRAW)
    eventually(lambda: stage.openrouter.get("calls", endpoint="video_poll")["calls"], "a look")


def test_a_finished_job_is_listed_and_shown_with_its_cost(stage: Stage) -> None:
    stage.start()
    orders(stage, "image")
    stage.says(DRAW)
    awaits_media(stage, "image")
    awaits_state(stage, "delivered")
    (listed,) = prints(stage, "list")
    assert listed.keys() == FIELDS
    assert (listed["job"], listed["kind"], listed["state"]) == ("j1", "image", "delivered")
    assert listed["prompt"] == PROMPT
    assert (listed["conversation"], listed["person"]) == ("telegram:1", "1")
    (post,) = paid_posts(stage, "image")
    assert listed["costUsd"] == pytest.approx(post["cost_usd"], abs=1e-6)
    assert listed["createdAt"] <= listed["askedAt"] <= listed["finishedAt"]
    assert listed["createdAt"].endswith("+00:00")
    for name in ("j1", "J1", "1"):
        assert prints(stage, "show", name) == listed

    line = jobs(stage, "list").stdout
    assert line.split()[:3] == ["j1", "image", "delivered"]
    assert PROMPT in line
    shown = jobs(stage, "show", "j1").stdout
    assert "costUsd" in shown
    assert "delivered" in shown

    late = jobs(stage, "cancel", "j1")
    assert late.returncode == 1
    assert late.stderr == "parley: j1 can't be cancelled: it is delivered already.\n"
    assert prints(stage, "list") == [listed]

    stage.bots[-1].stop()
    assert prints(stage, "show", "j1") == listed, "no bot is needed to look"


def test_a_film_is_cancelled_from_outside_while_the_bot_films(stage: Stage) -> None:
    bot = stage.start()
    filming(stage)
    (row,) = prints(stage, "list")
    assert row["state"] == "polling"
    assert row["providerJob"].startswith("vgen")
    done = jobs(stage, "cancel", "j1")
    assert done.returncode == 0, done.stderr
    assert "j1 will be cancelled" in done.stdout
    awaits_state(stage, "cancelled")
    assert "It may have been charged." in stage.awaits_text("I cancelled the film")["text"]
    assert prints(stage, "show", "j1")["state"] == "cancelled"
    assert bot.process.poll() is None
    assert jobs(stage, "cancel", "j1").returncode == 1

    orders(stage, "image")
    stage.says(DRAW)
    awaits_media(stage, "image")
    assert not stage.replies(kind="video")


def test_a_film_that_is_cancelled_while_no_bot_runs_is_given_up_at_the_start(stage: Stage) -> None:
    bot = stage.start()
    filming(stage)
    bot.kill()
    assert jobs(stage, "cancel", "j1").returncode == 0
    stage.openrouter.post("settings", {"video": {"make_ms": 0}})
    stage.start()
    stage.awaits_text("I cancelled the film")
    awaits_state(stage, "cancelled")
    assert not stage.replies(kind="video")


def test_what_is_cancelled_before_it_was_ordered_is_never_paid(stage: Stage) -> None:
    orders(stage, "video")
    bot = stage.start(kill_at="job-opened")
    stage.says(DRAW)
    dies(stage, bot)
    assert jobs(stage, "cancel", "j1").returncode == 0
    stage.start()
    said = stage.awaits_text("I cancelled the film")["text"]
    assert "It cost nothing." in said
    awaits_state(stage, "cancelled")
    assert paid_posts(stage, "video") == []
    assert booked(stage, "video") == {}


def test_unknown_jobs_and_missing_folders_are_wrong_usage(stage: Stage) -> None:
    for arguments in (("list",), ("show", "j1"), ("cancel", "j1")):
        done = jobs(stage, *arguments)
        assert done.returncode == 2
        assert "There is no bot's state in" in done.stderr
        assert not stage.state_dir.exists(), "looking makes nothing"

    stage.start().stop()
    assert jobs(stage, "list").stdout == "Nothing was made yet.\n"
    assert prints(stage, "list") == []
    for verb, name in (("show", "j7"), ("cancel", "7"), ("show", "seven"), ("show", "9" * 30)):
        done = jobs(stage, verb, name)
        assert done.returncode == 2, done.stderr
        assert done.stderr.startswith("parley: There is no job")
    assert jobs(stage, "show").returncode == 2
    assert jobs(stage, "destroy").returncode == 2
