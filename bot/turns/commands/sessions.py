"""Starting afresh, making a long history short, and forgetting for good (facts/behaviour.md F)."""

from __future__ import annotations

from bot.errors import StageError
from bot.store.forgetting import Forgotten
from bot.turns.channel import Button
from bot.turns.commands import models
from bot.turns.commands.desk import Answer, Desk
from bot.turns.paying import Payer
from bot.values.conversation import ChatKind, Incoming

AFRESH = "Done. We start afresh."
AFRESH_WITH = "Done. We start afresh, and `{model}` answers here."
COMPACTED = (
    "Done. {turns} with {messages} are short notes now: {chars} in place of {before} characters. "
    "Names, numbers and what is still open stay."
)
NOTHING_LONG = "There is nothing to shorten yet: this conversation is short as it is."
NOT_COMPACTED = "I couldn't shorten this conversation, so it stays as it is. {why}"
SURE = (
    "Shall I delete for good everything that was said here: messages, transcripts, pictures and "
    "files, traces? Only what it cost stays in my books, as amounts. This can't be undone."
)
FORGOTTEN = (
    "Done. I deleted everything that was said here: {what}. What it cost stays in my books, as "
    "amounts. The messages in this chat are yours to delete."
)
NOTHING_KEPT = "There was nothing left to delete: I keep nothing that was said here."
STILL_RUNNING = " {jobs} still being made; /jobs shows what."
KEPT = "Nothing was deleted."
OWNER_ONLY = "In a group only my owner can have me forget what was said."
USAGE = "Send /forget, and press the button to confirm."


async def new(desk: Desk, incoming: Incoming) -> Answer:
    """`/new`, `/new MODEL`."""
    wanted = incoming.command.args.split() if incoming.command else []
    if not wanted:
        return await reset(desk, incoming)
    model = desk.models.find(wanted[0])
    if model is None:
        return Answer(models.UNKNOWN_MODEL.format(model=wanted[0].replace("`", "")))
    await desk.conversations.choose(incoming.conversation.key, model=model)
    await desk.history.start_afresh(desk.sessions.key(incoming))
    return Answer(AFRESH_WITH.format(model=model))


async def reset(desk: Desk, incoming: Incoming) -> Answer:
    """`/reset`, whatever follows."""
    await desk.history.start_afresh(desk.sessions.key(incoming))
    return Answer(AFRESH)


async def compact(desk: Desk, incoming: Incoming) -> Answer:
    """`/compact`, `/compact keep the recipes whole`."""
    place, session = incoming.conversation.key, desk.sessions.key(incoming)
    wish = incoming.command.args.strip() if incoming.command else ""
    payer = Payer(f"compact/{incoming.message_id}", place, incoming.sender.id, session)
    try:
        done = await desk.compactor.by_hand(payer, wish=wish)
    except StageError as error:
        return Answer(NOT_COMPACTED.format(why=error.sentence))
    if done is None:
        return Answer(NOTHING_LONG)
    return Answer(
        COMPACTED.format(
            turns=_count(done.turns, "turn"),
            messages=_count(done.messages, "message"),
            chars=done.chars,
            before=done.before,
        )
    )


async def forget(desk: Desk, incoming: Incoming) -> Answer:
    """`/forget`, and `/forget yes` or `/forget no` from its buttons."""
    place = incoming.conversation
    if incoming.chat_kind is ChatKind.GROUP and not await desk.people.is_owner(
        place.channel, incoming.sender.id
    ):
        return Answer(OWNER_ONLY)
    match incoming.command.args.lower().split() if incoming.command else []:
        case []:
            yes, no = Button("Delete everything", "/forget yes"), Button("Keep it", "/forget no")
            return Answer(SURE, ((yes, no),))
        case ["yes"]:
            gone = await desk.forgetting.forget(place, session=desk.sessions.key(incoming))
            return Answer(_told(gone))
        case ["no"]:
            return Answer(KEPT)
    return Answer(USAGE)


def _told(gone: Forgotten) -> str:
    counts = (
        _count(gone.messages, "message"),
        _count(gone.transcripts, "transcript"),
        _count(gone.files, "file"),
        _count(gone.jobs, "job"),
        _count(gone.turns, "trace"),
    )
    running = ""
    if gone.running:
        verb = "is" if gone.running == 1 else "are"
        running = STILL_RUNNING.format(jobs=f"{_count(gone.running, 'thing')} {verb}")
    what = ", ".join(count for count in counts if not count.startswith("0 "))
    return (FORGOTTEN.format(what=what) if what else NOTHING_KEPT) + running


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
