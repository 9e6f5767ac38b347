"""Wrong usage ends with 2 and a sentence, before anything is asked, paid or written."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.root import app

KEY = "--openrouter-api-key"
UNREACHABLE = "{ models: { providers: { openrouter: { baseUrl: 'http://127.0.0.1:9/api/v1' } } } }"


@pytest.fixture(autouse=True)
def _own_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("OPENROUTER_API_KEY", "TELEGRAM_BOT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config.json5").write_text(UNREACHABLE)
    monkeypatch.setenv("PARLEY_CONFIG", str(tmp_path / "config.json5"))
    monkeypatch.setenv("PARLEY_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("PARLEY_LOG_LEVEL", "CRITICAL")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "infer model run",
        "infer model run --prompt=",
        "infer model run --prompt x --thinking hard",
        "infer audio transcribe --file nowhere.ogg",
        "infer tts convert --text x --output a.txt",
        "infer tts convert --text x --output no/folder/a.mp3",
        "infer image generate",
        "infer image generate --prompt=",
        "infer image generate --prompt x --count 5",
        "infer image generate --prompt x --count 0",
        "infer image generate --prompt x --image nowhere.png",
        "infer image generate --prompt x --image config.json5",
        "infer image generate --prompt x --output a.mp4",
        "infer image generate --prompt x --output no/folder/a.png",
        "infer image generate --prompt x --timeout-ms 0",
        "infer video generate --prompt x --output a.avi",
        "infer video generate --prompt x --duration -1",
        "infer music generate --prompt x --output a.ogg",
        "jobs",
        "jobs list",
        "jobs show j1",
        "jobs cancel j1",
        "jobs cancel",
        "models auth login --provider anthropic --method oauth",
        "models auth login --provider openrouter --method password",
        "models auth login --method api-key",
        "models set",
        "onboard --non-interactive",
        "onboard --non-interactive --auth-choice anthropic",
        "onboard --non-interactive --auth-choice openrouter-oauth",
        "onboard --non-interactive --openrouter-api-key é",
        "onboard",
        "config set messages.tts.auto loud",
        "config set messages..auto off",
        "config set models.providers.openrouter.baseUrl.x 1",
        "config get messages..auto",
    ],
)
def test_wrong_usage_exits_2(line: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, line.split())
    assert result.exit_code == 2, result.output
    assert result.stderr.strip()
    assert (tmp_path / "config.json5").read_text() == UNREACHABLE
    assert not (tmp_path / "state").exists()


def test_a_wrong_token_or_owner_is_named() -> None:
    for option, value in (("--telegram-token", "no_token"), ("--owner", "@me")):
        line = ["onboard", "--non-interactive", KEY, "sk-or-x", option, value]
        result = CliRunner().invoke(app, line)
        assert result.exit_code == 2
        assert result.stderr.splitlines()[-1].startswith("parley: ")


def test_set_reads_json5_and_falls_back_to_plain_text(tmp_path: Path) -> None:
    def put(key: str, value: str, typed: str = "") -> str:
        result = CliRunner().invoke(app, ["config", "set", key, value], input=typed)
        assert result.exit_code == 0, result.output
        shown = CliRunner().invoke(app, ["config", "get", key])
        return str(shown.stdout.strip())

    assert put("messages.tts.keepText", "false") == "false"
    assert put("messages.tts.maxTextLength", "2_000") == "2000"
    assert put("agents.defaults.parley.name", "1984") == "1984"
    assert put('agents.defaults.models["a/b.c"].alias', "short one") == "short one"
    assert put("channels.telegram.botToken", "-", typed="12:abc\n") == "**********"
    assert "12:abc" in (tmp_path / "config.json5").read_text()


def test_a_new_unknown_key_is_warned_about() -> None:
    result = CliRunner().invoke(app, ["config", "set", "messages.tts.autoo", "off"])
    assert result.exit_code == 0
    assert "did you mean auto?" in result.stderr


def test_the_schema_is_printed_as_json() -> None:
    import json

    result = CliRunner().invoke(app, ["config", "schema"])
    assert json.loads(result.stdout)["$schema"].startswith("https://json-schema.org/")
