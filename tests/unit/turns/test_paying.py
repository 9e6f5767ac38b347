"""Parts of a long note: what was paid in one process is not paid again in the next."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.access.ledger import Ledger
from bot.errors import UpstreamDown
from bot.store.db import Database
from bot.store.inbox import InboxTable
from bot.store.ledger import LedgerTable
from bot.store.turns import TurnTable
from bot.turns.paying import PaidTranscriber, Payer
from bot.values.audio import Recording, Transcript
from bot.values.clock import SystemClock

PAYER = Payer(turn_id="t1", conversation="telegram:1", person="1")
MODEL = "openai/whisper-large-v3-turbo"


class Ear:
    """Hears "part 0", "part 1" and so on; fails from `fails_at` on."""

    def __init__(self, *, fails_at: int = 99) -> None:
        self.heard: list[str] = []
        self._fails_at = fails_at

    async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
        name = recording.data.decode()
        if int(name[-1]) >= self._fails_at:
            raise UpstreamDown("gone")
        self.heard.append(name)
        return Transcript(text=name, model=MODEL)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(tmp_path / "parley.db") as opened:
        clock = SystemClock()
        (entry,) = await InboxTable(opened, clock).add([("telegram", "1", {})])
        turns = TurnTable(opened, clock)
        await turns.open("t1", inbox_id=entry.id, conversation="telegram:1", person="1")
        yield opened


async def listens(database: Database, ear: Ear) -> list[str]:
    """What one process hears of a note in three parts."""
    clock = SystemClock()
    paid = PaidTranscriber(
        ear,
        model=MODEL,
        ledger=Ledger(LedgerTable(database, clock)),
        turns=TurnTable(database, clock),
        payer=PAYER,
    )
    parts = [Recording(f"part {n}".encode(), "ogg", 600.0) for n in range(3)]
    return [(await paid.transcribe(part)).text for part in parts]


async def test_only_the_parts_that_failed_are_asked_for_again(database: Database) -> None:
    with pytest.raises(UpstreamDown):
        await listens(database, Ear(fails_at=2))
    second = Ear()
    assert await listens(database, second) == ["part 0", "part 1", "part 2"]
    assert second.heard == ["part 2"]


async def test_every_call_has_its_row_and_a_known_part_has_none(database: Database) -> None:
    await listens(database, Ear())
    await listens(database, Ear())
    spent = await LedgerTable(database, SystemClock()).spent("telegram:1")
    assert spent.calls == 3
