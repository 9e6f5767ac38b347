"""When the same request is sent again, and after how long.

Only what certainly made nothing is repeated (facts/openrouter-wire.md §3.10). A call that is paid
by its result, such as speech, is never repeated once an answer may exist.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from bot.errors import RateLimited, UpstreamError

NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)
BROKEN_OFF = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)


@dataclass(frozen=True, slots=True)
class RetryRules:
    """At most `retries` repetitions; waits double from `first_s` to `cap_s`, shortened by jitter.

    An answer that asks for more than `patience_s` is not waited for.
    """

    retries: int = 2
    first_s: float = 0.5
    cap_s: float = 8
    patience_s: float = 60
    jitter: Callable[[], float] = random.random

    def wait_s(
        self, failure: httpx.RequestError | UpstreamError, *, attempt: int, repeatable: bool
    ) -> float | None:
        """Seconds until the next attempt, None when there is none. `attempt` counts from 0.

        `repeatable` says that a request may be sent again although the connection broke after
        it was sent, before any byte of an answer.
        """
        if attempt >= self.retries or not _may_repeat(failure, repeatable=repeatable):
            return None
        asked = failure.retry_after_s if isinstance(failure, UpstreamError) else None
        if asked is None:
            if isinstance(failure, RateLimited):
                return None
            doubled: float = self.first_s * 2**attempt
            return min(self.cap_s, doubled) * (0.5 + self.jitter() / 2)
        return None if asked > self.patience_s else asked + self.jitter() / 4


ONCE = RetryRules(retries=0)  # for pictures, films and songs: a second one would be paid as well


def _may_repeat(failure: httpx.RequestError | UpstreamError, *, repeatable: bool) -> bool:
    if isinstance(failure, UpstreamError):
        status = failure.status or 0
        return failure.retryable and (status in (408, 429) or status >= 500)
    return isinstance(failure, NOTHING_SENT) or (repeatable and isinstance(failure, BROKEN_OFF))
