"""What tests of quick messages share: holding the bot in a known place while people go on."""

from __future__ import annotations

from typing import Any

from tests import voices
from tests.flow.books import rows
from tests.flow.guest import Guest
from tests.flow.stage import Stage, eventually

QUESTION = "Tell me a long story."
BEGUN = "Once upon a time. "
LOOKING = "Let me look that up. "


def release(stage: Stage, gate: str) -> None:
    stage.openrouter.post("release", {"gate": gate})


def holds(stage: Stage, endpoint: str, *, gate: str, times: int | None = 1) -> None:
    """The next request to `endpoint` waits at `gate`."""
    fault = {"endpoint": endpoint, "kind": "hold", "gate": gate, "times": times}
    stage.openrouter.post("faults", fault)


def is_being_heard(guest: Guest, words: str, *, gate: str, **fields: Any) -> int:
    """Somebody sends a note whose transcription waits at `gate`; the message id."""
    stage = guest.stage
    holds(stage, "transcription", gate=gate)
    before = len(stage.upstream_calls("transcription"))
    message_id = guest.sends(voices.say(words or "Mumbling."), heard=words, **fields)
    eventually(lambda: stage.upstream_calls("transcription")[before:], "listening")
    return message_id


def starts_a_slow_answer(guest: Guest, *, gate: str, question: str = QUESTION) -> None:
    """Ask, and wait until the answer stands still after its first words."""
    chunks = [BEGUN, {"text": "The end.", "hold": gate}]
    guest.stage.answers("", match=question, chunks=chunks)
    guest.says(question)
    is_writing(guest)


def starts_to_use_a_tool(guest: Guest, *, gate: str, question: str = QUESTION) -> None:
    """Ask; the model says a few words, waits at `gate`, and then calls a tool."""
    call = {"name": "current_time", "arguments": {}}
    chunks = [LOOKING, {"text": "One moment.", "hold": gate}]
    guest.stage.answers("", match=question, chunks=chunks, tool_calls=[call])
    guest.says(question)
    is_writing(guest)


def is_writing(guest: Guest) -> None:
    """Until the model has written something for the newest question."""
    stage = guest.stage

    def begun() -> bool:
        calls = stage.upstream_calls("chat")
        return bool(calls) and calls[-1]["marks"].get("first_token") is not None

    eventually(begun, "a first token")


def has_dispatched(guest: Guest) -> None:
    """Until everything that was said so far is where it belongs: a command follows it there."""
    before = sum("Your id" in text for text in guest.texts)
    guest.says("/whoami")
    eventually(
        lambda: sum("Your id" in text for text in guest.texts) > before, "an answer to /whoami"
    )


def asked(stage: Stage, *, call: int = -1) -> Any:
    """The newest user message of one request to the model."""
    messages = stage.upstream_calls("chat")[call]["json"]["messages"]
    return [message["content"] for message in messages if message["role"] == "user"][-1]


def open_entries(stage: Stage) -> list[int]:
    """The inbox entries that are not settled."""
    return [number for (number,) in rows(stage, "select id from inbox where state = 'new'")]


def answers_of(guest: Guest) -> list[str]:
    """What the bot wrote, echoes and answers to /whoami left out."""
    return [text for text in guest.texts if "Your id" not in text and not text.startswith("📝")]
