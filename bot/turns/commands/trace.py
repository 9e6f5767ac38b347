"""`/trace`: how long the last answer took, stage by stage, and what it cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bot.observe.trace import Stage
from bot.store.ledger import PaidCall
from bot.store.turns import Traced
from bot.turns.commands.desk import Answer, Desk
from bot.values.conversation import Incoming

MS_PER_S = 1000
MICRO = 1_000_000
WIDEST = 20  # of a name, beside its time on a phone
NOTHING = "There is no answer here yet whose time I could show."
# Beginnings say nothing that the ends don't; the rest is named for what a person notices.
UNTOLD = {Stage.RECEIVED, Stage.ADMITTED, Stage.ASKED, Stage.FIRST_TOKEN, Stage.FAILED}
WORDS: dict[str, str] = {
    Stage.TEXT_DELIVERED: "text sent",
    Stage.VOICE_DELIVERED: "first sound",
}
ENDS = {"done": "delivered"}
TRACE = """\
**The last answer**
```
{lines}
```"""
MODEL = "\nModel: `{model}`"
COST = "\nCost: ${usd:.4f} ({calls} call{s}{unpriced})"
UNPRICED = ", {count} not priced yet"


async def trace(desk: Desk, incoming: Incoming) -> Answer:
    """`/trace`: the stages of the last settled turn here, with the seconds since it began."""
    turn = await desk.turns.last_conversed(incoming.conversation.key)
    if turn is None:
        return Answer(NOTHING)
    calls = await desk.ledger.of_turn(turn.id)
    return Answer(TRACE.format(lines=_table(list(_stages(turn)))) + _money(calls))


def _stages(turn: Traced) -> Iterator[tuple[str, int]]:
    """What happened and when, in milliseconds. Bubbles after the first one are numbered."""
    bubbles = 0
    for at_ms, stage, facts in turn.trace:
        if stage in UNTOLD:
            continue
        name = WORDS.get(stage, str(stage).replace("_", " "))
        if stage == Stage.VOICE_DELIVERED:
            bubbles += 1
            name = name if bubbles == 1 else f"bubble {bubbles}"
        elif stage == Stage.TOOL:
            name = _tools(facts) or name
        elif stage == Stage.SETTLED:
            name = ENDS.get(turn.state, turn.state)
        yield name, at_ms


def _tools(facts: dict[str, Any]) -> str:
    """The tools that the model called; it may make up names of any length."""
    names = ", ".join(map(str, facts.get("names", ()))).replace("`", "")
    return names if len(names) <= WIDEST else names[: WIDEST - 1] + "…"


def _table(rows: Sequence[tuple[str, int]]) -> str:
    """Narrow enough for a phone: times stand under each other."""
    wide = max(len(name) for name, _ in rows)
    times = [f"{at_ms / MS_PER_S:.1f}" for _, at_ms in rows]
    long = max(map(len, times))
    return "\n".join(
        f"{name:<{wide}}  {time:>{long}} s" for (name, _), time in zip(rows, times, strict=True)
    )


def _money(calls: Sequence[PaidCall]) -> str:
    paid = [call for call in calls if call.state in ("done", "maybe_paid")]
    models = dict.fromkeys(call.model for call in paid if call.kind == "chat")
    told = "".join(MODEL.format(model=model) for model in models)
    if not paid:
        return told
    unpriced = sum(call.cost_micro_usd is None for call in paid)
    return told + COST.format(
        usd=sum(call.cost_micro_usd or 0 for call in paid) / MICRO,
        calls=len(paid),
        s="" if len(paid) == 1 else "s",
        unpriced=UNPRICED.format(count=unpriced) if unpriced else "",
    )
