"""Who owns the bot, who was told that they may not use it, and open invitations."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.store.db import Database, queries
from bot.values.clock import Clock


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether somebody owns the bot, and whether the owner let them in."""

    owner: bool
    paired: bool


class PeopleTable:
    """Rows of `people` and `invitations`. Invitation codes are kept as hashes only."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._queries = queries("people")

    async def is_owner(self, channel: str, person: str) -> bool:
        row = await self._queries.role(self._database.reader, channel=channel, person=person)
        return row is not None and row["role"] == "owner"

    async def has_owner(self, channel: str) -> bool:
        return await self._queries.owner_exists(self._database.reader, channel=channel) is not None

    async def every_owner(self) -> list[tuple[str, str]]:
        """Who owns the bot, on whatever channel: pairs of channel and person."""
        rows = self._queries.every_owner(self._database.reader)
        return [(row["channel"], row["person"]) async for row in rows]

    async def standing(self, channel: str, person: str) -> Standing:
        """What `person` is to the bot, apart from what the configuration lists."""
        row = await self._queries.standing(self._database.reader, channel=channel, person=person)
        return Standing(owner=bool(row["owner"]), paired=bool(row["paired"]))

    async def owners(self, channel: str) -> tuple[str, ...]:
        rows = self._queries.owners(self._database.reader, channel=channel)
        return tuple([str(row["person"]) async for row in rows])

    async def tell(self, channel: str, person: str, *, again_after_ms: int) -> bool:
        """Whether this person is due to be told (now noted), at most once in `again_after_ms`."""
        now_ms = self._clock.now_ms()
        async with self._database.transaction() as connection:
            row = await self._queries.tell(
                connection,
                channel=channel,
                person=person,
                now_ms=now_ms,
                not_since_ms=now_ms - again_after_ms,
            )
        return row is not None

    async def invite(self, code: str, *, lifetime_ms: int) -> None:
        """Keep a new one-time code and withdraw the unused older ones."""
        async with self._database.transaction() as connection:
            await self._queries.withdraw_invitations(connection)
            await self._queries.invite(
                connection, code_hash=_hash(code), expires_at_ms=self._clock.now_ms() + lifetime_ms
            )

    async def redeem(self, code: str, *, channel: str, person: str) -> bool:
        """Make `person` owner if `code` is good; it is used up by that, atomically."""
        async with self._database.transaction() as connection:
            row = await self._queries.redeem(
                connection, code_hash=_hash(code), person=person, now_ms=self._clock.now_ms()
            )
            if row is None:
                return False
            await self._queries.make_owner(connection, channel=channel, person=person)
        return True


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
