"""Delivery of updates by POST to the bot's webhook, in order, repeated until it answers 2xx."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import httpx

from bot.values.clock import Clock

from .polling import UpdateQueue

REQUEST_TIMEOUT_S = 30.0
MAX_RETRY_S = 60.0


@dataclass(slots=True)
class Webhook:
    """What setWebhook asked for, and how delivery goes."""

    url: str
    secret_token: str = ""
    max_connections: int = 40
    ip_address: str = ""
    has_certificate: bool = False
    last_error_at_s: int = 0
    last_error: str = ""
    attempts: int = 0

    def info(self, queue: UpdateQueue) -> dict[str, Any]:
        """The WebhookInfo object."""
        info: dict[str, Any] = {
            "url": self.url,
            "has_custom_certificate": self.has_certificate,
            "pending_update_count": len(queue.pending),
        }
        if not self.url:
            return info
        info["max_connections"] = self.max_connections
        if self.ip_address:
            info["ip_address"] = self.ip_address
        if self.last_error:
            info |= {"last_error_date": self.last_error_at_s, "last_error_message": self.last_error}
        if queue.allowed:
            info["allowed_updates"] = list(queue.allowed)
        return info


class Courier:
    """Owns the task that delivers to one webhook; `stop` ends it."""

    def __init__(
        self, webhook: Webhook, queue: UpdateQueue, *, first_retry_s: float, clock: Clock
    ) -> None:
        self._clock = clock
        self._webhook = webhook
        self._queue = queue
        self._first_retry_s = first_retry_s
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End the delivery. Idempotent."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        delay_s = self._first_retry_s
        async with httpx.AsyncClient(timeout=REQUEST_TIMEOUT_S, trust_env=False) as client:
            while True:
                await self._queue.nonempty.wait()
                first = self._queue.pending[0]
                wait_s = await self._post(client, first.update, delay_s)
                if wait_s is None:
                    self._queue.confirm(first.id + 1)
                    delay_s = self._first_retry_s
                    continue
                await self._clock.sleep(wait_s)
                delay_s = min(MAX_RETRY_S, delay_s * 2)

    async def _post(self, client: httpx.AsyncClient, update: Any, delay_s: float) -> float | None:
        """None when delivered, else the seconds until the next attempt."""
        headers = {"Content-Type": "application/json"}
        if self._webhook.secret_token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self._webhook.secret_token
        self._webhook.attempts += 1
        try:
            answer = await client.post(
                self._webhook.url, content=json.dumps(update), headers=headers
            )
        except httpx.HTTPError as error:
            return self._failed(f"Connection failed: {type(error).__name__}", delay_s)
        if answer.is_success:
            self._webhook.last_error = ""
            return None
        asked = answer.headers.get("Retry-After", "")
        why = f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
        return self._failed(why, float(asked) if asked.isdigit() else delay_s)

    def _failed(self, why: str, delay_s: float) -> float:
        self._webhook.last_error = why
        self._webhook.last_error_at_s = self._clock.now_ms() // 1000
        return delay_s
