"""Forgetting and retention: what goes, what stays, and that numbers are never given again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.app.caretaker import DAY_MS, Caretaker, RetentionRules
from bot.store.db import Database
from bot.store.forgetting import Forgetting
from bot.store.heard import HeardFile, HeardTable, HeardText
from bot.store.history import HistoryTable
from bot.store.inbox import InboxTable
from bot.store.jobs import JobTable, NewJob
from bot.store.ledger import Intent, LedgerTable
from bot.store.media import Shelf
from bot.store.receipts import ReceiptTable
from bot.store.retention import RetentionTable
from bot.store.turns import TurnTable
from bot.values.audio import Transcript
from bot.values.conversation import Conversation
from bot.values.media import MediaFile, MediaKind
from tests.unit.store.still_clock import StillClock

HERE, ELSEWHERE = Conversation("telegram", "1"), Conversation("telegram", "2")
PICTURE = MediaFile(b"picture", "image/png", "secret.png")
VOICE = {"message": {"chat": {"id": 1}, "voice": {"file_unique_id": "AQAD"}, "text": "secret"}}


class Lab:
    """Everything that one settled turn leaves behind."""

    def __init__(self, database: Database, clock: StillClock, folder: Path) -> None:
        self.database = database
        self.clock = clock
        self.inbox = InboxTable(database, clock)
        self.turns = TurnTable(database, clock)
        self.history = HistoryTable(database, clock)
        self.receipts = ReceiptTable(database, clock)
        self.heard = HeardTable(database, clock)
        self.jobs = JobTable(database, clock)
        self.ledger = LedgerTable(database, clock)
        self.shelf = Shelf(database, clock, folder)
        self.forgetting = Forgetting(database, self.shelf)
        self.folder = folder

    async def turn(self, place: Conversation = HERE, *, settled: bool = True) -> str:
        number = await self.count("inbox") + 1
        (entry,) = await self.inbox.add([("telegram", f"u{number}", VOICE)])
        turn = f"t{entry.id}"
        await self.turns.open(turn, inbox_id=entry.id, conversation=place.key, person="1")
        await self.turns.save_transcript(turn, 0, Transcript("secret", "m", "en"))
        said = [{"role": "user", "content": "secret"}]
        await self.history.add(place.key, turn_id=turn, position=0, messages=said)
        await self.receipts.once(f"{turn}/answer/0", self._sent)
        call = await self.ledger.intend(Intent("chat", "m", place.key, "1", turn))
        await self.ledger.close(call, "done", model="m", cost_micro_usd=7)
        if settled:
            await self.turns.settle(turn, "done", trace=[[0, "x"]], inbox_id=entry.id)
        return turn

    async def job(self, turn: str, *, ended: bool) -> str:
        new = NewJob(
            call_key=f"{turn}/c",
            conversation=HERE.key,
            person="1",
            turn_id=turn,
            answers="1",
            kind=MediaKind.IMAGE,
            fingerprint="f",
            request={"title": "secret"},
        )
        job, _ = await self.jobs.open(new)
        staged = await self.shelf.stage(HERE.key, [PICTURE], kind="image", job_id=job.ref)
        async with self.database.transaction() as connection:
            await staged.rows(connection)
        await self.receipts.once(f"{job.ref}/media", self._sent)
        if ended:
            await self.jobs.delivered(job.id)
        return job.ref

    async def count(self, table: str) -> int:
        return len(await self.rows(table))

    async def rows(self, table: str) -> list[tuple[Any, ...]]:
        found = await self.database.reader.execute_fetchall(f"select * from {table}")
        return [tuple(row) for row in found]

    async def tells(self, word: str) -> list[str]:
        """The tables that hold `word`."""
        tables = await self.database.reader.execute_fetchall(
            "select name from sqlite_master where type = 'table'"
        )
        return [name for (name,) in map(tuple, tables) if word in str(await self.rows(name))]

    def files(self) -> int:
        return len(list(self.folder.iterdir())) if self.folder.exists() else 0

    async def sweep(self, **rules: Any) -> dict[str, int]:
        table = RetentionTable(self.database)
        keeper = Caretaker(RetentionRules(**rules), table=table, shelf=self.shelf, clock=self.clock)
        return await keeper.sweep()

    @staticmethod
    async def _sent() -> str:
        return "1"


@pytest.fixture
def lab(database: Database, clock: StillClock, tmp_path: Path) -> Lab:
    return Lab(database, clock, tmp_path / "media")


def database_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("parley.db*"))


async def test_everything_that_a_conversation_said_goes(lab: Lab) -> None:
    turn = await lab.turn()
    await lab.job(turn, ended=True)
    await lab.shelf.put(HERE.key, PICTURE, kind="image", unique_id="AQAE")
    heard = HeardFile("telegram", "AQAD", asked="m")
    await lab.heard.save(heard, HeardText("secret", "en", 1.0))
    (upto,) = await lab.history.recent(HERE.key, before_turn="", limit=1)
    await lab.history.save_summary(HERE.key, "a secret", upto=upto)
    assert set(await lab.tells("secret")) == {
        *("inbox", "transcripts", "messages", "media", "jobs", "heard_files", "summaries")
    }
    gone = await lab.forgetting.forget(HERE, session=HERE.key)
    assert await lab.tells("secret") == []
    assert await lab.heard.find(heard) is None
    assert lab.files() == 0
    assert (gone.turns, gone.messages, gone.transcripts) == (1, 1, 1)
    assert (gone.files, gone.jobs, gone.running) == (2, 1, 0)
    assert await lab.count("receipts") == 0
    assert (await lab.ledger.spent(HERE.key)).cost_micro_usd == 7
    again = await lab.forgetting.forget(HERE, session=HERE.key)
    assert (again.turns, again.messages, again.files, again.jobs) == (0, 0, 0, 0)


GOES = {
    *("messages", "summaries", "transcripts", "heard_files", "media", "jobs", "turns", "inbox"),
    *("receipts",),
}
STAYS = {
    *("conversations", "people", "invitations", "paid_calls", "budget_alarms"),
    *("paired", "pairings", "notices", "drops", "hints"),
}


async def test_of_every_table_it_is_decided_whether_what_it_holds_is_forgotten(lab: Lab) -> None:
    """A table in which something stands that was said belongs to `Forgetting` and to GOES."""
    tables = await lab.database.reader.execute_fetchall(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
    )
    assert {name for (name,) in map(tuple, tables)} - GOES - STAYS == set()


async def test_the_words_are_not_even_left_in_the_free_pages_of_the_file(
    lab: Lab, tmp_path: Path
) -> None:
    for _ in range(50):
        await lab.turn()
    await lab.forgetting.forget(HERE, session=HERE.key)
    assert not [path for path in database_files(tmp_path) if b"secret" in path.read_bytes()]


async def test_what_others_said_and_what_is_under_way_stays(lab: Lab) -> None:
    await lab.turn(ELSEWHERE)
    settled, still_open = await lab.turn(), await lab.turn(settled=False)
    ref = await lab.job(settled, ended=False)
    gone = await lab.forgetting.forget(HERE, session=HERE.key)
    assert (gone.turns, gone.running) == (1, 1)
    assert lab.files() == 1
    assert len(await lab.shelf.of_job(ref)) == 1
    assert await lab.history.of_turn(still_open)
    assert await lab.receipts.find(f"{still_open}/answer/0")
    assert await lab.receipts.find(f"{ref}/media")
    assert len(await lab.history.recent(ELSEWHERE.key, before_turn="", limit=9)) == 1


async def test_an_arrival_stays_known_though_its_words_are_gone(lab: Lab) -> None:
    await lab.turn()
    await lab.forgetting.forget(HERE, session=HERE.key)
    assert await lab.inbox.add([("telegram", "u1", VOICE)]) == []


async def test_an_arrival_that_could_not_be_read_goes_with_its_chat(lab: Lab) -> None:
    other = {"message": {"chat": {"id": 2}, "text": "theirs"}}
    entries = await lab.inbox.add([("telegram", "a", VOICE), ("telegram", "b", other)])
    for entry in entries:
        await lab.inbox.close(entry.id, "set_aside", reason="secret reason")
    await lab.forgetting.forget(HERE, session=HERE.key)
    assert "secret" not in str((await lab.rows("inbox"))[0])
    assert "theirs" in str((await lab.rows("inbox"))[1])


async def test_a_summary_in_the_making_does_not_bring_back_what_was_forgotten(lab: Lab) -> None:
    await lab.turn()
    (upto,) = await lab.history.recent(HERE.key, before_turn="", limit=1)
    await lab.forgetting.forget(HERE, session=HERE.key)
    await lab.turn()  # whose message may get the same number
    assert not await lab.history.save_summary(HERE.key, "a secret", upto=upto)


async def _forget(lab: Lab) -> None:
    await lab.forgetting.forget(HERE, session=HERE.key)


async def _sweep(lab: Lab) -> None:
    lab.clock.at_ms += 2 * DAY_MS
    await lab.sweep(messages_days=1, media_days=1, receipts_days=1)


@pytest.mark.parametrize("clear", [_forget, _sweep])
async def test_no_number_is_given_again(lab: Lab, clear: Callable[[Lab], Awaitable[None]]) -> None:
    turn = await lab.turn()
    ref = await lab.job(turn, ended=True)
    kept = await lab.shelf.put(HERE.key, PICTURE, kind="image")
    await lab.history.start_afresh(HERE.key)
    await clear(lab)
    assert await lab.tells("secret") in ([], ["inbox"])
    later = await lab.turn()
    assert later != turn
    assert await lab.job(later, ended=True) != ref
    assert (await lab.shelf.put(HERE.key, PICTURE, kind="image")).id > kept.id
    seen = await lab.history.recent(HERE.key, before_turn="", limit=9)
    assert [item.turn_id for item in seen] == [later]  # no old mark hides what is new
    await clear(lab)
    assert await lab.count("media") == 1
    assert await lab.count("jobs") == 1


async def test_by_default_words_and_amounts_are_kept_for_ever(lab: Lab) -> None:
    await lab.turn()
    lab.clock.at_ms += 4000 * DAY_MS
    await lab.sweep()
    assert await lab.tells("secret") == ["transcripts", "messages"]
    assert await lab.count("receipts") == 0
    assert (await lab.ledger.spent(HERE.key)).cost_micro_usd == 7


async def test_retention_takes_what_is_old_and_leaves_what_is_young(lab: Lab) -> None:
    for _ in range(3):
        await lab.turn()
    await lab.shelf.put(HERE.key, PICTURE, kind="image")
    lab.clock.at_ms += 10 * DAY_MS
    young = await lab.turn()
    await lab.shelf.put(HERE.key, PICTURE, kind="image")
    rules: dict[str, Any] = dict.fromkeys(("messages_days", "media_days", "receipts_days"), 5)
    swept = await lab.sweep(**rules, ledger_days=5)
    assert (swept["turns"], swept["media"], swept["calls"]) == (3, 1, 3)
    recent = await lab.history.recent(HERE.key, before_turn="", limit=9)
    assert [item.turn_id for item in recent] == [young]
    assert await lab.count("inbox") == 1
    assert await lab.receipts.find(f"{young}/answer/0")
    assert lab.files() == 1
    assert sum((await lab.sweep(**rules, ledger_days=5)).values()) == 0


async def test_what_is_under_way_is_never_too_old(lab: Lab) -> None:
    turn = await lab.turn(settled=False)
    ref = await lab.job(turn, ended=False)
    lab.clock.at_ms += 100 * DAY_MS
    await lab.turn()
    await lab.sweep(messages_days=1, media_days=1, receipts_days=1, ledger_days=1)
    assert await lab.history.of_turn(turn)
    assert await lab.receipts.find(f"{turn}/answer/0")
    assert await lab.receipts.find(f"{ref}/media")
    assert len(await lab.shelf.of_job(ref)) == 1
    assert (await lab.inbox.waiting())[0].payload == VOICE


async def test_a_large_past_goes_in_small_steps(lab: Lab) -> None:
    async with lab.database.transaction() as connection:
        await connection.execute(
            "with recursive n(n) as (select 1 union all select n + 1 from n where n < 900)"
            " insert into inbox (channel, key, payload, state, received_at_ms)"
            " select 'telegram', 'k' || n, '{\"text\": 1}', 'done', 1 from n"
        )
    swept = await lab.sweep()
    assert swept["payloads"] == 900
    assert swept["strays"] == 899  # the newest number is not given again
