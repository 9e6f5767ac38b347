"""Starting and ending: what stops the bot at once, with which sentence, and how it drains."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flow.program import MODULE, SCRIPT, parley, secrets_of
from tests.flow.stage import Stage, clean_environment, eventually

ROOT = Path(__file__).parents[2]
QUESTION = "Are you there?"
# Nothing of this is needed to wait for a message.
LATER = ("telegram.ext", "av", "pydub", "pyjson5", "json5", "rich", "starlette", "uvicorn", "numpy")


def configured(stage: Stage) -> list[str]:
    """The options that point a bot at this stage."""
    path = stage.folder / "config.json5"
    path.write_text(json.dumps(stage.config))
    return ["--config", str(path), "--state-dir", str(stage.state_dir)]


def runs(stage: Stage, **environment: str) -> subprocess.CompletedProcess[str]:
    """`parley run` when it is expected to end by itself."""
    return parley("run", *configured(stage), **{**secrets_of(stage), **environment})


def sentence(ended: subprocess.CompletedProcess[str]) -> str:
    """The last line, which has to be a plain sentence of ours."""
    assert "Traceback" not in ended.stderr, ended.stderr
    last = ended.stderr.strip().splitlines()[-1]
    assert last.startswith("parley: "), ended.stderr
    return last


def test_a_second_process_on_the_same_state_folder_says_so_and_ends(stage: Stage) -> None:
    stage.start()
    second = runs(stage)

    assert second.returncode == 1
    assert "Another Parley already runs" in sentence(second)


def test_a_refused_token_ends_the_start_without_showing_the_token(stage: Stage) -> None:
    refused = {"method": "getMe", "kind": "status", "status": 401, "description": "Unauthorized"}
    stage.telegram.post("faults", {**refused, "times": -1})
    ended = runs(stage)

    assert ended.returncode == 1
    assert "Telegram refused the bot token" in sentence(ended)
    assert stage.token not in ended.stdout + ended.stderr


def test_sigterm_lets_the_running_turn_end_and_exits_0(stage: Stage) -> None:
    stage.answers("", chunks=["I am ", {"text": "here.", "hold": "slow"}])
    bot = stage.start()
    stage.says(QUESTION)
    stage.openrouter.get("calls", endpoint="chat", at_least=1, timeout_s=30)
    bot.process.terminate()
    eventually(lambda: bot.events("bot.draining"), "the drain")
    stage.openrouter.post("release", {"gate": "slow"})

    assert bot.wait() == 0, bot.log
    assert stage.texts() == ["I am here."]


def test_sigterm_while_telegram_is_awaited_ends_the_start_at_once(stage: Stage) -> None:
    stage.telegram.post("faults", {"method": "getMe", "kind": "hang", "times": -1})
    bot = stage.start(ready=False)
    eventually(lambda: stage.telegram_calls("getMe"), "the first call")
    bot.process.terminate()

    assert bot.wait() == 0, bot.log
    assert "Traceback" not in bot.log


def test_what_arrives_while_the_bot_drains_waits_for_the_next_start(stage: Stage) -> None:
    stage.answers("", match="first", chunks=["One ", {"text": "done.", "hold": "slow"}])
    stage.answers("Two done.", match="second")
    bot = stage.start()
    stage.says("the first")
    stage.openrouter.get("calls", endpoint="chat", at_least=1, timeout_s=30)
    bot.process.terminate()
    eventually(lambda: bot.events("bot.draining"), "the drain")
    stage.says("the second")
    stage.openrouter.post("release", {"gate": "slow"})
    assert bot.wait() == 0, bot.log
    stage.start()

    stage.awaits_text("Two done.")
    assert stage.texts() == ["One done.", "Two done."]


@pytest.mark.parametrize(
    ("block", "named"),
    [
        ({"channels": {"telegram": {"apiRoot": "not an address"}}}, "apiRoot"),
        ({"models": {"providers": {"openrouter": {"baseUrl": "ftp://x"}}}}, "baseUrl"),
        ({"channels": {"telegram": {"dmPolicy": "everybody"}}}, "dmPolicy"),
        ({"channels": {"telegram": {"botToken": "no token"}}}, "botToken"),
    ],
)
def test_a_wrong_value_that_matters_stops_the_start_with_2(
    stage: Stage, block: dict[str, object], named: str
) -> None:
    stage.config = block
    ended = runs(stage, TELEGRAM_BOT_TOKEN="" if named == "botToken" else stage.token)

    assert ended.returncode == 2
    assert named in sentence(ended)


@pytest.mark.parametrize("written", ["", "[1, 2]", "{ half: ", "just words"])
def test_a_file_that_is_no_config_stops_the_start_with_2(stage: Stage, written: str) -> None:
    options = configured(stage)
    Path(options[1]).write_text(written)
    ended = parley("run", *options, **secrets_of(stage))

    assert ended.returncode == 2
    assert options[1] in sentence(ended)


@pytest.mark.parametrize("missing", ["OPENROUTER_API_KEY", "TELEGRAM_BOT_TOKEN"])
def test_a_missing_secret_is_named_and_stops_the_start_with_2(stage: Stage, missing: str) -> None:
    ended = runs(stage, **{missing: ""})

    assert ended.returncode == 2
    assert missing in sentence(ended)


def test_unknown_keys_are_told_with_line_and_nearest_match_and_stop_nobody(stage: Stage) -> None:
    stage.answers("Here I am.")
    stage.config["channels"]["telegram"]["dmPolicyy"] = "open"
    bot = stage.start()
    stage.says(QUESTION)
    stage.awaits_text("Here I am.")

    (line,) = (line for line in bot.log.splitlines() if "dmPolicyy" in line)
    assert "dmPolicy" in line.replace("dmPolicyy", "")
    assert "line 1" in line or ":1:" in line


def test_a_state_folder_that_cannot_be_made_is_named(stage: Stage) -> None:
    in_the_way = stage.folder / "file"
    in_the_way.write_text("no folder")
    stage.state_dir = in_the_way / "state"
    ended = runs(stage)

    assert ended.returncode == 1
    assert str(stage.state_dir) in sentence(ended)


def test_a_state_folder_where_nobody_may_write_is_named(stage: Stage) -> None:
    stage.state_dir = Path("/proc/parley")  # even root can't make it
    ended = runs(stage)

    assert ended.returncode == 1
    assert str(stage.state_dir) in sentence(ended)


def test_a_damaged_database_ends_the_start_with_1_and_does_not_hang(stage: Stage) -> None:
    stage.state_dir.mkdir()
    (stage.state_dir / "parley.db").write_bytes(b"this is no database at all " * 400)
    ended = runs(stage)

    assert ended.returncode == 1
    assert "parley.db" in sentence(ended)


def test_a_failure_late_in_the_start_ends_the_process_with_1(stage: Stage) -> None:
    # The database is open by then: its threads must not keep the process alive.
    (stage.state_dir / "secret").mkdir(parents=True)
    ended = runs(stage)

    assert ended.returncode == 1
    assert "secret" in sentence(ended)


def test_the_console_script_and_the_module_are_the_same_program() -> None:
    by_name, by_module = (parley("--help", program=program) for program in (SCRIPT, MODULE))

    assert by_name.returncode == by_module.returncode == 0
    assert "sandbox" in by_name.stdout
    assert by_name.stdout.splitlines()[2:] == by_module.stdout.splitlines()[2:]


def test_nothing_heavy_is_imported_before_the_first_poll(stage: Stage) -> None:
    probe = subprocess.run(
        [sys.executable, "-m", "tests.flow.import_probe", stage.base, str(stage.state_dir)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=False,
        env=clean_environment(**secrets_of(stage)),
    )
    (line,) = (line for line in probe.stdout.splitlines() if line.startswith("IMPORTED "))
    imported = set(json.loads(line.removeprefix("IMPORTED ")))

    assert probe.returncode == 0
    assert "telegram" in imported, "the probe looked at a running bot"
    assert imported.isdisjoint(LATER)
