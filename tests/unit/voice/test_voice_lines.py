"""The text side of a speaker: what is asked for, and that reading costs no more than its size."""

from __future__ import annotations

from collections.abc import Iterator

from bot.voice.lines import Lines, Segment


class Counted(str):
    """A piece of text that counts how often its characters were gone through."""

    __slots__ = ("times",)

    def __iter__(self) -> Iterator[str]:
        self.times = getattr(self, "times", 0) + 1
        return super().__iter__()


def lines() -> Lines:
    return Lines(language="en", max_chars=600, hold_first=True, small=lambda: False)


def test_what_follows_a_held_sentence_is_gone_through_once_however_long_it_gets() -> None:
    held = lines()
    assert held.feed("Hello.\n", free_slots=3) == []
    dashes = [Counted("-") for _ in range(500)]
    for dash in dashes:
        assert held.feed(dash, free_slots=3) == []
    assert max(dash.times for dash in dashes) <= 2
    assert held.feed(" and", free_slots=3) == [Segment(("Hello.",))]


def test_a_held_sentence_waits_until_a_word_of_the_next_one_is_there() -> None:
    held = lines()
    assert held.feed("Let me check. ", free_slots=3) == []
    assert held.feed("*", free_slots=3) == []
    assert held.feed("T", free_slots=3) == [Segment(("Let me check.",))]
