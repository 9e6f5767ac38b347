"""A channel from a package of its own: found by its entry point, with ears and a voice."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from tests import voices
from tests.flow.books import posts
from tests.flow.program import parley, running
from tests.flow.stage import BotProcess, Stage, eventually

SOURCE = Path(__file__).parent / "example_channel" / "parley_dropbox.py"
HEARD = "What is on the menu?"
ANSWER = "Soup, then fish."


def install(site: Path, *, target: str = "parley_dropbox:create") -> None:
    """Put the package there as an installer would: its module and its metadata."""
    info = site / "parley_dropbox-1.0.dist-info"
    info.mkdir(parents=True)
    shutil.copy(SOURCE, site)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: parley-dropbox\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[parley.channels]\ndropbox = {target}\n")


def options(stage: Stage, **settings: object) -> list[str]:
    """A bot whose only channel is the example."""
    block = {"folder": str(stage.folder), "allowFrom": ["ada"], **settings}
    config = {"channels": {"dropbox": block}, "models": stage.config["models"]}
    path = stage.folder / "config.json5"
    path.write_text(json.dumps(config))
    return ["run", "--config", str(path), "--state-dir", str(stage.state_dir)]


@pytest.fixture
def environment(stage: Stage) -> dict[str, str]:
    site = stage.folder / "site"
    install(site)
    for name in ("in", "out"):
        (stage.folder / name).mkdir()
    return {"OPENROUTER_API_KEY": stage.key, "PYTHONPATH": str(site)}


@pytest.fixture
def bot(stage: Stage, environment: dict[str, str]) -> Iterator[BotProcess]:
    with running(*options(stage), log=stage.folder / "log", **environment) as bot:
        yield bot


def drop(stage: Stage, name: str, data: bytes) -> None:
    """The file appears whole."""
    unfinished = stage.folder / name
    unfinished.write_bytes(data)
    unfinished.replace(stage.folder / "in" / name)


def out(stage: Stage, name: str) -> Path:
    path = stage.folder / "out" / name
    eventually(path.exists, name)
    return path


def test_a_note_that_it_forwards_is_heard_echoed_and_answered_with_a_voice(
    stage: Stage, bot: BotProcess
) -> None:
    stage.openrouter.post("transcripts", {"queue": [{"text": HEARD}]})
    stage.answers(ANSWER, match=HEARD)
    drop(stage, "ada.ogg", voices.say(HEARD))

    with av.open(str(out(stage, "ada-voice-0.ogg"))) as container:
        assert container.streams.audio[0].codec_context.name == "opus"
    assert "What is on the menu" in out(stage, "ada-heard.txt").read_text()
    assert out(stage, "ada-answer.txt").read_text() == ANSWER
    assert bot.stop() == 0, bot.log
    assert posts(stage) == {"transcription": 1, "chat": 1, "speech": 1}


def test_text_is_answered_in_text(stage: Stage, bot: BotProcess) -> None:
    stage.answers(ANSWER, match=HEARD)
    drop(stage, "ada.txt", HEARD.encode())

    assert out(stage, "ada-answer.txt").read_text() == ANSWER
    assert bot.stop() == 0, bot.log
    assert posts(stage) == {"transcription": 0, "chat": 1, "speech": 0}


def test_its_own_list_says_who_is_answered(stage: Stage, bot: BotProcess) -> None:
    drop(stage, "eve.ogg", voices.say(HEARD))

    assert "eve" in out(stage, "eve-door.txt").read_text()
    assert bot.stop() == 0, bot.log
    assert stage.upstream_calls() == []


def test_what_was_open_at_a_kill_is_answered_after_the_restart(
    stage: Stage, environment: dict[str, str]
) -> None:
    stage.answers(ANSWER, match=HEARD)
    drop(stage, "ada.txt", HEARD.encode())
    killed = {**environment, "PARLEY_KILL_AT": "before-send"}
    with running(*options(stage), log=stage.folder / "log", **killed) as bot:
        assert bot.wait() < 0
    with running(*options(stage), log=stage.folder / "log", **environment) as bot:
        assert out(stage, "ada-answer.txt").read_text() == ANSWER
        assert bot.stop() == 0, bot.log
    assert posts(stage)["chat"] == 1


def test_a_channel_that_is_not_configured_is_not_started(
    stage: Stage, environment: dict[str, str]
) -> None:
    ended = parley(*options(stage, enabled=False), **environment)

    assert ended.returncode == 2
    assert "TELEGRAM_BOT_TOKEN" in ended.stderr


def test_a_broken_package_is_named(stage: Stage, environment: dict[str, str]) -> None:
    broken = stage.folder / "broken"
    install(broken, target="parley_dropbox:nothing")
    ended = parley(*options(stage), **{**environment, "PYTHONPATH": str(broken)})

    assert ended.returncode == 1
    assert "'dropbox'" in ended.stderr.strip().splitlines()[-1]
    assert "Traceback" not in ended.stderr
