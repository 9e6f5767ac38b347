"""What is said before anything is spent: to strangers, to the new owner, to commands."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.access.doorman import Doorman
from bot.access.pace import Pace
from bot.access.policy import Reason, Verdict
from bot.turns import commands, pairing
from bot.turns.commands import Answer, Desk
from bot.turns.ear_rules import EarRules
from bot.turns.hinting import hint, hint_at_joining
from bot.turns.luggage import says_something
from bot.turns.prompt import escape_markdown
from bot.values.conversation import AttachmentKind, ChatKind, Incoming

NO_ACCESS = (
    "Hello! I'm a private bot and don't know you yet. "
    "If you know my owner, ask them to allow your id: {person}"
)
CANT_READ = (
    "I can't look at that kind of message yet. Please tell me in a voice note or in writing "
    "what you would like."
)
CANT_OPEN = "I can't open that kind of file. I take pictures, PDFs, texts, recordings and videos."
UNKNOWN_COMMAND = "I don't know /{name}. /help shows what I can do."
SILENCE = Answer("")
WHY = "why"


@dataclass(frozen=True, slots=True)
class Door:
    """Decides whether a message comes in."""

    doorman: Doorman
    desk: Desk
    ears: EarRules = field(default_factory=EarRules)
    pace: Pace | None = None

    async def admits(self, incoming: Incoming) -> bool:
        verdict = await self.doorman.judge(self.ears.as_meant(incoming))
        return verdict is Verdict.ANSWER and not self._too_fast(incoming)

    async def answer(self, incoming: Incoming) -> Answer | None:
        """What to say at the door, `SILENCE` for nothing; None lets the message in."""
        if incoming.chat_kind is ChatKind.PRIVATE and await self.doorman.claim(incoming):
            return Answer(pairing.NOW_OWNER)
        decision = await self.doorman.decide(self.ears.as_meant(incoming))
        if decision.reason is not None:
            return await self._stays_out(incoming, decision.verdict, decision.reason)
        if incoming.command is not None:
            return await commands.run(self.desk, incoming) or _unknown(incoming)
        if self.pace is not None and self._too_fast(incoming):
            return Answer(sentence) if (sentence := self.pace.sentence(incoming)) else SILENCE
        if not (incoming.text or incoming.note or says_something(incoming)):
            documents = (a.kind is AttachmentKind.DOCUMENT for a in incoming.attachments)
            return Answer(CANT_OPEN if any(documents) else CANT_READ)
        return None

    def _too_fast(self, incoming: Incoming) -> bool:
        return self.pace is not None and not self.pace.allows(incoming)

    async def joined(self, incoming: Incoming) -> None:
        """The bot was put into a group."""
        decision = await self.doorman.decide(incoming)
        await hint_at_joining(self.doorman, incoming, decision.reason)

    async def _stays_out(self, incoming: Incoming, verdict: Verdict, reason: Reason) -> Answer:
        asks = incoming.command is not None and incoming.command.name == WHY
        if asks and await self.doorman.owns(incoming):
            return await commands.run(self.desk, incoming) or SILENCE
        await self.doorman.drops.note(incoming, reason)
        if verdict is Verdict.IGNORE:
            await hint(self.doorman, incoming, reason)
            return SILENCE
        if reason is Reason.DM_NOT_PAIRED:
            asked = await pairing.knock(self.doorman, incoming)
            return Answer(asked) if asked else SILENCE
        told = await self.doorman.may_tell(incoming)
        return Answer(NO_ACCESS.format(person=incoming.sender.id)) if told else SILENCE


def _unknown(incoming: Incoming) -> Answer:
    """In a group an unknown command is some other bot's."""
    if incoming.command is None or incoming.chat_kind is ChatKind.GROUP:
        return SILENCE
    return Answer(UNKNOWN_COMMAND.format(name=escape_markdown(incoming.command.name)))
