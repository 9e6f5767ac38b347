"""What a summary is made from, and the numbers that it may not lose."""

from __future__ import annotations

from bot.turns.digest import LONGEST_TEXT, script, with_figures
from bot.values.chat import Message


def user(text: str) -> Message:
    return {"role": "user", "content": text}


def test_the_script_tells_who_said_and_did_what() -> None:
    call = {"id": "c", "function": {"name": "generate_image", "arguments": '{"prompt":"a cat"}'}}
    photo = {"type": "media", "id": 12, "as": "image", "label": "photo"}
    turn: list[Message] = [
        {"role": "user", "content": [{"type": "text", "text": "Like this"}, photo]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "ordered as j3"},
        {"role": "assistant", "content": "It is being drawn."},
    ]
    assert script([turn]) == (
        "Person: Like this\n(photo m12)\n\n"
        'Assistant used generate_image: {"prompt":"a cat"}\n\n'
        "Result of a tool: ordered as j3\n\n"
        "Assistant: It is being drawn."
    )


def test_what_is_very_long_loses_its_middle() -> None:
    text = script([[user("a" * 3 * LONGEST_TEXT + "end")]])
    assert len(text) < LONGEST_TEXT + 20
    assert text.endswith("end")


def test_a_number_that_the_summary_lost_is_put_back_with_its_words() -> None:
    turns = [[user("My insurance number is 4711-0815, and I have 12 cats.")]]
    kept = with_figures("Ada has cats.", turns)
    assert kept.startswith("Ada has cats.\n")
    assert "insurance number is 4711-0815" in kept


def test_a_number_that_is_there_is_not_repeated() -> None:
    turns = [[user("It costs 1,250 euros"), user("since 2019")]]
    assert with_figures("1250 euros since 2019", turns) == "1250 euros since 2019"


def test_short_numbers_and_those_of_tools_are_nobodys_worry() -> None:
    turns: list[list[Message]] = [
        [user("12 cats"), {"role": "tool", "tool_call_id": "c", "content": "987654"}]
    ]
    assert with_figures("Cats.", turns) == "Cats."
