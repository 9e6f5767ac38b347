"""What is said before anything is spent: to strangers, to the new owner, to commands."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.access.doorman import Doorman
from bot.access.pace import Pace
from bot.access.policy import Verdict
from bot.turns import commands
from bot.turns.commands import Answer, Desk
from bot.turns.ear_rules import EarRules
from bot.turns.luggage import says_something
from bot.turns.prompt import escape_markdown
from bot.values.conversation import AttachmentKind, ChatKind, Incoming

NO_ACCESS = (
    "Hello! I'm a private bot and don't know you yet. "
    "If you know my owner, ask them to allow your id: {person}"
)
NOW_OWNER = "You are my owner now. Send me a voice note and I answer with my voice."
CANT_READ = (
    "I can't look at that kind of message yet. Please tell me in a voice note or in writing "
    "what you would like."
)
CANT_OPEN = "I can't open that kind of file. I take pictures, PDFs, texts, recordings and videos."
UNKNOWN_COMMAND = "I don't know /{name}. /help shows what I can do."
SILENCE = Answer("")


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
            return Answer(NOW_OWNER)
        verdict = await self.doorman.judge(self.ears.as_meant(incoming))
        if verdict is Verdict.IGNORE:
            return SILENCE
        if verdict is Verdict.STRANGER:
            told = await self.doorman.may_tell(incoming)
            return Answer(NO_ACCESS.format(person=incoming.sender.id)) if told else SILENCE
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


def _unknown(incoming: Incoming) -> Answer:
    """In a group an unknown command is some other bot's."""
    if incoming.command is None or incoming.chat_kind is ChatKind.GROUP:
        return SILENCE
    return Answer(UNKNOWN_COMMAND.format(name=escape_markdown(incoming.command.name)))
