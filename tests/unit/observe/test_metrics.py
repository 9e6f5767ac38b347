"""What the bot counts of itself, and how Prometheus reads it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.observe.exposition import exposition
from bot.observe.metrics import BOUNDS_S, Books, Histogram, Metrics, Moment, Polling
from bot.observe.trace import Event, Stage

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]
VOICE_TURN: list[Event] = [
    (0, Stage.RECEIVED, {}),
    (5, Stage.ADMITTED, {}),
    (600, Stage.HEARD, {}),
    (1_200, Stage.FIRST_TEXT, {}),
    (2_400, Stage.VOICE_DELIVERED, {}),
    (3_300, Stage.VOICE_DELIVERED, {}),
    (3_400, Stage.SETTLED, {}),
]
BOOKS = Books(
    inbox_waiting=2,
    inbox_oldest_s=7.5,
    jobs={("video", "polling"): 1},
    spend_micro_usd={"speech": 1_500},
)


def moment(books: Books | None = BOOKS) -> Moment:
    return Moment(
        ready={"telegram": True, "store": False},
        polling={"telegram": Polling(completed=9, age_s=1.5), "pigeon": Polling(0, None)},
        outbox_depth=4,
        lanes=3,
        books=books,
    )


def read(metrics: Metrics, now: Moment) -> Samples:
    """Every sample as Prometheus itself would parse it."""
    text = exposition(metrics, now).decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float | None:
    return samples.get((name, frozenset(labels.items())))


def test_the_waits_of_a_voice_turn_are_taken_from_its_trace() -> None:
    metrics = Metrics()
    metrics.observe_turn("done", VOICE_TURN)
    samples = read(metrics, moment())
    waits = {
        stage: value(samples, "parley_turn_stage_seconds_sum", stage=stage)
        for stage in ("transcript", "first_text", "first_sound", "end")
    }
    assert waits == {"transcript": 0.6, "first_text": 1.2, "first_sound": 2.4, "end": 3.4}


def test_a_duration_counts_in_every_bucket_that_it_fits_into() -> None:
    metrics = Metrics()
    metrics.observe_turn("done", VOICE_TURN)
    samples = read(metrics, moment())
    name = "parley_turn_stage_seconds_bucket"
    counts = [value(samples, name, stage="first_sound", le=str(bound)) for bound in BOUNDS_S]
    assert counts == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1]
    assert value(samples, name, stage="first_sound", le="+Inf") == 1


@pytest.mark.parametrize("bound", BOUNDS_S)
def test_a_duration_of_just_a_bound_belongs_below_it(bound: float) -> None:
    histogram = Histogram()
    histogram.observe(bound)
    reached = [name for name, count in histogram.cumulative() if count]
    assert reached[0] == str(bound)
    assert reached[-1] == "+Inf"


def test_a_command_counts_as_a_turn_and_not_as_a_quick_answer() -> None:
    metrics = Metrics()
    metrics.observe_turn("done", [(0, Stage.RECEIVED, {}), (3, Stage.SETTLED, {})])
    samples = read(metrics, moment())
    assert value(samples, "parley_turns_total", ending="done") == 1
    assert value(samples, "parley_turn_stage_seconds_count", stage="end") == 0


def test_turns_are_counted_by_how_they_ended() -> None:
    metrics = Metrics()
    for ending in ("done", "failed", "done"):
        metrics.observe_turn(ending, VOICE_TURN)
    samples = read(metrics, moment())
    assert value(samples, "parley_turns_total", ending="done") == 2
    assert value(samples, "parley_turns_total", ending="failed") == 1


def test_paid_calls_are_counted_by_result_and_their_errors_by_code() -> None:
    metrics = Metrics()
    metrics.observe_call("chat", "done")
    metrics.observe_call("chat", "failed", "upstream.rate")
    metrics.observe_call("speech", "maybe_paid")
    samples = read(metrics, moment())
    assert value(samples, "parley_paid_calls_total", kind="chat", result="failed") == 1
    assert value(samples, "parley_paid_calls_total", kind="speech", result="maybe_paid") == 1
    errors = {key: count for key, count in samples.items() if key[0].startswith("parley_upstream")}
    expected = ("parley_upstream_errors_total", frozenset({("code", "upstream.rate")}))
    assert errors == {expected: 1}


def test_how_things_stand_is_told_in_base_units() -> None:
    samples = read(Metrics(), moment())
    assert value(samples, "parley_ready", check="store") == 0
    assert value(samples, "parley_ready", check="telegram") == 1
    assert value(samples, "parley_polls_total", channel="telegram") == 9
    assert value(samples, "parley_last_poll_age_seconds", channel="telegram") == 1.5
    assert value(samples, "parley_outbox_depth") == 4
    assert value(samples, "parley_busy_conversations") == 3
    assert value(samples, "parley_inbox_waiting") == 2
    assert value(samples, "parley_inbox_oldest_age_seconds") == 7.5
    assert value(samples, "parley_jobs", kind="video", state="polling") == 1
    assert value(samples, "parley_spend_usd_total", kind="speech") == 0.0015


def test_a_channel_that_never_polled_has_no_age() -> None:
    assert (
        value(read(Metrics(), moment()), "parley_last_poll_age_seconds", channel="pigeon") is None
    )


def test_without_the_database_everything_else_is_still_told() -> None:
    samples = read(Metrics(), moment(books=None))
    assert value(samples, "parley_outbox_depth") == 4
    assert value(samples, "parley_spend_usd_total", kind="speech") is None
    assert value(samples, "parley_inbox_waiting") is None


def test_counting_loads_no_exporter() -> None:
    says = "import sys, bot.observe.metrics; sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", says], check=False).returncode == 0
