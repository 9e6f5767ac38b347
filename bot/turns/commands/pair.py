"""`/pair`: the owner lets people in, or not."""

from __future__ import annotations

from bot.store.pairings import Pairing
from bot.turns import pairing
from bot.turns.channel import Button, Rows
from bot.turns.commands.desk import Answer, Desk
from bot.turns.prompt import escape_markdown
from bot.values.conversation import ChatKind, Incoming

OWNER_ONLY = "Only my owner can let people in."
IN_PRIVATE = "Let's do that in our private chat."
NOBODY = "Nobody waits to be let in."
GONE = "Code `{code}` is not open any more. Whoever it was can write to me for a new one."
APPROVED = "**{name}** (id `{person}`) is in. I have told them."
DENIED = "**{name}** (id `{person}`) stays out."
USAGE = "Send /pair, `/pair approve CODE` or `/pair deny CODE`."


async def pair(desk: Desk, incoming: Incoming) -> Answer:
    """`/pair`, `/pair approve CODE`, `/pair deny CODE`: of the owner alone."""
    if not await desk.doorman.owns(incoming):
        return Answer(OWNER_ONLY)
    if incoming.chat_kind is not ChatKind.PRIVATE:
        return Answer(IN_PRIVATE)
    said = incoming.command.args.split() if incoming.command else []
    match said:
        case []:
            return await _waiting(desk, incoming.conversation.channel)
        case [("approve" | "deny") as verb, typed]:
            code = pairing.as_code(typed)
            return await (_approve if verb == "approve" else _deny)(desk, incoming, code)
        case _:
            return Answer(USAGE)


async def _waiting(desk: Desk, channel: str) -> Answer:
    found = await desk.doorman.pairings.waiting(channel)
    if not found:
        return Answer(NOBODY)
    lines = [pairing.asks(one.name, one.person, one.code) for one in found]
    return Answer("\n".join(lines), _buttons(found))


def _buttons(found: list[Pairing]) -> Rows:
    named = len(found) > 1  # a single row needs no code to tell whom it is about
    return tuple(
        tuple(
            Button(f"{label} {one.code}" if named else label, command)
            for label, command in pairing.choices(one.code)
        )
        for one in found
    )


async def _approve(desk: Desk, incoming: Incoming, code: str) -> Answer:
    channel = incoming.conversation.channel
    let_in = await desk.doorman.pairings.approve(channel, code, notice=pairing.welcome)
    return _said(APPROVED, let_in[0] if let_in else None, code)


async def _deny(desk: Desk, incoming: Incoming, code: str) -> Answer:
    return _said(
        DENIED, await desk.doorman.pairings.deny(incoming.conversation.channel, code), code
    )


def _said(words: str, asked: Pairing | None, code: str) -> Answer:
    if asked is None:
        return Answer(GONE.format(code=code.replace("`", "")[:20]))
    name = escape_markdown(asked.name) or "Somebody"
    return Answer(words.format(name=name, person=asked.person))
