"""`parley infer`: one-shot calls, their envelope, their exit codes and their files."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot.voice.codec import decode, sniff
from tests import voices
from tests.flow.books import rows
from tests.flow.desk import Desk
from tests.flow.stage import Stage

FIELDS = [
    *("ok", "capability", "transport", "provider", "model"),
    *("attempts", "outputs", "ignoredOverrides", "error"),
]


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage)


def envelope(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    assert list(found) == FIELDS
    assert found["ok"] == (done.returncode == 0)
    return found


def asks(desk: Desk, *more: str) -> subprocess.CompletedProcess[str]:
    return desk.runs("infer", "model", "run", "--local", "--prompt", "Say it.", *more, "--json")


def test_model_run_answers_in_the_envelope_and_is_booked(desk: Desk) -> None:
    desk.stage.answers("FUSION_OK", reasoning="Let me think.")
    found = envelope(asks(desk, "--model", "openrouter/openrouter/fusion"))
    assert found["capability"] == "model.run"
    assert found["transport"] == "local"
    assert found["provider"] == "openrouter"
    assert found["model"] == "openrouter/fusion"
    assert found["outputs"] == [{"text": "FUSION_OK"}]
    assert found["error"] is None
    (attempt,) = found["attempts"]
    assert attempt["ok"]
    assert attempt["costUsd"] > 0
    (call,) = desk.stage.upstream_calls("chat")
    assert call["json"]["messages"] == [{"role": "user", "content": "Say it."}]
    (booked,) = rows(desk.stage, "select kind, state, cost_micro_usd from paid_calls")
    assert booked[:2] == ("chat", "done")
    assert booked[2] > 0


def test_model_run_prints_the_plain_text_without_json(desk: Desk) -> None:
    desk.stage.answers("Just text.")
    done = desk.runs("infer", "model", "run", "--prompt", "Say it.")
    assert (done.returncode, done.stdout) == (0, "Just text.\n")


def test_an_empty_text_is_a_failure(desk: Desk) -> None:
    desk.stage.answers("  \n")
    done = asks(desk)
    assert done.returncode == 1
    assert "empty" in envelope(done)["error"]


def test_fallbacks_step_in_unless_a_model_was_asked_for(desk: Desk) -> None:
    fallbacks = ("agents.defaults.model.fallbacks", "['openrouter/moonshotai/kimi-k2.6']")
    assert desk.runs("config", "set", *fallbacks).returncode == 0
    fault = {"kind": "status", "status": 503}
    answer = {"text": "", "fault": fault}
    script = [{"model": "openrouter/auto", "times": None, "answer": answer}]
    desk.stage.openrouter.post("script", script)
    found = envelope(asks(desk))
    assert [attempt["ok"] for attempt in found["attempts"]] == [False, True]
    assert found["attempts"][0]["code"] == "upstream.down"
    assert found["model"] == "moonshotai/kimi-k2.6"

    strict = asks(desk, "--model", "openrouter/auto")
    assert strict.returncode == 1
    assert len(envelope(strict)["attempts"]) == 1


def test_a_refused_key_is_told_without_the_key(desk: Desk) -> None:
    desk.stage.openrouter.post("faults", [{"endpoint": "chat", "kind": "status", "status": 401}])
    done = asks(desk)
    assert done.returncode == 1
    assert "refused the key" in envelope(done)["error"]
    assert desk.stage.key not in done.stdout + done.stderr


def test_transcribe_writes_down_what_was_said(desk: Desk, tmp_path: Path) -> None:
    note = tmp_path / "note.ogg"
    note.write_bytes(data := voices.say("hello from the command line"))
    desk.stage.openrouter.post("transcripts", {"queue": [{"text": "Hello there."}]})
    call = ("infer", "audio", "transcribe", "--file", str(note))
    found = envelope(desk.runs(*call, "--language", "en", "--json"))
    assert found["capability"] == "audio.transcribe"
    assert found["model"] == "openai/whisper-large-v3-turbo"
    assert found["outputs"][0]["text"] == "Hello there."
    (posted,) = desk.stage.upstream_calls("transcription")
    assert posted["json"]["language"] == "en"
    assert posted["json"]["input_audio"]["data"]["bytes"] == len(data)

    other = desk.runs(*call, "--model", "openrouter/google/chirp-3", "--json")
    assert envelope(other)["model"] == "google/chirp-3"


def test_a_silent_recording_fails_before_anything_is_paid(desk: Desk, tmp_path: Path) -> None:
    note = tmp_path / "note.ogg"
    note.write_bytes(voices.silence(2.0))
    done = desk.runs("infer", "audio", "transcribe", "--file", str(note), "--json")
    assert done.returncode == 1
    assert "Nothing was heard" in envelope(done)["error"]
    assert not desk.stage.upstream_calls()


@pytest.mark.parametrize(
    ("name", "container"), [("a.mp3", "mp3"), ("a.ogg", "ogg"), ("a.OPUS", "ogg"), ("a.wav", "wav")]
)
def test_convert_writes_the_kind_of_file_that_its_name_says(
    desk: Desk, tmp_path: Path, name: str, container: str
) -> None:
    target = tmp_path / name
    text = "The first sentence. And here is the second one."
    found = envelope(
        desk.runs("infer", "tts", "convert", "--text", text, "--output", str(target), "--json")
    )
    data = target.read_bytes()
    (output,) = found["outputs"]
    assert (output["path"], output["size"]) == (str(target), len(data))
    assert output["mimeType"].startswith("audio/")
    assert sniff(data).format == container
    sound = decode(data, limit_s=60, wall_limit_s=10)
    assert sound.duration_s == pytest.approx(output["seconds"], abs=0.2)
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_a_failed_conversion_leaves_the_old_file(desk: Desk, tmp_path: Path) -> None:
    target = tmp_path / "a.mp3"
    target.write_bytes(b"old")
    fault = {"endpoint": "speech", "kind": "status", "status": 402, "times": None}
    desk.stage.openrouter.post("faults", [fault])
    done = desk.runs("infer", "tts", "convert", "--text", "Hi.", "--output", str(target), "--json")
    assert done.returncode == 1
    assert envelope(done)["attempts"][0]["code"] == "upstream.credit"
    assert target.read_bytes() == b"old"


def test_a_text_without_words_is_wrong_usage_and_costs_nothing(desk: Desk) -> None:
    done = desk.runs("infer", "tts", "convert", "--text", "🙂", "--output", "a.mp3", "--json")
    assert done.returncode == 2
    assert "nothing to say" in envelope(done)["error"]
    assert not desk.stage.upstream_calls()


def test_without_a_key_the_envelope_says_so(desk: Desk) -> None:
    done = desk.runs("infer", "model", "run", "--prompt", "x", "--json", key="")
    assert done.returncode == 2
    assert "OPENROUTER_API_KEY" in envelope(done)["error"]
