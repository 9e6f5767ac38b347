"""Choosing the model and how much it thinks, for one conversation (facts/behaviour.md G).

A model that a person picked never falls back silently; `/model default` gives the choice back.
"""

from __future__ import annotations

from bot.turns.channel import Button, Rows
from bot.turns.commands.desk import Answer, Desk
from bot.values.conversation import Incoming

DEFAULT = "default"
LEVELS = ("off", "minimal", "low", "medium", "high", "xhigh", "adaptive", "max")
ROW = 4
PAGE = 8  # buttons a page (facts/behaviour.md A10)
LONGEST_COMMAND_BYTES = 64
MODEL_NOW = "The model here is `{model}`{origin}."
MODEL_SET = "From now on `{model}` answers here."
MODEL_BACK = "Back to the configured model, `{model}`."
UNKNOWN_MODEL = (
    "I don't know a model named `{model}`. Names look like `openrouter/vendor/model`; "
    "/models lists what there is."
)
THINKING_NOW = "Thinking is *{level}* here{origin}. More thinking is slower and costs more."
THINKING_SET = "Thinking is *{level}* from now on."
UNKNOWN_LEVEL = "There is no thinking level *{level}*. Choose one of: " + ", ".join(LEVELS) + "."
NO_LEVELS = "The model that answers here decides by itself how much it thinks."
CHOSEN, CONFIGURED = " (chosen here)", " (as configured)"


async def model(desk: Desk, incoming: Incoming) -> Answer:
    """`/model`, `/model REF`, `/model default`."""
    conversation = incoming.conversation.key
    wanted = incoming.command.args.split()[0] if incoming.command and incoming.command.args else ""
    if wanted == DEFAULT:
        await desk.conversations.choose(conversation, model=None)
        return Answer(MODEL_BACK.format(model=desk.model))
    if wanted:
        found = desk.models.find(wanted)
        if found is None:
            return Answer(UNKNOWN_MODEL.format(model=wanted.replace("`", "")))
        await desk.conversations.choose(conversation, model=found)
        return Answer(MODEL_SET.format(model=found))
    chosen = (await desk.conversations.choices(conversation)).model
    text = MODEL_NOW.format(model=chosen or desk.model, origin=CHOSEN if chosen else CONFIGURED)
    return Answer(text, _page(desk, 0))


async def listing(desk: Desk, incoming: Incoming) -> Answer:
    """`/models`, `/models PAGE`, `/models WORD` to search."""
    args = incoming.command.args.strip() if incoming.command else ""
    if args and not args.isdigit():
        found = [name for name in desk.models.references() if args.lower() in name.lower()]
        if not found:
            return Answer(f"No model has `{args.replace('`', '')}` in its name.")
        return Answer("Which one?", _choices(found[:PAGE]))
    page = max(0, int(args) - 1) if args else 0
    return Answer("Which model should answer here?", _page(desk, page))


async def think(desk: Desk, incoming: Incoming) -> Answer:
    """`/think`, `/think LEVEL`, `/think default`."""
    conversation = incoming.conversation.key
    wanted = incoming.command.args.strip().lower() if incoming.command else ""
    if wanted == DEFAULT:
        await desk.conversations.choose(conversation, thinking=None)
        return Answer(THINKING_SET.format(level=desk.thinking))
    if wanted in LEVELS:
        await desk.conversations.choose(conversation, thinking=wanted)
        return Answer(THINKING_SET.format(level=wanted))
    if wanted:
        return Answer(UNKNOWN_LEVEL.format(level=wanted[:20].replace("*", "")))
    choices = await desk.conversations.choices(conversation)
    chosen = choices.thinking
    text = THINKING_NOW.format(
        level=chosen or desk.thinking, origin=CHOSEN if chosen else CONFIGURED
    )
    levels = desk.models.levels(choices.model or desk.model)
    if len(levels) == 1:
        return Answer(f"{text}\n{NO_LEVELS}")
    buttons = [Button(level, f"/think {level}") for level in (*levels, DEFAULT)]
    return Answer(text, tuple(tuple(buttons[n : n + ROW]) for n in range(0, len(buttons), ROW)))


def _page(desk: Desk, page: int) -> Rows:
    names = [name for name in desk.models.references() if _fits(name)]
    last = max(0, (len(names) - 1) // PAGE)
    page = min(page, last)
    rows = _choices(names[page * PAGE : (page + 1) * PAGE])
    turning = []
    if page > 0:
        turning.append(Button("‹ back", f"/models {page}"))
    if page < last:
        turning.append(Button("more ›", f"/models {page + 2}"))
    closing = (*turning, Button("as configured", f"/model {DEFAULT}"))
    return (*rows, closing)


def _choices(names: list[str]) -> Rows:
    return tuple(
        (Button(name.removeprefix("openrouter/"), f"/model {name}"),)
        for name in names
        if _fits(name)
    )


def _fits(name: str) -> bool:
    return len(f"/model {name}".encode()) <= LONGEST_COMMAND_BYTES
