"""`parley chat`: the console as a channel, driven through its standard input."""

from __future__ import annotations

import json
import re
import signal
import subprocess

import av
import pytest

from tests import voices
from tests.flow.program import MODULE, parley
from tests.flow.stage import Stage, clean_environment, eventually

HEARD = "What is the weather like?"
BUBBLE = re.compile(r"🔊 (\S+\.ogg) \(([\d.]+) s\)")


@pytest.fixture
def options(stage: Stage) -> list[str]:
    """The options that point the console at this stage; no Telegram is configured."""
    path = stage.folder / "config.json5"
    path.write_text(json.dumps({"models": stage.config["models"]}))
    return ["chat", "--config", str(path), "--state-dir", str(stage.state_dir)]


def talk(stage: Stage, options: list[str], *lines: str) -> subprocess.CompletedProcess[str]:
    typed = "".join(f"{line}\n" for line in lines)
    return parley(*options, typed=typed, cwd=stage.folder, OPENROUTER_API_KEY=stage.key)


def test_text_is_answered_in_text(stage: Stage, options: list[str]) -> None:
    stage.answers("Fine, thank you.", match="How are you?")
    ended = talk(stage, options, "How are you?", "/quit")

    assert ended.returncode == 0, ended.stderr
    assert "Fine, thank you." in ended.stdout
    assert not BUBBLE.search(ended.stdout)


def test_marks_of_style_are_not_shown(stage: Stage, options: list[str]) -> None:
    stage.answers("Use **one** `ls **` and 2 ** 3.\n```sh\necho **now**\n```", match="How?")
    ended = talk(stage, options, "How?", "/quit")

    assert ended.returncode == 0, ended.stderr
    assert "Use one ls ** and 2 ** 3." in ended.stdout
    assert "echo **now**" in ended.stdout
    assert "`" not in ended.stdout


def test_a_note_is_echoed_answered_and_spoken_into_a_file(stage: Stage, options: list[str]) -> None:
    (stage.folder / "my note.ogg").write_bytes(voices.say(HEARD))
    stage.openrouter.post("transcripts", {"queue": [{"text": HEARD}]})
    stage.answers("Sunny and warm.", match=HEARD)
    ended = talk(stage, options, "/voice my note.ogg", "/quit")

    assert ended.returncode == 0, ended.stderr
    said = ended.stdout
    assert said.index("What is the weather") < said.index("Sunny and warm.") < said.index("🔊")
    bubble = BUBBLE.search(said)
    assert bubble is not None
    with av.open(str(stage.folder / bubble[1])) as container:
        assert container.streams.audio[0].codec_context.name == "opus"


def test_commands_work_and_cost_nothing(stage: Stage, options: list[str]) -> None:
    ended = talk(stage, options, "/help", "/stop", "/new", "/voice", "/nonsense", "/quit")

    assert ended.returncode == 0, ended.stderr
    assert "/new" in ended.stdout
    assert "Which file?" in ended.stdout
    assert stage.upstream_calls() == []


def test_the_conversation_is_remembered_and_ends_with_its_input(
    stage: Stage, options: list[str]
) -> None:
    stage.answers("Nice to meet you, Ada.", match="I am Ada.")
    assert talk(stage, options, "I am Ada.").returncode == 0
    stage.answers("You are Ada.", match="Who am I?")
    assert "You are Ada." in talk(stage, options, "Who am I?").stdout

    told = [message["content"] for message in stage.upstream_calls("chat")[-1]["json"]["messages"]]
    assert "Nice to meet you, Ada." in str(told)


def test_a_recording_that_is_not_there_is_told_and_the_talk_goes_on(
    stage: Stage, options: list[str]
) -> None:
    stage.answers("Still here.", match="Hello?")
    ended = talk(stage, options, "/voice nowhere.ogg", "Hello?", "/quit")

    assert ended.returncode == 0
    assert "nowhere.ogg" in ended.stdout
    assert "Still here." in ended.stdout


def test_a_missing_key_exits_2(stage: Stage, options: list[str]) -> None:
    ended = parley(*options, typed="/quit\n")

    assert ended.returncode == 2
    assert "OPENROUTER_API_KEY" in ended.stderr
    assert "parley sandbox" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_ctrl_c_ends_the_talk_at_once(stage: Stage, options: list[str]) -> None:
    log = stage.folder / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*MODULE, *options],
            stdin=subprocess.PIPE,  # open all the time: nothing but the signal ends the talk
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=stage.folder,
            env=clean_environment(OPENROUTER_API_KEY=stage.key, PYTHONFAULTHANDLER="1"),
        ) as process,
    ):
        eventually(lambda: "/quit ends" in log.read_text(), "the greeting")
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)  # writes where every thread stands
    assert process.returncode == 0, log.read_text()
    assert "Traceback" not in log.read_text()
