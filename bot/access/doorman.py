"""The door: judges each message by the rules, hands out the owner's link and redeems it."""

from __future__ import annotations

import secrets

from bot.access.policy import AccessRules, Verdict
from bot.store.people import PeopleTable
from bot.values.conversation import Incoming

CODE_BYTES = 8  # 64 bits
LINK_LIFETIME_MS = 60 * 60 * 1000
TELL_AGAIN_AFTER_MS = 60 * 60 * 1000


class Doorman:
    """Applies `rules`, which are Telegram's; another channel brings rules of its own."""

    def __init__(self, rules: AccessRules, people: PeopleTable) -> None:
        self._rules = rules
        self._people = people
        self._own_rules: dict[str, AccessRules] = {}

    def apply(self, channel: str, rules: AccessRules) -> None:
        """Judge `channel` by `rules`: an id means another person there than in Telegram."""
        self._own_rules[channel] = rules

    async def judge(self, incoming: Incoming) -> Verdict:
        """Whether this message is answered."""
        channel, person = incoming.conversation.channel, incoming.sender.id
        owner = await self._people.is_owner(channel, person)
        rules = self._own_rules.get(channel, self._rules)
        return rules.judge(incoming, owner=owner)

    async def owner_code(self, channel: str) -> str | None:
        """A fresh one-time code when nobody could use the bot otherwise, else None."""
        if self._rules.configured or await self._people.has_owner(channel):
            return None
        code = secrets.token_hex(CODE_BYTES)
        await self._people.invite(code, lifetime_ms=LINK_LIFETIME_MS)
        return code

    async def claim(self, incoming: Incoming) -> bool:
        """Whether this is `/start <code>` with a good code; its sender owns the bot then."""
        command = incoming.command
        if command is None or command.name != "start" or not command.args:
            return False
        return await self._people.redeem(
            command.args.strip(), channel=incoming.conversation.channel, person=incoming.sender.id
        )

    async def may_tell(self, incoming: Incoming) -> bool:
        """Whether a stranger is due for the polite line: once in an hour, not at every message."""
        return await self._people.tell(
            incoming.conversation.channel,
            incoming.sender.id,
            again_after_ms=TELL_AGAIN_AFTER_MS,
        )
