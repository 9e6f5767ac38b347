"""A model fails and another steps in, where that is allowed; every attempt stands in the books."""

from __future__ import annotations

from typing import Any

from tests.flow.books import rows
from tests.flow.guest import Guest

FIRST, SECOND = "google/gemini-3.5-flash", "moonshotai/kimi-k2.6"
FUSION = "openrouter/openrouter/fusion"
PANEL = {"plugins": [{"id": "fusion", "analysis_models": ["a/panelist"], "model": "b/judge"}]}
CONFIG = {
    "agents": {
        "defaults": {
            "model": {"primary": "usual", "fallbacks": [f"openrouter/{SECOND}"]},
            "models": {
                f"openrouter/{FIRST}": {"alias": "Usual", "params": {"thinking": "low"}},
                FUSION: {"params": {"extraBody": PANEL}},
            },
        }
    }
}


def fails(guest: Guest, model: str, *, times: int | None = None, **fault: Any) -> None:
    answer = {"text": "Half an", "fault": {"kind": "status", **fault}}
    script = {"match": "*", "model": model, "times": times, "answer": answer}
    guest.stage.openrouter.post("script", [script])


def answers(guest: Guest, model: str, text: str, **more: Any) -> None:
    script = {"match": "*", "model": model, "answer": {"text": text, **more}}
    guest.stage.openrouter.post("script", [script])


def asked(guest: Guest) -> list[str]:
    return [call["json"]["model"] for call in guest.stage.upstream_calls("chat")]


def booked(guest: Guest) -> list[tuple[str, str]]:
    query = "select model, state from paid_calls where conversation = ? and kind = 'chat'"
    return [(row[0], row[1]) for row in rows(guest.stage, f"{query} order by id", guest.key)]


def test_the_next_model_answers_and_both_calls_are_booked(guest: Guest) -> None:
    fails(guest, FIRST, status=404)
    answers(guest, SECOND, "Here I am.")
    assert guest.asks("Are you there?") == ["Here I am."]
    assert asked(guest) == [FIRST, SECOND]
    assert [state for _, state in booked(guest)] == ["failed", "done"]


def test_the_one_that_stepped_in_keeps_the_turn_and_the_next_turn_begins_anew(
    guest: Guest,
) -> None:
    call = {"name": "current_time", "arguments": {}}
    fails(guest, FIRST, status=402)
    answers(guest, SECOND, "", tool_calls=[call])
    answers(guest, SECOND, "It is noon.")
    assert guest.asks("What time is it?") == ["It is noon."]
    assert asked(guest) == [FIRST, SECOND, SECOND]
    guest.stage.openrouter.delete()
    answers(guest, FIRST, "Back again.")
    assert guest.asks("And now?") == ["Back again."]
    assert asked(guest) == [FIRST]


def test_a_model_that_was_picked_never_falls_back(guest: Guest) -> None:
    guest.asks(f"/model openrouter/{FIRST}")
    fails(guest, FIRST, status=404)
    (sentence,) = guest.asks("Are you there?")
    assert sentence.startswith("The configured model is not available.")
    assert asked(guest) == [FIRST]


def test_all_in_vain_is_one_sentence(guest: Guest) -> None:
    fails(guest, FIRST, status=404)
    fails(guest, SECOND, status=429, retry_after_s=3600)
    (sentence,) = guest.asks("Are you there?")
    assert sentence == (
        "None of my 2 models could answer (not available, busy). "
        "Please try again in about 60 minutes."
    )


def test_a_rejected_request_is_not_tried_elsewhere(guest: Guest) -> None:
    fails(guest, FIRST, status=400)
    (sentence,) = guest.asks("Are you there?")
    assert sentence.startswith("The model service couldn't work with that request.")
    assert asked(guest) == [FIRST]


def test_once_something_was_said_no_other_model_begins(guest: Guest) -> None:
    fails(guest, FIRST, kind="error_chunk", after_chunks=2)
    guest.asks("Are you there?")
    assert asked(guest) == [FIRST]


def test_a_conversation_that_is_too_long_is_shortened_and_asked_again(guest: Guest) -> None:
    for number in range(4):
        answers(guest, FIRST, f"Answer {number}. " + "So it was. " * 40)
        guest.asks(f"Question {number}.")
    too_long = {"status": 400, "error_type": "context_length_exceeded", "kind": "status"}
    answers(guest, FIRST, "", fault=too_long)
    answers(guest, FIRST, "Still here.")
    before = len(asked(guest))
    assert guest.asks("And now?") == ["Still here."]
    *_, long, short = [call["json"]["messages"] for call in guest.stage.upstream_calls("chat")]
    assert len(asked(guest)) == before + 2
    assert short[0] == long[0]
    assert 2 <= len(short) < len(long)
    assert short[1:] == long[-len(short) + 1 :]


def test_the_panel_of_fusion_stands_at_the_end_of_its_system_prompt_alone(guest: Guest) -> None:
    answers(guest, FIRST, "One.")
    guest.asks("Hello?")
    guest.asks(f"/model {FUSION}")
    answers(guest, "openrouter/fusion", "Two.")
    guest.asks("Who is on your panel?")
    plain, fusion = (call["json"] for call in guest.stage.upstream_calls("chat"))
    assert fusion["plugins"] == PANEL["plugins"]
    assert fusion["messages"][0]["content"].endswith("Judge model: b/judge")
    assert fusion["messages"][0]["content"].startswith(plain["messages"][0]["content"])


def test_what_is_left_of_the_credit_bounds_a_second_try(guest: Guest) -> None:
    fails(guest, FIRST, status=402, affordable_tokens=77, times=1)
    answers(guest, FIRST, "Briefly, then.")
    assert guest.asks("Are you there?") == ["Briefly, then."]
    first, second = (call["json"] for call in guest.stage.upstream_calls("chat"))
    assert second == {**first, "max_completion_tokens": 77}
    assert first["max_completion_tokens"] > 77
    assert [state for _, state in booked(guest)] == ["done"]


def test_credit_that_shrinks_further_is_not_chased(guest: Guest) -> None:
    for left in (77, 76):
        fails(guest, FIRST, status=402, affordable_tokens=left, times=1)
    answers(guest, SECOND, "Here I am.")
    assert guest.asks("Are you there?") == ["Here I am."]
    assert asked(guest) == [FIRST, FIRST, SECOND]


def test_a_models_own_thinking_level_holds_until_a_person_chooses(guest: Guest) -> None:
    answers(guest, FIRST, "One.")
    guest.asks("Hello?")
    guest.asks("/think high")
    answers(guest, FIRST, "Two.")
    guest.asks("Hello?")
    sent = [call["json"].get("reasoning") for call in guest.stage.upstream_calls("chat")]
    assert sent == [{"effort": "low"}, {"effort": "high"}]
