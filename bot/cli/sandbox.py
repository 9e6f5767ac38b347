"""`parley sandbox`: the stand-ins in a process of their own, the bot in this one."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.app.assemble import Parts, assemble
from bot.app.channels import configured_channels
from bot.app.ending import until_told
from bot.app.run import serving
from bot.app.settings import key_sources
from bot.app.state import hold
from bot.cli.pageboard import PageBoard
from bot.cli.prepare import set_up_logs
from bot.cli.rehearsal import Rehearsal
from bot.config.load import Loaded, load
from bot.config.paths import config_path, default_state_dir
from bot.errors import ConfigError, StartError
from bot.openrouter.keys import chat_key

PERSON = 1
STAND_IN_KEY = "sk-or-sandbox-"
TOKEN_TAIL_BYTES = 18
START_TIMEOUT_S = 30.0
MISSING = (
    "The sandbox servers need their extra: pip install 'parley-bot[sandbox]' "
    "(or, in a clone, make run)."
)


@dataclass(frozen=True, slots=True)
class SandboxCall:
    """The options of `parley sandbox`."""

    port: int = 0
    voice: Path | None = None
    say: str = ""
    out: Path = Path()
    config: Path | None = None

    @property
    def headless(self) -> bool:
        return bool(self.voice or self.say)


def run_sandbox(call: SandboxCall) -> None:
    """Raises ConfigError or StartError; a headless turn that fails raises ParleyError."""
    if call.voice is not None and not call.voice.is_file():
        raise ConfigError(f"There is no recording {call.voice}.")
    asyncio.run(_run(call))


async def _run(call: SandboxCall) -> None:
    with tempfile.TemporaryDirectory(prefix="parley-sandbox-") as folder:
        async with _servers(call.port) as port:
            loaded = _configuration(call, port)
            set_up_logs(loaded, level="WARNING")  # the page and the trace tell the rest
            with hold(Path(folder) / "state") as state_dir:
                async with (
                    assemble(loaded, state_dir, home=default_state_dir(os.environ)) as parts,
                    configured_channels(loaded, parts, state_dir) as channels,
                    serving(parts, channels),
                ):
                    await _turn_or_page(call, port, loaded, parts)


async def _turn_or_page(call: SandboxCall, port: int, loaded: Loaded, parts: Parts) -> None:
    token = loaded.environ["TELEGRAM_BOT_TOKEN"]
    base = f"http://127.0.0.1:{port}"
    key = loaded.environ.get("OPENROUTER_API_KEY", "")
    stand_in_key = key if key.startswith(STAND_IN_KEY) else None
    if call.headless:
        rehearsal = Rehearsal(base, token, stand_in_key=stand_in_key, person=PERSON)
        await rehearsal.one_turn(parts, voice=call.voice, say=call.say, out=call.out)
        return
    board = PageBoard(base, token, stand_in_key=stand_in_key, stores=parts.stores)
    async with board.kept():
        print(f"Talk to the bot here: {base}/")
        print("Ctrl+C ends it.", flush=True)
        await until_told()


def _configuration(call: SandboxCall, port: int) -> Loaded:
    """The person's own configuration with a rehearsed Telegram, and OpenRouter without a key."""
    state_dir = default_state_dir(os.environ)
    path = call.config or config_path(os.environ, state_dir)
    loaded = load(path=path, environ=os.environ)
    telegram = loaded.config.channels.telegram.model_copy(
        update={
            "enabled": True,
            "bot_token": None,
            "token_file": None,
            "api_root": f"http://127.0.0.1:{port}",
            "dm_policy": "open",
            "allow_from": ("*",),
            "group_policy": "open",
        }
    )
    channels = loaded.config.channels.model_copy(update={"telegram": telegram})
    config = loaded.config.model_copy(update={"channels": channels})
    environ = {**loaded.environ, "TELEGRAM_BOT_TOKEN": _fresh_token()}
    if chat_key(key_sources(loaded, state_dir)) is None:
        environ["OPENROUTER_API_KEY"] = f"{STAND_IN_KEY}{secrets.token_hex(8)}"
        provider = config.openrouter.model_copy(
            update={"api_key": None, "base_url": f"http://127.0.0.1:{port}/api/v1"}
        )
        models = config.models.model_copy(
            update={"providers": {**config.models.providers, "openrouter": provider}}
        )
        config = config.model_copy(update={"models": models})
    return replace(loaded, config=config, environ=environ)


def _fresh_token() -> str:
    return f"{secrets.randbelow(10**9) + 10**8}:{secrets.token_urlsafe(TOKEN_TAIL_BYTES)}sandbox"


@asynccontextmanager
async def _servers(port: int) -> AsyncIterator[int]:
    """The stand-ins; their port. They end when this process does, however it does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.sandbox.serve",
        "--port",
        str(port),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=_without_secrets(os.environ),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_TIMEOUT_S)
        if not line:
            raise StartError(f"The sandbox servers did not start on port {port}. {MISSING}")
        yield int(json.loads(line)["port"])
    finally:
        process.stdin.close()
        await process.wait()


def _without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    hidden = ("OPENROUTER_API_KEY", "TELEGRAM_BOT_TOKEN")
    return {name: value for name, value in environ.items() if name not in hidden}
