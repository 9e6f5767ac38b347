"""A crash changes neither the voice nor the words of an answer, and nothing is paid again."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.flow.stage import Stage
from tests.flow.test_manner import LONG, QUESTION, slowly, spoken, tts

FRENCH = "Bonjour et bienvenue, voici la traduction que vous avez demandée. "


@pytest.mark.parametrize(
    ("answer", "voice"),
    [(FRENCH + LONG, "ff_siwis"), (f"{LONG} [[tts:voice=bf_emma]] That is all.", "af_alloy")],
    ids=["language", "late directive"],
)
def test_the_voice_that_began_speaks_to_the_end(stage: Stage, answer: str, voice: str) -> None:
    stage.configure(tts(auto="always"))
    bot = stage.start(kill_at="after-answer")
    slowly(stage)
    stage.answers(answer)
    stage.says(QUESTION)
    bot.wait()
    assert stage.upstream_calls("speech")
    stage.start()
    stage.awaits_settled()
    calls = stage.upstream_calls("speech")
    assert {call["json"]["voice"] for call in calls} == {voice}
    assert max(Counter(call["json"]["input"] for call in calls).values()) == 1


def test_a_summary_is_not_made_again(stage: Stage) -> None:
    stage.configure(tts(auto="always", maxTextLength=200, summaryModel="openrouter/auto"))
    bot = stage.start(kill_at="after-speech")
    stage.answers(LONG, match=QUESTION)
    stage.openrouter.post("script", [
        {"match_system": "Shorten the text", "answer": {"text": "In short: many sentences."}},
        {"match_system": "Shorten the text", "answer": {"text": "Told in another way."}},
    ])  # fmt: skip
    stage.says(QUESTION)
    bot.wait()
    stage.start()
    stage.awaits_settled()
    assert len(stage.upstream_calls("chat")) == 2
    assert spoken(stage) == "In short: many sentences."
    assert len(stage.replies(kind="voice")) == 1
