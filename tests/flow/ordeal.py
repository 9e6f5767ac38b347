"""What flow tests of bad makers share: an order that comes to nothing, and what must hold then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.jobs.words import FREE, TRY_AGAIN, dollars
from tests.flow.books import rows
from tests.flow.guest import Guest
from tests.flow.stage import Stage, eventually
from tests.flow.workshop import DRAW, PROMPT, awaits_media, orders, paid_posts

THING = {"image": "picture", "video": "film", "music": "song"}


def fails(guest: Guest, kind: str, *, button: str = TRY_AGAIN, **arguments: Any) -> str:
    """Order something that comes to nothing; what the person is told above `button`."""
    orders(guest.stage, kind, **arguments)
    asked = guest.says(DRAW)
    told = guest.awaits_text("I couldn't")
    assert f"the {THING[kind]} “{PROMPT}”" in told["text"].lower()
    assert told["reply_to"] == asked
    labels = [one["text"] for row in told["buttons"] or () for one in row]
    assert labels == ([button] if button else [])
    guest.awaits_endings(1)
    awaits_job(guest, "failed")
    log = guest.stage.bots[-1]
    assert [event for event in log.events("job.failed") if job_of(guest, event)]
    for secret in (guest.stage.key, guest.stage.token):
        assert secret not in log.log
        assert secret not in str(guest.texts)
    assert len([text for text in guest.texts if "I couldn't" in text]) == 1
    return str(told["text"])


def lives_on(guest: Guest) -> None:
    """The next thing that is asked for arrives."""
    guest.stage.openrouter.delete()
    orders(guest.stage, "image", prompt="a calm lake")
    guest.says(DRAW)
    awaits_media(guest.stage, "image", chat_id=guest.chat_id)
    awaits_job(guest, "delivered")


def awaits_job(guest: Guest, state: str) -> None:
    """Until the newest job of the guest is in `state` and told."""
    query = "select state from jobs where conversation = ? and told = 1 order by id desc limit 1"
    eventually(lambda: rows(guest.stage, query, guest.key) == [(state,)], f"a job {state}")


def job_of(guest: Guest, event: dict[str, Any]) -> bool:
    found = rows(guest.stage, "select id from jobs where conversation = ?", guest.key)
    return event.get("job") in [f"j{number}" for (number,) in found]


def price(stage: Stage, kind: str) -> str:
    """What the stand-in charged for the newest one, as it is to be told."""
    micro_usd = round(paid_posts(stage, kind)[-1]["cost_usd"] * 1_000_000)
    return f"It cost {dollars(micro_usd)}." if micro_usd else FREE


def looks(stage: Stage) -> list[dict[str, Any]]:
    """How often the film was asked about."""
    return list(stage.openrouter.get("calls", endpoint="video_poll")["calls"])


def memory_mb(stage: Stage) -> int:
    """The most memory that the bot ever had."""
    status = Path(f"/proc/{stage.bots[-1].process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024
