"""What people read about jobs: how far one is, why it failed, what it cost."""

from __future__ import annotations

from bot.store.jobs import Job, Next
from bot.values.media import MediaKind

MICRO = 1_000_000
LEAST_USD = 0.0001
DOING = {
    MediaKind.IMAGE: "🎨 Drawing",
    MediaKind.VIDEO: "🎬 Filming",
    MediaKind.MUSIC: "🎵 Composing",
}
THING = {MediaKind.IMAGE: "picture", MediaKind.VIDEO: "film", MediaKind.MUSIC: "song"}
STATES = {
    "queued": "waiting",
    "asking": "in the making",
    "polling": "in the making",
    "made": "finished, being sent",
    "delivered": "delivered",
    "failed": "failed",
    "cancelled": "cancelled",
    "doubtful": "interrupted",
}
WAITING = "⏳ Waiting its turn: {what}"
STATUS = "{doing} {what} · {time}"
LATE = "{doing} {what} · {time}. It takes longer than usual; I keep looking and send it here."
DOUBTFUL = "I was interrupted while ordering the {thing} {what}. This may already have been paid."
FAILED = "I couldn't make the {thing} {what}. {why} {cost}"
NOT_FETCHED = "The {thing} {what} is finished, but I couldn't fetch it. {why} {cost}"
UNSENT = "I made the {thing} {what}, but I couldn't send it. {why} {cost}"
CANCELLED = "I cancelled the {thing} {what}. {cost}"
FREE = "It cost nothing."
UNSURE = "It may have been charged."
LOST = "The provider never finished it."
FILE_GONE = "Its file is gone from my disk."
CHAT_GONE = "The chat was closed to me."
NOT_KEPT = (
    "I made the {thing} {what}, but my disk did not take it and I couldn't send it either. {why} "
    "Please tell my owner. {cost}"
)
TRY_AGAIN = "Try again"
LOOK_AGAIN = "Look again"
SEND_AGAIN = "Send again"
AGAIN: dict[Next, str] = {"queued": TRY_AGAIN, "polling": LOOK_AGAIN, "made": SEND_AGAIN}


def quoted(job: Job) -> str:
    title = str(job.request.get("title") or job.request.get("prompt") or job.ref)
    return f"“{title}”"


def lasting(seconds: float) -> str:
    """A time as people say it: `40 s`, `2 min 10 s`."""
    whole = int(seconds)
    minutes, rest = divmod(whole, 60)
    return f"{rest} s" if not minutes else f"{minutes} min {rest:02d} s"


def dollars(micro_usd: int) -> str:
    """`$0.04`; small amounts keep the digits that count."""
    usd = micro_usd / MICRO
    if 0 < usd < LEAST_USD:
        return f"under ${LEAST_USD}"
    return f"${usd:.2f}" if usd >= 0.1 or usd == 0 else f"${usd:.4f}".rstrip("0")


def cost(job: Job, *, free: bool = False) -> str:
    """What `job` cost, as a sentence; `free` says that it certainly cost nothing."""
    if job.cost_micro_usd is not None:
        return f"It cost {dollars(job.cost_micro_usd)}." if job.cost_micro_usd else FREE
    return FREE if free else UNSURE


def again(job: Job) -> str:
    """The button that takes up an ended `job`; empty where that can't help."""
    return "" if job.hopeless else AGAIN[job.taken_up_as]


def waited_s(job: Job, *, now_ms: int) -> float:
    """How long ago `job` was ordered."""
    return (now_ms - (job.asked_at_ms or job.created_at_ms)) / 1000
