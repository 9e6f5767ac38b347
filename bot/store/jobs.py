"""Media in the making, durable: what was asked, how far it got, what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from bot.store.db import Beside, Database, queries, storable
from bot.values.clock import Clock
from bot.values.media import FilmTicket, MediaKind

State = Literal[
    "queued", "asking", "polling", "made", "delivered", "failed", "cancelled", "doubtful"
]
Outcome = Literal["failed", "cancelled", "doubtful"]
Next = Literal["queued", "polling", "made"]
RUNNING: tuple[State, ...] = ("queued", "asking", "polling", "made")
MARK = "j"


@dataclass(frozen=True, slots=True)
class NewJob:
    """What is ordered, by whom and where the result belongs. `call_key` orders it only once."""

    call_key: str
    conversation: str
    person: str
    turn_id: str
    answers: str
    kind: MediaKind
    fingerprint: str
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it stands. `told`: the person knows what came of it; nothing is left to do."""

    id: int
    conversation: str
    person: str
    turn_id: str
    answers: str
    kind: MediaKind
    state: State
    told: bool
    fingerprint: str
    request: Mapping[str, Any]
    ticket: FilmTicket | None
    result: Mapping[str, Any]
    paid_call: int | None
    cost_micro_usd: int | None
    sentence: str
    cancel_wanted: bool
    tries: int
    created_at_ms: int
    asked_at_ms: int | None
    finished_at_ms: int | None

    @property
    def ref(self) -> str:
        """How people and models call it: `j5`."""
        return f"{MARK}{self.id}"

    @property
    def running(self) -> bool:
        return self.state in RUNNING

    @property
    def kept(self) -> bool:
        """What was made is on the shelf."""
        return bool(self.result.get("kept"))

    @property
    def hopeless(self) -> bool:
        """Taken up again it would end the same."""
        return bool(self.result.get("hopeless"))

    @property
    def taken_up_as(self) -> Next:
        """Where it goes on after an end without delivery: never where something is paid twice.

        Only a film that the provider itself called failed is ordered anew.
        """
        if self.kept:
            return "made"
        return "polling" if self.ticket is not None and self.ticket.status != "failed" else "queued"


