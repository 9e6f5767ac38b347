"""Budgets: how much may be spent, by whom, in which period. Asked before every paid call.

A call counts with its estimate from the moment it is begun, and with its real cost once that is
known. It is begun while something of every budget is left, so none is overrun by more than the
estimate of one call; what is made as a job (a picture, a film, a song) has to fit as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo

from bot.access.estimates import Estimates, Work
from bot.errors import BudgetSpent
from bot.store.budgets import BudgetTable, Scope, Tally
from bot.store.ledger import Intent
from bot.values.clock import Clock

MICRO = 1_000_000
MS = 1_000
LEAST_SHOWN_USD = 0.01
MADE = {"image": "A picture", "video": "A film like that", "music": "A song"}
WHOSE = {
    "total": "My budget",
    "person": "Your budget",
    "conversation": "This chat's budget",
    "chat": "This chat's budget",
}
PERIODS = {"day": "today", "month": "this month"}
USED_UP = "{budget} is used up. It renews {when}."
TAKEN = (
    "{budget} is taken up by what is running just now. Please try again in a moment. "
    "It renews {when}."
)
TOO_MUCH = "{thing} costs about {price}, and only {left} of {budget} is left. It renews {when}."


@dataclass(frozen=True, slots=True)
class Budget:
    """Micro-USD by calendar day and month; None is no bound."""

    day: int | None = None
    month: int | None = None


@dataclass(frozen=True, slots=True)
class BudgetRules:
    """All budgets. A named person or conversation has its own in place of the general one.

    `conversations` are keys such as `telegram:-100123`; without a topic all topics are meant.
    """

    total: Budget = Budget()
    per_user: Budget = Budget()
    per_conversation: Budget = Budget()
    users: Mapping[str, Budget] = field(default_factory=dict)
    conversations: Mapping[str, Budget] = field(default_factory=dict)
    warn_at_percent: int = 80
    zone: tzinfo = UTC
    zone_name: str = "UTC"

    def of(self, conversation: str, person: str) -> list[tuple[Scope, Budget]]:
        """Every budget that a call of `person` in `conversation` counts against."""
        found = [(Scope("total"), self.total)]
        found.append((Scope("person", person), self.users.get(person, self.per_user)))
        chat = ":".join(conversation.split(":")[:2])
        if conversation in self.conversations and conversation != chat:
            own = (Scope("conversation", conversation), self.conversations[conversation])
        elif chat in self.conversations:
            own = (Scope("chat", chat), self.conversations[chat])
        else:
            own = (Scope("conversation", conversation), self.per_conversation)
        return [*found, own]


@dataclass(frozen=True, slots=True)
class Limit:
    """One budget in its present period; times in epoch ms."""

    scope: Scope
    period: str  # day or month
    since_ms: int
    until_ms: int
    micro_usd: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A limit, and how far it is used."""

    limit: Limit
    tally: Tally

    @property
    def percent(self) -> int:
        """Of what is spent for good; a budget of nothing is always used up."""
        if not self.limit.micro_usd:
            return 100
        return 100 * self.tally.spent_micro_usd // self.limit.micro_usd

    @property
    def left_micro_usd(self) -> int:
        return max(0, self.limit.micro_usd - self.tally.total_micro_usd)


def nobody(conversation: str, person: str) -> None:
    """Told of spending, does nothing."""


