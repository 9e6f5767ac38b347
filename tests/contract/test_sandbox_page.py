"""The servers behind the chat page: the board of turns, and recordings made by a browser."""

from __future__ import annotations

import base64
import io
import json
import secrets
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import av
import httpx
import pytest

from tests.flow.stage import Stage, stand_ins
from tests.voices import say

TURN = {
    "id": "t1",
    "conversation": "telegram:1",
    "message_id": 7,
    "state": "done",
    "received_at_ms": 1_000,
    "trace": [[0, "received", {}], [120, "settled", {"ending": "done"}]],
    "calls": [
        {
            "kind": "chat",
            "model": "some/model",
            "state": "done",
            "cost_micro_usd": 42,
            "from_ms": 10,
            "until_ms": 90,
        }
    ],
}


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with stand_ins() as address:
        yield address


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=20, trust_env=False) as client:
        yield client


@pytest.fixture
def page(base: str) -> str:
    return f"{base}/sandbox/page/1234567:{secrets.token_hex(18)}"


def test_the_page_and_all_it_loads_are_served(base: str, http: httpx.Client) -> None:
    html = http.get(f"{base}/").text
    for name in ("css/tokens.css", "css/chat.css", "js/main.js", "icon.svg"):
        assert name in html
        assert http.get(f"{base}/{name}").is_success
    assert "http://" not in html
    assert "https://" not in html


def test_a_turn_put_on_the_board_is_there_for_who_comes_later(
    page: str, http: httpx.Client
) -> None:
    http.post(f"{page}/turns", json=TURN).raise_for_status()
    http.post(f"{page}/turns", json=TURN | {"state": "failed"}).raise_for_status()
    http.post(f"{page}/house", json={"mind": "openrouter"}).raise_for_status()
    found = http.get(page).json()
    assert found["turns"] == [TURN | {"state": "failed"}]
    assert (found["mind"], found["ear"]) == ("openrouter", "real")


def test_boards_of_two_bots_are_apart(base: str, http: httpx.Client, page: str) -> None:
    http.post(f"{page}/turns", json=TURN).raise_for_status()
    assert http.get(f"{base}/sandbox/page/7654321:{'x' * 30}").json()["turns"] == []


def test_followers_of_the_bot_hear_of_a_new_turn(page: str, http: httpx.Client) -> None:
    http.post(f"{page}/turns", json=TURN).raise_for_status()
    events = http.get(page.replace("/page/", "/telegram/") + "/events").json()["events"]
    assert [(event["kind"], event["turn_id"]) for event in events] == [("turn", "t1")]


@pytest.mark.parametrize("body", ["[]", "{}", "no json", json.dumps(TURN | {"more": 1})])
def test_a_wrong_report_is_refused_with_a_reason(page: str, http: httpx.Client, body: str) -> None:
    answer = http.post(f"{page}/turns", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert http.get(page).json()["turns"] == []


def test_a_browser_recording_arrives_as_a_voice_message_with_the_same_opus(
    base: str, http: httpx.Client, tmp_path: Path
) -> None:
    stage = Stage(base, tmp_path, http)
    recorded = say("This was recorded in a browser.", format="webm")
    posted = stage.telegram.upload(
        "voice", recorded, name="voice.webm", mime="audio/webm", **{"from": 1}
    )
    delivered = stage.telegram.bytes_of(f"files/{posted['file']['file_id']}")
    assert posted["file"]["sniffed"] == "ogg_opus"
    assert posted["message"]["voice"]["mime_type"] == "audio/ogg"
    assert posted["file"]["measured_s"] == pytest.approx(_decoded_s(recorded), abs=0.05)
    assert _packets(delivered) == _packets(recorded)


def test_a_recording_without_sound_is_refused(
    base: str, http: httpx.Client, tmp_path: Path
) -> None:
    stage = Stage(base, tmp_path, http)
    answer = http.post(
        f"{base}/sandbox/telegram/{stage.token}/voice",
        data={"from": "1"},
        files={"file": ("voice.webm", b"\x1a\x45\xdf\xa3" + bytes(200), "audio/webm")},
    )
    assert answer.status_code == 400
    assert "can't be read" in answer.json()["error"]


def test_what_was_scripted_outranks_the_offline_ear(
    base: str, http: httpx.Client, tmp_path: Path
) -> None:
    stage = Stage(base, tmp_path, http)
    sound = say("Something else entirely.")
    stage.openrouter.post("settings", {"transcription": {"ear": True}})
    stage.openrouter.post("transcripts", {"by_sha256": {sha256(sound).hexdigest(): "As scripted"}})
    audio = {"data": base64.b64encode(sound).decode(), "format": "ogg"}
    answer = http.post(
        f"{base}/api/v1/audio/transcriptions",
        headers={"Authorization": f"Bearer {stage.key}"},
        json={"model": "openai/whisper-large-v3-turbo", "input_audio": audio},
    )
    assert answer.json()["text"] == "As scripted"


def _packets(data: bytes) -> list[bytes]:
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.audio[0]
        return [bytes(packet) for packet in container.demux(stream) if packet.size]


def _decoded_s(data: bytes) -> float:
    with av.open(io.BytesIO(data)) as container:
        return sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
