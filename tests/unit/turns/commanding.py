"""A chat in which commands are typed and buttons pressed: a real database, no network, no turns."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, cast

from bot.access.doorman import Doorman
from bot.access.drops import DropLog
from bot.access.rules import AccessRules
from bot.jobs.office import JobOffice
from bot.store.conversations import Choices, ConversationTable, person_key
from bot.store.db import Database
from bot.store.drops import DropTable
from bot.store.forgetting import Forgetting
from bot.store.history import HistoryTable
from bot.store.inbox import InboxTable
from bot.store.ledger import LedgerTable
from bot.store.media import Shelf
from bot.store.notices import NoticeTable
from bot.store.pairings import PairingTable
from bot.store.people import PeopleTable
from bot.store.turns import Ending, TurnTable
from bot.turns import commands
from bot.turns.commands import Answer, Desk
from bot.turns.compaction import Compactor
from bot.turns.manner import MannerSettings
from bot.turns.sessions import SessionRules
from bot.values.audio import Voice
from bot.values.clock import SystemClock
from bot.values.conversation import ChatKind, Command, Conversation, Incoming, Person

KOKORO = "hexgrad/kokoro-82m"
VOICES = (
    *("af_alloy", "af_bella", "am_adam", "bf_emma", "ef_dora", "em_alex", "ff_siwis"),
    *("if_sara", "jf_alpha", "pf_dora", "zf_xiaobei", "zm_yunxi"),
)
HERE = "telegram:1"
OWN = person_key(HERE, "1")


@dataclass(frozen=True)
class Menu:
    """What one speech model has; nothing to choose otherwise."""

    names: tuple[str, ...] = VOICES

    def references(self) -> tuple[str, ...]:
        return ()

    def find(self, name: str) -> str | None:
        return None

    def levels(self, reference: str) -> tuple[str, ...]:
        return ()

    def voices(self, reference: str) -> tuple[str, ...]:
        return self.names if reference == KOKORO else ()


@dataclass
class Chat:
    """Types as one person, in a private chat unless told otherwise."""

    database: Database
    desk: Desk
    language: str = ""
    kind: ChatKind = ChatKind.PRIVATE
    ids: Any = field(default_factory=lambda: count(1))

    async def types(self, line: str, *, message_id: str = "", key: str = HERE) -> Answer:
        """What `line`, such as `/voice off`, is answered."""
        name, _, args = line.removeprefix("/").partition(" ")
        incoming = Incoming(
            conversation=Conversation.parse(key),
            message_id=message_id or str(next(self.ids)),
            sender=Person("1", language=self.language),
            chat_kind=self.kind,
            sent_at_ms=0,
            text=line,
            command=Command(name, args.strip()),
        )
        answer = await commands.run(self.desk, incoming)
        assert answer is not None, f"{line} is no command"
        return answer

    async def choices(self, key: str = HERE) -> Choices:
        return await self.desk.conversations.choices(key)

    def configures(self, **changes: Any) -> None:
        """Another configuration of speech."""
        self.desk = replace(self.desk, manner=replace(self.desk.manner, **changes))

    def offers(self, *names: str) -> None:
        """Other voices; none is a catalogue that isn't there yet."""
        self.desk = replace(self.desk, models=Menu(names))

    async def converses(self, *said: str, ending: Ending = "done", role: str = "assistant") -> str:
        """A settled turn with these messages of the model; its id."""
        clock = self.desk.clock
        (entry,) = await InboxTable(self.database, clock).add(
            [("telegram", f"u{next(self.ids)}", {})]
        )
        turn_id = f"t{entry.id}"
        turns = TurnTable(self.database, clock)
        await turns.open(turn_id, inbox_id=entry.id, conversation=HERE, person="1")
        messages = [{"role": "user", "content": "?"}]
        messages += [{"role": role, "content": text} for text in said]
        await self.desk.history.add(HERE, turn_id=turn_id, position=0, messages=messages)
        await turns.settle(turn_id, ending, trace=[], inbox_id=entry.id)
        return turn_id


@asynccontextmanager
async def a_chat(folder: Path) -> AsyncIterator[Chat]:
    async with Database.open(folder / "parley.db") as database:
        clock = SystemClock()
        desk = Desk(
            name="Parley",
            model="openrouter/auto",
            thinking="off",
            history=HistoryTable(database, clock),
            sessions=SessionRules(),
            compactor=cast(Compactor, None),  # nothing here is paid for
            forgetting=Forgetting(database, Shelf(database, clock, folder / "media")),
            people=PeopleTable(database, clock),
            conversations=ConversationTable(database, clock),
            ledger=LedgerTable(database, clock),
            turns=TurnTable(database, clock),
            models=Menu(),
            jobs=cast(JobOffice, None),  # nothing here is about jobs
            doorman=Doorman(
                AccessRules(),
                PeopleTable(database, clock),
                pairings=PairingTable(database, clock),
                drops=DropLog(DropTable(database, clock), clock),
                notices=NoticeTable(database, clock),
            ),
            manner=MannerSettings(voice=Voice(KOKORO, "af_alloy")),
            clock=clock,
            stop=lambda conversation: 0,
        )
        yield Chat(database, desk)


def labels(answer: Answer) -> list[str]:
    return [button.label for row in answer.buttons for button in row]


def orders(answer: Answer) -> list[str]:
    """What its buttons stand for."""
    return [button.command for row in answer.buttons for button in row]
