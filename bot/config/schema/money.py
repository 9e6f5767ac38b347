"""`parley.budgets` and `parley.rateLimit`: what may be spent, and how fast somebody may ask."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from bot.config.schema.base import Block, Count, Number, Positive, Text, Whole
from bot.values.zone import zone_of

Dollars = Annotated[Number, Field(ge=0, le=1_000_000)]


def _zone(value: str) -> str:
    if zone_of(value) is None:
        raise ValueError('the name of a time zone, such as "Europe/Berlin"')
    return value


Zone = Annotated[Text, AfterValidator(_zone)]


class Budget(Block):
    """In US dollars; unset is no bound, 0 spends nothing."""

    day_usd: Dollars | None = Field(default=None, description="For one calendar day.")
    month_usd: Dollars | None = Field(default=None, description="For one calendar month.")


class Budgets(Block):
    """What may be spent. A call counts with an estimate until its real cost is known."""

    total: Budget = Field(default_factory=Budget, description="Everything together.")
    per_user: Budget = Field(default_factory=Budget, description="Each person, wherever they talk.")
    per_conversation: Budget = Field(
        default_factory=Budget, description="Each chat, and each topic of a chat."
    )
    users: dict[str, Budget] = Field(
        default_factory=dict,
        description="By numeric user id, in place of perUser.",
    )
    conversations: dict[str, Budget] = Field(
        default_factory=dict,
        description="By conversation, such as `telegram:-100123` (all its topics together) or "
        "`telegram:-100123:7`, in place of perConversation.",
    )
    warn_at_percent: Annotated[Whole, Field(ge=1, le=100)] = Field(
        default=80, description="The owner is told when so much of a budget is used."
    )
    unknown_call_usd: Dollars = Field(
        default=0.01,
        description="What a call of a model without a known price (`openrouter/auto`) counts until "
        "its cost is known.",
    )


class RateLimit(Block):
    """How fast one person may write."""

    messages: Count = Field(default=30, description="So many messages; 0 is no bound.")
    per_seconds: Positive = Field(default=60, description="In so many seconds.")
