"""What the figures mean: ratios and verdicts, the fixed upstream, one turn's times from calls."""

from __future__ import annotations

from typing import Any

import pytest

from bench import many_chats, report, upstream
from bench.figures import Figure
from bench.timeline import Timeline, delivered, timeline
from bench.turns import text_figures, voice_figures


def test_a_figure_is_over_only_beyond_its_goal() -> None:
    assert Figure("a", 103.0, "ms", 100.0, 1.03).verdict == "ok"
    assert Figure("a", 103.1, "ms", 100.0, 1.03).verdict == "over"
    assert Figure("a", 500.0, "ms", 100.0).verdict == ""
    assert Figure("a", 500.0, "ms").ratio is None


def test_a_bound_of_none_at_all_is_kept_only_by_none() -> None:
    assert Figure("lost", 0, "", 0, 1.0).verdict == "ok"
    assert Figure("lost", 1, "", 0, 1.0).verdict == "over"
    assert Figure("lost", 1, "", 0, 1.0).ratio is None


def test_the_fixed_upstream_gives_the_times_that_the_readme_names() -> None:
    stream_ms = upstream.FIRST_TOKEN_MS + upstream.STREAM_MS
    assert len(upstream.ANSWER) == 600
    assert len(upstream.LAST_SENTENCE) == 100
    assert upstream.voice_bound_ms(stream_ms) == 3_450
    assert upstream.one_after_another_ms(stream_ms) == 3_950


def test_a_paced_answer_is_whole_and_takes_its_time() -> None:
    answer = upstream.answer()
    assert "".join(chunk["text"] for chunk in answer["chunks"]) == upstream.ANSWER
    assert sum(chunk["wait_ms"] for chunk in answer["chunks"]) == pytest.approx(2_500)


def test_the_table_shows_ratio_goal_verdict_and_note() -> None:
    table = report.table([Figure("voice turn", 3_540, "ms", 3_450.0, 1.03, "why")])
    head, row, note = table.splitlines()
    assert head.split() == ["figure", "value", "bound", "ratio", "goal"]
    assert row.split()[-3:] == ["1.026", "1.03", "ok"]
    assert "3,540 ms" in row
    assert note.strip() == "why"


def test_the_poll_that_carried_the_update_is_the_one_after_which_more_is_asked_for() -> None:
    polls = [_poll(1.0, None), _poll(5.0, None), _poll(9.0, 501)]
    assert delivered(polls) == 5.0
    with pytest.raises(ValueError, match="no update"):
        delivered(polls[:2])


def test_a_turn_is_timed_from_the_moment_its_update_was_handed_out() -> None:
    telegram = [
        _poll(10.0, None),
        _poll(99.0, 501),
        _call("sendMessage", 10.35),
        _call("sendMessageDraft", 10.76),
        _call("sendMessageDraft", 11.2),
        _call("sendMessage", 13.26),
        _call("sendVoice", 13.56),
    ]
    openrouter = [
        {"endpoint": "transcription", "marks": {}},
        {"endpoint": "chat", "marks": _marks(received=10.35, first_token=10.75, last_token=13.25)},
        {"endpoint": "speech", "marks": {}, "json": {"input": "First."}},
        {
            "endpoint": "speech",
            "marks": _marks(received=13.26, first_byte=13.52),
            "json": {"input": "x" * 100},
        },
    ]
    turn = timeline(telegram, openrouter)
    assert turn.draft == pytest.approx(760)
    assert turn.text == pytest.approx(3_260)
    assert turn.voice == pytest.approx(3_560)
    assert turn.stream_ms == pytest.approx(2_900)
    assert turn.voice_bound_ms == pytest.approx(3_450)
    assert turn.speech_lag_ms == pytest.approx(10)


def test_time_before_the_model_is_ours_and_not_part_of_the_bound() -> None:
    early, late = _turn(chat_received=300), _turn(chat_received=900)
    assert early.voice_bound_ms == late.voice_bound_ms
    assert voice_figures([early])[0].ratio == pytest.approx(1.0)
    assert voice_figures([late])[0].ratio == pytest.approx(4_050 / 3_450)
    assert text_figures([_turn(chat_received=0)])[0].ratio == pytest.approx(1.0)


def test_the_middle_turn_is_judged_and_the_slowest_is_shown() -> None:
    turns = [_turn(chat_received=300 + late_ms) for late_ms in (0, 400, 30)]
    middle, slowest, *_ = voice_figures(turns)
    assert (middle.value, middle.verdict) == (3_480, "ok")
    assert (slowest.value, slowest.verdict) == (3_850, "")


def test_first_text_is_measured_from_the_first_token() -> None:
    turns = [_turn(chat_received=300, draft_after=after) for after in (60, 4, 5)]
    first = next(figure for figure in voice_figures(turns) if figure.name.startswith("first text"))
    assert (first.value, first.verdict) == (5, "ok")


def test_no_guest_can_be_mistaken_for_another() -> None:
    people = range(100)
    assert len({many_chats.hertz(person) for person in people}) == 100
    for person in people:
        meant = [p for p in people if many_chats.question(p) in many_chats.question(person)]
        assert meant == [person]


def _turn(*, chat_received: float, draft_after: float = 2) -> Timeline:
    last_token = chat_received + 2_900
    return Timeline(
        chat_received=chat_received,
        first_token=chat_received + 400,
        last_token=last_token,
        text=last_token,
        draft=chat_received + 400 + draft_after,
        first_bubble=chat_received + 1_200,
        voice=last_token + 250,
        bubbles=2,
        last_spoken="x" * 100,
        last_speech_received=last_token,
        last_speech_answered=last_token + 250,
    )


def _call(method: str, at_s: float) -> dict[str, Any]:
    return {"method": method, "at_s": at_s, "params": {}}


def _poll(done_s: float, offset: int | None) -> dict[str, Any]:
    params = {} if offset is None else {"offset": offset}
    return {"method": "getUpdates", "at_s": 0.0, "done_s": done_s, "params": params}


def _marks(**seconds: float) -> dict[str, dict[str, float]]:
    return {name: {"monotonic_ms": at_s * 1_000} for name, at_s in seconds.items()}
