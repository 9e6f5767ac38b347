"""What it cost, and what is set here."""

from __future__ import annotations

from bot.turns.commands.desk import Answer, Desk
from bot.values.conversation import Incoming

DAY_MS = 24 * 60 * 60 * 1000
MICRO = 1_000_000
USAGE = """\
**This conversation**
today: {today}
30 days: {month}
in all: {total}"""
UNPRICED = "\nwithout a known price: {count}"
STATUS = """\
**{name}**
Model: `{model}`
Thinking: {thinking}
Spent here today: {today}"""


async def usage(desk: Desk, incoming: Incoming) -> Answer:
    """`/usage`: the real cost of this conversation, in US dollars."""
    conversation = incoming.conversation.key
    now_ms = desk.clock.now_ms()
    today = await desk.ledger.spent(conversation, since_ms=now_ms - now_ms % DAY_MS)
    month = await desk.ledger.spent(conversation, since_ms=now_ms - 30 * DAY_MS)
    total = await desk.ledger.spent(conversation)
    text = USAGE.format(
        today=_said(today.cost_micro_usd, today.calls),
        month=_said(month.cost_micro_usd, month.calls),
        total=_said(total.cost_micro_usd, total.calls),
    )
    return Answer(text + (UNPRICED.format(count=total.unpriced) if total.unpriced else ""))


async def status(desk: Desk, incoming: Incoming) -> Answer:
    """`/status`: what holds in this conversation."""
    conversation = incoming.conversation.key
    choices = await desk.conversations.choices(conversation)
    now_ms = desk.clock.now_ms()
    today = await desk.ledger.spent(conversation, since_ms=now_ms - now_ms % DAY_MS)
    return Answer(
        STATUS.format(
            name=desk.name,
            model=choices.model or desk.model,
            thinking=choices.thinking or desk.thinking,
            today=_said(today.cost_micro_usd, today.calls),
        )
    )


def _said(micro_usd: int, calls: int) -> str:
    return f"${micro_usd / MICRO:.4f} ({calls} call{'' if calls == 1 else 's'})"
