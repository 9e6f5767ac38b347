"""`parley sandbox`: the stand-ins in a process of their own, the bot in this one."""

from __future__ import annotations

import asyncio
import importlib.util
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
from bot.app.ending import ending_on_signal
from bot.app.run import serving
from bot.app.settings import key_sources
from bot.app.state import hold
from bot.cli.pageboard import PageBoard
from bot.cli.prepare import Ground, prepare, set_up_logs
from bot.cli.rehearsal import Rehearsal
from bot.config.load import Loaded
from bot.errors import ConfigError, StartError
from bot.openrouter.keys import chat_key

PERSON = 1
STAND_IN_KEY = "sk-or-sandbox-"
TOKEN_TAIL_BYTES = 18
START_TIMEOUT_S = 30.0
EXTRA = ("python_multipart", "espeakng_loader")
MISSING = (
    "The sandbox needs an extra that is not installed: run pip install '.[sandbox]' in a checkout "
    "of Parley, or make run."
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


def run_sandbox(call: SandboxCall, ground: Ground | None = None) -> None:
    """The sandbox on `ground`, or on what `call.config` leads to.

    Raises ConfigError or StartError; a headless turn that fails raises ParleyError.
    """
    if not all(importlib.util.find_spec(name) for name in EXTRA):
        raise ConfigError(MISSING)
    if call.voice is not None and not call.voice.is_file():
        raise ConfigError(f"There is no recording {call.voice}.")
    if call.headless:
        _try_folder(call.out)
    ground = ground or prepare(call.config, None)
    asyncio.run(_one_turn(call, ground) if call.headless else _page(call, ground))


def _try_folder(out: Path) -> None:
    """Make the folder and write in it, before a turn is spent. Raises ConfigError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise ConfigError(
            f"The folder {out} of --out can't be written to: {error.strerror}."
        ) from error


async def _one_turn(call: SandboxCall, ground: Ground) -> None:
    # What fails is said by the command itself.
    async with _bot(call, ground, log_level="CRITICAL") as bot:
        rehearsal = Rehearsal(
            bot.base,
            bot.token,
            stand_in_key=bot.stand_in_key,
            person=PERSON,
            speaks=ground.loaded.config.messages.tts.auto,
        )
        await rehearsal.one_turn(bot.parts, voice=call.voice, say=call.say, out=call.out)


async def _page(call: SandboxCall, ground: Ground) -> None:
    async with (
        ending_on_signal() as ending,
        _bot(call, ground, log_level="WARNING") as bot,  # the page and the trace tell the rest
        PageBoard(
            bot.base, bot.token, stand_in_key=bot.stand_in_key, stores=bot.parts.stores
        ).kept(),
    ):
        print(f"Talk to the bot here: {bot.base}/")
        print("Ctrl+C ends it.", flush=True)
        await ending.wait()


@dataclass(frozen=True, slots=True)
class _Bot:
    """A bot that serves the stand-ins at `base`. No `stand_in_key` means the real OpenRouter."""

    base: str
    token: str
    stand_in_key: str | None
    parts: Parts


@asynccontextmanager
async def _bot(call: SandboxCall, ground: Ground, *, log_level: str) -> AsyncIterator[_Bot]:
    with tempfile.TemporaryDirectory(prefix="parley-sandbox-") as folder:
        async with _servers(call.port) as port:
            loaded = _configuration(ground, port)
            set_up_logs(loaded, level=log_level)
            with hold(Path(folder) / "state") as state_dir:
                async with (
                    assemble(loaded, state_dir, home=ground.state_dir) as parts,
                    configured_channels(loaded, parts, state_dir) as channels,
                    serving(parts, channels),
                ):
                    yield _described(port, loaded, parts)


def _described(port: int, loaded: Loaded, parts: Parts) -> _Bot:
    key = loaded.environ.get("OPENROUTER_API_KEY", "")
    return _Bot(
        base=f"http://127.0.0.1:{port}",
        token=loaded.environ["TELEGRAM_BOT_TOKEN"],
        stand_in_key=key if key.startswith(STAND_IN_KEY) else None,
        parts=parts,
    )


def _configuration(ground: Ground, port: int) -> Loaded:
    """The person's own configuration with a rehearsed Telegram, and OpenRouter without a key."""
    loaded = ground.loaded
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
    if chat_key(key_sources(loaded, ground.state_dir)) is None:
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
        process_group=0,  # Ctrl+C is for this process, which ends that one
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_TIMEOUT_S)
        if not line:
            raise StartError("The sandbox servers did not start; the lines above say why.")
        told = json.loads(line)
        if "error" in told:
            raise StartError(told["error"])
        yield int(told["port"])
    finally:
        process.stdin.close()
        await process.wait()


def _without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    hidden = ("OPENROUTER_API_KEY", "TELEGRAM_BOT_TOKEN")
    return {name: value for name, value in environ.items() if name not in hidden}
