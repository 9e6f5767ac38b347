"""Getting a key and keeping it: the sign-in at OpenRouter, or a key that the person has made."""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

from bot.app.settings import PROFILES_FILE
from bot.cli.asking import ask, ask_secret
from bot.cli.frame import Flow
from bot.errors import ConfigError
from bot.openrouter.callback import NoCallback, listening
from bot.openrouter.keys import Secret
from bot.openrouter.login import (
    CALLBACK,
    Addresses,
    Attempt,
    Granted,
    LoginFailed,
    exchange,
    pasted_code,
    shown_code,
)
from bot.openrouter.profiles import Credential, store_profile
from bot.values.clock import SystemClock

REMOTE = ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "CODESPACES", "REMOTE_CONTAINERS")
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")
TRIES = 3
OPEN = "Open this page and sign in:\n\n  {address}\n"
PASTE = "Paste the address that the browser ended at, even if that page did not load:"
CODE = "Paste the code that OpenRouter shows:"


def sign_in(flow: Flow, addresses: Addresses, *, callback: str = CALLBACK) -> Credential:
    """A key by OAuth. Raises LoginFailed, or ConfigError when nobody answers.

    `auto` opens a browser where one can be seen, and else asks for the address that it ended at.
    """
    attempt = Attempt.fresh()
    if flow is Flow.AUTO:
        flow = Flow.BROWSER if has_screen() else Flow.PASTE
    if flow is Flow.CODE:
        say(OPEN.format(address=attempt.address(addresses, callback="")))
        code = _patiently(lambda: shown_code(ask(CODE)))
    elif flow is Flow.BROWSER:
        code = _by_browser(attempt, addresses, callback)
    else:
        say(OPEN.format(address=attempt.address(addresses, callback=callback)))
        code = _patiently(lambda: pasted_code(ask(PASTE), attempt))
    granted: Granted = asyncio.run(exchange(code, attempt, addresses))
    return Credential(granted.key, "oauth-pkce", granted.user_id)


def typed_key(given: str = "") -> Credential:
    """A key that the person made, asked for without an echo. Raises ConfigError for no key."""
    key = given.strip() or ask_secret("OpenRouter API key (openrouter.ai/keys):")
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError("That is not a key: expected printable characters without spaces.")
    return Credential(Secret(key), "api-key")


def keep(credential: Credential, state_dir: Path) -> None:
    """Store the key as the default profile. Raises StartError."""
    store_profile(state_dir / PROFILES_FILE, credential)


def has_screen() -> bool:
    """Whether a browser that is opened here can be seen by the person."""
    if any(os.environ.get(name) for name in REMOTE):
        return False
    if sys.platform in ("darwin", "win32"):
        return True
    return any(os.environ.get(name) for name in SCREENS)


def say(text: str) -> None:
    """For the person, not for what reads standard output."""
    print(text, file=sys.stderr, flush=True)


def _by_browser(attempt: Attempt, addresses: Addresses, callback: str) -> str:
    try:
        return asyncio.run(_called_back(attempt, addresses, callback))
    except NoCallback as reason:
        say(f"{reason} That can be done by hand.")
        say(OPEN.format(address=attempt.address(addresses, callback=callback)))
        return _patiently(lambda: pasted_code(ask(PASTE), attempt))


async def _called_back(attempt: Attempt, addresses: Addresses, callback: str) -> str:
    """The listener is there before the browser is."""
    address = attempt.address(addresses, callback=callback)
    async with listening(attempt, clock=SystemClock(), address=callback) as waiting:
        opened = await asyncio.to_thread(_open_browser, address)
        say("Sign in with the browser that has opened." if opened else OPEN.format(address=address))
        return await waiting.code()


def _open_browser(address: str) -> bool:
    try:
        return webbrowser.open(address)
    except (webbrowser.Error, OSError):
        return False


def _patiently(read: Callable[[], str]) -> str:
    """The first good answer; a few bad ones are explained and asked for again."""
    for _ in range(TRIES - 1):
        try:
            return read()
        except LoginFailed as error:
            say(str(error))
    return read()
