"""`parley config validate` and `parley config get`, as a person calls them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.config import app


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("OPENROUTER_API_KEY", "TELEGRAM_BOT_TOKEN", "PARLEY_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PARLEY_STATE_DIR", str(tmp_path / "state"))


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def written(folder: Path, text: str) -> str:
    path = folder / "c.json5"
    path.write_text(text)
    return str(path)


def test_a_good_file_is_valid(tmp_path: Path) -> None:
    code, output = run("validate", "--config", written(tmp_path, "{}"))
    assert code == 0
    assert output.endswith("c.json5: 0 errors, 0 warnings\n")


def test_no_file_at_all_is_valid() -> None:
    code, output = run("validate")
    assert code == 0
    assert output == "no configuration file: defaults and environment: 0 errors, 0 warnings\n"


def test_warnings_alone_are_valid(tmp_path: Path) -> None:
    file = written(tmp_path, "{\n mesages: {} }")
    code, output = run("validate", "--config", file)
    assert code == 0
    assert output == (
        f"warning: {file}:2: mesages: unknown key; did you mean messages?\n"
        f"{file}: 0 errors, 1 warning\n"
    )


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("{ messages: { tts: { auto: 'loud' } } }", 0),
        ("{ channels: { telegram: { dmPolicy: 'opne' } } }", 1),
    ],
)
def test_any_wrong_value_exits_2_and_says_whether_the_bot_would_stop(
    tmp_path: Path, text: str, stops: int
) -> None:
    code, output = run("validate", "--config", written(tmp_path, text))
    assert code == 2
    assert output.startswith("error: ")
    assert output.count("(parley run stops here)") == stops


@pytest.mark.parametrize("text", ["", "[]", "{ a: ", "{ a: 1_ }"])
def test_an_unreadable_file_exits_2_with_its_place(tmp_path: Path, text: str) -> None:
    for command in ("validate", "get"):
        code, output = run(command, "--config", written(tmp_path, text))
        assert code == 2
        assert "c.json5:1:" in output
        assert "Traceback" not in output


def test_a_file_that_is_not_there_exits_2(tmp_path: Path) -> None:
    code, output = run("validate", "--config", str(tmp_path / "gone.json5"))
    assert code == 2
    assert "does not exist" in output


def test_the_file_of_the_state_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "config.json5").write_text("{ messages: { tts: { auto: 'always' } } }")
    code, output = run("get", "messages.tts.auto", "--state-dir", str(tmp_path / "other"))
    assert (code, output) == (0, "always\n")


def test_a_value_in_force_is_shown_as_json(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "{ agents: { defaults: { models: { 'a/b.c': { params: { n: [1] } } } } }, "
        "tts: { auto: 'off' } }",
    )
    assert run("get", "messages.tts.auto", "--config", file) == (0, "off\n")
    assert run("get", "channels.telegram.textChunkLimit", "--config", file) == (0, "4000\n")
    code, output = run("get", 'agents.defaults.models["a/b.c"].params', "--config", file)
    assert (code, json.loads(output)) == (0, {"n": [1]})
    assert run("get", "channels.telegram.webhookUrl", "--config", file) == (0, "null\n")


def test_a_path_that_does_not_exist_exits_2(tmp_path: Path) -> None:
    code, output = run("get", "messages.nope", "--config", written(tmp_path, "{}"))
    assert code == 2
    assert "nothing is configured there, at nope" in output


def test_secrets_are_hidden_wherever_they_are_shown(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """{ env: { OPENROUTER_API_KEY: "hush-1" },
          channels: { telegram: { botToken: "12:hush-2" } },
          models: { providers: { openrouter: {
            apiKey: "hush-3", headers: { a: "hush-4" } } } } }""",
    )
    for path in ("", "env", "channels.telegram.botToken", "models.providers.openrouter"):
        code, output = run("get", path, "--config", file)
        assert code == 0
        assert "hush" not in output
    assert run("get", "channels.telegram.botToken", "--config", file) == (0, "**********\n")


def test_importing_the_loader_stays_light() -> None:
    check = (
        "import sys, bot.config.load; "
        "print([m for m in ('pyjson5', 'json5', 'typer', 'rich', 'httpx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
