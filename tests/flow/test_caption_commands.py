"""A command written under a recording is the command; what it came with stays unopened."""

from __future__ import annotations

import pytest

from tests import voices
from tests.flow.guest import Guest


@pytest.mark.parametrize(
    ("caption", "answer"),
    [
        ("/help", "/new"),
        ("/new", "fresh"),
        ("/frobnicate", "I don't know /frobnicate. /help shows what I can do."),
    ],
)
def test_a_command_under_a_note_is_answered_and_the_note_not_listened_to(
    guest: Guest, caption: str, answer: str
) -> None:
    (text,) = guest.plays(voices.say("Never mind what I say here."), caption=caption)
    assert answer in text
    assert guest.stage.upstream_calls() == []
    assert guest.stage.telegram_calls("getFile") == []


def test_words_under_a_note_are_no_command(guest: Guest) -> None:
    guest.plays(voices.say("What does it say?"), heard="What does it say?", caption="see /help")
    assert len(guest.stage.upstream_calls("transcription")) == 1
