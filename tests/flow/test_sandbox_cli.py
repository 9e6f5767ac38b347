"""`parley sandbox --say` and `--voice`: one whole turn without a page, for eyes and for scripts."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import voices
from tests.flow.program import LONGEST_S, MODULE, parley, processes_of, running
from tests.flow.stage import Stage, clean_environment, eventually

STAGE_LINE = re.compile(r"^ *(\d+) ms  (\w[\w.]*)", re.MULTILINE)
OPUS_RATE = 48_000


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing is configured."""
    return {"PARLEY_STATE_DIR": str(tmp_path / "state"), "HOME": str(tmp_path)}


def assert_is_bubble(data: bytes) -> None:
    """OGG with one mono Opus stream of some length, as Telegram wants it."""
    import io

    import av

    with av.open(io.BytesIO(data)) as container:
        (stream,) = container.streams
        assert container.format.name == "ogg"
        assert stream.codec_context.name == "opus"
        assert (stream.codec_context.rate, stream.codec_context.channels) == (OPUS_RATE, 1)
        seconds = sum(frame.samples for frame in container.decode(audio=0)) / OPUS_RATE
    assert seconds > 0.5


def test_say_speaks_prints_the_turn_and_saves_the_bubble(
    tmp_path: Path, home: dict[str, str]
) -> None:
    out = tmp_path / "out"
    ended = parley("sandbox", "--say", "What time is it?", "--out", str(out), **home)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    times = [int(at_ms) for at_ms, _ in STAGE_LINE.findall(ended.stdout)]
    stages = [name for _, name in STAGE_LINE.findall(ended.stdout)]
    assert times == sorted(times)
    for stage in ("received", "heard", "asked", "answered", "spoken", "settled"):
        assert stage in stages
    assert "What time is it?" in ended.stdout
    assert_is_bubble((out / "bubble.ogg").read_bytes())


@pytest.mark.parametrize("format", ["ogg", "mp3"])
def test_voice_plays_a_recording(tmp_path: Path, home: dict[str, str], format: str) -> None:
    note = tmp_path / f"note.{format}"
    note.write_bytes(voices.say("Tell me something.", format=format))
    ended = parley("sandbox", "--voice", str(note), "--out", str(tmp_path), **home)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert_is_bubble((tmp_path / "bubble.ogg").read_bytes())


def test_a_turn_that_fails_is_told_and_exits_1(tmp_path: Path, home: dict[str, str]) -> None:
    note = tmp_path / "silence.ogg"
    note.write_bytes(voices.silence(2.0))
    ended = parley("sandbox", "--voice", str(note), "--out", str(tmp_path), **home)

    assert ended.returncode == 1
    assert "wrote" in ended.stdout, "the bot's sentence is shown"
    assert ended.stderr.strip().splitlines()[-1].startswith("parley: ")
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "bubble.ogg").exists()


