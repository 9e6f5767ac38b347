"""`/jobs`: what is being made here, with buttons to cancel it or to try again."""

from __future__ import annotations

from bot.jobs import words
from bot.store.jobs import Job
from bot.turns.channel import Button, Rows
from bot.turns.commands.desk import Answer, Desk
from bot.turns.prompt import escape_markdown
from bot.values.conversation import Incoming

NOTHING = "Nothing was made here yet. Ask me for a picture, a film or a song."
HEAD = "**What I make here**"
LINE = "`{ref}` {thing} “{title}”: {state}{cost}"
UNKNOWN = "There is no job `{ref}` here. /jobs shows what there is."
CANCELLED = "I'm cancelling {ref}."
TOO_LATE = "{ref} is {state} already."
ONCE_MORE = "I'm trying {ref} again."
ENDED = ("failed", "doubtful", "cancelled", "made")
USAGE = "Send /jobs, `/jobs cancel j5` or `/jobs again j5`."


async def jobs(desk: Desk, incoming: Incoming) -> Answer:
    """`/jobs`, `/jobs cancel j5`, `/jobs again j5`."""
    words_said = incoming.command.args.lower().split() if incoming.command else []
    match words_said:
        case []:
            return await _listing(desk, incoming)
        case [("cancel" | "again") as verb, ref]:
            job = await desk.jobs.find(incoming.conversation.key, ref)
            if job is None:
                return Answer(UNKNOWN.format(ref=ref.replace("`", "")[:20]))
            return await (_cancel if verb == "cancel" else _again)(desk, job)
        case _:
            return Answer(USAGE)


async def _listing(desk: Desk, incoming: Incoming) -> Answer:
    found = await desk.jobs.recent(incoming.conversation.key)
    if not found:
        return Answer(NOTHING)
    return Answer("\n".join([HEAD, *map(_line, found)]), _buttons(found))


async def _cancel(desk: Desk, job: Job) -> Answer:
    if await desk.jobs.cancel(job):
        return Answer(CANCELLED.format(ref=job.ref))
    return Answer(TOO_LATE.format(ref=job.ref, state=words.STATES[job.state]))


async def _again(desk: Desk, job: Job) -> Answer:
    if await desk.jobs.again(job):
        return Answer(ONCE_MORE.format(ref=job.ref))
    return Answer(TOO_LATE.format(ref=job.ref, state=words.STATES[job.state]))


def _line(job: Job) -> str:
    known = job.cost_micro_usd
    return LINE.format(
        ref=job.ref,
        thing=words.THING[job.kind],
        title=escape_markdown(str(job.request["title"])),
        state=words.STATES[job.state],
        cost="" if known is None else f", {words.dollars(known)}",
    )


def _buttons(found: list[Job]) -> Rows:
    rows: list[tuple[Button, ...]] = []
    for job in found:
        if job.state in ("queued", "asking", "polling"):
            rows.append((Button(f"Cancel {job.ref}", f"/jobs cancel {job.ref}"),))
        elif job.told and job.state in ENDED and (label := words.again(job)):
            rows.append((Button(f"{label}: {job.ref}", f"/jobs again {job.ref}"),))
    return tuple(rows)
