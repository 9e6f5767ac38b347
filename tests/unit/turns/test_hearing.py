"""The notes of one turn: each is heard once, whatever joins, fails or is quoted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.access.ledger import Ledger
from bot.errors import AudioTooLarge, ListenError, NoCredit, NothingHeard, Refused, UpstreamDown
from bot.observe.trace import Trace
from bot.store.db import Database
from bot.store.heard import HeardTable
from bot.store.inbox import InboxTable
from bot.store.ledger import LedgerTable
from bot.store.turns import Checkpoint, TurnTable
from bot.turns.ear_rules import NOT_HERE, EarRules, Scope, Selection
from bot.turns.hearing import Hearing
from bot.turns.paying import Payer
from bot.values.audio import Recording, Transcript
from bot.values.clock import SystemClock
from bot.values.conversation import (
    Attachment,
    AttachmentKind,
    ChatKind,
    Conversation,
    Incoming,
    Person,
    Quote,
)
from bot.voice.limits import NoteLimits
from bot.voice.listen import ListenSettings
from bot.voice.workshop import Workshop
from tests import voices

HERE = Conversation("telegram", "1")
NEW = Checkpoint("t1", "open", None, None)


def voice(ref: str, *, unique: bool = True, **fields: Any) -> Attachment:
    unique_id = f"u-{ref}" if unique else ""
    return Attachment(AttachmentKind.VOICE, ref, unique_id=unique_id, mime="audio/ogg", **fields)


def message(*attachments: Attachment, text: str = "", quote: Quote | None = None) -> Incoming:
    return Incoming(
        conversation=HERE,
        message_id="5",
        sender=Person("7"),
        chat_kind=ChatKind.PRIVATE,
        sent_at_ms=0,
        text=text,
        attachments=attachments,
        quote=quote,
    )


@dataclass
class Box:
    """The files of a chat; what is in them is said by their length. Counts what is fetched."""

    fetched: list[str] = field(default_factory=list)
    silent: frozenset[str] = frozenset()

    async def fetch(self, attachment: Attachment, *, limit_bytes: int) -> bytes:
        self.fetched.append(attachment.ref)
        if attachment.ref in self.silent:
            return voices.silence(1.0)
        return voices.say(f"This is note {attachment.ref}.")


@dataclass
class Ears:
    """Hears in each recording which note it is; fails where it is told to."""

    asked: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    fails: frozenset[str] = frozenset()

    async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
        names = {voices.say(f"This is note {name}."): name for name in "abcdq"}
        name = names.get(recording.data, "part")
        self.asked.append(name)
        self.languages.append(language)
        await asyncio.sleep(0)
        if name in self.fails:
            raise UpstreamDown("503", status=503)
        return Transcript(f"note {name}", "test/ear", "en")


@dataclass
class House:
    """What outlives a turn."""

    database: Database
    workshop: Workshop
    box: Box = field(default_factory=Box)
    ears: Ears = field(default_factory=Ears)
    rules: EarRules = field(default_factory=EarRules)
    listen: ListenSettings = field(default_factory=ListenSettings)
    hear: bool = True
    heard: HeardTable | None = None

    @property
    def turns(self) -> TurnTable:
        return TurnTable(self.database, SystemClock())

    def hearing(self, turn_id: str = "t1", **more: Any) -> Hearing:
        """The ears of one turn in one process."""
        clock = SystemClock()
        self.heard = self.heard or HeardTable(self.database, clock)
        settings = SimpleNamespace(
            hear=self.hear,
            ears=self.rules,
            listen=self.listen,
            transcription_model="test/ear",
            download_limit_bytes=1_000_000,
        )
        crew: Any = SimpleNamespace(
            settings=settings,
            transcriber=self.ears,
            ledger=Ledger(LedgerTable(self.database, clock)),
            turns=self.turns,
            heard=self.heard,
            workshop=self.workshop,
            clock=clock,
        )
        box: Any = self.box
        no_films: Any = None
        payer = Payer(turn_id=turn_id, conversation=HERE.key, person="7")
        return Hearing(crew, box, no_films, payer=payer, trace=Trace(turn_id, clock), **more)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    workshop = Workshop()
    async with Database.open(tmp_path / "parley.db") as database:
        clock = SystemClock()
        entries = await InboxTable(database, clock).add(
            [("telegram", "1", {}), ("telegram", "2", {})]
        )
        for number, entry in enumerate(entries, 1):
            await TurnTable(database, clock).open(
                f"t{number}", inbox_id=entry.id, conversation=HERE.key, person="7"
            )
        yield House(database, workshop)
    workshop.close()


async def test_what_was_heard_is_kept_for_the_turn(house: House) -> None:
    heard = await house.hearing().hear(lambda: message(voice("a")), NEW)
    assert (heard.own, heard.quoted, heard.language) == ("note a", None, "en")
    kept = await house.turns.open("t1", inbox_id=1, conversation=HERE.key, person="7")
    assert kept.heard == "note a"


async def test_a_text_alone_is_heard_at_no_cost(house: House) -> None:
    heard = await house.hearing().hear(lambda: message(text="Hello"), NEW)
    assert heard.own is None
    assert house.box.fetched == []


async def test_who_listens_ahead_and_who_waits_in_the_lane_share_one_call(house: House) -> None:
    hearing = house.hearing()
    note = message(voice("a", unique=False))
    both = await asyncio.gather(hearing.hear(lambda: note, NEW), hearing.hear(lambda: note, NEW))
    again = await hearing.hear(lambda: note, NEW)
    assert [heard.own for heard in (*both, again)] == ["note a"] * 3
    assert house.ears.asked == ["a"]


async def test_a_note_that_joins_while_another_is_heard_is_heard_too(house: House) -> None:
    notes = [voice("a")]

    class Joining(Ears):
        async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
            if len(notes) == 1:
                notes.append(voice("b"))
            return await super().transcribe(recording, language=language)

    house.ears = Joining()
    hearing = house.hearing()
    assert (await hearing.hear(lambda: message(*notes), NEW)).own == "note a\nnote b"
    notes.append(voice("c"))
    assert (await hearing.hear(lambda: message(*notes), NEW)).own == "note a\nnote b\nnote c"
    assert house.ears.asked == ["a", "b", "c"]


async def test_the_same_file_is_paid_once_whatever_turn_it_comes_in(house: House) -> None:
    forwarded = message(voice("a"), voice("a"))
    assert (await house.hearing("t1").hear(lambda: forwarded, NEW)).own == "note a"
    second = replace(NEW, id="t2")
    assert (await house.hearing("t2").hear(lambda: message(voice("a")), second)).own == "note a"
    assert house.ears.asked == house.box.fetched == ["a"]


async def test_two_turns_at_once_pay_the_same_file_once(house: House) -> None:
    turns = [house.hearing("t1"), house.hearing("t2")]
    heard = await asyncio.gather(*[t.hear(lambda: message(voice("a")), NEW) for t in turns])
    assert [one.own for one in heard] == ["note a", "note a"]
    assert house.ears.asked == ["a"]


async def test_another_language_is_another_hearing_and_goes_with_the_request(house: House) -> None:
    await house.hearing("t1").hear(lambda: message(voice("a")), NEW)
    await house.hearing("t2").hear(lambda: message(voice("a")), NEW, language="pt-BR")
    assert house.ears.languages == ["", "pt"]


async def test_where_nothing_was_heard_nobody_pays_for_it_again(house: House) -> None:
    class Deaf(Ears):
        async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
            self.asked.append("")
            return Transcript("", "test/ear")

    house.ears = Deaf()
    for turn in ("t1", "t2"):
        with pytest.raises(NothingHeard):
            await house.hearing(turn).hear(lambda: message(voice("a")), NEW)
    assert house.ears.asked == [""]


async def test_after_a_restart_what_was_kept_is_not_heard_again(house: House) -> None:
    kept = replace(NEW, heard="was kept")
    heard = await house.hearing().hear(lambda: message(voice("a", unique=False)), kept)
    assert heard.own == "was kept"
    assert house.box.fetched == []


async def test_after_a_restart_only_what_is_missing_of_several_is_paid(house: House) -> None:
    house.ears = Ears(fails=frozenset("b"))
    both = message(voice("a", unique=False), voice("b", unique=False))
    with pytest.raises(UpstreamDown):
        await house.hearing().hear(lambda: both, NEW)
    house.ears = Ears()
    kept = replace(NEW, heard="note a")  # stored before the second one had joined
    assert (await house.hearing().hear(lambda: both, kept)).own == "note a\nnote b"
    assert house.ears.asked == ["b"]


async def test_parts_keep_their_numbers_when_another_note_comes_first(house: House) -> None:
    await house.hearing().hear(lambda: message(voice("b", unique=False)), NEW)
    turned = message(voice("a", unique=False), voice("b", unique=False))
    assert (await house.hearing().hear(lambda: turned, NEW)).own == "note a\nnote b"
    assert house.ears.asked == ["b", "a"]


async def test_where_the_service_fails_no_more_is_spent_on_the_others(house: House) -> None:
    house.ears = Ears(fails=frozenset("a"))
    house.listen = ListenSettings(concurrency=1)
    hearing = house.hearing()
    for _ in range(2):
        with pytest.raises(UpstreamDown):
            await hearing.hear(lambda: message(voice("a"), voice("b")), NEW)
    assert house.ears.asked == ["a"]


async def test_several_notes_are_heard_side_by_side_and_told_in_their_order(house: House) -> None:
    class Slow(Ears):
        async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
            is_first = not self.asked
            answer = await super().transcribe(recording, language=language)
            if is_first:
                await second.wait()  # the first waits for the second, which is asked meanwhile
            else:
                second.set()
            return answer

    second = asyncio.Event()
    house.ears = Slow()
    both = message(voice("a"), voice("b"))
    assert (await house.hearing().hear(lambda: both, NEW)).own == "note a\nnote b"


async def test_a_silent_note_among_others_is_told_and_stops_nothing(house: House) -> None:
    house.box.silent = frozenset("a")
    heard = await house.hearing().hear(lambda: message(voice("a"), voice("b")), NEW)
    assert heard.own == "note b"
    assert [type(error) for error in heard.failed] == [NothingHeard]
    with pytest.raises(NothingHeard):
        await house.hearing("t2").hear(lambda: message(voice("a")), NEW)


async def test_what_is_too_large_is_not_fetched_and_the_limit_is_named(house: House) -> None:
    large = voice("a", size_bytes=1_000_001)
    with pytest.raises(AudioTooLarge) as caught:
        await house.hearing().hear(lambda: message(large), NEW)
    assert "over 1 MB" in caught.value.sentence
    assert house.box.fetched == []


async def test_a_note_that_is_replied_to_is_heard_apart_from_the_own_ones(house: House) -> None:
    quote = Quote("4", author="Anna", attachments=(voice("q"),))
    asked = message(text="What does she say?", quote=quote)
    heard = await house.hearing().hear(lambda: asked, NEW)
    assert (heard.own, heard.quoted) == (None, "note q")
    both = await house.hearing("t2").hear(lambda: message(voice("a"), quote=quote), NEW)
    assert (both.own, both.quoted) == ("note a", "note q")
    assert house.ears.asked == ["q", "a"]


async def test_what_the_bot_said_itself_is_not_listened_to(house: House) -> None:
    quote = Quote("4", from_bot=True, attachments=(voice("q"),))
    heard = await house.hearing().hear(lambda: message(text="Again?", quote=quote), NEW)
    assert heard.quoted is None
    assert house.box.fetched == []


async def test_a_question_about_a_note_that_can_not_be_heard_is_asked_all_the_same(
    house: House,
) -> None:
    house.ears = Ears(fails=frozenset("q"))
    quote = Quote("4", author="Anna", attachments=(voice("q"),))
    asked = message(text="What does she say?", quote=quote)
    heard = await house.hearing().hear(lambda: asked, NEW)
    assert (heard.own, heard.quoted) == (None, None)
    assert isinstance(heard.quoted_failed, UpstreamDown)


async def test_where_it_is_not_allowed_nothing_is_fetched_and_words_still_count(
    house: House,
) -> None:
    house.rules = EarRules(scope=Scope(allow=False))
    with pytest.raises(Refused) as caught:
        await house.hearing().hear(lambda: message(voice("a")), NEW)
    assert caught.value.sentence == NOT_HERE
    heard = await house.hearing().hear(lambda: message(voice("a"), text="In words"), NEW)
    assert heard.own is None
    assert [error.sentence for error in heard.failed] == [NOT_HERE]
    assert house.box.fetched == []


async def test_without_ears_a_note_is_refused(house: House) -> None:
    house.hear = False
    with pytest.raises(Refused):
        await house.hearing().hear(lambda: message(voice("a")), NEW)


async def test_so_many_recordings_count_in_each_message_of_a_burst(house: House) -> None:
    burst = [message(voice("a"), voice("b")), message(voice("c"))]
    whole = message(*(item for one in burst for item in one.attachments))
    first = await house.hearing().hear(lambda: whole, NEW, messages=lambda: burst)
    assert first.own == "note a\nnote c"
    house.rules = EarRules(selection=Selection(at_most=1, prefer="last"))
    last = await house.hearing("t2").hear(lambda: whole, NEW, messages=lambda: burst)
    assert last.own == "note b\nnote c"


async def test_how_far_a_long_note_is_is_told_and_a_failing_line_costs_nothing(
    house: House,
) -> None:
    told: list[tuple[int, int]] = []

    async def tell(done: int, total: int) -> None:
        told.append((done, total))
        raise ListenError("the line can't be shown")

    house.listen = ListenSettings(
        limits=NoteLimits(pass_s=0.5, part_after_s=0.1, part_max_s=0.2), concurrency=1
    )
    hearing = house.hearing(show_progress=tell)
    heard = await hearing.hear(lambda: message(voice("a")), NEW)
    await hearing.close()
    assert heard.own is not None
    parts = len(house.ears.asked)
    assert parts > 2
    assert (told[0], told[-1]) == ((0, parts), (parts, parts))
    assert told == sorted(set(told))


async def test_a_line_that_can_not_be_shown_now_holds_nothing_up(house: House) -> None:
    may_show = asyncio.Event()
    told: list[tuple[int, int]] = []

    async def tell(done: int, total: int) -> None:
        told.append((done, total))
        await may_show.wait()

    house.listen = ListenSettings(
        limits=NoteLimits(pass_s=0.5, part_after_s=0.1, part_max_s=0.2), concurrency=1
    )
    hearing = house.hearing(show_progress=tell)
    heard = await hearing.hear(lambda: message(voice("a")), NEW)
    parts = len(house.ears.asked)
    assert heard.own is not None
    assert told == [(0, parts)]
    may_show.set()
    await hearing.close()
    assert told == [(0, parts), (parts, parts)]


@pytest.mark.parametrize("how", ["fails", "is stopped"])
async def test_progress_goes_away_when_the_listening_fails_or_is_stopped(
    house: House, how: str
) -> None:
    class Stubborn(Ears):
        async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
            await shown.wait()
            if how == "fails":
                raise NoCredit
            begun.set()
            await asyncio.Event().wait()
            raise AssertionError

    told: list[tuple[int, int]] = []
    begun, shown = asyncio.Event(), asyncio.Event()

    async def tell(done: int, total: int) -> None:
        told.append((done, total))
        shown.set()

    house.ears = Stubborn()
    house.listen = ListenSettings(
        limits=NoteLimits(pass_s=0.5, part_after_s=0.1, part_max_s=0.2), concurrency=1
    )
    hearing = house.hearing(show_progress=tell)
    waiting = asyncio.ensure_future(hearing.hear(lambda: message(voice("a")), NEW))
    if how == "fails":
        with pytest.raises(NoCredit):
            await waiting
        await hearing.close()
    else:
        await begun.wait()
        await hearing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    (done, total) = told[-1]
    assert told[0] == (0, total)
    assert done == total


async def test_an_aborted_hearing_closes_what_is_open_and_stays_so(house: House) -> None:
    class Endless(Ears):
        async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
            self.asked.append("")
            begun.set()
            await asyncio.Event().wait()
            raise AssertionError

    begun = asyncio.Event()
    house.ears = Endless()
    hearing = house.hearing()
    waiting = asyncio.ensure_future(hearing.hear(lambda: message(voice("a")), NEW))
    await begun.wait()
    await hearing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(asyncio.CancelledError):
        await hearing.hear(lambda: message(voice("a")), NEW)
    assert house.ears.asked == [""]
