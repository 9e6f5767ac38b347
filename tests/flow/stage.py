"""The stage of flow tests: the bot as a process, the stand-ins as another, people in between."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import httpx

T = TypeVar("T")
PATIENCE_S = 30.0
LOOK_EVERY_S = 0.03
PERSON = 1
SECRET_VARIABLES = ("OPENROUTER_API_KEY", "TELEGRAM_BOT_TOKEN", "PARLEY_CONFIG", "PARLEY_STATE_DIR")


def eventually(look: Callable[[], T | None], what: str, *, within_s: float = PATIENCE_S) -> T:
    """The first true result of `look`; fails with `what` was awaited."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(LOOK_EVERY_S)
    raise AssertionError(f"waited {within_s:.0f} s in vain for: {what}")


@contextmanager
def stand_ins() -> Iterator[str]:
    """Both stand-ins in one process of their own; their base address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.sandbox.serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=clean_environment(),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without anything that configures a bot."""
    kept = {name: value for name, value in os.environ.items() if name not in SECRET_VARIABLES}
    return {**kept, "PYTHONWARNINGS": "default", **more}


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `changes` laid over it, objects within objects."""
    both = dict(base)
    for name, value in changes.items():
        old = both.get(name)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            value = merged(old, value)
        both[name] = value
    return both


class Control:
    """One control API of a stand-in."""

    def __init__(self, http: httpx.Client, root: str) -> None:
        self._http = http
        self._root = root

    def get(self, path: str, **query: Any) -> Any:
        return self._checked(self._http.get(f"{self._root}/{path}", params=query)).json()

    def post(self, path: str, body: Any) -> Any:
        # Escaped, so that a test may send half of a surrogate pair as Telegram may.
        answer = self._http.post(f"{self._root}/{path}", content=json.dumps(body))
        return self._checked(answer).json()

    def upload(self, path: str, data: bytes, *, name: str, mime: str, **fields: Any) -> Any:
        answer = self._http.post(
            f"{self._root}/{path}",
            data={key: str(value) for key, value in fields.items()}
            | {"mime": mime, "file_name": name},
            files={"file": (name, data, mime)},
        )
        return self._checked(answer).json()

    def delete(self, path: str = "") -> None:
        self._checked(self._http.delete(f"{self._root}/{path}".rstrip("/")))

    def bytes_of(self, path: str) -> bytes:
        return self._checked(self._http.get(f"{self._root}/{path}")).content

    @staticmethod
    def _checked(answer: httpx.Response) -> httpx.Response:
        assert not answer.is_error, f"{answer.request.url}: {answer.text}"
        return answer


@dataclass
class BotProcess:
    """`parley run` as a process. Its output is kept whole."""

    process: subprocess.Popen[bytes]
    log_path: Path

    @property
    def log(self) -> str:
        return self.log_path.read_text("utf-8", errors="replace")

    def events(self, name: str) -> list[dict[str, Any]]:
        """Structured log events of one name."""
        whole = self.log.rpartition("\n")[0]  # the last line may still be on its way
        lines = (line for line in whole.splitlines() if line.startswith("{"))
        return [event for event in map(json.loads, lines) if event.get("event") == name]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def wait(self, within_s: float = PATIENCE_S) -> int:
        return self.process.wait(within_s)

    def stop(self) -> int:
        """End it politely; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)


