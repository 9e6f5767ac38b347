"""What people read about jobs: times, money, and what a failure cost."""

from __future__ import annotations

from typing import Any

import pytest

from bot.access.ledger import is_free
from bot.errors import (
    BadAnswer,
    NoCredit,
    RateLimited,
    RequestRejected,
    UpstreamDown,
    UpstreamError,
)
from bot.jobs import words
from bot.store.jobs import Job
from bot.values.media import MediaKind


def job(**changes: Any) -> Job:
    plain: dict[str, Any] = {
        "id": 5, "conversation": "telegram:1", "person": "1", "turn_id": "t1", "answers": "7",
        "kind": MediaKind.IMAGE, "state": "failed", "told": False, "fingerprint": "f",
        "request": {"title": "a fox"}, "ticket": None, "result": {}, "paid_call": None,
        "cost_micro_usd": None, "sentence": "", "cancel_wanted": False, "tries": 0,
        "created_at_ms": 0, "asked_at_ms": None, "finished_at_ms": None,
    }  # fmt: skip
    return Job(**plain | changes)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.9, "0 s"), (59.9, "59 s"), (60, "1 min 00 s"), (130, "2 min 10 s"), (3_725, "62 min 05 s")],
)
def test_a_time_is_said_as_people_do(seconds: float, said: str) -> None:
    assert words.lasting(seconds) == said


@pytest.mark.parametrize(
    ("micro_usd", "said"),
    [
        (0, "$0.00"),
        (1_200_000, "$1.20"),
        (100_000, "$0.10"),
        (39_031, "$0.039"),
        (40_000, "$0.04"),
        (400, "$0.0004"),
        (7, "under $0.0001"),
    ],
)
def test_money_keeps_the_digits_that_count(micro_usd: int, said: str) -> None:
    assert words.dollars(micro_usd) == said


@pytest.mark.parametrize(
    ("cost", "free", "said"),
    [
        (1_200_000, False, "It cost $1.20."),
        (1_200_000, True, "It cost $1.20."),
        (0, False, words.FREE),
        (None, True, words.FREE),
        (None, False, words.UNSURE),
    ],
)
def test_a_known_cost_is_told_before_a_guess(cost: int | None, *, free: bool, said: str) -> None:
    assert words.cost(job(cost_micro_usd=cost), free=free) == said


def failure(error: UpstreamError, *, sent: bool = True, begun: bool = False) -> UpstreamError:
    error.sent, error.begun = sent, begun
    return error


@pytest.mark.parametrize(
    "free",
    [
        failure(RateLimited(status=429)),
        failure(NoCredit(status=402)),
        failure(UpstreamDown(status=503)),
        failure(UpstreamDown(), sent=False),
        failure(RequestRejected("fits no model"), sent=False),
    ],
)
def test_a_refusal_and_what_never_left_cost_nothing(free: UpstreamError) -> None:
    assert is_free(free)


@pytest.mark.parametrize(
    "unsure",
    [
        failure(UpstreamDown("timed out")),
        failure(BadAnswer()),
        failure(BadAnswer(status=302)),
        failure(UpstreamDown(status=502), begun=True),
    ],
)
def test_what_broke_off_in_the_middle_may_have_cost_something(unsure: UpstreamError) -> None:
    assert not is_free(unsure)


def test_a_job_is_named_by_its_title_its_wish_or_its_number() -> None:
    assert words.quoted(job()) == "“a fox”"
    assert words.quoted(job(request={"title": "", "prompt": "a red fox"})) == "“a red fox”"
    assert words.quoted(job(request={})) == "“j5”"
