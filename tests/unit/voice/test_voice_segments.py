"""Sentences leave at once while a slot is free, gather while none is, and the last goes alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.voice.segments import HARD_MAX_CHARS, Segmenter, SegmentSettings, pieces


def test_a_sentence_is_not_held_back_while_a_slot_is_free() -> None:
    segmenter = Segmenter()
    assert segmenter.add("One.", free_slots=3) == ["One."]
    assert segmenter.add("Two.", free_slots=1) == ["Two."]


def test_sentences_gather_while_every_slot_is_taken() -> None:
    segmenter = Segmenter()
    assert [segmenter.add(text, free_slots=0) for text in ("One.", "Two.", "Three.")] == [[]] * 3
    assert segmenter.release(free_slots=1) == ["One. Two. Three."]
    assert segmenter.release(free_slots=1) == []


def test_a_segment_keeps_to_its_length() -> None:
    segmenter = Segmenter(SegmentSettings(max_chars=10))
    for text in ("Aaaa.", "Bbbb.", "Cccc."):
        segmenter.add(text, free_slots=0)
    assert segmenter.release(free_slots=1) == ["Aaaa."]
    assert segmenter.release(free_slots=2) == ["Bbbb.", "Cccc."]


def test_at_the_end_the_last_sentence_travels_alone() -> None:
    segmenter = Segmenter()
    for text in ("One.", "Two.", "Three."):
        segmenter.add(text, free_slots=0)
    assert segmenter.finish() == ["One. Two.", "Three."]
    assert segmenter.finish() == []


def test_a_sentence_over_the_limit_is_cut_at_its_best_place() -> None:
    assert pieces("aaaa bbbb, cccc dddd", 12) == ["aaaa bbbb,", "cccc dddd"]
    assert pieces("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]


def test_the_hard_limit_holds_whatever_is_configured() -> None:
    segmenter = Segmenter(SegmentSettings(max_chars=99_999))
    segmenter.add("word " * 2_000, free_slots=0)
    assert all(len(text) <= HARD_MAX_CHARS for text in segmenter.finish())


@given(
    texts=st.lists(st.text(alphabet="ab ,.", min_size=1, max_size=60), max_size=30),
    slots=st.lists(st.integers(0, 3), min_size=30, max_size=30),
)
def test_no_word_is_lost_and_none_changes_its_place(texts: list[str], slots: list[int]) -> None:
    segmenter = Segmenter(SegmentSettings(max_chars=25))
    out: list[str] = []
    for text, free in zip(texts, slots, strict=False):
        out += segmenter.add(text, free_slots=free)
    out += segmenter.finish()
    assert "".join("".join(out).split()) == "".join("".join(texts).split())
    assert all(0 < len(text) <= 25 for text in out)
