"""The changes with which a refused chat request may be sent again, each at most once.

A refusal costs nothing, so the repaired request is the same paid call.
Sources: facts/openrouter-api.md §2.6 (stale reasoning), §3 (402 names what can be afforded).
"""

from __future__ import annotations

from collections.abc import Callable

from bot.errors import ContextTooLong, NoCredit, RequestRejected, UpstreamDown, UpstreamError
from bot.openrouter.payload import LEAST_TOKENS
from bot.openrouter.shaping import Body

CAPS = ("max_completion_tokens", "max_tokens")
DETAILS = "reasoning_details"
REFUSED = (400, 422)

Repair = Callable[[Body, UpstreamError], Body | None]


class Repairs:
    """The repairs still left to one request."""

    def __init__(self) -> None:
        self._left: list[Repair] = [within_credit, without_details]

    def repaired(self, body: Body, failure: UpstreamError) -> Body | None:
        """The body to send next, None when `failure` is final."""
        for repair in self._left:
            changed = repair(body, failure)
            if changed is not None:
                self._left.remove(repair)
                return changed
        return None


def within_credit(body: Body, failure: UpstreamError) -> Body | None:
    """A smaller output cap, when the refusal names one that can be paid."""
    cap = failure.affordable_tokens if isinstance(failure, NoCredit) else None
    if cap is None or cap < LEAST_TOKENS:
        return None
    smaller = {name: cap for name in CAPS if isinstance(body.get(name), int) and body[name] > cap}
    return {**body, **smaller} if smaller else None


def without_details(body: Body, failure: UpstreamError) -> Body | None:
    """No `reasoning_details`, when the model refuses a request that carries them.

    The words of such a refusal are the provider's and differ, so any bad request counts.
    """
    kind = isinstance(failure, RequestRejected | UpstreamDown)
    if not kind or isinstance(failure, ContextTooLong) or failure.status not in REFUSED:
        return None
    if not any(DETAILS in message for message in body["messages"]):
        return None
    messages = [{k: v for k, v in message.items() if k != DETAILS} for message in body["messages"]]
    return {**body, "messages": messages}
