"""Letting people in: the code that a stranger gets, what the owner reads, what is said after.

Source: facts/behaviour.md A3, L4. A stranger's own message is not processed.
"""

from __future__ import annotations

import secrets

from bot.access.doorman import Doorman
from bot.store.notices import NewNotice
from bot.store.pairings import NewPairing, Pairing
from bot.turns.prompt import escape_markdown
from bot.values.conversation import Incoming

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without 0, O, 1 and I, which look alike
CODE_LENGTH = 8
LONGEST_NAME = 60
ASKED = (
    "Hello! I'm a private bot and don't know you yet. {asked}\n\n"
    "Your id: `{person}`\n"
    "Pairing code, good for one hour: `{code}`\n"
    "To let you in: `parley pairing approve {channel} {code}`"
)
OWNER_TOLD = "I have asked my owner to let you in."
ASK_THEM = "If you know who runs me, send them this:"
ASKS = "**{name}** (id `{person}`) would like to talk to me. Code `{code}`, good for one hour."
LET_IN = "You're in. Send me a voice note, or write to me."
NOW_OWNER = "You are my owner now. Send me a voice note and I answer with my voice."
APPROVE, DENY = "/pair approve {code}", "/pair deny {code}"


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def as_code(typed: str) -> str:
    """A code as somebody copied it."""
    return typed.strip().strip("`").upper()


async def knock(doorman: Doorman, incoming: Incoming) -> str:
    """What to tell a stranger, in Markdown; "" when they know it or too many wait already."""
    place, person = incoming.conversation, incoming.sender
    new = NewPairing(
        channel=place.channel,
        person=person.id,
        name=_printable(person.name),
        conversation=place.key,
        message_id=incoming.message_id,
        code=new_code(),
    )
    markdown, buttons = asks(new.name, new.person, new.code), choices(new.code)
    chats = await doorman.owner_chats(place.channel)
    notices = [NewNotice(chat.key, markdown, (buttons,)) for chat in chats]
    asked = await doorman.pairings.ask(new, notices=notices)
    if asked is None:
        return ""
    return ASKED.format(
        asked=OWNER_TOLD if chats else ASK_THEM,
        person=asked.person,
        code=asked.code,
        channel=asked.channel,
    )


def _printable(name: str) -> str:
    """A name as it may stand in a line: a stranger chose it, and terminals show it too."""
    return "".join(c for c in " ".join(name.split()) if c.isprintable())[:LONGEST_NAME]


def asks(name: str, person: str, code: str) -> str:
    """Who asks, as the owner reads it. A stranger chose the name."""
    return ASKS.format(name=escape_markdown(name) or "Somebody", person=person, code=code)


def choices(code: str) -> tuple[tuple[str, str], ...]:
    """The buttons below it, each with its command."""
    return (("Approve", APPROVE.format(code=code)), ("Deny", DENY.format(code=code)))


def welcome(asked: Pairing, owns: bool) -> NewNotice:  # noqa: FBT001 - the shape of a callback
    """What somebody reads who was let in."""
    return NewNotice(asked.conversation, NOW_OWNER if owns else LET_IN)
