"""Thought written into the answer never reaches it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.openrouter.think_tags import ThinkTags


def through(pieces: list[str]) -> tuple[str, str]:
    tags = ThinkTags()
    thought, answer = "", ""
    for piece in pieces:
        more_thought, more_answer = tags.feed(piece)
        thought, answer = thought + more_thought, answer + more_answer
    return thought, answer + tags.flush()


def cut(text: str, places: list[int]) -> list[str]:
    ends = sorted({place % (len(text) + 1) for place in places} | {0, len(text)})
    return [text[start:end] for start, end in pairwise(ends)]


@pytest.mark.parametrize(
    ("written", "thought", "answer"),
    [
        ("<think>Hm, Rome?</think>\n\nRome.", "Hm, Rome?", "Rome."),
        ("\n<thinking>a < b</thinking>Yes.", "a < b", "Yes."),
        ("<THOUGHT>x</thought> y", "x", "y"),
        ("Rome. <think>is a tag</think>", "", "Rome. <think>is a tag</think>"),
        ("<b>bold</b>", "", "<b>bold</b>"),
        ("  indented", "", "  indented"),
        ("<thin ice>", "", "<thin ice>"),
        ("<", "", "<"),
        ("", "", ""),
    ],
)
@given(places=st.lists(st.integers(0, 200), max_size=8))
def test_any_chunking_tells_thought_from_answer(
    written: str, thought: str, answer: str, places: list[int]
) -> None:
    assert through(cut(written, places)) == (thought, answer)


def test_a_thought_that_never_ends_is_no_answer() -> None:
    assert through(["<think>on and ", "on"]) == ("", "")


def test_plain_text_is_passed_on_at_once() -> None:
    tags = ThinkTags()
    assert tags.feed("R") == ("", "R")
    assert tags.feed("ome") == ("", "ome")