@dataclass
class Stage:
    """One bot with worlds of its own in both stand-ins."""

    base: str
    folder: Path
    http: httpx.Client
    config: dict[str, Any] = field(default_factory=dict)
    bots: list[BotProcess] = field(default_factory=list)
    token: str = ""
    key: str = ""

    def __post_init__(self) -> None:
        self.token = f"{secrets.randbelow(10**9) + 10**8}:{secrets.token_hex(18)}"
        self.key = f"sk-or-test-{secrets.token_hex(12)}"
        self.telegram = Control(self.http, f"{self.base}/sandbox/telegram/{self.token}")
        self.openrouter = Control(self.http, f"{self.base}/sandbox/openrouter/{self.key}")
        self.state_dir = self.folder / "state"
        telegram = {"apiRoot": self.base, "dmPolicy": "open", "allowFrom": ["*"]}
        self.config = {
            "channels": {"telegram": telegram},
            "models": {"providers": {"openrouter": {"baseUrl": f"{self.base}/api/v1"}}},
        }

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Merge `changes` into the configuration of the next start."""
        self.config = merged(self.config, changes)

    # the bot

    def start(self, *, kill_at: str = "", ready: bool = True, **environment: str) -> BotProcess:
        """Start `parley run` and wait for its first poll."""
        path = self.folder / "config.json5"
        path.write_text(json.dumps(self.config))
        log_path = self.folder / f"bot-{len(self.bots)}.log"
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "bot", "run"),
                    *("--config", str(path), "--state-dir", str(self.state_dir)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=clean_environment(
                    OPENROUTER_API_KEY=self.key,
                    TELEGRAM_BOT_TOKEN=self.token,
                    PARLEY_KILL_AT=kill_at,
                    **environment,
                ),
            )
        bot = BotProcess(process, log_path)
        self.bots.append(bot)
        if ready:
            eventually(
                lambda: (
                    self.telegram.get("state")["updates"]["polled_now"]
                    or process.poll() is not None
                ),
                "the first poll",
            )
            assert process.poll() is None or kill_at, bot.log
        return bot

    def close(self) -> None:
        for bot in self.bots:
            if bot.process.poll() is None:
                bot.kill()

    # people

    def says(self, text: str, *, person: int = PERSON, **fields: Any) -> int:
        """Somebody writes; the message id."""
        return int(
            self.telegram.post("messages", {"from": person, "text": text, **fields})["message_id"]
        )

    def sends(
        self,
        data: bytes,
        *,
        kind: str = "voice",
        name: str = "voice.ogg",
        mime: str = "audio/ogg",
        person: int = PERSON,
        heard: str | None = None,
        **fields: Any,
    ) -> int:
        """Somebody sends a recording; `heard` is what the stand-in will hear in these bytes."""
        if heard is not None:
            self.openrouter.post("transcripts", {"by_sha256": {sha256(data).hexdigest(): heard}})
        posted = self.telegram.upload(
            kind, data, name=name, mime=mime, **{"from": person}, **fields
        )
        return int(posted["message_id"])

    # what the bot did

    def chat(self, chat_id: int = PERSON) -> dict[str, Any]:
        chats = self.telegram.get("state", chat_id=chat_id)["chats"]
        return next((chat for chat in chats if chat["id"] == chat_id), {"messages": []})

    def replies(self, chat_id: int = PERSON, *, kind: str = "") -> list[dict[str, Any]]:
        """The bot's messages, oldest first."""
        return [
            message
            for message in self.chat(chat_id)["messages"]
            if message["outgoing"] and not message["deleted"] and kind in ("", message["kind"])
        ]

    def texts(self, chat_id: int = PERSON) -> list[str]:
        return [message["text"] for message in self.replies(chat_id, kind="text")]

    def awaits_text(self, part: str, *, chat_id: int = PERSON) -> dict[str, Any]:
        """The first text of the bot with `part` in it."""
        return eventually(
            lambda: next((m for m in self.replies(chat_id) if part in m["text"]), None),
            f"a text with {part!r}; got {self.texts(chat_id)}",
        )

    def awaits_voice(self, *, count: int = 1, chat_id: int = PERSON) -> list[dict[str, Any]]:
        return eventually(
            lambda: (found := self.replies(chat_id, kind="voice"))[count - 1 :] and found,
            f"{count} voice bubble(s)",
        )

    def awaits_settled(self, count: int = 1) -> None:
        """Until the bot that runs now has settled `count` turns."""
        bot = self.bots[-1]
        eventually(
            lambda: len(bot.events("turn.settled")) >= count, f"{count} settled turns\n{bot.log}"
        )

    def sound(self, message: dict[str, Any]) -> bytes:
        return self.telegram.bytes_of(f"files/{message['file']['file_id']}")

    def telegram_calls(self, method: str) -> list[dict[str, Any]]:
        return list(self.telegram.get("calls", method=method)["calls"])

    def upstream_calls(self, endpoint: str = "") -> list[dict[str, Any]]:
        """What was posted to OpenRouter, lookups left out."""
        calls = self.openrouter.get("calls")["calls"]
        return [
            call
            for call in calls
            if call["method"] == "POST"
            and endpoint in ("", call["endpoint"])
            and call["json"] is not None  # its body is still being read
        ]

    def answers(self, text: str, *, match: str = "*", **answer: Any) -> None:
        """Script the model's next answer."""
        script = {"match": match, "answer": {"text": text, **answer}}
        self.openrouter.post("script", [script])
