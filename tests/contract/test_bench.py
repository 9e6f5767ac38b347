"""The benchmark itself works: a tiny run measures real turns. No time is asserted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import many_chats
from bench.__main__ import main
from bench.settings import Settings
from tests.flow.stage import stand_ins


def test_a_tiny_run_prints_the_table_and_writes_the_same_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "figures.json"
    asked = ["--short", "--only", "turns", "--repeat", "1", "--idle", "0", "--json", str(path)]
    assert main(asked) == 0
    figures = {figure["name"]: figure for figure in json.loads(path.read_text())["figures"]}
    table = capsys.readouterr().out
    assert {"voice turn", "text turn", "first text, voice turn"} <= figures.keys()
    assert all(name in table for name in figures)
    voice = figures["voice turn"]
    assert voice["value"] > voice["bound"] > 3_000
    assert voice["ratio"] == pytest.approx(voice["value"] / voice["bound"])


def test_everybody_is_answered_in_their_own_chat() -> None:
    with stand_ins() as base:
        lost, wrong, *_ = many_chats.measure(base, Settings(chats=3))
    assert (lost.value, wrong.value) == (0, 0)