class Budgets:
    """Asks the books. `spent` is told of each call that ended: its conversation and person."""

    def __init__(
        self, rules: BudgetRules, table: BudgetTable, estimates: Estimates, clock: Clock
    ) -> None:
        self.rules = rules
        self.table = table
        self._estimates = estimates
        self._clock = clock
        self.spent: Callable[[str, str], None] = nobody

    async def reserve(self, intent: Intent, work: Work) -> int:
        """Book the intent of a call with its estimate; its id. Raises BudgetSpent."""
        counted = self._estimated(intent, work)
        limits = self._limits_of(counted)
        asked = [(limit.scope, limit.since_ms) for limit in limits]
        return await self.table.reserve(
            counted, asked, lambda tallies: self._judge(counted, limits, tallies)
        )

    async def check(self, intent: Intent, work: Work) -> None:
        """Raises BudgetSpent if `reserve` would now. Books nothing."""
        counted = self._estimated(intent, work)
        limits = self._limits_of(counted)
        tallies = await self.table.tallies([(limit.scope, limit.since_ms) for limit in limits])
        self._judge(counted, limits, tallies)

    async def standings(self, conversation: str, person: str) -> list[Standing]:
        """Every budget that counts here, and how far it is used."""
        return await self.standing(self.rules.of(conversation, person))

    async def standing(self, budgets: Sequence[tuple[Scope, Budget]]) -> list[Standing]:
        """How far each of `budgets` is used in its present periods."""
        limits = self._limits(budgets)
        tallies = await self.table.tallies([(limit.scope, limit.since_ms) for limit in limits])
        return [Standing(limit, tally) for limit, tally in zip(limits, tallies, strict=True)]

    async def active(self) -> list[Standing]:
        """The budgets in all, and those of everybody who spent something this month."""
        since_ms, _ = span("month", self._clock.now_ms(), self.rules.zone)
        found = dict(self.rules.of("", "")[:1])
        for conversation, person in await self.table.seen(since_ms=since_ms):
            found |= dict(self.rules.of(conversation, person))
        return await self.standing(list(found.items()))

    def renewal(self, limit: Limit) -> str:
        """`at 00:00 UTC`, `on 1 December at 00:00 UTC`."""
        at = datetime.fromtimestamp(limit.until_ms / MS, self.rules.zone)
        named = self.rules.zone_name
        zone = named if named == "UTC" else f"({named})"
        date = "" if limit.period == "day" else f"on {at.day} {at:%B} "
        return f"{date}at {at:%H:%M} {zone}"

    def _estimated(self, intent: Intent, work: Work) -> Intent:
        estimate = self._estimates.of(intent.kind, intent.model, work)
        return replace(intent, estimate_micro_usd=estimate)

    def _limits_of(self, intent: Intent) -> list[Limit]:
        if not intent.estimate_micro_usd:
            return []  # what costs nothing needs no budget
        return self._limits(self.rules.of(intent.conversation, intent.person))

    def _limits(self, budgets: Sequence[tuple[Scope, Budget]]) -> list[Limit]:
        now_ms, zone = self._clock.now_ms(), self.rules.zone
        return [
            Limit(scope, period, *span(period, now_ms, zone), micro_usd)
            for scope, budget in budgets
            for period, micro_usd in (("day", budget.day), ("month", budget.month))
            if micro_usd is not None
        ]

    def _judge(self, intent: Intent, limits: Sequence[Limit], tallies: Sequence[Tally]) -> None:
        standings = [Standing(limit, tally) for limit, tally in zip(limits, tallies, strict=True)]
        over = [one for one in standings if not _fits(one, intent)]
        if over:
            last = max(over, key=lambda one: one.limit.until_ms)
            raise BudgetSpent(
                f"{last.limit.scope.name}, {last.limit.period}",
                sentence=self._sentence(last, intent),
            )

    def _sentence(self, standing: Standing, intent: Intent) -> str:
        limit, when = standing.limit, self.renewal(standing.limit)
        budget = budget_name(limit)
        if standing.left_micro_usd and intent.kind in MADE:
            price, left = dollars(intent.estimate_micro_usd), dollars(standing.left_micro_usd)
            inner = budget[0].lower() + budget[1:]
            thing = MADE[intent.kind]
            return TOO_MUCH.format(thing=thing, price=price, left=left, budget=inner, when=when)
        settled = standing.tally.spent_micro_usd
        form = TAKEN if settled < limit.micro_usd else USED_UP
        return form.format(budget=budget, when=when)


def _fits(standing: Standing, intent: Intent) -> bool:
    if intent.kind in MADE:
        return intent.estimate_micro_usd <= standing.left_micro_usd
    return standing.left_micro_usd > 0


def budget_name(limit: Limit) -> str:
    """`This chat's budget for today ($1.00)`."""
    amount = dollars(limit.micro_usd)
    return f"{WHOSE[limit.scope.kind]} for {PERIODS[limit.period]} ({amount})"


def span(period: str, now_ms: int, zone: tzinfo) -> tuple[int, int]:
    """When the `day` or `month` of `now_ms` began and ends, in epoch ms."""
    today = datetime.fromtimestamp(now_ms / MS, zone).date()
    if period == "month":
        first = today.replace(day=1)
        after = (first + timedelta(days=32)).replace(day=1)
    else:
        first, after = today, today + timedelta(days=1)
    begin, end = (datetime(day.year, day.month, day.day, tzinfo=zone) for day in (first, after))
    return round(begin.timestamp() * MS), round(end.timestamp() * MS)


def dollars(micro_usd: int) -> str:
    """`$1.00`; small amounts keep the digits that count."""
    usd = micro_usd / MICRO
    return f"${usd:.2f}" if usd >= LEAST_SHOWN_USD or usd == 0 else f"${usd:.4f}"
