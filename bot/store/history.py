"""Conversations as the model sees them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aiosqlite import Connection

from bot.observe import killpoint
from bot.store.db import Database, queries, storable
from bot.values.chat import Message
from bot.values.clock import Clock
from bot.values.conversation import Conversation

LOOK_BACK = 80  # messages in which the last answer is looked for
PARAGRAPH = "\n\n"
REFUSED_FOR_MS = 24 * 60 * 60 * 1000  # settings may be changed without a word to the bot


@dataclass(frozen=True, slots=True)
class Remembered:
    """One stored message with the turn that it belongs to."""

    turn_id: str
    message: Message
    id: int = 0


class HistoryTable:
    """Rows of `messages`, `summaries` and `conversations`.

    A history is read by the key of its session, which may be that of several conversations.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._queries = queries("history")

    async def add(
        self,
        conversation: str,
        *,
        turn_id: str,
        position: int,
        messages: list[Message],
        answers: Sequence[int] = (),
    ) -> None:
        """Store `messages` of a turn from `position` on. What is stored already stays as it is.

        `answers` are the inbox entries that this turn now answers, its own first: they make one
        turn from here on, in the same transaction.
        """
        now_ms = self._clock.now_ms()
        async with self._database.transaction() as connection:
            for offset, message in enumerate(messages):
                await self._queries.add(
                    connection,
                    conversation=conversation,
                    turn_id=turn_id,
                    position=position + offset,
                    message=json.dumps(message),  # escaped: SQLite refuses half a surrogate pair
                    now_ms=now_ms,
                )
            for entry_id in answers:
                await queries("inbox").join(connection, id=entry_id, first=answers[0])
        killpoint.reach("after-history")

    async def of_turn(self, turn_id: str) -> list[Message]:
        """The messages of one turn, oldest first."""
        rows = self._queries.of_turn(self._database.reader, turn_id=turn_id)
        return [json.loads(row["message"]) async for row in rows]

    async def recent(self, conversation: str, *, before_turn: str, limit: int) -> list[Remembered]:
        """At most `limit` messages of settled turns, oldest first.

        Neither what was before the last /new nor what a summary stands for.
        """
        rows = self._queries.recent(
            self._database.reader, conversation=conversation, turn_id=before_turn, limit=limit
        )
        newest_first = [
            Remembered(row["turn_id"], json.loads(row["message"]), row["id"]) async for row in rows
        ]
        return newest_first[::-1]

    async def size(self, conversation: str, *, limit: int) -> tuple[int, int]:
        """How many messages `recent` would look at, and their length as stored."""
        row = await self._queries.size(
            self._database.reader, conversation=conversation, limit=limit
        )
        return int(row["messages"]), int(row["chars"])

    async def last_active_ms(self, conversation: str) -> int | None:
        """When a person was last part of this history; None in a fresh one."""
        row = await self._queries.last_active(self._database.reader, conversation=conversation)
        return None if row is None else int(row["at_ms"])

    async def session_of(self, turn_id: str) -> str | None:
        """The history that a turn belongs to, once something of it was stored."""
        row = await self._queries.session_of(self._database.reader, turn_id=turn_id)
        return None if row is None else str(row["conversation"])

    async def summary(self, conversation: str) -> str:
        """What stands for the beginning of this history; "" for nothing."""
        row = await self._queries.summary(self._database.reader, conversation=conversation)
        return "" if row is None else str(row["text"])

    async def save_summary(self, conversation: str, text: str, *, upto: Remembered) -> bool:
        """From now on `text` stands for everything up to `upto`.

        False when that is history no more: forgotten or begun afresh in the meantime.
        """
        async with self._database.transaction() as connection:
            saved = await self._queries.save_summary(
                connection,
                conversation=conversation,
                upto=upto.id,
                turn_id=upto.turn_id,
                text=storable(text),
                now_ms=self._clock.now_ms(),
            )
        return bool(saved)

    async def last_answer(self, conversation: str) -> str:
        """What the newest settled turn that has an answer said, since the last /new; else ""."""
        recent = await self.recent(conversation, before_turn="", limit=LOOK_BACK)
        turns = reversed(in_turns(recent))
        answers = (_answer([item.message for item in turn]) for turn in turns)
        return next((answer for answer in answers if answer), "")

    async def speak_again(self, conversation: str, fingerprint: str, *, command: str) -> bool:
        """Whether an answer may be spoken again, which is noted at once: not twice in a row.

        `command` is the message that asks; taken up after a crash it may still.
        """
        asked = f"{fingerprint} {command}"
        async with self._database.transaction() as connection:
            row = await self._queries.spoken_again(connection, conversation=conversation)
            known = row["spoken_again"] if row is not None else ""
            if known.partition(" ")[0] == fingerprint:
                return bool(known == asked)
            await self._save_spoken_again(connection, conversation, asked)
        return True

    async def forget_spoken_again(self, conversation: str) -> None:
        """Allow the same once more: it could not be spoken."""
        async with self._database.statement() as connection:
            await self._save_spoken_again(connection, conversation, "")

    async def _save_spoken_again(
        self, connection: Connection, conversation: str, spoken_again: str
    ) -> None:
        await self._queries.save_spoken_again(
            connection,
            conversation=conversation,
            spoken_again=spoken_again,
            now_ms=self._clock.now_ms(),
        )

    async def start_afresh(self, conversation: str) -> None:
        """Let the model see nothing that was said before now."""
        async with self._database.transaction() as connection:
            await self._queries.drop_summary(connection, conversation=conversation)
            await self._queries.start_afresh(
                connection, conversation=conversation, now_ms=self._clock.now_ms()
            )

    async def note(
        self, conversation: str, key: str, message: Message, *, session: str = ""
    ) -> None:
        """Tell the model at its next turn what happened between turns. Once for each `key`.

        `session` is the history that the conversation belongs to, where it has not its own.
        """
        async with self._database.transaction() as connection:
            now_ms = self._clock.now_ms()
            await self._queries.note_entry(connection, key=key, now_ms=now_ms)
            await self._queries.note_turn(
                connection, id=key, key=key, conversation=conversation, now_ms=now_ms
            )
            await self._queries.add(
                connection,
                conversation=session or conversation,
                turn_id=key,
                position=0,
                message=json.dumps(message),
                now_ms=now_ms,
            )

    async def refuses_voice(self, conversation: str) -> bool:
        """Whether voice messages were refused in this chat, in any topic of it, within a day."""
        row = await self._queries.voice_refused(self._database.reader, chat=_chat(conversation))
        if row is None or not row["voice_refused_at_ms"]:
            return False
        return bool(self._clock.now_ms() - row["voice_refused_at_ms"] < REFUSED_FOR_MS)

    async def remember_refusal(self, conversation: str) -> None:
        """Keep in mind for a day that voice messages are refused in this chat."""
        await self._save_refusal(conversation, at_ms=self._clock.now_ms())

    async def forget_refusal(self, conversation: str) -> None:
        """Somebody wants to hear the bot: the next voice message is tried whatever was refused."""
        await self._save_refusal(conversation, at_ms=0)

    async def _save_refusal(self, conversation: str, *, at_ms: int) -> None:
        async with self._database.statement() as connection:
            await self._queries.save_refusal(
                connection, chat=_chat(conversation), at_ms=at_ms, now_ms=self._clock.now_ms()
            )


def _chat(conversation: str) -> str:
    """The whole chat that a topic belongs to: rights and privacy hold for all of it."""
    here = Conversation.parse(conversation)
    return Conversation(here.channel, here.chat_id).key


def in_turns(messages: Iterable[Remembered]) -> list[list[Remembered]]:
    """`messages` by turn, in the order in which the turns began.

    Not by neighbourhood: what a job makes may be noted in the middle of the turn that ordered it.
    """
    turns: dict[str, list[Remembered]] = {}
    for item in messages:
        turns.setdefault(item.turn_id, []).append(item)
    return list(turns.values())


def _answer(messages: list[Message]) -> str:
    """The visible text among the messages of one turn."""
    texts = (one.get("content") for one in messages if one["role"] == "assistant")
    return PARAGRAPH.join(text for text in texts if isinstance(text, str) and text.strip())
