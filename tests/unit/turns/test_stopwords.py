"""What counts as a wish to stop, and what does not."""

from __future__ import annotations

import pytest

from bot.turns.stopwords import is_stop


@pytest.mark.parametrize(
    "said",
    ["stop", "Stop!", " STOP. ", "Please, stop.", "Never mind.", "¡Para!", "Arrête !", "Стоп.",
     "停止。", "やめて。", "توقف", "रुको।", "Be quiet…"],
)  # fmt: skip
def test_a_bare_wish_to_stop_is_recognised_in_any_language(said: str) -> None:
    assert is_stop(said)


@pytest.mark.parametrize(
    "said",
    ["", "...", "Stop the music in my story.", "When does the bus stop?", "don't stop",
     "stop " * 50, "Para mañana, por favor", "What does halt mean?"],
)  # fmt: skip
def test_a_sentence_with_a_stop_word_in_it_is_no_wish_to_stop(said: str) -> None:
    assert not is_stop(said)