class JobTable:
    """Rows of `jobs`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._queries = queries("jobs")

    async def open(self, new: NewJob) -> tuple[Job, bool]:
        """The job of `new.call_key`, and whether it is new. Committed on return."""
        async with self._database.transaction() as connection:
            row = await self._queries.open(
                connection,
                call_key=new.call_key,
                conversation=new.conversation,
                person=new.person,
                turn_id=new.turn_id,
                answers=new.answers,
                kind=new.kind.value,
                fingerprint=new.fingerprint,
                request=json.dumps(dict(new.request)),
                now_ms=self._clock.now_ms(),
            )
            fresh = row is not None
            if row is None:
                row = await self._queries.by_call(connection, call_key=new.call_key)
        return _job(row), fresh

    async def get(self, job_id: int) -> Job | None:
        row = await self._queries.get(self._database.reader, id=job_id)
        return None if row is None else _job(row)

    async def find(self, ref: str) -> Job | None:
        """The job that `j5` names."""
        number = ref.strip().lower().removeprefix(MARK)
        if not (number.isascii() and number.isdigit()):
            return None
        return await self.get(int(number[:18]))

    async def unfinished(self) -> list[Job]:
        """Everything whose outcome the person does not know yet, oldest first."""
        return [_job(row) async for row in self._queries.open_jobs(self._database.reader)]

    async def running(self, conversation: str) -> list[Job]:
        rows = self._queries.running(self._database.reader, conversation=conversation)
        return [_job(row) async for row in rows]

    async def recent(self, conversation: str = "", *, limit: int) -> list[Job]:
        """The newest jobs, of one conversation or of all, newest first."""
        reader = self._database.reader
        rows = (
            self._queries.recent(reader, conversation=conversation, limit=limit)
            if conversation
            else self._queries.all_recent(reader, limit=limit)
        )
        return [_job(row) async for row in rows]

    async def census(self) -> dict[tuple[str, str], int]:
        """How many jobs there are, by kind and state."""
        rows = self._queries.census(self._database.reader)
        return {(row["kind"], row["state"]): int(row["jobs"]) async for row in rows}

    async def ask(self, job_id: int, *, paid_call: int) -> None:
        """From now on the provider may have been paid by the call `paid_call`."""
        async with self._database.statement() as connection:
            await self._queries.ask(
                connection, id=job_id, paid_call=paid_call, now_ms=self._clock.now_ms()
            )

    async def keep_ticket(
        self, job_id: int, ticket: FilmTicket, *, beside: Sequence[Beside] = ()
    ) -> None:
        """What is needed to go on asking the provider, before the first time."""
        async with self._database.transaction() as connection:
            await self._queries.keep_ticket(
                connection, id=job_id, ticket=json.dumps(asdict(ticket))
            )
            for work in beside:
                await work(connection)

    async def made(
        self,
        job_id: int,
        result: Mapping[str, Any],
        *,
        cost_micro_usd: int | None,
        beside: Sequence[Beside] = (),
    ) -> None:
        """Only delivery is left. What belongs to it is written `beside`, all of it or nothing."""
        async with self._database.transaction() as connection:
            for work in beside:
                await work(connection)
            await self._queries.made(
                connection,
                id=job_id,
                result=json.dumps(dict(result)),
                cost_micro_usd=cost_micro_usd,
            )

    async def finish(
        self,
        job_id: int,
        outcome: Outcome,
        sentence: str,
        *,
        cost_micro_usd: int | None = None,
        result: Mapping[str, Any] | None = None,
    ) -> None:
        """It ends undelivered; the person is still to be told `sentence`.

        `result` replaces what was written when it was made.
        """
        async with self._database.statement() as connection:
            await self._queries.finish(
                connection,
                id=job_id,
                state=outcome,
                sentence=storable(sentence),
                cost_micro_usd=cost_micro_usd,
                result=None if result is None else json.dumps(dict(result)),
                now_ms=self._clock.now_ms(),
            )

    async def told(self, job_id: int) -> None:
        """The person knows."""
        async with self._database.statement() as connection:
            await self._queries.told(connection, id=job_id)

    async def delivered(self, job_id: int) -> None:
        async with self._database.statement() as connection:
            await self._queries.delivered(connection, id=job_id, now_ms=self._clock.now_ms())

    async def want_cancel(self, job_id: int) -> None:
        """Ask whoever runs the job to give it up; another process may be that."""
        async with self._database.statement() as connection:
            await self._queries.want_cancel(connection, id=job_id)

    async def again(self, job_id: int, state: Next) -> bool:
        """Take an ended job up again; whether it was one that can be."""
        async with self._database.transaction() as connection:
            changed = await self._queries.again(connection, id=job_id, state=state)
        return bool(changed)


def _job(row: Any) -> Job:
    ticket = json.loads(row["ticket"]) if row["ticket"] else None
    return Job(
        id=row["id"],
        conversation=row["conversation"],
        person=row["person"],
        turn_id=row["turn_id"],
        answers=row["answers"],
        kind=MediaKind(row["kind"]),
        state=row["state"],
        told=bool(row["told"]),
        fingerprint=row["fingerprint"],
        request=json.loads(row["request"]),
        ticket=None if ticket is None else FilmTicket(**{**ticket, "urls": tuple(ticket["urls"])}),
        result=json.loads(row["result"]),
        paid_call=row["paid_call"],
        cost_micro_usd=row["cost_micro_usd"],
        sentence=row["sentence"],
        cancel_wanted=bool(row["cancel_wanted"]),
        tries=row["tries"],
        created_at_ms=row["created_at_ms"],
        asked_at_ms=row["asked_at_ms"],
        finished_at_ms=row["finished_at_ms"],
    )
