"""/trace: how long the last answer took, readable on a phone."""

from __future__ import annotations

import re

from tests import voices
from tests.flow.guest import Guest
from tests.flow.stage import eventually

CONFIG = {"agents": {"defaults": {"model": {"primary": "openrouter/openai/gpt-5.4-mini"}}}}
QUESTION = "What is the capital of Italy?"
ANSWER = "Rome is the capital of Italy."
LINE = re.compile(r"^(\S.*?) {2,}(\d+\.\d) s$")
PHONE = 34  # letters of fixed width in a line


def traced(guest: Guest) -> dict[str, float]:
    """The stages that /trace shows, in order, each with its seconds."""
    (text,) = guest.asks("/trace")
    found = (LINE.match(line) for line in text.splitlines())
    return {match[1]: float(match[2]) for match in found if match}


def test_a_voice_turn_is_told_from_hearing_to_delivery(guest: Guest) -> None:
    guest.stage.answers(ANSWER)
    guest.plays(voices.say(QUESTION), heard=QUESTION)
    stages = traced(guest)
    told = [name for name in stages if name in ("heard", "first text", "first sound", "delivered")]
    assert told == ["heard", "first text", "first sound", "delivered"]
    assert list(stages.values()) == sorted(stages.values())
    assert stages["delivered"] > 0


def test_times_stand_under_each_other_in_a_block_of_fixed_width(guest: Guest) -> None:
    guest.stage.answers(ANSWER)
    guest.plays(voices.say(QUESTION), heard=QUESTION)
    guest.asks("/trace")
    message = guest.replies("text")[-1]
    (block,) = [entity for entity in message["entities"] if entity["type"] == "pre"]
    start = block["offset"]
    lines = message["text"][start : start + block["length"]].strip().splitlines()
    assert len(lines) > 3
    assert len({len(line) for line in lines}) == 1
    assert len(lines[0]) <= PHONE


def test_the_model_and_the_cost_of_the_turn_are_told(guest: Guest) -> None:
    guest.stage.answers(ANSWER)
    guest.asks(QUESTION)
    (text,) = guest.asks("/trace")
    assert "Model: " in text
    assert re.search(r"Cost: \$\d\.\d{4} \(1 call\)", text)


def test_commands_between_do_not_count(guest: Guest) -> None:
    guest.stage.answers(ANSWER)
    guest.plays(voices.say(QUESTION), heard=QUESTION)
    before = traced(guest)
    guest.asks("/help")
    assert traced(guest) == before


def test_a_chat_without_an_answer_has_nothing_to_show(guest: Guest) -> None:
    (text,) = guest.asks("/trace")
    assert text == "There is no answer here yet whose time I could show."


def test_an_answer_that_failed_says_so_at_its_end(guest: Guest) -> None:
    guest.stage.openrouter.post("faults", {"endpoint": "chat", "kind": "status", "status": 402})
    guest.asks(QUESTION)
    assert list(traced(guest))[-1] == "failed"


def test_trace_overtakes_and_shows_the_answer_before_the_running_one(guest: Guest) -> None:
    stage = guest.stage
    stage.answers(ANSWER)
    guest.plays(voices.say(QUESTION), heard=QUESTION)
    stage.answers("", chunks=["Once. ", {"text": "The end.", "hold": "trace"}])
    guest.says("Tell me a story.")
    guest.awaits_draft("Once.")
    assert "heard" in traced(guest)
    stage.openrouter.post("release", {"gate": "trace"})
    eventually(lambda: "Once. The end." in guest.texts, "the end of the story")


def test_it_is_in_the_menu(guest: Guest) -> None:
    commands = eventually(lambda: guest.stage.telegram.get("state")["commands"], "the menu")
    assert "trace" in str(commands)
