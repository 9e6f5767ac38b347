"""Which mode holds for a message that arrives while an answer is made."""

from __future__ import annotations

import pytest

from bot.turns.queueing import COLLECT_S, Mode, QueueRules
from bot.values.conversation import ChatKind, Incoming
from tests.unit.turns.saying import note, picture, said

GROUP = ChatKind.GROUP


@pytest.mark.parametrize(
    ("incoming", "mode"),
    [
        (said("Words."), Mode.STEER),
        (picture("Words."), Mode.STEER),
        (note(), Mode.HUSH),
        (said("Words.", chat_kind=GROUP), Mode.STEER),
        (note(chat_kind=GROUP), Mode.FOLLOWUP),
    ],
)
def test_where_nothing_is_set_text_steers_and_a_private_note_hushes(
    incoming: Incoming, mode: Mode
) -> None:
    assert QueueRules().mode_for(incoming, chosen=None) is mode


@pytest.mark.parametrize("mode", ["steer", "followup", "collect", "interrupt"])
def test_what_is_set_holds_for_notes_and_text(mode: str) -> None:
    rules = QueueRules(mode=mode)
    for incoming in (said("Words."), note(), note(chat_kind=GROUP)):
        assert rules.mode_for(incoming, chosen=None) == mode


def test_the_conversation_wins_over_the_channel_and_the_channel_over_the_rest() -> None:
    rules = QueueRules(mode="steer", by_channel={"telegram": "collect"})
    assert rules.mode_for(said("Words."), chosen="interrupt") is Mode.INTERRUPT
    assert rules.mode_for(said("Words."), chosen=None) is Mode.COLLECT
    other = QueueRules(mode="followup", by_channel={"console": "collect"})
    assert other.mode_for(said("Words."), chosen=None) is Mode.FOLLOWUP


def test_a_mode_that_nobody_knows_is_as_good_as_none() -> None:
    rules = QueueRules(by_channel={"telegram": "backlog"})
    assert rules.mode_for(said("Words."), chosen=None) is Mode.STEER
    assert rules.mode_for(note(), chosen="hush") is Mode.HUSH


def test_the_quiet_time_is_the_channels_or_the_configured_one_or_half_a_second() -> None:
    assert QueueRules().collect_s("telegram") == COLLECT_S
    assert QueueRules(debounce_ms=0).collect_s("telegram") == 0.0
    own = QueueRules(debounce_ms=900, debounce_ms_by_channel={"telegram": 200})
    assert own.collect_s("telegram") == 0.2
    assert own.collect_s("console") == 0.9
