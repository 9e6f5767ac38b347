"""Choosing in the chat: model, thinking, and what it cost."""

from __future__ import annotations

from typing import Any

from tests.flow.stage import PERSON, Stage, eventually


def labels(message: dict[str, Any]) -> list[str]:
    return [button["text"] for row in message["buttons"] for button in row]


def presses(stage: Stage, message: dict[str, Any], data: str, *, person: int = PERSON) -> None:
    stage.telegram.post(
        "callbacks",
        {"chat_id": PERSON, "message_id": message["message_id"], "from": person, "data": data},
    )


def last_chat(stage: Stage) -> dict[str, Any]:
    return dict(stage.upstream_calls("chat")[-1]["json"])


def test_a_model_chosen_in_the_chat_answers_there_from_then_on(stage: Stage) -> None:
    stage.start()
    stage.says("/model openrouter/moonshotai/kimi-k2.6")
    stage.awaits_text("From now on")
    stage.says("hello")
    stage.awaits_text("You said: hello")
    assert last_chat(stage)["model"] == "moonshotai/kimi-k2.6"
    stage.says("/model default")
    stage.awaits_text("Back to the configured model")
    stage.says("and now?")
    stage.awaits_text("You said: and now?")
    assert last_chat(stage)["model"] == "openrouter/auto"


def test_an_alias_of_the_configuration_is_a_name_too(stage: Stage) -> None:
    models = {"openrouter/moonshotai/kimi-k2.5": {"alias": "Kimi"}}
    stage.config["agents"] = {"defaults": {"models": models}}
    stage.start()
    stage.says("/model kimi")
    stage.awaits_text("openrouter/moonshotai/kimi-k2.5")


def test_what_names_no_model_is_refused_with_help(stage: Stage) -> None:
    stage.start()
    stage.says("/model nonsense model")
    assert "/models" in stage.awaits_text("I don't know a model")["text"]


def test_a_pressed_button_changes_the_panel_in_place_and_stops_waiting(stage: Stage) -> None:
    stage.config["agents"] = {"defaults": {"model": "openrouter/moonshotai/kimi-k2.6"}}
    stage.start()
    stage.says("/think")
    panel = stage.awaits_text("Thinking is off here")
    assert "low" in labels(panel)
    presses(stage, panel, "/think low")
    changed = stage.awaits_text("Thinking is low from now on")
    assert changed["message_id"] == panel["message_id"]
    assert changed["buttons"] == []
    assert len(stage.replies()) == 1
    eventually(lambda: stage.telegram_calls("answerCallbackQuery"), "the press acknowledged")
    stage.says("hello")
    stage.awaits_text("You said: hello")
    assert last_chat(stage)["reasoning"] == {"effort": "low"}


def test_the_list_of_models_turns_its_pages(stage: Stage) -> None:
    stage.start()
    stage.says("hello")
    stage.awaits_text("You said: hello")  # by now the catalogue is there
    stage.says("/models")
    first = stage.awaits_text("Which model should answer here?")
    assert "more ›" in labels(first)
    presses(stage, first, "/models 2")

    def turned() -> dict[str, Any] | None:
        (panel,) = [m for m in stage.replies() if m["message_id"] == first["message_id"]]
        return panel if "‹ back" in labels(panel) else None

    assert not set(labels(eventually(turned, "the second page"))) & {"auto"}


def test_a_stranger_can_not_press_the_buttons_of_somebody_else(stage: Stage) -> None:
    stage.config["channels"]["telegram"] |= {"dmPolicy": "allowlist", "allowFrom": [PERSON]}
    stage.config["agents"] = {"defaults": {"model": "openrouter/moonshotai/kimi-k2.6"}}
    stage.start()
    stage.says("/think")
    panel = stage.awaits_text("Thinking is off here")
    stage.telegram.post("users", {"id": 666, "started": True})
    presses(stage, panel, "/think max", person=666)
    eventually(lambda: stage.bots[-1].events("turn.settled")[1:], "the stranger's press settled")
    stage.says("/think")
    eventually(lambda: stage.texts()[-1].startswith("Thinking is off"), "nothing changed")


def test_usage_tells_what_a_conversation_cost(stage: Stage) -> None:
    stage.start()
    stage.says("hello")
    stage.awaits_text("You said: hello")
    stage.says("/usage")
    text = stage.awaits_text("This conversation")["text"]
    assert "(1 call)" in text
    assert "$0.0000" not in text
