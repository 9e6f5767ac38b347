"""Tells the owner when a budget runs out, once for each period, in their private chat."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.access.budgets import Budgets, Standing, dollars
from bot.errors import ChatGone, DeliverError
from bot.store.budgets import Alarm, BudgetTable
from bot.turns.channel import TextPart
from bot.turns.postman import Postman
from bot.values.conversation import Conversation

log = structlog.get_logger()
USED_UP = 100
# Channel and person of each owner; their private chat has the id of the person.
Owners = Callable[[], Awaitable[Sequence[tuple[str, str]]]]
PERIODS = {"day": "today's budget", "month": "this month's budget"}
WARNING = "{percent} % of {budget} is used: {spent} of {limit}."
GONE = "{budget} is used up: {spent} of {limit}."
HINT = "\n/usage all shows by whom and for what."


class Alarms:
    """`touched` says where something was spent; `keep` works beside the turns."""

    def __init__(
        self, budgets: Budgets, table: BudgetTable, postman: Postman, *, owners: Owners
    ) -> None:
        self._budgets = budgets
        self._table = table
        self._owners = owners
        self._postman = postman
        self._spent: set[tuple[str, str]] = set()
        self._due = asyncio.Event()

    def touched(self, conversation: str, person: str) -> None:
        """Somebody spent something somewhere."""
        self._spent.add((conversation, person))
        self._due.set()

    async def keep(self) -> None:
        """Work until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            await self.look()

    async def look(self) -> None:
        """Judge what was spent since the last time, and tell what is due."""
        spent, self._spent = self._spent, set()
        for conversation, person in spent:
            for standing in await self._budgets.standings(conversation, person):
                await self._judge(standing)
        for alarm in await self._table.untold():
            if await self._tell(alarm):
                await self._table.told(alarm)

    async def _judge(self, standing: Standing) -> None:
        steps = sorted({self._budgets.rules.warn_at_percent, USED_UP})
        reached = [percent for percent in steps if percent <= standing.percent]
        for percent in reached:
            limit, tally = standing.limit, standing.tally
            alarm = Alarm(
                scope=limit.scope.name,
                period=limit.period,
                since_ms=limit.since_ms,
                percent=percent,
                spent_micro_usd=tally.spent_micro_usd,
                limit_micro_usd=limit.micro_usd,
            )
            # What jumped over the first step is told of the second alone.
            await self._table.raise_alarm(alarm, told=percent < reached[-1])

    async def _tell(self, alarm: Alarm) -> bool:
        """Whether nothing is left to do about it."""
        log.warning("budget.alarm", scope=alarm.scope, period=alarm.period, percent=alarm.percent)
        done = True
        for channel, person in await self._owners():
            done = await self._send(alarm, channel, person) and done
        return done

    async def _send(self, alarm: Alarm, channel_name: str, person: str) -> bool:
        channel = self._postman.channels.get(channel_name)
        if channel is None:
            return False  # with the next alarm, when it is served
        reply = channel.reply(
            Conversation(channel_name, person), turn_id=f"alarm{alarm.id}", answers=""
        )
        try:
            await reply.deliver(TextPart("alarm", words_of(alarm)))
        except DeliverError as error:
            log.warning("budget.alarm_unsent", code=error.code, detail=str(error))
            return isinstance(error, ChatGone)
        finally:
            await reply.close()
        return True


def words_of(alarm: Alarm) -> str:
    """The alarm in a sentence."""
    whose, _, key = alarm.scope.partition(":")
    budget = PERIODS[alarm.period]
    if whose == "total":
        budget += " for everything"
    else:
        budget += f" for {'person' if whose == 'person' else 'the chat'} `{key}`"
    form = GONE if alarm.percent >= USED_UP else WARNING
    said = form.format(
        percent=alarm.percent,
        budget=budget,
        spent=dollars(alarm.spent_micro_usd),
        limit=dollars(alarm.limit_micro_usd),
    )
    return said[0].upper() + said[1:] + HINT
