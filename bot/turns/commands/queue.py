"""`/queue`: what becomes of messages that arrive while an answer is made (facts/behaviour.md F)."""

from __future__ import annotations

import re

from bot.turns.channel import Button, Rows
from bot.turns.commands.desk import Answer, Desk
from bot.values.conversation import Incoming

DEFAULT = "default"
MODES = {
    "steer": "what you add joins the answer at its next step",
    "followup": "each message waits and gets an answer of its own",
    "collect": "what waits is answered together",
    "interrupt": "the newest message ends the running answer",
}
CONFIGURED = "as configured"
# Options of OpenClaw's /queue; a space may stand after the colon.
OPTION = re.compile(r"\b(debounce|cap|drop):\s*\S*", re.IGNORECASE)
HEAD = "**Messages while I'm busy**: *{mode}*{origin}"
CHOSEN = " (chosen in this chat)"
SET = "From now on: *{mode}*, {meaning}."
BACK = "From now on: as configured."
UNKNOWN = "There is no mode *{mode}*."
IN_CONFIG = (
    "Waiting time, cap and drop hold for every chat and are set in the configuration file, under "
    "`messages.queue`."
)


async def queue(desk: Desk, incoming: Incoming) -> Answer:
    """`/queue`, `/queue MODE`, `/queue default`."""
    key = incoming.conversation.key
    args = incoming.command.args.lower() if incoming.command else ""
    mode = " ".join(OPTION.sub(" ", args).split())
    done = []
    if mode in MODES:
        await desk.conversations.choose(key, queue=mode)
        done.append(SET.format(mode=mode, meaning=MODES[mode]))
    elif mode == DEFAULT:
        await desk.conversations.choose(key, queue=None)
        done.append(BACK)
    elif mode:
        done.append(UNKNOWN.format(mode=re.sub(r"[`*_\[\]]", "", mode)[:20]))
    if OPTION.search(args):
        done.append(IN_CONFIG)
    chosen = (await desk.conversations.choices(key)).queue
    return Answer("\n\n".join([*done, _told(chosen)]), _buttons(chosen))


def _told(chosen: str | None) -> str:
    head = HEAD.format(mode=chosen or CONFIGURED, origin=CHOSEN if chosen else "")
    return "\n".join([head, *(f"{mode} – {meaning}" for mode, meaning in MODES.items())])


def _buttons(chosen: str | None) -> Rows:
    modes = [Button(f"✓ {mode}" if mode == chosen else mode, f"/queue {mode}") for mode in MODES]
    back = Button(CONFIGURED if chosen else f"✓ {CONFIGURED}", f"/queue {DEFAULT}")
    return tuple(modes[:2]), tuple(modes[2:]), (back,)
