"""How fast one person may write."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.access.pace import Pace, PaceRules
from bot.values.conversation import ChatKind, Conversation, Incoming, Person
from tests.unit.store.still_clock import StillClock

SOMEBODY = Incoming(Conversation("telegram", "1"), "0", Person("1"), ChatKind.PRIVATE, sent_at_ms=0)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def pace(clock: StillClock) -> Pace:
    return Pace(PaceRules(messages=3, per_s=10), clock)


def message(number: int, at_ms: int = 1_000, *, person: str = "1") -> Incoming:
    return replace(SOMEBODY, message_id=str(number), sent_at_ms=at_ms, sender=Person(person))


def test_so_many_are_taken_and_no_more(pace: Pace) -> None:
    assert [pace.allows(message(n)) for n in range(5)] == [True, True, True, False, False]
    assert pace.allows(message(9, person="2"))


def test_asking_twice_about_a_message_counts_once(pace: Pace) -> None:
    for _ in range(5):
        assert pace.allows(message(1))
    assert [pace.allows(message(n)) for n in (2, 3, 4, 4)] == [True, True, False, False]


def test_a_message_that_was_refused_stays_so(pace: Pace) -> None:
    assert [pace.allows(message(n)) for n in range(4)][-1] is False
    assert pace.allows(message(7, 20_000))
    assert not pace.allows(message(3))


def test_time_passes(pace: Pace) -> None:
    times = (0, 4_000, 8_000, 9_999, 10_001, 13_000, 14_001)
    taken = [pace.allows(message(n, 1_000 + at)) for n, at in enumerate(times)]
    assert taken == [True, True, True, False, True, False, True]


def test_a_backlog_that_was_written_slowly_is_no_hurry(pace: Pace) -> None:
    assert all(pace.allows(message(n, 1_000 + n * 5_000)) for n in range(20))


def test_it_is_said_once_a_minute(pace: Pace, clock: StillClock) -> None:
    assert pace.sentence(message(1)) == (
        "That was a lot at once: I take 3 messages in 10 seconds from one person. "
        "Please wait a moment, then send it again."
    )
    clock.at_ms += 59_999
    assert pace.sentence(message(2)) == ""
    assert pace.sentence(message(2, person="2"))
    clock.at_ms += 1
    assert pace.sentence(message(3))


def test_it_can_be_switched_off(clock: StillClock) -> None:
    pace = Pace(PaceRules(messages=0), clock)
    assert all(pace.allows(message(n)) for n in range(1_000))
