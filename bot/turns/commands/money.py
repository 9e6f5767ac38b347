"""What it cost, what is left, and what is set here."""

from __future__ import annotations

from collections.abc import Sequence

from bot.access.budgets import PERIODS, Standing, dollars, span
from bot.store.budgets import Share
from bot.turns.commands.desk import Answer, Desk
from bot.values.conversation import ChatKind, Incoming

DAY_MS = 24 * 60 * 60 * 1000
MICRO = 1_000_000
USAGE = """\
**This conversation**
today: {today}
30 days: {month}
in all: {total}"""
UNPRICED = "\nwithout a known price: {count}"
LEFT = "\n{whose} {period}: {left} of {limit} left, renews {when}"
WHOSE = {
    "total": "everything",
    "person": "you",
    "conversation": "this chat",
    "chat": "this chat",
}
ALL = "all"
NOT_YOURS = "Only my owner sees what everybody spends. /usage tells about this conversation."
NOT_HERE = "I tell that in our private chat."
SHARES = "\n\n**{title}**\n{lines}"
NOTHING = "nothing yet"
STATUS = """\
**{name}**
Model: `{model}`
Thinking: {thinking}
Spent here today: {today}"""


async def usage(desk: Desk, incoming: Incoming) -> Answer:
    """`/usage`: the real cost of this conversation in US dollars, and what is left to spend.

    `/usage all`, for the owner: what everybody spent, and on what.
    """
    if incoming.command is not None and incoming.command.args.strip().lower() == ALL:
        return await _usage_of_all(desk, incoming)
    conversation = incoming.conversation.key
    now_ms = desk.clock.now_ms()
    today = await desk.ledger.spent(conversation, since_ms=_today_ms(desk))
    month = await desk.ledger.spent(conversation, since_ms=now_ms - 30 * DAY_MS)
    total = await desk.ledger.spent(conversation)
    text = USAGE.format(
        today=_said(today.cost_micro_usd, today.calls),
        month=_said(month.cost_micro_usd, month.calls),
        total=_said(total.cost_micro_usd, total.calls),
    )
    text += UNPRICED.format(count=total.unpriced) if total.unpriced else ""
    if desk.budgets is not None:
        standings = await desk.budgets.standings(conversation, incoming.sender.id)
        text += _budgets(desk, standings)
    return Answer(text)


async def status(desk: Desk, incoming: Incoming) -> Answer:
    """`/status`: what holds in this conversation."""
    conversation = incoming.conversation.key
    choices = await desk.conversations.choices(conversation)
    today = await desk.ledger.spent(conversation, since_ms=_today_ms(desk))
    return Answer(
        STATUS.format(
            name=desk.name,
            model=choices.model or desk.model,
            thinking=choices.thinking or desk.thinking,
            today=_said(today.cost_micro_usd, today.calls),
        )
    )


async def _usage_of_all(desk: Desk, incoming: Incoming) -> Answer:
    channel, person = incoming.conversation.channel, incoming.sender.id
    owner = desk.people is not None and await desk.people.is_owner(channel, person)
    if not owner or desk.budgets is None:
        return Answer(NOT_YOURS)
    if incoming.chat_kind is not ChatKind.PRIVATE:
        return Answer(NOT_HERE)
    books, since_ms = desk.budgets.table, desk.clock.now_ms() - 30 * DAY_MS
    days = (("today", _today_ms(desk)), ("30 days", since_ms))
    text = "**Everything**"
    for title, begin_ms in days:
        kinds = await books.by_kind(since_ms=begin_ms)
        cost, calls = (
            sum(one.cost_micro_usd for one in kinds),
            sum(one.calls for one in kinds),
        )
        text += f"\n{title}: {_said(cost, calls)}"
    standings = [
        one
        for one in await desk.budgets.standings(incoming.conversation.key, person)
        if one.limit.scope.kind == "total"
    ]
    text += _budgets(desk, standings)
    text += _shares("By person, 30 days", await books.by_person(since_ms=since_ms))
    return Answer(text + _shares("By kind, 30 days", await books.by_kind(since_ms=since_ms)))


def _budgets(desk: Desk, standings: Sequence[Standing]) -> str:
    if not standings or desk.budgets is None:
        return ""
    lines = "".join(
        LEFT.format(
            whose=WHOSE[one.limit.scope.kind],
            period=PERIODS[one.limit.period],
            left=dollars(one.left_micro_usd),
            limit=dollars(one.limit.micro_usd),
            when=desk.budgets.renewal(one.limit),
        )
        for one in standings
    )
    return f"\n\n**Budgets**{lines}"


def _shares(title: str, shares: Sequence[Share]) -> str:
    lines = [f"`{one.name}`: {_said(one.cost_micro_usd, one.calls)}" for one in shares]
    return SHARES.format(title=title, lines="\n".join(lines) or NOTHING)


def _today_ms(desk: Desk) -> int:
    now_ms = desk.clock.now_ms()
    if desk.budgets is None:
        return now_ms - now_ms % DAY_MS
    return span("day", now_ms, desk.budgets.rules.zone)[0]


def _said(micro_usd: int, calls: int) -> str:
    return f"${micro_usd / MICRO:.4f} ({calls} call{'' if calls == 1 else 's'})"
