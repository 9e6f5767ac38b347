"""One account per key: its scripts, preferences, faults, calls, generations and credit."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.openrouter.calls import Call, CallLog
from bot.sandbox.openrouter.faults import FaultQueue
from bot.sandbox.openrouter.preferences import Preferences
from bot.sandbox.openrouter.scripts import ChatScripts, Transcripts
from bot.sandbox.openrouter.settings import Settings
from bot.sandbox.openrouter.video_jobs import FilmJobs

MAX_GENERATIONS = 2_000
MAX_SIGNED_CALLS = 500


@dataclass(slots=True)
class Generation:
    """A paid piece of work that `/generation` tells about from `known_at_s` (monotonic) on."""

    data: dict[str, Any]
    known_at_s: float


@dataclass(slots=True)
class Account:
    """Everything behind one key. Nothing of it is shared with another."""

    calls: CallLog
    preferences: Preferences = field(default_factory=Preferences)
    scripts: ChatScripts = field(default_factory=ChatScripts)
    transcripts: Transcripts = field(default_factory=Transcripts)
    faults: FaultQueue = field(default_factory=FaultQueue)
    films: FilmJobs = field(default_factory=FilmJobs)
    generations: OrderedDict[str, Generation] = field(default_factory=OrderedDict)
    signed_calls: OrderedDict[str, Any] = field(default_factory=OrderedDict)
    usage_usd: float = 0.0
    spoken: int = 0
    _gates: dict[str, asyncio.Event] = field(default_factory=dict)

    @property
    def remaining_usd(self) -> float | None:
        credit = self.preferences.account.credit_usd
        return None if credit is None else credit - self.usage_usd

    def book(self, call: Call, *, cost_usd: float, known_at_s: float, **data: Any) -> None:
        """Charge `cost_usd` for `call` and let `/generation` know."""
        call.cost_usd = cost_usd
        self.usage_usd += cost_usd
        row = {"id": call.generation_id, "total_cost": cost_usd, "usage": cost_usd, **data}
        self.generations[call.generation_id] = Generation(row, known_at_s)
        while len(self.generations) > MAX_GENERATIONS:
            self.generations.popitem(last=False)

    def settle_films(self, now_s: float) -> None:
        """Move film jobs on to where they are by now, and charge for those that got done."""
        for job in self.films.advance(now_s, self.preferences.video):
            self.book(
                job.call,
                cost_usd=job.cost_usd,
                known_at_s=now_s + self.preferences.account.generation_lag_ms / 1000,
                model=job.model,
                api_type="video",
                provider_name="Rehearsal",
                streamed=False,
                cancelled=False,
            )

    def sign(self, call_id: str, details: Any) -> None:
        """Remember the reasoning that a tool call was answered with, to check its replay."""
        self.signed_calls[call_id] = details
        while len(self.signed_calls) > MAX_SIGNED_CALLS:
            self.signed_calls.popitem(last=False)

    def gate(self, name: str) -> asyncio.Event:
        """The gate that a `hold` waits at; set once it is released."""
        return self._gates.setdefault(name, asyncio.Event())


class Accounts:
    """All accounts by key; the one unused for longest goes when there are too many."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._accounts: OrderedDict[str, Account] = OrderedDict()

    def of(self, key: str) -> Account:
        """The account of `key`, made at first sight."""
        account = self._accounts.get(key)
        if account is None:
            limits = self._settings
            log = CallLog(limits.clock, max_calls=limits.max_calls, max_bytes=limits.max_log_bytes)
            account = self._accounts[key] = Account(log)
            while len(self._accounts) > limits.max_accounts:
                self._accounts.popitem(last=False)
        self._accounts.move_to_end(key)
        return account

    def forget(self, key: str) -> None:
        """Drop everything about `key`. Idempotent."""
        self._accounts.pop(key, None)


def new_id(prefix: str) -> str:
    """`gen-…`, `gen-tts-…`: an id as OpenRouter writes them."""
    return f"{prefix}-{secrets.token_hex(10)}"
