"""Beginning, ending, and who is who."""

from __future__ import annotations

from bot.turns.commands.desk import Answer, Desk
from bot.values.conversation import Incoming

HELP = """\
**{name}** – talk to me.

Send a voice note and I answer with my voice; write and I answer in text. I can also
draw, film and compose: just ask.

/new – start afresh: I look back no further
/forget – delete for good what was said here
/compact – keep the long conversation as short notes
/stop – stop what I'm doing (saying "stop" works too)
/model – choose the model that answers
/think – choose how much it thinks
/voice – how I sound: voice, speed, form, language
/tts – whether I speak, and the last answer aloud
/queue – what happens to messages while I'm busy
/jobs – pictures, films and songs in the making
/usage – what this conversation cost
/trace – how long the last answer took
/why – why I stayed silent
/help – this list"""
WELCOME = "Hello! I'm {name}. Send me a voice note or write to me. /help shows what I can do."
STOPPED = "Stopped."
NOTHING_RUNS = "Nothing is running."
IDS = "Your id: `{person}`\nThis conversation: `{conversation}`"


async def start(desk: Desk, _incoming: Incoming) -> Answer:
    return Answer(WELCOME.format(name=desk.name))


async def show_help(desk: Desk, _incoming: Incoming) -> Answer:
    return Answer(HELP.format(name=desk.name))


async def stop(desk: Desk, incoming: Incoming) -> Answer:
    return Answer(STOPPED if desk.stop(incoming.conversation.key) else NOTHING_RUNS)


async def whoami(_desk: Desk, incoming: Incoming) -> Answer:
    return Answer(IDS.format(person=incoming.sender.id, conversation=incoming.conversation.key))
