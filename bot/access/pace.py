"""How much one person may send in a while, so that nobody spends for everybody by typing fast."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from bot.values.clock import Clock
from bot.values.conversation import Incoming

TELL_AGAIN_AFTER_MS = 60_000
MOST_PEOPLE = 10_000  # remembered at once; who wrote longest ago is forgotten first
MS = 1_000
TOO_FAST = (
    "That was a lot at once: I take {messages} messages in {seconds:g} seconds from one person. "
    "Please wait a moment, then send it again."
)


@dataclass(frozen=True, slots=True)
class PaceRules:
    """At most `messages` in any `per_s` seconds; 0 messages is no bound."""

    messages: int = 30
    per_s: float = 60.0


@dataclass(slots=True)
class _Steps:
    taken: deque[tuple[int, str]] = field(default_factory=deque)  # time and name of a message
    refused: deque[str] = field(default_factory=lambda: deque(maxlen=50))
    told_at_ms: int = -TELL_AGAIN_AFTER_MS


class Pace:
    """Counts in memory, by the times at which messages were sent: a backlog is no hurry."""

    def __init__(self, rules: PaceRules, clock: Clock) -> None:
        self._rules = rules
        self._clock = clock
        self._people: OrderedDict[tuple[str, str], _Steps] = OrderedDict()

    def allows(self, incoming: Incoming) -> bool:
        """Whether this message is within the bound. The same message may be asked about again."""
        if not self._rules.messages:
            return True
        steps, name = self._steps(incoming), _name(incoming)
        if name in steps.refused:
            return False
        if any(known == name for _, known in steps.taken):
            return True
        at_ms = incoming.sent_at_ms or self._clock.now_ms()
        since_ms = at_ms - round(self._rules.per_s * MS)
        while steps.taken and steps.taken[0][0] <= since_ms:
            steps.taken.popleft()
        if len(steps.taken) >= self._rules.messages:
            steps.refused.append(name)
            return False
        steps.taken.append((at_ms, name))
        return True

    def sentence(self, incoming: Incoming) -> str:
        """What to tell somebody who is too fast; empty when they were told a moment ago."""
        steps, now_ms = self._steps(incoming), self._clock.now_ms()
        if now_ms - steps.told_at_ms < TELL_AGAIN_AFTER_MS:
            return ""
        steps.told_at_ms = now_ms
        return TOO_FAST.format(messages=self._rules.messages, seconds=self._rules.per_s)

    def _steps(self, incoming: Incoming) -> _Steps:
        person = (incoming.conversation.channel, incoming.sender.id)
        steps = self._people.setdefault(person, _Steps())
        self._people.move_to_end(person)
        if len(self._people) > MOST_PEOPLE:
            self._people.popitem(last=False)
        return steps


def _name(incoming: Incoming) -> str:
    return f"{incoming.conversation.key}/{incoming.message_id}"