def test_a_file_without_sound_is_told_in_sentences_alone(
    tmp_path: Path, home: dict[str, str]
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("These are no sounds.")
    ended = parley("sandbox", "--voice", str(note), "--out", str(tmp_path), **home)

    assert ended.returncode == 1
    assert "{" not in ended.stderr, "logs are for those who ask for them"
    (line,) = ended.stderr.splitlines()
    assert line.startswith("parley: ")


def test_a_bubble_that_cannot_be_kept_is_told_before_the_turn(
    tmp_path: Path, home: dict[str, str]
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("no folder")
    for out in (in_the_way, in_the_way / "deeper", Path("/proc/parley")):
        ended = parley("sandbox", "--say", "Hello.", "--out", str(out), **home)

        assert ended.returncode == 2
        (line,) = ended.stderr.splitlines()
        assert str(out) in line
        assert ended.stdout == ""


def test_an_answer_that_is_not_to_be_spoken_is_a_success(
    tmp_path: Path, home: dict[str, str]
) -> None:
    path = tmp_path / "config.json5"
    path.write_text("{ messages: { tts: { auto: 'off' } } }")
    options = ("--say", "Hello.", "--out", str(tmp_path), "--config", str(path))
    ended = parley("sandbox", *options, **home)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "not spoken: messages.tts.auto is 'off'" in ended.stdout
    assert not (tmp_path / "bubble.ogg").exists()


def test_a_wrong_configuration_is_told_and_a_dangerous_one_stops_the_sandbox(
    tmp_path: Path, home: dict[str, str]
) -> None:
    path = tmp_path / "config.json5"
    options = ("--say", "Hello.", "--out", str(tmp_path), "--config", str(path))
    path.write_text("{ messages: { tts: { autoo: 'off' } } }")
    warned = parley("sandbox", *options, **home)
    assert warned.returncode == 0, warned.stdout + warned.stderr
    assert "autoo" in warned.stderr

    path.write_text("{ models: { providers: { openrouter: { baseUrl: 'ftp://x' } } } }")
    stopped = parley("sandbox", *options, **home)
    assert stopped.returncode == 2
    assert "baseUrl" in stopped.stderr.splitlines()[-1]
    assert stopped.stdout == ""


def test_a_port_that_is_taken_is_named(home: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = parley("sandbox", "--port", str(port), **home)

    assert ended.returncode == 1
    assert ended.stderr == f"parley: Port {port} is in use.\n"


@pytest.mark.parametrize("missing", ["python_multipart", "espeakng_loader"])
@pytest.mark.parametrize("command", ["sandbox", "start"])
def test_without_its_extra_the_sandbox_says_how_to_install_it(
    tmp_path: Path, home: dict[str, str], command: str, missing: str
) -> None:
    hide = f"import sys; sys.modules[{missing!r}] = None"
    (tmp_path / "sitecustomize.py").write_text(hide)
    places = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    ended = parley(command, PYTHONPATH=places, **home)

    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert "pip install '.[sandbox]'" in line


def test_ctrl_c_ends_the_sandbox_in_good_order(tmp_path: Path, home: dict[str, str]) -> None:
    with running("sandbox", log=tmp_path / "log", **home) as bot:
        eventually(lambda: "Ctrl+C ends it." in bot.log, "the page's address")
        os.killpg(bot.process.pid, signal.SIGINT)  # as a terminal does

        assert bot.wait() == 0, bot.log
        assert "Traceback" not in bot.log
        assert "Error" not in bot.log
        assert processes_of(bot.process.pid) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--voice", "/there/is/no/such.ogg"),
        ("--say", "both", "--voice", __file__),
        ("--say", ""),
        ("--say", "  "),
        ("--port", "many"),
        ("--loudly",),
    ],
)
def test_wrong_usage_exits_2(home: dict[str, str], arguments: tuple[str, ...]) -> None:
    ended = parley("sandbox", *arguments, **home)

    assert ended.returncode == 2
    assert ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_real_key_is_used_for_openrouter_and_never_printed(
    stage: Stage, home: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "config.json5"
    path.write_text(json.dumps({"models": stage.config["models"]}))
    stage.openrouter.post("transcripts", {"queue": [{"text": "Good evening."}]})
    stage.answers("Good evening to you.")
    options = ("--say", "Good evening.", "--out", str(tmp_path), "--config", str(path))
    ended = parley("sandbox", *options, OPENROUTER_API_KEY=stage.key, **home)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Good evening to you." in ended.stdout
    assert stage.key not in ended.stdout + ended.stderr
    assert [call["endpoint"] for call in stage.upstream_calls()][:2] == ["transcription", "chat"]


def test_no_process_is_left_behind(tmp_path: Path, home: dict[str, str]) -> None:
    started = subprocess.Popen(
        [*MODULE, "sandbox", "--say", "Goodbye.", "--out", str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=clean_environment(**home),
        start_new_session=True,
    )
    assert started.wait(LONGEST_S) == 0
    assert processes_of(started.pid) == []


def test_a_killed_sandbox_takes_its_stand_ins_along(tmp_path: Path, home: dict[str, str]) -> None:
    with running("sandbox", log=tmp_path / "log", **home) as bot:
        eventually(lambda: "Talk to the bot here" in bot.log, "the page's address")
        assert len(processes_of(bot.process.pid)) > 1
        bot.kill()
        eventually(lambda: not processes_of(bot.process.pid), "the end of the stand-ins")
