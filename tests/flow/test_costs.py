"""What speech cost is learned afterwards, and /usage tells it."""

from __future__ import annotations

import sqlite3

from tests.flow.stage import Stage, eventually


def test_the_price_of_speech_is_looked_up_after_the_turn(stage: Stage) -> None:
    stage.config["messages"] = {"tts": {"auto": "always"}}
    stage.openrouter.post("settings", {"account": {"generation_lag_ms": 300}})
    stage.start()
    stage.answers("Rome is the capital of Italy.")
    stage.says("What is the capital of Italy?")
    stage.awaits_voice()
    database = sqlite3.connect(stage.state_dir / "parley.db")

    def speech_costs() -> list[int | None]:
        rows = database.execute("select cost_micro_usd from paid_calls where kind = 'speech'")
        return [cost for (cost,) in rows]

    assert len(speech_costs()) == 1
    eventually(lambda: all(speech_costs()), "every speech call priced")
    stage.says("/usage")
    usage = stage.awaits_text("This conversation")["text"]
    assert "(2 calls)" in usage
    assert "without a known price" not in usage
    database.close()
