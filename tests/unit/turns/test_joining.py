"""How long a message is waited with, and what continues it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.turns.joining import (
    ALBUM_S,
    FORWARDS_S,
    PASTE_MOST_CHARS,
    PASTE_PARTS,
    PASTE_S,
    WaitRules,
    belongs,
    is_typed,
    wait_s,
)
from bot.values.conversation import Attachment, AttachmentKind, Command, Incoming, Quote
from tests.unit.turns.saying import LONG, note, picture, said

DEFAULT = WaitRules()
STOP = Command("stop")


@pytest.mark.parametrize(
    ("incoming", "expected_s"),
    [
        (said("Hello."), 0.0),
        (said("x" * 3_999), 0.0),
        (said("x" * 4_000), PASTE_S),
        (said(LONG, command=STOP), 0.0),
        (note(), 0.0),
        (note(LONG), 0.0),
        (picture(LONG), 0.0),
        (picture(album="a"), ALBUM_S),
        (said("Passed on.", forwarded_from="Ann"), FORWARDS_S),
        (note(forwarded_from="Ann"), FORWARDS_S),
    ],
)
def test_only_what_is_likely_to_go_on_is_waited_with(incoming: Incoming, expected_s: float) -> None:
    assert wait_s(incoming, DEFAULT) == expected_s


@pytest.mark.parametrize(
    ("rules", "expected_s"),
    [
        (WaitRules(debounce_ms=700), 0.7),
        (WaitRules(debounce_ms=0), 0.0),
        (WaitRules(debounce_ms=700, by_channel={"telegram": 200}), 0.2),
        (WaitRules(debounce_ms=700, by_channel={"telegram": 0}), 0.0),
        (WaitRules(debounce_ms=700, by_channel={"console": 200}), 0.7),
        (WaitRules(by_channel={"telegram": 200}), 0.2),
    ],
)
def test_a_configured_quiet_time_wins_for_typed_text_of_any_length(
    rules: WaitRules, expected_s: float
) -> None:
    for text in ("Hello.", LONG):
        assert wait_s(said(text), rules) == expected_s
    assert wait_s(note("Hello."), rules) == 0.0
    assert wait_s(said("Hello.", command=STOP), rules) == 0.0


def parts(count: int, *, size: int = 4_096) -> list[Incoming]:
    return [said("x" * size, number=number) for number in range(1, count + 1)]


def test_a_paste_goes_on_with_the_next_message_and_no_other() -> None:
    assert belongs(parts(1), said("The rest.", number=2), DEFAULT)
    assert not belongs(parts(1), said("Later.", number=3), DEFAULT)
    assert not belongs(parts(1), said("Earlier.", number=1), DEFAULT)
    assert not belongs(parts(1), said("Passed on.", number=2, forwarded_from="Ann"), DEFAULT)
    assert not belongs([said("Short.")], said("Next.", number=2), DEFAULT)


def test_ids_that_are_no_numbers_tell_nothing_of_a_gap() -> None:
    one = said(LONG, message_id="a")
    assert belongs([one], said("The rest.", message_id="b"), DEFAULT)


def test_a_paste_has_twelve_parts_at_most() -> None:
    count = PASTE_PARTS - 1
    short = [replace(part, text="x" * 4_000) for part in parts(count + 1)]
    assert belongs(short[:count], said("End.", number=count + 1), DEFAULT)
    assert not belongs(short, said("End.", number=count + 2), DEFAULT)


def test_a_paste_has_fifty_thousand_characters_at_most() -> None:
    written = parts(2, size=20_000)
    room = PASTE_MOST_CHARS - 40_000
    assert belongs(written, said("x" * room, number=3), DEFAULT)
    assert not belongs(written, said("x" * (room + 1), number=3), DEFAULT)


def test_within_a_configured_quiet_time_any_typed_text_goes_on() -> None:
    rules = WaitRules(debounce_ms=500)
    assert belongs([said("One.")], said("Two.", number=9), rules)
    assert not belongs([said("One.")], note(number=2), rules)
    assert not belongs([said("One.")], said("/new", number=2, command=Command("new")), rules)


@pytest.mark.parametrize(
    "other",
    [said("Two.", number=2, by="8"), said("Two.", number=2, command=STOP), picture(number=2)],
)
def test_others_commands_and_pictures_continue_no_paste(other: Incoming) -> None:
    assert not belongs(parts(1), other, DEFAULT)


def test_what_was_passed_on_goes_on_with_what_is_passed_on() -> None:
    first = said("One.", forwarded_from="Ann")
    assert belongs([first], said("Two.", number=2, forwarded_from="Bob"), DEFAULT)
    assert belongs([first], note(number=2, forwarded_from="Bob"), DEFAULT)
    assert not belongs([first], said("My own.", number=2), DEFAULT)


def test_typed_is_what_needs_neither_ears_nor_eyes() -> None:
    photo = Attachment(AttachmentKind.PHOTO, ref="p")
    assert is_typed(said("Words."))
    assert is_typed(said("Words.", quote=Quote("1", text="Earlier.")))
    assert not is_typed(said(""))
    assert not is_typed(note("Words."))
    assert not is_typed(said("/new", command=Command("new")))
    assert not is_typed(said("What is this?", quote=Quote("1", attachments=(photo,))))
