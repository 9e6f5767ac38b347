"""The browser of these tests: the distribution's Chromium, with a WAV file as its microphone."""

from __future__ import annotations

import io
import os
import shutil
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bot.sandbox.openrouter import synth
from bot.sandbox.openrouter.sound import resampled
from tests.voices import pcm_of

MICROPHONE_RATE = 48_000
SPOKEN = "Hello Parley. Please tell me something about the sea, and about the ships on it."
FLAGS = (
    "--use-fake-device-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NO_CHROMIUM = "Browser tests need Chromium: apt-get install chromium, or set CHROMIUM to its path."


def chromium_path() -> str:
    """Where Chromium is. Fails, never skips: these tests are part of the proof."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert found, NO_CHROMIUM
    return found


def microphone_wav(text: str = SPOKEN) -> bytes:
    """`text` spoken, as Chromium's fake microphone wants it: 48 kHz mono 16-bit WAV."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(MICROPHONE_RATE)
        file.writeframes(resampled(pcm_of(text), synth.RATE, MICROPHONE_RATE))
    return out.getvalue()


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """A headless browser that hears `SPOKEN` again and again."""
    recording = folder / "microphone.wav"
    recording.write_bytes(microphone_wav())
    flags = [*FLAGS, f"--use-file-for-fake-audio-capture={recording}"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")  # Chromium refuses to sandbox as root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=flags)
        try:
            yield browser
        finally:
            browser.close()
