"""Who asks to be let in, and who was (facts/behaviour.md A3).

Codes are kept readably: `parley pairing list` shows them, and they open nothing by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.store.db import Database, queries, storable
from bot.store.notices import NewNotice, NoticeTable
from bot.values.clock import Clock

LIFETIME_MS = 60 * 60 * 1000
DENIED_MS = 24 * 60 * 60 * 1000
MOST_WAITING = 3


@dataclass(frozen=True, slots=True)
class Pairing:
    """Somebody who asks to be let in. `conversation` is where they wait for the answer."""

    channel: str
    person: str
    code: str
    name: str
    conversation: str
    message_id: str
    asked_at_ms: int
    expires_at_ms: int


@dataclass(frozen=True, slots=True)
class Paired:
    """Somebody who was let in."""

    channel: str
    person: str
    name: str
    paired_at_ms: int


@dataclass(frozen=True, slots=True)
class NewPairing:
    """A stranger's message, which is not processed beyond this."""

    channel: str
    person: str
    name: str
    conversation: str
    message_id: str
    code: str


class PairingTable:
    """Rows of `pairings` and `paired`. What is to be told goes into the same transaction."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._queries = queries("pairings")
        self._people = queries("people")
        self._notices = NoticeTable(database, clock)

    async def ask(self, new: NewPairing, *, notices: Sequence[NewNotice] = ()) -> Pairing | None:
        """A new request, or None when they have asked already or too many others wait.

        The same message gets the same answer, so that a crash costs nobody their code.
        """
        now_ms = self._clock.now_ms()
        async with self._database.transaction() as connection:
            await self._queries.expire(connection, now_ms=now_ms)
            row = await self._queries.of_person(connection, channel=new.channel, person=new.person)
            if row is not None:
                same = row["state"] == "waiting" and row["message_id"] == new.message_id
                return _pairing(row) if same else None
            counted = await self._queries.count_waiting(connection, channel=new.channel)
            if counted["waiting"] >= MOST_WAITING:
                return None
            row = await self._queries.add(
                connection,
                channel=new.channel,
                person=new.person,
                code=new.code,
                name=storable(new.name),
                conversation=new.conversation,
                message_id=new.message_id,
                now_ms=now_ms,
                expires_at_ms=now_ms + LIFETIME_MS,
            )
            for notice in notices:
                await self._notices.post_within(connection, notice)
        return _pairing(row)

    async def waiting(self, channel: str = "") -> list[Pairing]:
        """Who waits to be let in, the longest first; on all channels without `channel`."""
        reader, now_ms = self._database.reader, self._clock.now_ms()
        if channel:
            rows = self._queries.waiting(reader, channel=channel, now_ms=now_ms)
        else:
            rows = self._queries.waiting_anywhere(reader, now_ms=now_ms)
        return [_pairing(row) async for row in rows]

    async def approve(
        self,
        channel: str,
        code: str,
        *,
        make_owner: bool = False,
        notice: Callable[[Pairing, bool], NewNotice] | None = None,
    ) -> tuple[Pairing, bool] | None:
        """Let in whoever has `code`, and whether they own the bot now. None for no such code.

        With `make_owner` they do when nobody did; the open invitation to own it ends then.
        """
        now_ms = self._clock.now_ms()
        async with self._database.transaction() as connection:
            row = await self._queries.take(connection, channel=channel, code=code, now_ms=now_ms)
            if row is None:
                return None
            asked = _pairing(row)
            await self._queries.pair(
                connection, channel=channel, person=asked.person, name=asked.name, now_ms=now_ms
            )
            owned = await self._people.owner_exists(connection, channel=channel) is not None
            owns = make_owner and not owned
            if owns:
                await self._people.make_owner(connection, channel=channel, person=asked.person)
                await self._people.withdraw_invitations(connection)
            if notice is not None:
                await self._notices.post_within(connection, notice(asked, owns))
        return asked, owns

    async def deny(self, channel: str, code: str) -> Pairing | None:
        """Turn away whoever has `code`; they can't ask again for a day. None for no such code."""
        now_ms = self._clock.now_ms()
        async with self._database.transaction() as connection:
            row = await self._queries.deny(
                connection, channel=channel, code=code, now_ms=now_ms, until_ms=now_ms + DENIED_MS
            )
        return None if row is None else _pairing(row)

    async def paired(self) -> list[Paired]:
        """Everybody who was let in."""
        rows = self._queries.paired(self._database.reader)
        return [
            Paired(row["channel"], row["person"], row["name"], row["paired_at_ms"])
            async for row in rows
        ]

    async def forget(self, channel: str, person: str) -> bool:
        """Take the access of `person` back; whether they had any."""
        async with self._database.transaction() as connection:
            row = await self._queries.forget(connection, channel=channel, person=person)
        return row is not None


def _pairing(row: Any) -> Pairing:
    return Pairing(
        channel=row["channel"],
        person=row["person"],
        code=row["code"],
        name=row["name"],
        conversation=row["conversation"],
        message_id=row["message_id"],
        asked_at_ms=row["asked_at_ms"],
        expires_at_ms=row["expires_at_ms"],
    )
