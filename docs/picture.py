"""Takes `docs/page.png`: starts the sandbox, has a short conversation on its page, photographs it.

`make picture`, or `python -m docs.picture [light|dark]` from the top of the repository. Needs the
`dev` extra and Chromium.
"""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from tests.browser.machine import chromium
from tests.flow.stage import clean_environment
from tests.voices import say

TARGET = Path(__file__).parent / "page.png"
WIDTH, HEIGHT = 1280, 800
LARGEST_BYTES = 300_000
KEY = "sk-or-sandbox-picture"  # the stand-in's kind of key: the page says that it is a rehearsal
PERSON = 1
NO_HURRY = {
    "chat": {"first_token_ms": 380, "tokens_per_s": 45},
    "transcription": {"base_ms": 240, "ms_per_s": 30},
    "speech": {"base_ms": 180, "ms_per_char": 3},
}
WRITTEN = "What should I pack for a day on the water?"
PACKED = (
    "Three things matter most:\n\n- a **warm layer**, even in summer\n- more *water* than you think"
    "\n- a hat that ties on"
)
SPOKEN = "And how will the wind be this afternoon?"
WINDY = (
    "Light from the west until noon. Then it freshens, and by four you can expect a good breeze. "
    "Be back in the harbour by six."
)


def main() -> None:
    """Take the picture in the asked colours."""
    scheme = sys.argv[1] if len(sys.argv) > 1 else "light"
    with tempfile.TemporaryDirectory() as name, sandbox(Path(name)) as address:
        base, token = re.findall(r"(http://[^/]+)/\?token=([^&]+)", address)[0]
        with httpx.Client(timeout=30, trust_env=False) as http, chromium(Path(name)) as browser:
            _prepare(http, base)
            page = browser.new_page(
                viewport={"width": WIDTH, "height": HEIGHT},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            page.goto(address)
            _converse(page, http, f"{base}/sandbox/telegram/{token}")
            picture = page.screenshot(path=TARGET)
    if len(picture) > LARGEST_BYTES:
        raise SystemExit(f"{TARGET.name} has {len(picture):,} bytes, too many for a README.")


@contextmanager
def sandbox(folder: Path) -> Iterator[str]:
    """A running `parley sandbox` that thinks with the stand-in under KEY; the page's address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "config.json5"
    provider = {"baseUrl": f"http://127.0.0.1:{port}/api/v1"}
    config.write_text(json.dumps({"models": {"providers": {"openrouter": provider}}}))
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "sandbox", "--port", str(port), "--config", str(config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=clean_environment(OPENROUTER_API_KEY=KEY),
        text=True,
    )
    assert process.stdout is not None
    try:
        line = next(line for line in process.stdout if "token=" in line)
        yield line.split()[-1]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        process.stdout.close()


def _prepare(http: httpx.Client, base: str) -> None:
    """What the model will say, at the pace of a real one, and what the ear will hear."""
    control = f"{base}/sandbox/openrouter/{KEY}"
    answers = [
        {"match": WRITTEN, "answer": {"text": PACKED}},
        {"match": SPOKEN, "answer": {"text": WINDY}},
    ]
    heard = {"by_sha256": {sha256(say(SPOKEN)).hexdigest(): SPOKEN}}
    for path, body in (("settings", NO_HURRY), ("script", answers), ("transcripts", heard)):
        http.post(f"{control}/{path}", json=body).raise_for_status()


def _converse(page: Page, http: httpx.Client, telegram: str) -> None:
    """Write, then speak, and stop in the middle of listening to the answer."""
    page.get_by_role("button", name="Understood").click()
    page.locator("#text").fill(WRITTEN)
    page.locator("#text").press("Enter")
    page.locator("#turns details").first.wait_for()
    http.post(
        f"{telegram}/voice",
        data={"from": str(PERSON), "duration": "2"},
        files={"file": ("voice.ogg", say(SPOKEN), "audio/ogg")},
    ).raise_for_status()
    bubble = page.locator(".message.bot.kind-voice")
    bubble.locator("[data-drawn]").wait_for(state="attached")
    page.locator("#turns .turn > details").nth(1).wait_for()
    expect(page.locator("#turns .sum")).not_to_contain_text("+")  # all prices are known
    bubble.locator(".seek").evaluate(
        "seek => { seek.value = 420; seek.dispatchEvent(new Event('input')); }"
    )
    page.locator("#text").focus()
    page.mouse.move(WIDTH // 2, 30)
    page.wait_for_timeout(600)


if __name__ == "__main__":
    main()
