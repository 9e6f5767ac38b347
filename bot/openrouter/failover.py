"""Which model is asked next when one fails: pure policy, without requests and without booking.

Each attempt is a call of its own and gets an intent of its own from whoever asks.
Sources: facts/behaviour.md F "Failover", facts/openrouter-wire.md §3.10.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from bot.errors import (
    BadAnswer,
    ContextTooLong,
    KeyRefused,
    ModelMissing,
    Moderated,
    NoCredit,
    RateLimited,
    RequestRejected,
    UpstreamDown,
    UpstreamError,
)
from bot.openrouter.route import wire_model

REASONS: tuple[tuple[type[UpstreamError], str], ...] = (
    (RateLimited, "busy"),
    (UpstreamDown, "not answering"),
    (NoCredit, "out of credit"),
    (KeyRefused, "my key was refused"),
    (ModelMissing, "not available"),
    (BadAnswer, "unusable answer"),
)


class LineUp:
    """The models of one turn in order, and how much of the conversation they are shown.

    A model that failed is not asked again in this turn: the one that stepped in keeps the turn, so
    that its tool loop stays with one model. The next turn begins with the primary again.
    `strict`: a person picked the primary, so nothing steps in for it.
    """

    def __init__(
        self, primary: str, fallbacks: Sequence[str] = (), *, strict: bool = False
    ) -> None:
        self._models = _distinct((primary, *(() if strict else fallbacks)))
        self._failures: list[tuple[str, UpstreamError]] = []
        self.shortened = False

    @property
    def model(self) -> str:
        """The reference to ask now."""
        return self._models[len(self._failures)]

    def after(self, failure: UpstreamError) -> None:
        """Move on after an attempt that showed nothing: to less history, or to the next model.

        Raises the error that the turn ends with when there is nothing to move on to.
        """
        if isinstance(failure, ContextTooLong) and not self.shortened:
            self.shortened = True
            return
        if not may_fall_back(failure) or len(self._models) == 1:
            raise failure
        if len(self._failures) + 1 == len(self._models):
            raise exhausted([*self._failures, (self.model, failure)]) from failure
        self._failures.append((self.model, failure))


def may_fall_back(failure: UpstreamError) -> bool:
    """Whether another model may do better: auth, rate, timeout, billing, missing, unknown.

    Not for what any model would be asked in vain: a rejected or moderated request. A conversation
    that is too long is shortened instead.
    """
    return not isinstance(failure, RequestRejected | Moderated)


def exhausted(failures: Sequence[tuple[str, UpstreamError]]) -> UpstreamError:
    """One error for all models in vain. `retry_after_s` is the soonest that any of them named."""
    if len({type(failure) for _, failure in failures}) == 1:
        return _of_one_kind(failures)
    waits = [f.retry_after_s for _, f in failures if f.retry_after_s is not None]
    soonest = min(waits, default=None)
    reasons = ", ".join(dict.fromkeys(_reason(failure) for _, failure in failures))
    return UpstreamError(
        _summary(failures),
        sentence=f"None of my {len(failures)} models could answer ({reasons}). {_advice(soonest)}",
        retryable=any(failure.retryable for _, failure in failures),
        retry_after_s=soonest,
    )


def _of_one_kind(failures: Sequence[tuple[str, UpstreamError]]) -> UpstreamError:
    """The shared kind says best what to do; only the detail and the wait are of all of them."""
    _, last = failures[-1]
    waits = [f.retry_after_s for _, f in failures if f.retry_after_s is not None]
    return type(last)(
        _summary(failures),
        sentence=last.sentence,
        retryable=last.retryable,
        retry_after_s=min(waits, default=None),
        status=last.status,
    )


def _summary(failures: Sequence[tuple[str, UpstreamError]]) -> str:
    return "; ".join(f"{model}: {failure.code}" for model, failure in failures)


def _reason(failure: UpstreamError) -> str:
    return next((words for kind, words in REASONS if isinstance(failure, kind)), "failed")


def _advice(soonest_s: float | None) -> str:
    if soonest_s is None:
        return "Please try again in a moment, or tell my owner."
    if soonest_s <= 90:
        return f"Please try again in about {max(1, math.ceil(soonest_s))} seconds."
    return f"Please try again in about {math.ceil(soonest_s / 60)} minutes."


def _distinct(refs: Sequence[str]) -> list[str]:
    """Each model once, whatever it is called."""
    return list({wire_model(ref): ref for ref in reversed(refs)}.values())[::-1]
