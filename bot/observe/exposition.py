"""The metrics as Prometheus reads them. Loaded only where somebody may ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.observe.metrics import Books, Metrics, Moment

CONTENT_TYPE = CONTENT_TYPE_LATEST
MICRO = 1_000_000
Labels = TypeVar("Labels", bound=tuple[str, ...])


def exposition(metrics: Metrics, moment: Moment) -> bytes:
    """Everything in the text format, memory and CPU of the process included."""
    registry = CollectorRegistry()
    registry.register(_Families(metrics, moment))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Families(Collector):
    def __init__(self, metrics: Metrics, moment: Moment) -> None:
        self._metrics = metrics
        self._moment = moment

    def collect(self) -> Iterator[Metric]:
        yield from _counted(self._metrics)
        yield from _standing(self._moment)
        if self._moment.books is not None:
            yield from _booked(self._moment.books)


def _counted(metrics: Metrics) -> Iterator[Metric]:
    turns = {(ending,): count for ending, count in metrics.turns.items()}
    yield _counter("parley_turns", "Turns by how they ended.", ["ending"], turns)
    waits = HistogramMetricFamily(
        "parley_turn_stage_seconds",
        "From the arrival of a message to its transcript, first text, first sound and end.",
        labels=["stage"],
    )
    for name, histogram in metrics.waits.items():
        waits.add_metric([name], histogram.cumulative(), sum_value=histogram.sum_s)
    yield waits
    yield _counter(
        "parley_paid_calls", "Paid calls by kind and result.", ["kind", "result"], metrics.calls
    )
    errors = {(code,): count for code, count in metrics.upstream_errors.items()}
    yield _counter("parley_upstream_errors", "Paid calls that failed, by code.", ["code"], errors)


def _standing(moment: Moment) -> Iterator[Metric]:
    ready = {(check,): float(ok) for check, ok in moment.ready.items()}
    yield _gauge("parley_ready", "1 for each check of /readyz that passes.", ["check"], ready)
    polls = {(name,): polling.completed for name, polling in moment.polling.items()}
    yield _counter("parley_polls", "Polls that completed.", ["channel"], polls)
    ages = {
        (name,): polling.age_s
        for name, polling in moment.polling.items()
        if polling.age_s is not None
    }
    yield _gauge("parley_last_poll_age_seconds", "Time since a poll completed.", ["channel"], ages)
    yield GaugeMetricFamily(
        "parley_outbox_depth", "Messages that wait to be sent.", value=moment.outbox_depth
    )
    yield GaugeMetricFamily(
        "parley_busy_conversations", "Conversations at work or waiting.", value=moment.lanes
    )


def _booked(books: Books) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "parley_inbox_waiting", "Messages stored and not settled.", value=books.inbox_waiting
    )
    yield GaugeMetricFamily(
        "parley_inbox_oldest_age_seconds", "Age of the oldest of them.", value=books.inbox_oldest_s
    )
    yield _gauge("parley_jobs", "Media jobs by kind and state.", ["kind", "state"], books.jobs)
    spent = {(kind,): micro / MICRO for kind, micro in books.spend_micro_usd.items()}
    yield _counter("parley_spend_usd", "What the ledger says was spent.", ["kind"], spent)


def _counter(name: str, says: str, labels: list[str], values: Mapping[Labels, float]) -> Metric:
    return _filled(CounterMetricFamily(name, says, labels=labels), values)


def _gauge(name: str, says: str, labels: list[str], values: Mapping[Labels, float]) -> Metric:
    return _filled(GaugeMetricFamily(name, says, labels=labels), values)


def _filled(
    family: CounterMetricFamily | GaugeMetricFamily, values: Mapping[Labels, float]
) -> Metric:
    for labels, value in sorted(values.items()):
        family.add_metric(list(labels), value)
    return family
