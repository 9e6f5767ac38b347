"""What `parley sandbox` opens: the page with the trace of each turn and its price."""

from __future__ import annotations

import json
import re
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visitor import Visitor, visiting
from tests.flow.stage import Control, Stage, clean_environment

ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)/")
CHAT = re.compile(r"/\?token=(\S+?)&person=1")
STAGES = ["Heard", "First text", "Answered", "Spoken", "Text delivered", "Voice delivered"]
SLOW_MODEL = {"first_token_ms": 600, "tokens_per_s": 20}


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A running `parley sandbox`, found by the address that it prints.

    Its key is known, so that a test can tell the stand-in how fast the model answers; therefore
    its port has to be known before.
    """
    folder = tmp_path_factory.mktemp("rehearsal")
    port, key = _free_port(), f"sk-or-sandbox-{secrets.token_hex(8)}"
    provider = {"baseUrl": f"http://127.0.0.1:{port}/api/v1"}
    config = folder / "config.json5"
    config.write_text(json.dumps({"models": {"providers": {"openrouter": provider}}}))
    state = str(folder / "state")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "bot", "sandbox"),
                *("--port", str(port), "--config", str(config)),
            ],
            stdout=subprocess.PIPE,
            stderr=log,
            env=clean_environment(PARLEY_STATE_DIR=state, OPENROUTER_API_KEY=key),
            text=True,
        )
    assert process.stdout is not None
    try:
        found = ADDRESS.search(process.stdout.readline())
        assert found, Path(folder / "log").read_text()
        with httpx.Client(timeout=60, trust_env=False) as http:
            stage = Stage(found[1], folder, http)
            (stage.token,) = CHAT.findall(http.get(f"{found[1]}/").headers["location"])
            stage.telegram = Control(http, f"{found[1]}/sandbox/telegram/{stage.token}")
            stage.openrouter = Control(http, f"{found[1]}/sandbox/openrouter/{key}")
            yield stage
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def visitor(browser: Browser, rehearsal: Stage) -> Iterator[Visitor]:
    with visiting(browser, rehearsal) as one:
        yield one.open()


def test_it_says_that_nothing_here_is_real(visitor: Visitor) -> None:
    notice = visitor.page.locator("#notice")
    expect(notice).to_contain_text("rehearsal model")
    expect(notice).to_contain_text("OPENROUTER_API_KEY")
    notice.get_by_role("button", name="Understood").click()
    expect(notice).to_be_hidden()


def test_a_voice_turn_shows_every_stage_its_time_and_its_price(visitor: Visitor) -> None:
    expect(visitor.page.locator("#turns")).to_contain_text("Say something")
    # Slow enough to have been heard, and echoed, before its first word, and that before its last.
    visitor.stage.openrouter.post("settings", {"chat": SLOW_MODEL})
    visitor.holds_mic(1_500)
    turn = visitor.page.locator("#turns .turn > details").first
    expect(turn.locator(".waterfall")).to_be_visible()
    assert turn.locator(".waterfall .stage").all_inner_texts() == STAGES
    times = [_ms(text) for text in turn.locator(".waterfall .at").all_inner_texts()]
    heard, first_text, answered = times[:3]
    assert heard < first_text < answered
    assert max(times) == _ms(turn.locator(".total").inner_text())
    for kind in ("transcription", "chat", "speech"):
        expect(turn.locator(".prices")).to_contain_text(kind)
    expect(turn.locator(".cost")).to_contain_text(re.compile(r"^\$0\.\d*[1-9]"))
    expect(turn.locator(".prices")).not_to_contain_text("not known yet")
    expect(turn.locator(".cost")).not_to_contain_text("?")
    expect(visitor.page.locator("#turns .sum")).to_contain_text("nothing was paid")


def test_turns_belong_to_their_conversation_and_survive_a_reload(visitor: Visitor) -> None:
    visitor.writes("just text")
    turns = visitor.page.locator("#turns .turn > details")
    expect(turns).to_have_count(1)
    expect(turns.locator(".turn-title")).to_have_text("just text")
    visitor.page.get_by_role("button", name="Ben").click()
    expect(turns).to_have_count(0)
    visitor.page.get_by_role("button", name=f"Guest {visitor.person}").click()
    visitor.reload()
    expect(turns).to_have_count(1)
    turns.get_by_text("All stages").click()
    expect(turns.locator(".stages")).to_contain_text("text delivered")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ms(label: str) -> float:
    number, unit = label.split()
    return float(number) * (1000 if unit == "s" else 1)
