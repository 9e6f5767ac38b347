"""GET /key, /credits and /generation: what the account has and what each call cost."""

from __future__ import annotations

from bot.sandbox.openrouter.exchange import Exchange
from bot.sandbox.openrouter.refusal import ApiRefusal

CREDITS_WITHOUT_END = 1_000.0


async def answer_key(exchange: Exchange) -> None:
    """The key as it describes itself. facts/openrouter-api.md §8"""
    account = exchange.account
    account.settle_films(exchange.service.clock.monotonic())
    used = round(account.usage_usd, 9)
    credit = account.preferences.account.credit_usd
    await exchange.reply_json(
        {
            "data": {
                "label": "sk-or-...sandbox",
                "limit": credit,
                "limit_remaining": account.remaining_usd,
                "limit_reset": None,
                "usage": used,
                "usage_daily": used,
                "usage_weekly": used,
                "usage_monthly": used,
                "byok_usage": 0,
                "include_byok_in_limit": False,
                "is_free_tier": False,
                "is_management_key": account.preferences.account.management_key,
                "expires_at": None,
                "free_model_daily_requests": {"limit": 1000, "used": 0, "remaining": 1000},
                "rate_limit": {"requests": -1, "interval": "10s"},
            }
        }
    )


async def answer_credits(exchange: Exchange) -> None:
    """Credit and use; only for a management key."""
    exchange.account.settle_films(exchange.service.clock.monotonic())
    money = exchange.account.preferences.account
    if not money.management_key:
        raise ApiRefusal(403, "Only management keys can perform this operation")
    total = money.credit_usd if money.credit_usd is not None else CREDITS_WITHOUT_END
    await exchange.reply_json(
        {"data": {"total_credits": total, "total_usage": round(exchange.account.usage_usd, 9)}}
    )


async def answer_generation(exchange: Exchange) -> None:
    """What one generation cost, once it is known."""
    wanted = exchange.call.query.get("id", "")
    if not wanted:
        raise ApiRefusal(400, "Input validation failed: id: Required")
    exchange.account.settle_films(exchange.service.clock.monotonic())
    found = exchange.account.generations.get(wanted)
    if found is None or exchange.service.clock.monotonic() < found.known_at_s:
        raise ApiRefusal(404, f"Generation {wanted} not found")
    await exchange.reply_json({"data": found.data})
