"""No token and no key in anything that the bot writes: log, state folder, chats."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests import voices
from tests.flow.guest import Guest
from tests.flow.stage import Stage

QUESTION = "What is new?"


def telegram_fails(stage: Stage, method: str, kind: str, **fields: Any) -> None:
    stage.telegram.post("faults", {"method": method, "kind": kind, **fields})


def upstream_fails(stage: Stage, endpoint: str, kind: str, **fields: Any) -> None:
    stage.openrouter.post("faults", {"endpoint": endpoint, "kind": kind, **fields})


def goes_through_trouble(guest: Guest) -> None:
    """Failures of every kind, each with the secrets near at hand."""
    stage = guest.stage
    said = f"key {stage.key} of bot {stage.token} is not valid"
    upstream_fails(stage, "chat", "status", status=401, message=said)
    guest.asks(QUESTION)
    upstream_fails(stage, "chat", "html", body=f"<html>{said}</html>")
    guest.asks(QUESTION)
    upstream_fails(stage, "chat", "error_chunk", after_chunks=1, message=said)
    guest.asks(QUESTION)
    upstream_fails(stage, "transcription", "status", status=400, message=said)
    guest.plays(voices.say(QUESTION))
    upstream_fails(stage, "speech", "json", body={"error": {"message": said, "code": 401}})
    guest.plays(voices.say(QUESTION), heard=QUESTION)
    telegram_fails(stage, "file", "disconnect")
    telegram_fails(stage, "file", "html", times=2)
    guest.plays(voices.say(QUESTION))
    telegram_fails(stage, "getFile", "status", status=400, description=f"Bad Request: {said}")
    guest.plays(voices.say(QUESTION))
    telegram_fails(stage, "sendMessage", "status", status=400, description=f"Bad Request: {said}")
    guest.asks(QUESTION)
    telegram_fails(stage, "getUpdates", "html", body=f"<html>{said}</html>")
    guest.asks(QUESTION)


def written_files(stage: Stage) -> Iterator[Path]:
    """Everything in the state folder and the log; the databases and their journals too."""
    yield from (path for path in stage.state_dir.rglob("*") if path.is_file())
    yield from (bot.log_path for bot in stage.bots)


def test_secrets_appear_in_nothing_that_is_written(stage: Stage) -> None:
    bot = stage.start(PARLEY_LOG_LEVEL="DEBUG")
    guest = Guest(stage, 1)
    goes_through_trouble(guest)
    files = list(written_files(stage))
    assert any(path.name == "parley.db" for path in files)
    bot.stop()
    secrets = [secret.encode() for secret in (stage.key, stage.token, stage.token.split(":")[1])]
    for path in {*files, *written_files(stage)}:
        content = path.read_bytes() if path.exists() else b""
        assert not [secret for secret in secrets if secret in content], path
    chats = str([call["params"] for call in stage.telegram_calls("sendMessage")])
    assert stage.key not in chats
    assert stage.token not in chats


def test_the_state_folder_is_private_to_its_owner(stage: Stage) -> None:
    stage.start()
    Guest(stage, 1).plays(voices.say(QUESTION), heard=QUESTION)
    assert stage.state_dir.stat().st_mode & 0o077 == 0
    assert (stage.state_dir / "secret").stat().st_mode & 0o077 == 0


def test_a_key_goes_to_openrouter_alone_and_a_token_to_telegram_alone(stage: Stage) -> None:
    stage.start()
    Guest(stage, 1).plays(voices.say(QUESTION), heard=QUESTION)
    upstream = str(stage.openrouter.get("calls")["calls"])
    assert stage.token not in upstream
    telegram = str(stage.telegram.get("calls")["calls"])
    assert stage.key not in telegram


def test_people_are_named_to_upstream_by_an_alias(stage: Stage) -> None:
    stage.start()
    guest = Guest(stage, 123_456_789)
    guest.asks(QUESTION)
    (call,) = stage.upstream_calls("chat")
    assert str(guest.id) not in str(call["json"])
    assert len(call["json"]["user"]) == 32
