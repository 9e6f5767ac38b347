"""What a command about the voice is asked, and whose choices it changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot.store.conversations import Choices, person_key
from bot.turns.commands.desk import Desk
from bot.turns.commands.standing import Standing
from bot.values.conversation import Incoming


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks, and whether for themselves (`mine`) or for the conversation."""

    desk: Desk
    incoming: Incoming
    mine: bool

    async def standing(self) -> Standing:
        """What holds; for oneself, what does wherever a chat has not chosen."""
        standing = await Standing.of(self.desk, self.incoming)
        return replace(standing, here=Choices()) if self.mine else standing

    async def chosen(self, **changes: Any) -> Standing:
        """Change some choices; what holds now."""
        key = self.incoming.conversation.key
        if self.mine:
            key = person_key(key, self.incoming.sender.id)
        await self.desk.conversations.choose(key, **changes)
        return await self.standing()
