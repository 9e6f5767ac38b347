"""The door: judges each message by the rules, hands out the owner's link and redeems it."""

from __future__ import annotations

import secrets

from bot.access.drops import DropLog
from bot.access.policy import Decision, Facts, Verdict, judge
from bot.access.rules import AccessRules
from bot.store.notices import NoticeTable
from bot.store.pairings import PairingTable
from bot.store.people import PeopleTable
from bot.values.conversation import Conversation, Incoming

CODE_BYTES = 8  # 64 bits
LINK_LIFETIME_MS = 60 * 60 * 1000
TELL_AGAIN_AFTER_MS = 60 * 60 * 1000


class Doorman:
    """Applies `rules`, which are Telegram's; another channel brings rules of its own.

    `pairings` are those who ask to be let in, `drops` what was ignored and why, `notices` what
    must be told outside of turns.
    """

    def __init__(
        self,
        rules: AccessRules,
        people: PeopleTable,
        *,
        pairings: PairingTable,
        drops: DropLog,
        notices: NoticeTable,
    ) -> None:
        self._rules = rules
        self._people = people
        self.pairings = pairings
        self.drops = drops
        self.notices = notices
        self._own_rules: dict[str, AccessRules] = {}

    def apply(self, channel: str, rules: AccessRules) -> None:
        """Judge `channel` by `rules`: an id means another person there than in Telegram."""
        self._own_rules[channel] = rules

    def rules_of(self, channel: str) -> AccessRules:
        return self._own_rules.get(channel, self._rules)

    async def decide(self, incoming: Incoming) -> Decision:
        """Whether this message is answered, else why not."""
        channel, person = incoming.conversation.channel, incoming.sender.id
        standing = await self._people.standing(channel, person)
        facts = Facts(self.rules_of(channel), owner=standing.owner, paired=standing.paired)
        return judge(incoming, facts)

    async def judge(self, incoming: Incoming) -> Verdict:
        """Whether this message is answered."""
        return (await self.decide(incoming)).verdict

    async def owners(self, channel: str) -> tuple[str, ...]:
        """Who owns the bot: who became so in the chat, else the first whom the config lists."""
        stored = await self._people.owners(channel)
        configured = self.rules_of(channel).owner
        return stored or ((configured,) if configured else ())

    async def owns(self, incoming: Incoming) -> bool:
        """Whether an owner wrote this, under their own name."""
        sender = incoming.sender
        return not sender.is_chat and sender.id in await self.owners(incoming.conversation.channel)

    async def owner_chats(self, channel: str) -> tuple[Conversation, ...]:
        """The private chats of the owners: there a chat has the id of its person."""
        return tuple(Conversation(channel, owner) for owner in await self.owners(channel))

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
