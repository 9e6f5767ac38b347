"""Sentences leave at once while a slot is free, gather while none is, and the last goes alone."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.voice.recite import segments_of
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


def test_an_answer_of_one_sentence_is_one_request() -> None:
    segmenter = Segmenter()
    assert segmenter.add("All of it.", free_slots=0) == []
    assert segmenter.finish() == ["All of it."]


def test_a_last_fragment_without_a_stop_travels_alone() -> None:
    assert segments_of("One. Two. Three. And then") == ["One. Two. Three.", "And then"]
    assert segments_of("Only this") == ["Only this"]


def test_segments_grow_with_what_was_said_up_to_the_limit() -> None:
    segmenter = Segmenter(SegmentSettings(max_chars=300, growth=0.1))
    sentence = "This sentence has forty characters, yes."
    requests: list[str] = []
    for _ in range(400):
        requests += segmenter.add(sentence, free_slots=9)
    sizes = [len(request) for request in requests]
    assert sizes[:10] == [40] * 10  # at first each leaves at once
    assert all(size <= 300 for size in sizes)
    assert sizes == sorted(sizes)
    assert sizes[-1] > 240
    assert len(requests) < 100
    said = 0
    for size in sizes:  # what was held back is a small share of what was said
        assert size <= 0.1 * said + 2 * 41
        said += size
    segmenter.add("The end.", free_slots=0)
    assert segmenter.finish()[-1] == "The end."


def test_a_sentence_that_may_be_the_last_joins_no_group() -> None:
    segmenter = Segmenter()
    segmenter.add("One.", free_slots=0)
    segmenter.add("Two.", free_slots=0, more_follows=False)
    assert segmenter.release(free_slots=1) == ["One."]
    assert segmenter.release(free_slots=1) == ["Two."]
    segmenter.add("Three.", free_slots=0, more_follows=False)
    segmenter.add("Four.", free_slots=0)  # so more did follow
    assert segmenter.release(free_slots=1) == ["Three. Four."]


@given(
    ends=st.lists(st.tuples(st.booleans(), st.integers(0, 3)), min_size=1, max_size=40),
    growth=st.floats(0, 1),
    ending=st.sampled_from(["fragment", "line"]),
)
@settings(deadline=None)
def test_the_last_segment_is_always_a_single_sentence(
    ends: list[tuple[bool, int]], growth: float, ending: str
) -> None:
    segmenter = Segmenter(SegmentSettings(max_chars=80, growth=growth))
    out: list[str] = []
    sentences = [f"Sentence {index}." for index in range(len(ends))]
    for index, (line_ends, slots) in enumerate(ends):
        # As of a stream: only a sentence that ends its line is known before the next one begins.
        last = index == len(ends) - 1
        more_follows = not last and not line_ends
        free_slots = 0 if last and ending == "fragment" else slots
        out += segmenter.add(sentences[index], free_slots=free_slots, more_follows=more_follows)
        out += segmenter.release(free_slots=slots)
    out += segmenter.finish()
    assert " ".join(out) == " ".join(sentences)
    assert out[-1] == sentences[-1]


def test_a_cut_never_goes_through_a_number() -> None:
    assert pieces("It costs 1,234.56 at 10:30 today", 21) == ["It costs 1,234.56 at", "10:30 today"]


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
