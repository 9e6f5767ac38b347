"""What counts against budgets, asked and booked in one transaction; and the owner's warnings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.store.db import Database, queries
from bot.store.ledger import Intent, book
from bot.values.clock import Clock

Kind = Literal["total", "person", "conversation", "chat"]
# Between the key of a chat and those of its topics, which go on with ":": "telegram:-1:7".
AFTER_TOPICS = ";"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose calls are added up: everybody's, a person's, one conversation's, or a chat's.

    A chat is the conversation of that key and all of its topics together.
    """

    kind: Kind
    key: str = ""

    @property
    def name(self) -> str:
        """`total`, `person:7`: the form that is stored."""
        return f"{self.kind}:{self.key}" if self.key else self.kind


@dataclass(frozen=True, slots=True)
class Tally:
    """In micro-USD: what is spent (as expected, where no cost is known yet) and what is running."""

    spent_micro_usd: int
    open_micro_usd: int

    @property
    def total_micro_usd(self) -> int:
        return self.spent_micro_usd + self.open_micro_usd


@dataclass(frozen=True, slots=True)
class Share:
    """One line of a breakdown."""

    name: str
    calls: int
    cost_micro_usd: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """`percent` of a budget was used up in the period that began at `since_ms`."""

    scope: str
    period: str
    since_ms: int
    percent: int
    spent_micro_usd: int
    limit_micro_usd: int
    id: int = 0


Asked = Sequence[tuple[Scope, int]]  # each with the time since when
Judge = Callable[[Sequence[Tally]], None]


class BudgetTable:
    """Sums over `paid_calls`, and rows of `budget_alarms`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._queries = queries("budgets")

    async def reserve(self, intent: Intent, asked: Asked, judge: Judge) -> int:
        """Commit `intent` unless `judge`, given the tallies of `asked`, raises; its id.

        Nothing can be booked between the sums and the row: calls side by side see each other.
        """
        async with self._database.transaction() as connection:
            judge([await self._tally(connection, *one) for one in asked])
            return await book(connection, intent, now_ms=self._clock.now_ms())

    async def tallies(self, asked: Asked) -> list[Tally]:
        """What each scope has spent since its time."""
        return [await self._tally(self._database.reader, *one) for one in asked]

    async def seen(self, *, since_ms: int) -> list[tuple[str, str]]:
        """Who called what: pairs of conversation and person."""
        rows = self._queries.seen(self._database.reader, since_ms=since_ms)
        return [(row["conversation"], row["person"]) async for row in rows]

    async def by_person(self, *, since_ms: int) -> list[Share]:
        """What each person's calls cost, the most expensive first."""
        rows = self._queries.by_person(self._database.reader, since_ms=since_ms)
        return [Share(**dict(row)) async for row in rows]

    async def by_kind(self, *, since_ms: int) -> list[Share]:
        """What each kind of call cost, the most expensive first."""
        rows = self._queries.by_kind(self._database.reader, since_ms=since_ms)
        return [Share(**dict(row)) async for row in rows]

    async def raise_alarm(self, alarm: Alarm, *, told: bool = False) -> None:
        """Note an alarm, once for its period; one that is `told` is told by a worse one."""
        async with self._database.statement() as connection:
            await self._queries.raise_alarm(
                connection,
                scope=alarm.scope,
                period=alarm.period,
                since_ms=alarm.since_ms,
                percent=alarm.percent,
                spent_micro_usd=alarm.spent_micro_usd,
                limit_micro_usd=alarm.limit_micro_usd,
                told=int(told),
            )

    async def untold(self) -> list[Alarm]:
        """Alarms that nobody was told of, the oldest first."""
        rows = self._queries.untold(self._database.reader)
        return [Alarm(**dict(row)) async for row in rows]

    async def told(self, alarm: Alarm) -> None:
        async with self._database.statement() as connection:
            await self._queries.told(connection, id=alarm.id)

    async def _tally(self, connection: object, scope: Scope, since_ms: int) -> Tally:
        match scope.kind:
            case "total":
                row = dict(await self._queries.of_all(connection, since_ms=since_ms))
            case "person":
                found = await self._queries.of_person(
                    connection, person=scope.key, since_ms=since_ms
                )
                row = dict(found)
            case "conversation":
                row = await self._between(connection, scope.key, scope.key, since_ms)
            case "chat":
                alone = await self._between(connection, scope.key, scope.key, since_ms)
                topics = await self._between(
                    connection, f"{scope.key}:", f"{scope.key}{AFTER_TOPICS}", since_ms
                )
                row = {name: alone[name] + topics[name] for name in alone}
        return Tally(**row)

    async def _between(
        self, connection: object, first: str, last: str, since_ms: int
    ) -> dict[str, int]:
        row = await self._queries.of_conversations(
            connection, first=first, last=last, since_ms=since_ms
        )
        return dict(row)
