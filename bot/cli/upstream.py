"""OpenRouter for the length of one command: a client with the right key, and free questions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.app import settings as translate
from bot.cli.prepare import Ground
from bot.errors import UpstreamError
from bot.openrouter.account import KeyStatus, key_status
from bot.openrouter.client import OpenRouterClient
from bot.openrouter.keys import KeySources, ResolvedKey, Secret, chat_key
from bot.openrouter.retry import RetryRules
from bot.openrouter.usage import MICRO, cost_micro_usd
from bot.values.clock import SystemClock

PATIENCE = RetryRules(retries=1, patience_s=5)  # a person waits at the terminal


def sources_of(ground: Ground) -> KeySources:
    """Every place that a key can come from."""
    return translate.key_sources(ground.loaded, ground.state_dir)


def secret(resolved: ResolvedKey | None) -> Secret | None:
    """The key alone."""
    return None if resolved is None else resolved.key


@asynccontextmanager
async def upstream(ground: Ground, *, key: Secret | None = None) -> AsyncIterator[OpenRouterClient]:
    """A client with `key`, or with the key for chat. Raises ConfigError for a missing profile."""
    chosen = key or secret(chat_key(sources_of(ground)))
    settings = translate.openrouter_settings(ground.loaded.config)
    async with OpenRouterClient(
        settings, clock=SystemClock(), key=lambda: chosen, retry=PATIENCE
    ) as client:
        yield client


async def balance_micro_usd(client: OpenRouterClient) -> int | None:
    """Credit bought minus credit used; None for a key that may not know (HTTP 403)."""
    try:
        data = (await client.get("/credits")).json().get("data")
    except UpstreamError:
        return None
    if not isinstance(data, dict):
        return None
    bought, used = (cost_micro_usd(data.get(name)) for name in ("total_credits", "total_usage"))
    return None if bought is None or used is None else bought - used


async def tested(ground: Ground, key: Secret) -> KeyStatus:
    """What OpenRouter says about `key`: free. Raises KeyRefused, or UpstreamError otherwise."""
    async with upstream(ground, key=key) as client:
        return await key_status(client)


def dollars(micro_usd: int | None, *, nothing: str = "none") -> str:
    """An amount for people, to the cent, or finer when it is less than that."""
    if micro_usd is None:
        return nothing
    places = 2 if micro_usd % 10_000 == 0 or abs(micro_usd) >= MICRO else 4
    return f"${micro_usd / MICRO:,.{places}f}"
